"""``explain``: whose each fact was, which record decided, and what was shown on a day beside deciding it anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable import Contactable
from contactable.cli import group
from contactable.errors import Malformed
from contactable.explaining import Explanation, explain
from contactable.loading import drain, load
from contactable.register.testing import HandClock
from contactable.rules import Channel
from contactable.sandbox import HubSpotSandbox

Connect = Callable[..., Contactable]
NUMBER = "+33639980001"
PERSON = {
    "email": "camille@example.com",
    "phone": NUMBER,
    "audience": "professional",
    "related_to_profession": "yes",
    "pays": "France",
    "last_contact_on": "2026-11-01",
    "opposed_phone_on": "",
}
CONNECTOR = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
"""
SETTINGS = """
[connectors.hubspot.mapping]
country = ["pays"]
[[declare]]
name = "told"
all = true
facts = { informed = "yes", source = "person" }
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-01-01
"""


def explained(crm: HubSpotSandbox, connect: Connect, **asked: object) -> Explanation:
    kit = connect(crm, SETTINGS)
    load(kit, "hubspot")
    return explain(kit, **{"phone": NUMBER, **asked})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "value", "source"),
    [
        ("country", "FR", "property:pays"),
        ("informed", "yes", "declaration:told"),
        ("last_contact_on", "2026-11-01", "property:last_contact_on"),
    ],
)
def test_each_fact_names_its_value_and_its_source(connect: Connect, column: str, value: str, source: str) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        found = explained(crm, connect)

    assert found.facts[found.contacts[0]][column] == (value, source)


def test_a_tick_of_an_operator_is_a_fact_of_the_register(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        explained(crm, connect)
        (id,) = crm.portal.contacts.by_id
        crm.as_person(id, {"contactable_oppose": "calls"})
        found = explained(crm, connect)

    assert found.facts[found.contacts[0]]["opposed_phone_on"][1] == "register"


def test_a_declaration_behind_a_fact_is_named_with_who_signed_it(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        found = explained(crm, connect)

    assert found.declarations["told"]["by"] == "Anne Exemple"
    assert found.declarations["told"]["version"] == 1


def test_of_two_records_of_one_number_the_one_that_closes_decides(connect: Connect) -> None:
    refused = {**PERSON, "email": "autre@example.com", "opposed_phone_on": "2026-10-01"}
    with HubSpotSandbox([PERSON, refused]) as crm:
        _, second = sorted(crm.portal.contacts.by_id)

        found = explained(crm, connect)

    assert not found.verdicts[Channel.PHONE].allowed
    assert found.decided_by[Channel.PHONE] == f"hubspot:{second}"


def test_who_is_in_no_record_is_decided_by_the_register_alone(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        found = explained(crm, connect, phone="+33639980099")

    assert found.contacts == []
    assert set(found.decided_by.values()) == {"register"}


def test_what_was_shown_stands_beside_what_would_be_decided_for_that_day_now(connect: Connect) -> None:
    clock = HandClock(datetime(2026, 11, 10, 9, tzinfo=UTC))
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm, SETTINGS, clock=clock)
        load(kit, "hubspot")
        clock.move(days=10)
        (id,) = crm.portal.contacts.by_id
        crm.as_person(id, {"opposed_phone_on": "2026-11-05"})
        kit.reader("hubspot").sync(full=True)
        drain(kit, "hubspot")

        found = explain(kit, phone=NUMBER, on=date(2026, 11, 12), shown_on=date(2026, 11, 12))

    (phone,) = [each for each in found.shown if each.channel == Channel.PHONE]
    assert phone.allowed
    assert "told" in phone.versions["declarations"]
    assert not found.verdicts[Channel.PHONE].allowed


def test_nothing_was_shown_before_the_first_sync(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        assert explained(crm, connect, shown_on=date(2026, 1, 1)).shown == []


def test_an_offer_that_does_not_exist_is_named_with_those_that_do(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm, pytest.raises(Malformed, match="known are main"):
        explained(crm, connect, offer="other")


def test_the_command_prints_facts_sources_and_the_record_without_an_address(connect: Connect, tmp_path: Path) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        load(connect(crm, SETTINGS), "hubspot")
        (tmp_path / "c.toml").write_text(CONNECTOR.format(url=crm.url) + SETTINGS, encoding="utf-8")
        asked = ["--settings", str(tmp_path / "c.toml"), "explain", "--phone", NUMBER]

        french, shown = (
            CliRunner().invoke(group, [*asked, "--shown", "2030-01-01", *language], catch_exceptions=False).stdout
            for language in (["--language", "fr"], ["--language", "en"])
        )
        answer = CliRunner().invoke(group, [*asked, "--json"], catch_exceptions=False).stdout

    assert "country = FR  (property:pays)" in shown
    assert "Shown on 2030-01-01" in shown
    assert "Montré le 2030-01-01" in french
    assert not {"channel", "closed", "decided"} & set(french.split())
    assert "camille@" not in shown + answer
    assert json.loads(answer)["decided_by"]["phone"].startswith("hubspot:")
