"""What a preview counts over HTTP is what the sync then writes: verdicts, unsubscribes, and other CRMs' oppositions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contactable import Contactable
from contactable.loading import load
from contactable.previewing import preview
from contactable.sandbox import HubSpotSandbox

Connect = Callable[..., Contactable]
TABLE = """
[connectors.table]
type = "csv"
path = "people.csv"
settle = 0
[connectors.table.mapping]
opposed_email_on = "stop"
"""


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Five contacts: two ticked, of whom one left in HubSpot too; the last has a number and no address."""
    people = [{"email": f"p{n}@example.com", "country": "FR", "audience": "consumer"} for n in range(4)]
    with HubSpotSandbox([*people, {"phone": "+33639980001", "country": "FR"}]) as sandbox:
        yield sandbox


def ticked(crm: HubSpotSandbox, kit: Contactable, *numbers: int) -> None:
    """Have people tick, before the first sync, that these contacts want no e-mail."""
    from contactable import own_properties

    own_properties.ensure(kit, "hubspot")
    for number in numbers:
        crm.as_person(151 + 50 * number, {"contactable_oppose": "email"})


def shown(crm: HubSpotSandbox, channel: str) -> Counter[str]:
    people = (crm.contact(id).properties for id in crm.portal.contacts.by_id)
    return Counter(person[f"contactable_{channel}_reason"] for person in people)


def left(crm: HubSpotSandbox) -> int:
    return sum(crm.portal.preferences.may_receive(f"p{n}@example.com", 1601) is False for n in range(4))


def test_the_unsubscribes_counted_are_those_that_are_written(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm)
    ticked(crm, kit, 0, 1, 4)
    crm.unsubscribe(201)

    counted = preview(kit, "hubspot", full=True).unsubscribes
    before = left(crm)
    load(kit, "hubspot")

    assert (counted, before, left(crm)) == (1, 1, 2)


def test_after_the_sync_nothing_is_left_to_be_unsubscribed(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm)
    ticked(crm, kit, 0)
    load(kit, "hubspot")

    found = preview(kit, "hubspot", full=True)

    assert (found.contacts, found.changes, found.unsubscribes) == (5, 0, 0)


def test_no_unsubscribe_is_counted_where_the_settings_say_no(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, "unsubscribe = false\n")
    ticked(crm, kit, 0)

    found = preview(kit, "hubspot", full=True)

    assert found.unsubscribes == 0
    assert found.reasons["email"]["opposition"] == 1


def test_the_first_preview_knows_what_another_crm_opposes(
    crm: HubSpotSandbox, connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("id,email,stop\n7,P2@example.com,2026-03-01\n", encoding="utf-8")
    kit = connect(crm, TABLE)
    load(kit, "table")

    found = preview(kit, "hubspot", full=True)
    load(kit, "hubspot")

    assert found.reasons["email"]["opposition"] == 1
    assert found.reasons["email"] == shown(crm, "email")
    assert found.unsubscribes == left(crm)


def test_some_of_the_contacts_are_shown_with_masked_addresses_and_none_like_another(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    kit = connect(crm)
    ticked(crm, kit, 1)

    found = preview(kit, "hubspot", full=True)
    load(kit, "hubspot")

    assert [each.record for each in found.samples] == ["hubspot:151", "hubspot:201", "hubspot:351"]
    assert [each.who for each in found.samples] == ["p***@e***.com", "p***@e***.com", "+336******01"]
    assert found.samples[1].reasons["email"] == "opposition"
    assert preview(kit, "hubspot", full=True).samples == []
