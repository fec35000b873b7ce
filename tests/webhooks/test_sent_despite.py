"""What was sent although the person had said no is counted, by sender and campaign, and nothing is kept of whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import blocks
from contactable.register.testing import EMAIL, PHONE, Workbench
from contactable.rules.calendar import paris_day
from contactable.webhooks.despite import GRACE, Despite, count_despite, despite_of
from contactable.webhooks.events import Event, Kind, On, Origin, Trace
from contactable.webhooks.providers import aircall
from contactable.webhooks.request import Request

LOU, LOUS_NUMBER = EMAIL[1], PHONE[1]


def trace(at: datetime, told: Trace = Trace.SENT, on: On = On.EMAIL, key: str = "m1", **said: Any) -> Event:
    who = {"email": LOU} if on is On.EMAIL else {"phone": LOUS_NUMBER}
    facts = {**who, "occurred_at": at, "trace": told, "campaign": "c7", "message_id": key, **said}
    return Event(Kind.IGNORED, on, key, "sent", Origin.PROVIDER, **facts)


def oppose(bench: Workbench, on: str = "email", who: tuple[IdentifierKind, str] = EMAIL, **values: Any) -> None:
    bench.enter(subject=bench.subject(who), on=on, **values)


def counted(bench: Workbench, *events: Event, **options: Any) -> int:
    return bench.write(count_despite, "brevo", events, options)


def after(bench: Workbench, delay: timedelta) -> datetime:
    """A moment after the opposition; the clock then stands a little later."""
    at = bench.clock() + delay
    bench.clock.now = at + timedelta(minutes=1)
    return at


@pytest.mark.parametrize(("delay", "expected"), [(timedelta(0), 0), (GRACE / 2, 0), (GRACE * 2, 1), (GRACE * 999, 1)])
def test_mail_sent_more_than_the_grace_after_an_opposition_is_an_incident(
    bench: Workbench, delay: timedelta, expected: int
) -> None:
    oppose(bench)

    assert counted(bench, trace(after(bench, delay))) == expected


def test_mail_sent_before_the_opposition_is_none(bench: Workbench) -> None:
    sent = bench.clock()
    bench.clock.move(hours=1)
    oppose(bench)
    bench.clock.move(hours=1)

    assert counted(bench, trace(sent)) == 0


def test_mail_to_somebody_who_never_objected_is_none(bench: Workbench) -> None:
    assert counted(bench, trace(after(bench, GRACE * 2))) == 0


def test_a_message_that_is_sent_and_then_delivered_counts_once(bench: Workbench) -> None:
    oppose(bench)
    at = after(bench, GRACE * 2)

    assert [counted(bench, trace(at)), counted(bench, trace(at, Trace.DELIVERED))] == [1, 0]


def test_an_opposition_to_one_channel_says_nothing_of_another(bench: Workbench) -> None:
    oppose(bench, "sms", PHONE)

    assert counted(bench, trace(after(bench, GRACE * 2), Trace.CALL_ENDED, On.VOICE)) == 0


def test_a_call_despite_an_objection_to_calls_is_an_incident(bench: Workbench) -> None:
    oppose(bench, "phone", PHONE)

    assert counted(bench, trace(after(bench, GRACE * 2), Trace.CALL_ENDED, On.VOICE)) == 1


def test_after_a_release_by_the_person_sending_is_no_incident(bench: Workbench) -> None:
    oppose(bench)
    bench.clock.move(hours=1)
    bench.enter("release")

    assert counted(bench, trace(after(bench, GRACE * 2))) == 0


@pytest.mark.parametrize(("options", "expected"), [
    ({}, 1), ({"transactional": False}, 1), ({"transactional": True}, 0), ({"transactional": ["c7"]}, 0),
    ({"transactional": ["c8"]}, 1),
])  # fmt: skip
def test_transactional_streams_are_left_out_by_setting(
    bench: Workbench, options: dict[str, Any], expected: int
) -> None:
    oppose(bench)

    assert counted(bench, trace(after(bench, GRACE * 2)), **options) == expected


def test_who_left_one_named_list_may_still_be_written_to_for_others(bench: Workbench) -> None:
    bench.write(blocks.connect, {}, ["news"])
    oppose(bench, scope_kind="subscription", scope_id="news")

    assert counted(bench, trace(after(bench, GRACE * 2))) == 0


def test_incidents_are_told_by_sender_and_campaign_and_name_nobody(bench: Workbench) -> None:
    oppose(bench)
    at = after(bench, GRACE * 2)
    counted(bench, trace(at), trace(at, key="m2"), trace(at, key="m3", campaign=None))

    told = list(bench.read(lambda tx, day: list(despite_of(tx, day)), paris_day(at)))

    day = paris_day(at)
    assert told == [Despite(day, "brevo", "c7", "email", 2), Despite(day, "brevo", "", "email", 1)]
    assert LOU not in repr(told)


def call(direction: str) -> bytes:
    return (
        b'{"event": "call.ended", "timestamp": 1795510000, "data": {"id": 7, "raw_digits": "+33 6 39 98 00 01",'
        b' "direction": "%s", "tags": [], "comments": []}}' % direction.encode()
    )


@pytest.mark.parametrize(("direction", "told"), [("outbound", Trace.CALL_ENDED), ("inbound", None)])
def test_a_call_that_the_person_made_is_no_call_of_ours(bench: Workbench, direction: str, told: Trace | None) -> None:
    (event,) = aircall.parse(Request(call(direction), bench.clock()))

    assert event.trace is told
