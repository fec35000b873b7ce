"""Reports to 33700 without a number warn on the day on which we hear of them, from as many on as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from contactable import Contactable
from contactable.incidents import troubles
from contactable.register.testing import HandClock
from contactable.webhooks.events import Event, Kind, On, Scope, ScopeKind
from contactable.webhooks.incidents import INCIDENT, Incidents, count_incidents, heard_on, incidents_of

Make = Callable[..., Contactable]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def hear(kit: Contactable, *keys: str, at: datetime, count: int = 1) -> None:
    """Reports of somebody, of a campaign of ours."""
    scope = Scope(ScopeKind.SENDER, "MABRAND")
    told = [
        Event(Kind.IGNORED, On.SMS, key, INCIDENT, scope=scope, occurred_at=at, campaign="c7", count=count)
        for key in keys
    ]
    kit.register.write(lambda tx: count_incidents(tx, told))


def warned(kit: Contactable) -> list[str]:
    """The names of the alerts about 33700."""
    return [each.id for each in troubles(kit) if each.id.startswith("33700:")]


def test_a_report_of_yesterday_that_we_hear_of_today_warns_today_and_stays_a_report_of_yesterday(
    make_kit: Make, clock: HandClock
) -> None:
    kit, yesterday = make_kit(clock=clock), clock() - timedelta(days=1)

    hear(kit, "1", "2", "1", at=yesterday)

    with kit.register.read() as tx:
        reported, heard = (list(look(tx, clock().date())) for look in (incidents_of, heard_on))
        before = list(incidents_of(tx, yesterday.date()))
    assert warned(kit) == ["33700:2026-11-24:MABRAND:c7"]
    assert (reported, heard) == ([], [Incidents(clock().date(), "MABRAND", "c7", 2)])
    assert before == [Incidents(yesterday.date(), "MABRAND", "c7", 2)]


def test_a_report_is_told_for_a_day_and_one_that_is_heard_again_warns_no_more(make_kit: Make, clock: HandClock) -> None:
    kit, reported = make_kit(clock=clock), clock() - timedelta(days=1)
    hear(kit, "1", at=reported)
    clock.move(days=1)

    hear(kit, "1", at=reported)

    assert warned(kit) == []


def test_fewer_reports_than_the_settings_say_warn_nobody(make_kit: Make, clock: HandClock) -> None:
    kit = make_kit("[alerts]\nreports_33700 = 12\n", clock=clock)

    hear(kit, "1", at=clock(), count=11)
    few = warned(kit)
    hear(kit, "2", at=clock())

    assert (few, warned(kit)) == ([], ["33700:2026-11-24:MABRAND:c7"])
