"""The overview: whom one may approach today and why not the others, what changed, and what will change by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from flask import Response

from contactable.console.private.visits import Page, Visit
from contactable.console.site.languages import marked
from contactable.register import Tx, summary
from contactable.register.accounts import Role
from contactable.register.summary import UNWRITTEN, Summary
from contactable.rules import Channel, Reason
from contactable.rules.calendar import paris_day
from contactable.rules.labels import Language, label
from contactable.webhooks.despite import despite_of
from contactable.webhooks.incidents import incidents_of

FEW: Final = 5_000
"""Contacts that are counted while the page is made, where the counts are older than ``FRESH``."""
FRESH: Final = timedelta(seconds=20)
AUDIENCES: Final = {
    "consumer": marked("Consumers"),
    "professional": marked("Professionals"),
    "": marked("Unknown whether consumer or professional"),
}
ORIGINS: Final = {
    "recipient": marked("the person, by a link, a STOP or an unsubscribe"),
    "complaint": marked("a complaint, or 33700"),
    "crm_user": marked("a colleague, in the CRM or here"),
    "admin": marked("somebody in a sender's console, or an import"),
    "api": marked("another application"),
    "provider": marked("a sender, by itself"),
    "link_click": marked("a tracked link"),
    "echo": marked("an older act that a sender told again"),
    "unknown": marked("unknown"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its text, a number, and its length in whole percent (1 for the smallest that is not nothing)."""

    text: str
    number: int
    percent: int
    opens: bool


@dataclass(frozen=True, slots=True)
class ChannelCounts:
    """One channel: how many are open of how many, by audience, and the reasons, open ones first."""

    channel: str
    open: int
    closed: int
    audiences: Sequence[tuple[str, int, int]]  # text, open, all
    bars: Sequence[Bar]
    opened: int  # within 30 days
    shut: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Messages that people reported, or that went out despite an opposition: when, whose, how many."""

    day: date
    what: str
    sender: str
    campaign: str
    number: int


def overview(visit: Visit) -> Response:
    """The page."""
    found = _summary(visit)
    if found is None:
        return visit.page("overview", found=None, channels=[], soon=[], origins=[], warned=[])
    with visit.doors.register().read() as tx:
        warned = list(_warned(tx, paris_day(visit.doors.clock())))
    return visit.page(
        "overview",
        found=found,
        channels=[_channel(found, channel, visit.language) for channel in Channel],
        soon=list(_soon(found, visit.language)),
        origins=_bars([(ORIGINS.get(origin, origin), number, False) for origin, number in found.origins]),
        warned=warned,
    )


def count_again(visit: Visit) -> Response:
    """Count now, whatever the size; somebody asked for it."""
    summary.count(visit.doors.register(), paris_day(visit.doors.clock()))
    return visit.go("overview")


def _summary(visit: Visit) -> Summary | None:
    register, now = visit.doors.register(), visit.doors.clock()
    with register.read() as tx:
        found = summary.kept(tx)
    if found and (found.contacts > FEW or now - found.counted_at < FRESH):
        return found
    if found is None and not _is_small(visit):
        return None
    return summary.count(register, paris_day(now))


def _is_small(visit: Visit) -> bool:
    with visit.doors.register().read() as tx:
        return summary.there(tx, FEW + 1) <= FEW


def _channel(found: Summary, channel: Channel, language: Language) -> ChannelCounts:
    of_channel = [(reason, audience, number) for of, reason, audience, number in found.verdicts if of == channel]
    reasons: Counter[str] = Counter()
    by_audience: dict[str, list[int]] = {}
    for reason, audience, number in of_channel:
        reasons[reason] += number
        counted = by_audience.setdefault(audience, [0, 0])
        counted[0] += number * _opens(reason)
        counted[1] += number
    changes = {opened: number for of, opened, number in found.changes if of == channel}
    open_ones = sum(number for reason, number in reasons.items() if _opens(reason))
    rows = [(_said(reason, language), number, _opens(reason)) for reason, number in reasons.items()]
    return ChannelCounts(
        channel=label(channel, language),
        open=open_ones,
        closed=found.contacts - open_ones,
        audiences=[(text, both[0], both[1]) for name, text in AUDIENCES.items() if (both := by_audience.get(name))],
        bars=_bars(rows),
        opened=changes.get(True, 0),
        shut=changes.get(False, 0),
    )


def _bars(rows: Iterable[tuple[str, int, bool]]) -> list[Bar]:
    ordered = sorted(rows, key=lambda row: (not row[2], -row[1], row[0]))
    most = max((number for _, number, _ in ordered), default=1) or 1
    return [Bar(text, number, max(1, round(100 * number / most)), opens) for text, number, opens in ordered]


def _opens(reason: str) -> bool:
    return reason != UNWRITTEN and Reason(reason).opens


def _said(reason: str, language: Language) -> str:
    return marked("Not decided yet") if reason == UNWRITTEN else label(Reason(reason), language)


def _soon(found: Summary, language: Language) -> Iterator[tuple[str, str, int, int]]:
    """Channel, what changes, within how many days, how many contacts."""
    what = {"allowed": marked("open today"), "denied": marked("closed today")}
    order = {channel: place for place, channel in enumerate(Channel)}
    for channel, state, days, number in sorted(found.soon, key=lambda row: (row[2], order[Channel(row[0])], row[1])):
        yield label(Channel(channel), language), what.get(state, state), days, number


def _warned(tx: Tx, today: date) -> Iterator[Warned]:
    """Of the last 30 days, newest first."""
    for back in range(summary.LOOKS_BACK.days):
        day = today - timedelta(days=back)
        for each in incidents_of(tx, day):
            yield Warned(day, marked("reported to 33700"), each.sender, each.campaign, each.count)
        for one in despite_of(tx, day):
            yield Warned(day, marked("sent despite an opposition"), one.endpoint, one.campaign, one.count)


PAGES = (
    Page("overview", "/", Role.VIEWER, marked("Overview"), overview),
    Page("count_again", "/count", Role.OPERATOR, "", count_again, posts=True),
)
