"""When a contact may be called: hours and frequency of D223-9, as one moment that a CRM can filter on.

The hours of a day are three stretches of three hours. The moment written is the start of the stretch that runs, or of
the next one in which the person may be called: so "within the last three hours" means now, in the person's own time,
and ceases to hold by itself when the stretch ends, even should nobody write any more. Empty where calls are closed,
where the time zone is one of several, and where nobody knows of all calls. Professionals have no hours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from contactable.clock import Clock
from contactable.identifiers import IdentifierKind
from contactable.judging import Verdicts
from contactable.own_properties import PROPERTIES
from contactable.register import MirrorRow, Tx, calls, cursors, mirror, outbox
from contactable.register.calls import NOT_KNOWN, History
from contactable.rules import Channel, Reason
from contactable.rules.calling import may_call_at
from contactable.rules.time_zones import FRENCH_ZONES, shared_prefix

if TYPE_CHECKING:
    from contactable.kit import Contactable

NEXT_CALL = "contactable_phone_next_call"
STRETCHES = (time(10), time(14), time(17))  # of 10–13 h and 14–20 h
LASTS = timedelta(hours=3)
NUMBERS = "call_prefix"
"""The name under which a contact's facts keep the prefix of its numbers; no fact of the law."""
_ROLLED = "next calls"
_CALLED = (IdentifierKind.PHONE, IdentifierKind.RECORD)


def prefix_fact(identifiers: Iterable[tuple[IdentifierKind, str]]) -> list[str] | None:
    """What a contact's facts keep of its numbers: the prefix that tells the time zone, where all have the same."""
    prefix = shared_prefix(text for kind, text in identifiers if kind is IdentifierKind.PHONE)
    return [prefix, "number"] if prefix else None


@dataclass(frozen=True, slots=True)
class NextCalls:
    """Tells the next call of contacts. ``sources`` are those that tell of calls, or should."""

    sources: Callable[[Tx], Sequence[str]]
    clock: Clock

    def histories(self, tx: Tx, connector: str, record_ids: Collection[str]) -> Mapping[str, History]:
        """What is known of the calls to each of these contacts, looked up at once."""
        sources = self.sources(tx)
        if not calls.all_reach(tx, sources):
            return dict.fromkeys(record_ids, NOT_KNOWN)
        carried = mirror.subjects_of_contacts(tx, connector, record_ids)
        called = {id: [who for who, kind in carried.get(id, ()) if kind in _CALLED] for id in record_ids}
        return calls.histories(tx, called, sources)

    def of(self, row: MirrorRow, verdicts: Verdicts, known: History) -> str:
        """The moment for one contact (ISO, UTC), or an empty text. ``known`` are the calls to it."""
        verdict = verdicts["main"][Channel.PHONE]
        if not verdict.allowed or verdict.reason is Reason.LEGITIMATE_INTEREST_PROFESSIONAL or known.attempts is None:
            return ""
        told = {name: (row.facts.get(name) or [None])[0] for name in ("postcode", "country", NUMBERS)}
        answer = may_call_at(
            self.clock(),
            known.attempts,
            known.refusals,
            postcode=told["postcode"],
            country=told["country"],
            phone=told[NUMBERS],
        )
        if answer.next_allowed is None or len(answer.zones) != 1:
            return ""
        return _written(stretch_of(answer.next_allowed.astimezone(ZoneInfo(answer.zones[0]))))


def stretch_of(local: datetime) -> datetime:
    """The start of the stretch in which a moment inside the hours lies."""
    start = max(each for each in STRETCHES if each <= local.time())
    return datetime.combine(local.date(), start, local.tzinfo)


def roll(kit: Contactable, name: str, wake: Callable[[], None]) -> str:
    """Have contacts of one CRM decided anew whose stretch is over; return how many, where one has ended."""
    now = kit.clock()
    with kit.register.read() as tx:
        last = (cursors.get(tx, name, _ROLLED) or {}).get("at")
    if last and not _has_ended(datetime.fromisoformat(last), now):
        return ""
    promised, after = 0, ""
    while page := kit.register.write(partial(_promise_over, name=name, after=after, now=now)):
        after, count = page
        promised += count
    kit.register.write(lambda tx: cursors.set(tx, name, _ROLLED, {"at": now.isoformat()}))
    if promised:
        wake()
    return f"{promised} contacts" if promised else ""


def _promise_over(tx: Tx, name: str, after: str, now: datetime) -> tuple[str, int] | None:
    ids = mirror.contact_ids(tx, name, after=after)
    if not ids:
        return None
    over = [id for id, row in mirror.contacts(tx, name, ids).items() if _is_over(row, now)]
    outbox.promise(tx, name, over, why="hours")
    return ids[-1], len(over)


def _is_over(row: MirrorRow, now: datetime) -> bool:
    value = (row.written or {}).get(PROPERTIES, {}).get(NEXT_CALL)
    return value is not None and value != "" and datetime.fromisoformat(value) + LASTS <= now


def _has_ended(last: datetime, now: datetime) -> bool:
    """Whether a stretch ended between two moments, anywhere in France."""
    return now - last > timedelta(days=1) or any(last < end <= now for end in _ends(now))


def _ends(now: datetime) -> Iterator[datetime]:
    for zone in map(ZoneInfo, FRENCH_ZONES):
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            yield from (datetime.combine(day, start, zone) + LASTS for start in STRETCHES)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
