"""When a contact may be called, on its HubSpot properties and in the list "To call now", over a day and over calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from contactable import Contactable, segments
from contactable.loading import drain, load
from contactable.next_calls import NEXT_CALL
from contactable.register.testing import HandClock
from contactable.rules.time_zones import shared_prefix
from contactable.sandbox import HubSpotSandbox
from contactable.tasks import tasks

Connect = Callable[..., Contactable]
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)  # in Paris it is an hour later
AGREED = {
    "consent_phone_on": "2026-10-01",
    "consent_phone_act": "positive",
    "consent_phone_to": "us",
    "consent_phone_proof": "yes",
    "consent_phone_complete": "yes",
}
KNOWN = {"audience": "consumer", "country": "FR", "last_contact_on": "2026-10-01"}
CONSUMER = {**KNOWN, **AGREED}
UNTOLD = {"informed": "", "related_to_profession": "", "source": ""}
PEOPLE = [
    {**CONSUMER, "email": "paris@example.com", "mobilephone": "+33639980001"},
    {**CONSUMER, "email": "reunion@example.com", "mobilephone": "0639980002", "zip": "97400"},
    {**KNOWN, "email": "closed@example.com", "mobilephone": "+33639980003", **UNTOLD},
    {**CONSUMER, "email": "somewhere@example.com", "mobilephone": "+3225550000"},
]
PARIS, REUNION, CLOSED, SOMEWHERE = range(4)


def at(hour: int, minute: int = 0, days: int = 0) -> datetime:
    """That hour in UTC on Monday, or days later."""
    return MONDAY.replace(hour=hour, minute=minute) + timedelta(days=days)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(MONDAY)


@pytest.fixture
def crm(clock: HandClock) -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox(PEOPLE, clock=clock.seconds) as sandbox:
        yield sandbox


@pytest.fixture
def at_midnight(crm: HubSpotSandbox, connect: Connect, clock: HandClock) -> Contactable:
    """A kit that began at midnight."""
    kit = connect(crm, clock=clock)
    load(kit, "hubspot")
    segments.make(kit, "hubspot", ["call_now"])
    return kit


@pytest.fixture
def kit(at_midnight: Contactable, clock: HandClock) -> Contactable:
    """The same at ten o'clock, eleven in Paris."""
    clock.now = at(10)
    run(at_midnight, "hours")
    return at_midnight


def next_call(crm: HubSpotSandbox, who: int) -> str:
    id = list(crm.portal.contacts.by_id)[who]
    return crm.contact(id).properties.get(NEXT_CALL, "")


def to_call(kit: Contactable, crm: HubSpotSandbox) -> list[int]:
    """Who is in the list now, by number."""
    (found,) = [each for each in kit.connectors["hubspot"].lists() if each.name == "To call now"]  # type: ignore[attr-defined]
    numbers = {str(id): number for number, id in enumerate(crm.portal.contacts.by_id)}
    return [numbers[id] for id, _ in found.members]


def run(kit: Contactable, name: str) -> str:
    (task,) = [each for each in tasks(kit, lambda: None) if each.name == f"{name} hubspot"]
    note = task.run()
    drain(kit, "hubspot")
    return note


def call(crm: HubSpotSandbox, who: int, moment: datetime, direction: str = "OUTBOUND") -> None:
    id = list(crm.portal.contacts.by_id)[who]
    told = {"hs_timestamp": str(int(moment.timestamp() * 1000)), "hs_call_direction": direction}
    crm.portal.calls.add(told, crm.portal.now, (id,))


def test_each_may_be_called_in_the_hours_of_where_the_person_is(crm: HubSpotSandbox, kit: Contactable) -> None:
    assert next_call(crm, PARIS) == "2026-11-30T09:00:00.000Z"  # since ten o'clock in Paris
    assert next_call(crm, REUNION) == "2026-11-30T10:00:00.000Z"  # since two o'clock in La Réunion
    assert next_call(crm, CLOSED) == ""


def test_where_the_time_zone_is_one_of_several_no_moment_is_told(crm: HubSpotSandbox, kit: Contactable) -> None:
    assert next_call(crm, SOMEWHERE) == ""
    assert SOMEWHERE not in to_call(kit, crm)


@pytest.mark.parametrize(
    ("hour", "minute", "who"),
    [
        (8, 59, [REUNION]),  # just before ten in Paris, and before one in La Réunion
        (9, 1, [PARIS]),
        (11, 59, [PARIS, REUNION]),
        (12, 1, [REUNION]),
        (16, 1, [PARIS]),
        (19, 1, []),
    ],
)
def test_the_list_holds_who_may_be_called_at_that_minute(
    crm: HubSpotSandbox, at_midnight: Contactable, clock: HandClock, hour: int, minute: int, who: list[int]
) -> None:
    for passed in range(hour + 1):  # the schedule has run all day
        clock.now = at(passed, minute if passed == hour else 0)
        run(at_midnight, "hours")

    assert to_call(at_midnight, crm) == who


def test_the_list_empties_by_itself_when_nobody_writes_any_more(
    crm: HubSpotSandbox, kit: Contactable, clock: HandClock
) -> None:
    clock.now = at(11, 59)
    before = to_call(kit, crm)

    clock.now = at(12, 1)

    assert PARIS in before
    assert PARIS not in to_call(kit, crm)


def test_nothing_is_looked_at_while_no_stretch_ends(crm: HubSpotSandbox, kit: Contactable, clock: HandClock) -> None:
    run(kit, "hours")
    clock.now = at(10, 30)
    assert run(kit, "hours") == ""

    clock.now = at(12, 30)

    assert run(kit, "hours") == "1 contacts"
    assert next_call(crm, PARIS) == "2026-11-30T13:00:00.000Z"


def test_on_friday_evening_the_next_call_is_on_monday(crm: HubSpotSandbox, kit: Contactable, clock: HandClock) -> None:
    clock.now = at(19, 30, days=4)

    run(kit, "hours")

    assert next_call(crm, PARIS) == "2026-12-07T09:00:00.000Z"


def test_the_fourth_call_in_thirty_days_takes_the_contact_out(
    crm: HubSpotSandbox, kit: Contactable, clock: HandClock
) -> None:
    for days in (20, 10, 5):
        call(crm, PARIS, clock.now - timedelta(days=days))
    call(crm, PARIS, clock.now - timedelta(days=1), direction="INBOUND")
    run(kit, "sync")
    assert PARIS in to_call(kit, crm)

    call(crm, PARIS, clock.now - timedelta(minutes=5))
    run(kit, "sync")

    assert PARIS not in to_call(kit, crm)
    assert next_call(crm, PARIS) == "2026-12-10T09:00:00.000Z"  # the first of the four is thirty days ago


def test_a_call_that_was_told_already_has_nobody_decided_anew(
    crm: HubSpotSandbox, kit: Contactable, clock: HandClock
) -> None:
    call(crm, PARIS, clock.now - timedelta(hours=2))
    run(kit, "sync")
    crm.journal.clear()

    run(kit, "sync")

    assert crm.journal.count("batch_update") == 0


def test_a_professional_has_no_hours_and_is_in_the_list_at_night(
    crm: HubSpotSandbox, kit: Contactable, clock: HandClock
) -> None:
    id = list(crm.portal.contacts.by_id)[CLOSED]
    professional = {"audience": "professional", "informed": "yes", "related_to_profession": "yes", "source": "person"}
    crm.as_person(id, professional)
    load(kit, "hubspot", full=True)
    clock.now = at(22)

    assert crm.contact(id).properties["contactable_phone_reason"] == "legitimate_interest_professional"
    assert next_call(crm, CLOSED) == ""
    assert to_call(kit, crm) == [CLOSED]


@pytest.mark.parametrize(
    ("phones", "prefix"),
    [
        (["+33639980001", "+33199001234"], "+33"),
        (["+262692000000"], "+262692"),
        (["+33639980001", "+262692000000"], ""),
        (["+3225550000"], ""),
        ([], ""),
    ],
)
def test_of_several_numbers_only_what_they_share_tells_the_zone(phones: list[str], prefix: str) -> None:
    assert shared_prefix(phones) == prefix
