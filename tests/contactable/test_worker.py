"""The worker against the sandbox over real HTTP: what it writes, what it leaves alone, what it does after a merge."""

from collections.abc import Callable, Iterator

import pytest

from contactable import Contactable, brake
from contactable.loading import drain, load
from contactable.register import outbox, shown
from contactable.rules import Channel
from contactable.sandbox import HubSpotSandbox

SETTINGS = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
[brake]
contacts = 3
share = 0.0
"""


def person(number: int, **more: str) -> dict[str, str]:
    told = {"audience": "consumer", "country": "FR", "address": "1 rue des Lilas", "last_contact_on": "2026-10-01"}
    none = {"opposed_all_on": "", "opposed_post_on": ""}
    return {"email": f"person.{number}@example.com", **told, **none, **more}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([person(number, informed="no") for number in range(6)]) as sandbox:
        yield sandbox


@pytest.fixture
def kit(crm: HubSpotSandbox, make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch) -> Contactable:
    monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
    kit = make_kit(SETTINGS.format(url=crm.url))
    load(kit, "hubspot")
    return kit


def posts(crm: HubSpotSandbox) -> list[str | None]:
    return [crm.contact(id).properties.get("contactable_post") for id in crm.portal.contacts.by_id]


def test_a_second_sync_of_an_unchanged_crm_writes_nothing(crm: HubSpotSandbox, kit: Contactable) -> None:
    before = [crm.contact(id).properties["contactable_changed_at"] for id in crm.portal.contacts.by_id]

    load(kit, "hubspot", full=True)

    assert [crm.contact(id).properties["contactable_changed_at"] for id in crm.portal.contacts.by_id] == before


def test_openings_beyond_the_limit_wait_for_a_person_and_closings_do_not(crm: HubSpotSandbox, kit: Contactable) -> None:
    first, *_ = crm.portal.contacts.by_id
    for id in crm.portal.contacts.by_id:
        crm.as_person(id, {"informed": "yes"})
    load(kit, "hubspot", full=True)
    with kit.register.read() as tx:
        waiting = brake.waiting(tx, "hubspot")

    crm.as_person(first, {"opposed_post_on": "2026-11-01"})
    load(kit, "hubspot", full=True)

    assert len(waiting) == 3
    assert posts(crm).count("allowed") <= 3
    assert crm.contact(first).properties["contactable_post_reason"] == "opposition"


def test_a_contact_that_the_brake_holds_is_closed_at_once_and_waits_on_where_nothing_of_it_closes(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    *_, moves, objects = map(str, crm.portal.contacts.by_id)
    crm.as_person(objects, {"email": "contact@example.org", "audience": "professional"})
    load(kit, "hubspot")
    for id in crm.portal.contacts.by_id:
        crm.as_person(id, {"informed": "yes"})
    load(kit, "hubspot")
    before = crm.contact(objects).properties["contactable_email"]
    with kit.register.read() as tx:
        held = brake.waiting(tx, "hubspot")

    crm.as_person(objects, {"opposed_all_on": "2026-11-01"})
    crm.as_person(moves, {"address": "2 rue des Lilas", "country": "GP"})
    load(kit, "hubspot")

    with kit.register.read() as tx:
        still_held = brake.waiting(tx, "hubspot")
    assert {objects, moves} <= set(held)
    assert (before, crm.contact(objects).properties["contactable_email"]) == ("allowed", "denied")
    assert sorted(still_held) == sorted(set(held) - {objects})


def test_what_a_person_approved_is_opened(crm: HubSpotSandbox, kit: Contactable) -> None:
    for id in crm.portal.contacts.by_id:
        crm.as_person(id, {"informed": "yes"})
    load(kit, "hubspot", full=True)

    approved = kit.register.write(lambda tx: brake.approve(tx, "hubspot", "the data protection officer"))
    drain(kit, "hubspot")

    assert approved == 3
    assert posts(crm) == ["allowed"] * 6


def test_every_change_of_a_verdict_is_kept_as_it_was_shown(crm: HubSpotSandbox, kit: Contactable) -> None:
    first, *_ = map(str, crm.portal.contacts.by_id)
    crm.as_person(first, {"informed": "yes"})

    load(kit, "hubspot", full=True)

    with kit.register.read() as tx:
        history = [row for row in shown.history(tx, "hubspot", first) if row.channel == Channel.POST]
    assert [(row.was_allowed, row.allowed, row.reason) for row in history] == [
        (None, False, "information_required"),
        (False, True, "information_given"),
    ]


def test_a_merge_between_sync_and_write_leaves_the_survivor_as_the_law_says(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    one, other, *_ = map(str, crm.portal.contacts.by_id)
    crm.as_person(other, {"opposed_all_on": "2026-11-01"})
    survivor = str(crm.merge(one, other).id)
    kit.register.write(lambda tx: outbox.promise(tx, "hubspot", [one, other], refresh=True))

    drain(kit, "hubspot")
    load(kit, "hubspot")

    assert crm.contact(survivor).properties["contactable_post_reason"] in ("opposition", "information_required")
    assert crm.contact(survivor).properties.get("contactable_channels") in ("", None)
