"""The consumer's time zone: postcode, else country, else prefix; of several, only what all allow."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contactable.rules.calling import CallReason, CallStatus, may_call_at
from contactable.rules.time_zones import FRENCH_ZONES, zones_of

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("postcode", "zone"),
    [
        ("75001", "Europe/Paris"),
        ("20000", "Europe/Paris"),
        ("97 110", "America/Guadeloupe"),
        ("97133", "America/Guadeloupe"),
        ("97200", "America/Martinique"),
        ("97300", "America/Cayenne"),
        ("97400", "Indian/Reunion"),
        ("97500", "America/Miquelon"),
        ("97600", "Indian/Mayotte"),
        ("97700", "America/Guadeloupe"),
        ("97800", "America/Guadeloupe"),
    ],
)
def test_the_postcode_tells_the_time_zone_first(postcode: str, zone: str) -> None:
    assert zones_of(postcode, "FR", "+33639980001") == {zone}


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("RE", "Indian/Reunion"),
        ("YT", "Indian/Mayotte"),
        ("GP", "America/Guadeloupe"),
        ("BL", "America/Guadeloupe"),
        ("MF", "America/Guadeloupe"),
        ("MQ", "America/Martinique"),
        ("GF", "America/Cayenne"),
        ("PM", "America/Miquelon"),
    ],
)
def test_without_a_postcode_an_overseas_country_tells_it(country: str, zone: str) -> None:
    assert zones_of("", country, "+33639980001") == {zone}


@pytest.mark.parametrize(
    ("phone", "zones"),
    [
        ("+33639980001", {"Europe/Paris"}),
        ("+262692000001", {"Indian/Reunion"}),
        ("+262639000001", {"Indian/Mayotte"}),
        ("+262709000001", {"Indian/Reunion", "Indian/Mayotte"}),
        ("+590690000001", {"America/Guadeloupe"}),
        ("+594694000001", {"America/Cayenne"}),
        ("+596696000001", {"America/Martinique"}),
        ("+508550001", {"America/Miquelon"}),
        ("+32470000001", set()),
        ("0639980001", FRENCH_ZONES),
    ],
)
def test_with_neither_the_prefix_tells_it(phone: str, zones: set[str]) -> None:
    assert zones_of(phone=phone) == zones


def test_france_alone_is_any_of_its_zones_until_the_prefix_narrows_it() -> None:
    assert zones_of(country="FR") == FRENCH_ZONES
    assert zones_of(country="FR", phone="+262692000001") == {"Indian/Reunion"}


@pytest.mark.parametrize("postcode", ["1000", "A1000", "", None])
def test_a_postcode_that_is_none_of_france_tells_nothing(postcode: str | None) -> None:
    assert zones_of(postcode, None, "+33639980001") == {"Europe/Paris"}


def test_a_foreign_country_is_not_read_through_a_french_postcode() -> None:
    assert zones_of("97400", "DE") == set()


@pytest.mark.parametrize("where", [{"country": "BE"}, {"postcode": "98000"}, {"phone": "+32470000001"}])
def test_outside_france_the_answer_is_unknown(where: dict[str, str]) -> None:
    answer = may_call_at(datetime(2026, 11, 23, 11, tzinfo=PARIS), (), (), **where)  # type: ignore[arg-type]

    assert (answer.status, answer.reason) == (CallStatus.UNKNOWN, CallReason.OUTSIDE_SCOPE)


@pytest.mark.parametrize(
    ("clock", "allowed"), [("05:59", False), ("06:00", True), ("08:59", True), ("09:00", False), ("15:59", True)]
)
def test_in_la_reunion_the_hours_are_its_own(clock: str, allowed: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-23T{clock}+00:00")

    assert may_call_at(moment, (), (), postcode="97400").allowed is allowed


@pytest.mark.parametrize(
    ("clock", "allowed"),
    [("06:30", False), ("07:00", True), ("09:30", False), ("10:30", False), ("11:00", True), ("16:30", False)],
)
def test_where_two_zones_are_possible_both_must_allow(clock: str, allowed: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-23T{clock}+00:00")

    answer = may_call_at(moment, (), (), phone="+262709000001")

    assert answer.allowed is allowed
    assert answer.zones == ("Indian/Mayotte", "Indian/Reunion")


def test_where_nothing_tells_only_what_all_of_france_allows_is_left() -> None:
    morning = datetime(2026, 11, 23, 10, tzinfo=PARIS)

    answer = may_call_at(morning, (), ())

    assert (answer.allowed, answer.next_allowed) == (False, datetime(2026, 11, 23, 15, tzinfo=PARIS))


def test_a_monday_begins_where_the_consumer_is() -> None:
    sunday_in_guadeloupe = datetime(2026, 11, 23, 3, tzinfo=ZoneInfo("UTC"))

    assert may_call_at(sunday_in_guadeloupe, (), (), country="GP").reason is CallReason.WEEKEND


@pytest.mark.parametrize(("postcode", "hours"), [("97400", 4), ("97110", -4), ("", 1)])
def test_the_next_moment_is_written_in_the_consumers_time_or_in_that_of_paris_where_it_is_not_known(
    postcode: str, hours: int
) -> None:
    evening = datetime(2026, 11, 23, 22, tzinfo=PARIS)

    following = may_call_at(evening, (), (), postcode=postcode, country="FR").next_allowed

    assert following is not None
    assert following.utcoffset() == timedelta(hours=hours)
