"""The brake: too many contacts must not open at once unless a person has said so. Closings are never held back.

A wrong mapping, a declaration too wide, or a change of settings could open a whole portal. Openings on a channel over
24 hours beyond the limit wait; what was shown before stays. A person who approves lets through what waits, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from contactable.judging import Verdicts
from contactable.register import NewEntry, Tx, cursors, ledger, marks, mirror, outbox, shown
from contactable.rules import Channel, Reason, Verdict
from contactable.settings import BrakeSettings

WINDOW = timedelta(hours=24)
HELD = outbox.HELD
Opening = tuple[str, Channel]
"""An offer's name and a channel."""


@dataclass
class Allowance:
    """How many more contacts may open on each channel now; used up as they do."""

    least: int
    used: Counter[Opening]
    all: Callable[[], int] = lambda: 0  # asked where the least is used up: to count the contacts of a CRM takes a while
    strict: bool = False  # after a restore: what was never written counts as closed too
    approved_at: datetime | None = None

    def after(self, earlier: Allowance | None) -> Allowance:
        """This, less what was let pass under an earlier look and is not in the register yet."""
        if earlier is not None and earlier.approved_at == self.approved_at:
            self.used |= earlier.used  # of each opening the higher count
        return self

    def hold(self, verdicts: Verdicts, before: Mapping[str, Mapping[str, str]]) -> tuple[Verdicts, bool]:
        """What may be shown of a contact now, and whether an opening was held back.

        An opening that is held keeps what was shown before; closings and everything else pass.
        """
        held = {
            (offer, channel)
            for offer, channel in _openings(verdicts, before, self.strict)
            if not self._take((offer, channel))
        }
        if not held:
            return verdicts, False
        kept = {
            offer: {
                channel: _as_before(verdict, before.get(offer)) if (offer, channel) in held else verdict
                for channel, verdict in by_channel.items()
            }
            for offer, by_channel in verdicts.items()
        }
        return kept, True

    def _take(self, opening: Opening) -> bool:
        self.used[opening] += 1
        return self.used[opening] <= self.least or self.used[opening] <= self._all

    @cached_property
    def _all(self) -> int:
        return self.all()


def allowance(tx: Tx, connector: str, settings: BrakeSettings) -> Allowance:
    """What is left of the limit: openings of the last 24 hours count, and not those before the last approval.

    Nothing is left after a restore, until a person approves.
    """
    if awaits_approval(tx, connector):
        return Allowance(0, Counter(), strict=True)
    approved = cursors.get(tx, connector, HELD)
    approved_at = None if approved is None else cursors.updated(tx)[connector, HELD]
    since = max(tx.now - WINDOW, approved_at or tx.now - WINDOW)
    found = shown.opened_since(tx, connector, since)
    opened = Counter({(offer, Channel(channel)): count for (offer, channel), count in found.items()})
    waited: int = (approved or {}).get("waiting", 0)

    def limit() -> int:
        return waited + int(settings.share * mirror.counts(tx).get(connector, 0))

    return Allowance(waited + settings.contacts, opened, limit, approved_at=approved_at)


def waiting(tx: Tx, connector: str) -> list[str]:
    """The contacts of which an opening is held back."""
    return outbox.waiting_for(tx, connector, HELD)


def approve(tx: Tx, connector: str, by: str) -> int:
    """Let through what waits now; return how many contacts. ``by`` says who decided, in the register."""
    ids = waiting(tx, connector)
    details = {"what": "brake", "connector": connector, "contacts": len(ids), "by": by}
    ledger.record(tx, [NewEntry(kind="approval", origin="operator", details=details)])
    cursors.set(tx, connector, HELD, {"waiting": len(ids)})
    outbox.promise(tx, connector, ids, urgent=True, why="approved")
    _end_restoring(tx)
    return len(ids)


def awaits_approval(tx: Tx, connector: str) -> bool:
    """Whether the register was restored, and nobody has approved since that this CRM's contacts may open."""
    restored = marks.get(tx, marks.RESTORED)
    approved_at = cursors.updated(tx).get((connector, HELD))
    return restored is not None and (approved_at is None or approved_at <= datetime.fromisoformat(restored))


def _end_restoring(tx: Tx) -> None:
    """Take the mark of a restore away once every CRM is approved."""
    if not any(awaits_approval(tx, connector) for connector in mirror.counts(tx)):
        marks.remove(tx, marks.RESTORED)


def _openings(verdicts: Verdicts, before: Mapping[str, Mapping[str, str]], strict: bool) -> Iterable[Opening]:
    for offer, by_channel in verdicts.items():
        for channel, verdict in by_channel.items():
            reason = before.get(offer, {}).get(channel)
            if verdict.allowed and (strict if reason is None else not Reason(reason).opens):
                yield offer, channel


def _as_before(verdict: Verdict, before: Mapping[str, str] | None) -> Verdict:
    reason = (before or {}).get(verdict.channel, Reason.PLACE_UNKNOWN)
    return Verdict(verdict.channel, allowed=False, reason=Reason(reason))
