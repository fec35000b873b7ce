"""Days, hours and frequency of calls to consumers: both versions of D223-9, at both ends of every window."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactable.errors import Malformed
from contactable.rules.calling import CallAnswer, CallReason, CallStatus, may_call_at

PARIS = ZoneInfo("Europe/Paris")
Known = tuple[date, ...] | None


def at(text: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def ask(moment: datetime, *, attempts: tuple[date, ...] = (), refusals: tuple[date, ...] = ()) -> CallAnswer:
    """One consumer of the mainland."""
    return may_call_at(moment, attempts, refusals, postcode="75001")


@pytest.mark.parametrize("year", ["2023-03-01", "2026-08-10", "2026-08-11", "2026-11-23"])
@pytest.mark.parametrize(
    ("clock", "allowed"),
    [
        ("09:59:59.999999", False),
        ("10:00:00", True),
        ("12:59:59.999999", True),
        ("13:00:00", False),
        ("13:59:59.999999", False),
        ("14:00:00", True),
        ("19:59:59.999999", True),
        ("20:00:00", False),
    ],
)
def test_a_window_holds_its_start_and_not_its_end(year: str, clock: str, allowed: bool) -> None:
    answer = ask(at(f"{year}T{clock}"))

    assert answer.allowed is allowed
    assert answer.reason == ("inside_hours" if allowed else "outside_hours")


@pytest.mark.parametrize(
    ("asked", "reason", "following"),
    [
        ("2026-11-21T11:00", CallReason.WEEKEND, "2026-11-23T10:00"),
        ("2026-11-22T11:00", CallReason.WEEKEND, "2026-11-23T10:00"),
        ("2026-11-11T11:00", CallReason.PUBLIC_HOLIDAY, "2026-11-12T10:00"),
        ("2026-04-03T20:00", CallReason.OUTSIDE_HOURS, "2026-04-07T10:00"),  # Easter Monday lies between
        ("2026-11-23T13:00", CallReason.OUTSIDE_HOURS, "2026-11-23T14:00"),
        ("2026-12-24T20:00", CallReason.OUTSIDE_HOURS, "2026-12-28T10:00"),
        ("2026-05-25T15:00", CallReason.PUBLIC_HOLIDAY, "2026-05-26T10:00"),  # Pentecost
    ],
)
def test_a_closed_moment_names_the_next_allowed_one(asked: str, reason: CallReason, following: str) -> None:
    answer = ask(at(asked))

    assert (answer.status, answer.reason, answer.next_allowed) == ("not_allowed", reason, at(following))


def test_local_holidays_of_alsace_close_nothing() -> None:
    answer = may_call_at(at("2026-04-03T11:00"), (), (), postcode="67000")

    assert answer.allowed


def test_an_allowed_moment_is_its_own_next_one() -> None:
    moment = at("2026-11-23T10:30:15")

    assert ask(moment).next_allowed == moment


@pytest.mark.parametrize(
    ("utc", "allowed"),
    [
        ("2026-03-27T08:59:59", False),  # winter: UTC+1
        ("2026-03-27T09:00:00", True),
        ("2026-03-30T07:59:59", False),  # summer: UTC+2
        ("2026-03-30T08:00:00", True),
        ("2026-10-23T08:00:00", True),
        ("2026-10-26T08:00:00", False),
        ("2026-10-26T09:00:00", True),
    ],
)
def test_hours_follow_the_changes_of_the_clock(utc: str, allowed: bool) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    assert ask(moment).allowed is allowed


def test_the_next_moment_is_right_across_a_change_of_the_clock() -> None:
    answer = ask(at("2026-03-27T20:00"))

    assert answer.next_allowed == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_four_attempts_in_thirty_days_close_until_the_first_is_past() -> None:
    attempts = tuple(date(2026, 11, day) for day in (1, 2, 3, 4))

    last_day = ask(at("2026-11-30T19:59"), attempts=attempts)
    next_day = ask(at("2026-12-01T10:00"), attempts=attempts)

    assert (last_day.reason, last_day.next_allowed) == ("four_attempts", at("2026-12-01T10:00"))
    assert next_day.allowed


def test_three_attempts_leave_room_for_a_fourth() -> None:
    answer = ask(at("2026-11-05T10:00"), attempts=(date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)))

    assert answer.allowed


def test_several_attempts_on_one_day_all_count() -> None:
    answer = ask(at("2026-11-23T15:00"), attempts=(date(2026, 11, 23),) * 4)

    assert (answer.reason, answer.next_allowed) == ("four_attempts", at("2026-12-23T10:00"))


def test_attempts_after_the_moment_are_not_known_at_it() -> None:
    later = at("2026-11-23T11:00:01")
    tomorrow = date(2026, 11, 24)

    assert ask(at("2026-11-23T11:00"), attempts=(later, later, tomorrow, tomorrow)).allowed


def test_an_attempt_at_the_very_moment_is_known_at_it() -> None:
    moment = at("2026-11-23T11:00")

    assert ask(moment, attempts=(moment,) * 4).reason is CallReason.FOUR_ATTEMPTS


def test_an_attempt_counts_on_its_day_in_paris() -> None:
    just_past_midnight = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)  # 1 November in Paris

    answer = ask(at("2026-11-30T10:00"), attempts=(just_past_midnight,) * 4)

    assert answer.reason is CallReason.FOUR_ATTEMPTS


@pytest.mark.parametrize(("day", "allowed"), [("2026-03-11", False), ("2026-03-12", True)])
def test_a_refusal_closed_sixty_full_days_while_that_rule_lived(day: str, allowed: bool) -> None:
    answer = ask(at(f"{day}T10:00"), refusals=(date(2026, 1, 10),))

    assert answer.allowed is allowed
    assert answer.next_allowed == at("2026-03-12T10:00")


def test_the_sixty_days_end_with_the_rule_in_august_2026() -> None:
    answer = ask(at("2026-08-10T11:00"), refusals=(date(2026, 8, 3),))

    assert (answer.reason, answer.next_allowed) == ("refused_lately", at("2026-08-11T10:00"))


@pytest.mark.parametrize(("day", "reason"), [("2026-08-09", "express_consent"), ("2026-08-15", "weekend")])
def test_express_consent_lifted_the_hours_until_august_2026(day: str, reason: str) -> None:
    answer = may_call_at(at(f"{day}T21:00"), (), (), express_consent=True, postcode="75001")

    assert answer.reason == reason


def test_express_consent_lifts_neither_attempts_nor_refusals() -> None:
    moment = at("2026-08-07T21:00")
    yesterday = date(2026, 8, 6)

    tried = may_call_at(moment, (yesterday,) * 4, (), express_consent=True, postcode="75001")
    refused = may_call_at(moment, (), (yesterday,), express_consent=True, postcode="75001")

    assert (tried.reason, refused.reason) == ("four_attempts", "refused_lately")


@pytest.mark.parametrize(
    ("clock", "allowed"),
    [("20:29:59", False), ("20:30:00", True), ("20:44:59", True), ("20:45:00", False)],
)
def test_an_agreed_slot_lifts_the_hours_for_itself_only(clock: str, allowed: bool) -> None:
    slot = (at("2026-11-22T20:30"), at("2026-11-22T20:45"))  # a Sunday

    answer = may_call_at(at(f"2026-11-22T{clock}"), (), (), [slot], postcode="75001")

    assert answer.allowed is allowed


def test_an_agreed_slot_is_the_next_moment_when_it_comes_first() -> None:
    slot = (at("2026-11-22T20:30"), at("2026-11-22T20:45"))

    answer = may_call_at(at("2026-11-21T12:00"), (), (), [slot], postcode="75001")

    assert answer.next_allowed == slot[0]


def test_an_agreed_slot_lifted_nothing_before_august_2026() -> None:
    slot = (at("2026-08-09T11:00"), at("2026-08-09T12:00"))

    assert may_call_at(slot[0], (), (), [slot], postcode="75001").reason is CallReason.WEEKEND


def test_an_agreed_slot_does_not_lift_the_frequency() -> None:
    slot = (at("2026-11-22T20:30"), at("2026-11-22T20:45"))

    answer = may_call_at(slot[0], (date(2026, 11, 20),) * 4, (), [slot], postcode="75001")

    assert answer.reason is CallReason.FOUR_ATTEMPTS


def test_before_march_2023_there_were_no_hours_and_the_answer_says_so() -> None:
    answer = ask(at("2023-02-26T23:00"), attempts=(date(2023, 2, 26),) * 9)

    assert (answer.status, answer.reason, answer.sources) == ("allowed", "no_hours_yet", ())


@pytest.mark.parametrize("moment", ["2020-01-01T03:00", "2023-03-02T11:00", "2026-08-10T11:00", "2026-11-23T11:00"])
@pytest.mark.parametrize("unknown", [(None, ()), ((), None), (None, None)])
def test_unknown_attempts_or_refusals_are_never_a_yes(moment: str, unknown: tuple[Known, Known]) -> None:
    answer = may_call_at(at(moment), unknown[0], unknown[1], postcode="75001")

    assert answer.status is CallStatus.UNKNOWN
    assert answer.next_allowed is None


def test_a_closed_hour_is_a_no_whatever_is_unknown() -> None:
    answer = may_call_at(at("2026-11-23T21:00"), None, None, postcode="75001")

    assert (answer.status, answer.hours_open_at) == ("not_allowed", at("2026-11-24T10:00"))


@pytest.mark.parametrize("field", ["moment", "attempts", "refusals", "agreed_slots"])
def test_a_moment_without_time_zone_is_refused_and_named(field: str) -> None:
    naive, aware = datetime(2026, 11, 20, 11), at("2026-11-23T11:00")
    given = {"moment": aware, "attempts": (), "refusals": (), "agreed_slots": ()}
    wrong = {"moment": naive, "agreed_slots": [(naive, aware)]}.get(field, [naive])

    with pytest.raises(Malformed, match=field):
        may_call_at(**{**given, field: wrong})  # type: ignore[arg-type]


def test_nothing_is_asked_before_the_rgpd() -> None:
    with pytest.raises(Malformed, match="2018-05-25"):
        ask(at("2018-05-24T23:59"))


@given(
    moment=st.datetimes(datetime(2023, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    ages=st.lists(st.integers(0, 40), max_size=6),
    refused=st.lists(st.integers(0, 70), max_size=1),
)
def test_the_next_moment_is_allowed_and_no_quarter_of_an_hour_before_it(
    moment: datetime, ages: list[int], refused: list[int]
) -> None:
    attempts = tuple(moment.date() - timedelta(days=age) for age in ages)
    refusals = tuple(moment.date() - timedelta(days=age) for age in refused)
    following = ask(moment, attempts=attempts, refusals=refusals).next_allowed
    assert following is not None

    assert _known_then(following, moment, attempts, refusals).allowed
    step = max(timedelta(minutes=15), (following - moment) / 100)
    between = (moment + step * count for count in range(int((following - moment) / step)))
    assert not any(_known_then(then, moment, attempts, refusals).allowed for then in between if then < following)


def _known_then(then: datetime, moment: datetime, attempts: tuple[date, ...], refusals: tuple[date, ...]) -> CallAnswer:
    """The answer later on, from what was known at the moment: a day that had not begun in Paris was not."""
    today = moment.astimezone(PARIS).date()
    return ask(
        then,
        attempts=tuple(day for day in attempts if day <= today),
        refusals=tuple(day for day in refusals if day <= today),
    )
