"""``may_call_at`` of the kit counts the calls that phone systems and CRMs told of, under whatever the person has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contactable import Contactable, call_records
from contactable.cli import Context
from contactable.clock import Clock, utc_now
from contactable.commands.calling import command
from contactable.loading import load
from contactable.register import mirror
from contactable.register.testing import HandClock
from contactable.sandbox import HubSpotSandbox

NUMBER = "+33639980001"
PERSON = {"email": "camille@example.com", "phone": NUMBER, "audience": "consumer", "country": "FR"}
Connect = Callable[..., Contactable]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 10, tzinfo=UTC)


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([PERSON]) as sandbox:
        yield sandbox


def record_call(crm: HubSpotSandbox, days_ago: float, now: datetime = NOW, **said: str) -> None:
    at = now - timedelta(days=days_ago)
    given = {"hs_timestamp": at.isoformat(), "hs_call_direction": "OUTBOUND", **said}
    crm.portal.calls.add(given, crm.portal.now, tuple(crm.portal.contacts.by_id))


def synced(connect: Connect, crm: HubSpotSandbox, more: str = "", clock: Clock = lambda: NOW) -> Contactable:
    """A kit that has read the CRM, its calls included."""
    kit = connect(crm, more, clock=clock)
    load(kit, "hubspot")
    kit.reader("hubspot").sync()
    return kit


def reasons(kit: Contactable, crm: HubSpotSandbox) -> set[str]:
    (id,) = crm.portal.contacts.by_id
    answers = (
        kit.may_call_at(MONDAY, phone=NUMBER, postcode="75001"),
        kit.may_call_at(MONDAY, record=f"hubspot:{id}", postcode="75001"),
    )
    return {str(each.reason) for each in answers}


def test_four_calls_that_the_crm_recorded_close_the_phone_for_a_while(crm: HubSpotSandbox, connect: Connect) -> None:
    for days_ago in (1, 2, 3, 4):
        record_call(crm, days_ago)
    kit = synced(connect, crm)

    assert reasons(kit, crm) == {"four_attempts"}


def test_calls_of_last_quarter_and_received_ones_do_not_count(crm: HubSpotSandbox, connect: Connect) -> None:
    for days_ago in (31, 40, 50):
        record_call(crm, days_ago)
    for days_ago in (1, 2, 3):
        record_call(crm, days_ago, hs_call_direction="INBOUND")
    kit = synced(connect, crm)

    assert reasons(kit, crm) == {"inside_hours"}


def test_an_outcome_given_after_later_calls_were_read_is_not_lost(crm: HubSpotSandbox, connect: Connect) -> None:
    record_call(crm, 0)
    kit = synced(connect, crm, '[connectors.hubspot.mapping]\nopposed_phone_on = [{ outcome = "refused" }]\n')
    record_call(crm, 0.1, hs_call_disposition="refused")
    load(kit, "hubspot")

    assert kit.may_contact("phone", phone=NUMBER).reason == "opposition"


REFUSED = '[connectors.hubspot.mapping]\nopposed_phone_on = [{ outcome = "refused" }]\n'


def record_meeting(crm: HubSpotSandbox, days_ago: float, outcome: str) -> None:
    at = (NOW - timedelta(days=days_ago)).isoformat()
    given = {"hs_meeting_start_time": at, "hs_meeting_outcome": outcome}
    crm.portal.meetings.add(given, crm.portal.now, tuple(crm.portal.contacts.by_id))


def test_whoever_refused_in_a_meeting_is_closed_by_its_outcome_and_a_kept_one_is_a_contact(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    record_meeting(crm, 40, "COMPLETED")
    kit = synced(connect, crm, REFUSED + 'last_contact_on = [{ outcome = "COMPLETED" }]\n')
    before = kit.may_contact("phone", phone=NUMBER).reason
    record_meeting(crm, 0.5, "refused")
    load(kit, "hubspot")
    (id,) = crm.portal.contacts.by_id
    with kit.register.read() as tx:
        row = mirror.contact(tx, "hubspot", str(id))

    assert before != "opposition"
    assert kit.may_contact("phone", phone=NUMBER).reason == "opposition"
    assert row is not None
    assert list(row.facts["last_contact_on"]) == ["2026-10-15", "outcome:COMPLETED"]
    assert list(row.facts["opposed_phone_on"])[1] == "outcome:refused"


def test_meetings_are_no_calls_and_nobody_asks_for_them_without_an_outcome(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    for days_ago in (1, 2, 3, 4):
        record_meeting(crm, days_ago, "COMPLETED")
    kit = synced(connect, crm)
    unasked = crm.journal.count("meetings")
    kit.close()
    asking = synced(connect, crm, REFUSED)

    assert reasons(asking, crm) == {"inside_hours"}
    assert unasked == 0
    assert crm.journal.count("meetings") > 0


def test_an_outcome_that_the_mapping_asks_for_later_is_looked_for_among_all_calls(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    record_call(crm, 200, hs_call_disposition="refused")
    record_call(crm, 1)
    kit = synced(connect, crm)
    before = kit.may_contact("phone", phone=NUMBER).reason
    kit.close()

    asking = synced(connect, crm, REFUSED)

    assert before != "opposition"
    assert asking.may_contact("phone", phone=NUMBER).reason == "opposition"


def test_a_long_list_of_calls_is_read_seldom_and_not_forgotten(
    crm: HubSpotSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_records, "LONG", 0.0)
    monkeypatch.setattr(call_records, "SHARE", 1e6)
    clock = HandClock(NOW)
    kit = synced(connect, crm, clock=clock)
    for days_ago in (1, 2, 3, 4):
        record_call(crm, days_ago)
    kit.reader("hubspot").sync()
    before = reasons(kit, crm)
    clock.move(days=10)
    kit.reader("hubspot").sync()

    assert (before, reasons(kit, crm)) == ({"inside_hours"}, {"four_attempts"})


def test_without_a_source_of_calls_nobody_knows_of_attempts(make_kit: Connect) -> None:
    assert make_kit().may_call_at(MONDAY, phone=NUMBER).reason == "attempts_unknown"


def test_a_phone_system_that_never_told_a_call_leaves_attempts_unknown(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = synced(connect, crm, '[endpoints.aircall]\nprovider = "aircall"\nunsigned = true\n')

    assert reasons(kit, crm) == {"attempts_unknown"}


def test_the_command_counts_what_the_register_knows_beside_what_it_is_told(
    crm: HubSpotSandbox, connect: Connect, tmp_path: Path
) -> None:
    for days_ago in (1, 2, 3):
        record_call(crm, days_ago, datetime.now(UTC))
    synced(connect, crm, clock=utc_now)
    settings = tmp_path / "contactable.toml"
    settings.write_text(TOML.format(url=crm.url))

    assert answer(settings)["reason"] not in ("attempts_unknown", "four_attempts")
    assert answer(settings, "--attempt", f"{datetime.now(UTC):%Y-%m-%d}")["reason"] == "four_attempts"


def answer(settings: Path, *more: str) -> dict[str, Any]:
    options = ["--phone", NUMBER, "--at", MONDAY.isoformat(), *more, "--json"]
    result = CliRunner().invoke(command, options, obj=Context(settings))
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


TOML = """
public_url = "https://crm.example.com/contactable"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
"""
