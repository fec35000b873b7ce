"""What a sync would write, counted: contacts are understood and decided as always, and nothing is kept or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from contactable.beside import read_beside
from contactable.connectors.protocol import Connector, ContactRecord, Page, ShowsOptOuts
from contactable.identifiers import IdentifierKind
from contactable.kinds import met, unchanged_properties
from contactable.mapping import in_force_on
from contactable.register import Entry, MirrorRow, SeenContact, Tx, cursors, ledger, mirror, subjects
from contactable.rereading import pages_since
from contactable.rules import Channel, Reason
from contactable.rules.calendar import paris_day
from contactable.sync import CHANGES, Progress
from contactable.together import oppositions_of_carriers, with_oppositions
from contactable.understanding import Understanding, Understood
from contactable.unsubscribing import channels_of, wish

if TYPE_CHECKING:
    from contactable.kit import Contactable


SAMPLES = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """One contact that would be written: its record, its masked address or number, and why each channel."""

    record: str
    who: str
    reasons: Mapping[str, str]


@dataclass(slots=True)
class Preview:
    """What a sync would write: how many contacts, and how many of each reason by channel (main offer).

    ``unsubscribes``: how many contacts would be opted out in the CRM itself. ``samples`` are contacts to be written,
    each closed or open otherwise than those before it.
    """

    connector: str
    contacts: int = 0
    changes: int = 0
    unsubscribes: int = 0
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)

    def counted(self) -> list[tuple[tuple[Channel, Reason], int]]:
        """Channel and reason with their counts, open reasons first, the most frequent first."""
        rows = [
            ((Channel(channel), Reason(reason)), count)
            for channel, reasons in self.reasons.items()
            for reason, count in reasons.items()
        ]
        return sorted(rows, key=lambda row: (not row[0][1].opens, -row[1]))

    def add(self, reasons: Mapping[str, str], *, changed: bool, unsubscribed: bool) -> None:
        """Count one contact."""
        self.contacts += 1
        self.changes += changed
        self.unsubscribes += unsubscribed
        for channel, reason in reasons.items():
            counts = self.reasons.setdefault(channel, {})
            counts[reason] = counts.get(reason, 0) + 1

    def show(self, sample: Sample) -> None:
        """Keep a contact to be shown, unless one like it is kept, or enough are."""
        if len(self.samples) < SAMPLES and all(sample.reasons != each.reasons for each in self.samples):
            self.samples.append(sample)


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at one CRM works with."""

    kit: Contactable
    connector: Connector
    understanding: Understanding
    today: date
    opt_outs: Sequence[str]


def preview(
    kit: Contactable,
    name: str,
    *,
    full: bool = False,
    since: datetime | None = None,
    ids: Sequence[str] | None = None,
    progress: Progress = lambda done, total: None,
) -> Preview:
    """Count what a sync (of these ids alone, where they are given) would write; nothing is kept and nothing written."""
    found, seen, look = Preview(name), set[str](), _look(kit, name)
    with kit.register.read() as tx:
        cursor = None if full else cursors.get(tx, name, CHANGES)
        for page in _pages(look.connector, look.understanding.mapping.properties, cursor, since, ids):
            living = [record for record in page.records if not record.gone and record.id not in seen]
            seen.update(record.id for record in living)  # a CRM gives a contact at least once
            _count(look, tx, living, found)
            progress(found.contacts, page.total)
    return found


def _look(kit: Contactable, name: str) -> _Look:
    connector, asked = kit.connectors[name], kit.reader(name).asked
    shows = connector if isinstance(connector, ShowsOptOuts) else None
    beside = read_beside(connector, asked)
    standing = in_force_on(kit.declarations, paris_day(kit.clock()))
    understanding = Understanding(name, kit.mapping(name), standing, asked, shows, beside)
    opt_outs = channels_of(connector) if kit.settings.connectors[name].unsubscribe else ()
    return _Look(kit, connector, understanding, paris_day(kit.clock()), opt_outs)


def _pages(
    connector: Connector,
    properties: Sequence[str],
    cursor: Mapping[str, Any] | None,
    since: datetime | None,
    ids: Sequence[str] | None,
) -> Iterable[Page]:
    if ids is not None:
        return [Page(list(connector.read(ids, properties)), None, len(ids))]
    if since is not None and cursor is not None:
        return pages_since(connector, since, properties)
    return connector.iter_changed(cursor, properties)


def _count(look: _Look, tx: Tx, records: Sequence[ContactRecord], found: Preview) -> None:
    judge = look.kit.judge
    for row, entries, understood in _as_mirrored(look, tx, records):
        verdicts = judge.verdicts(row.facts, entries, look.today)
        reasons = {str(channel): str(verdict.reason) for channel, verdict in verdicts["main"].items()}
        reached = [each for each in look.opt_outs if _is_addressed(understood.seen, each)]
        leaves = bool(wish(verdicts, row, entries, judge.offers, reached).leaves)
        changed = row.written.get("main", {}) != reasons
        found.add(reasons, changed=changed, unsubscribed=leaves)
        if changed:
            found.show(Sample(f"{look.connector.name}:{row.record_id}", understood.seen.label, reasons))
        found.warnings.update(understood.warnings)


def _is_addressed(seen: SeenContact, channel: str) -> bool:
    """Whether a contact has what an opt-out of a channel belongs to; one of post belongs to the contact."""
    wanted = {Channel.EMAIL: IdentifierKind.EMAIL, Channel.POST: None}.get(Channel(channel), IdentifierKind.PHONE)
    return wanted is None or any(kind is wanted for kind, _ in seen.identifiers)


def _as_mirrored(
    look: _Look, tx: Tx, records: Sequence[ContactRecord]
) -> Iterator[tuple[MirrorRow, list[Entry], Understood]]:
    """Each contact as its sync would mirror it, what binds it, and how it was understood."""
    understanding, name = look.understanding, look.connector.name
    doubtful = understanding.may_have_vanished(tx, records)
    existing = unchanged_properties(look.connector, met(tx, name)) if doubtful else None
    found = list(understanding.understand(tx, records, existing))
    rows = mirror.contacts(tx, name, [each.seen.record_id for each in found])
    bound = _bound(tx, name, [each.seen for each in found])
    told = oppositions_of_carriers(tx, name, bound)
    entries = ledger.entries_of(tx, {subject for of_one in bound.values() for subject in of_one})
    for each in found:
        id, seen = each.seen.record_id, each.seen
        row = rows.get(id) or _nothing_yet(tx, name, seen)
        facts = with_oppositions(seen.facts, told.get(id, {}))
        now = replace(row, facts=facts, input_hash=seen.input_hash, written=row.written or {})
        yield now, [entry for entry in entries if entry.subject_id in bound[id]], each


def _bound(tx: Tx, name: str, seen: Sequence[SeenContact]) -> dict[str, set[str]]:
    """By record id the subjects that the register knows of: the record itself, its addresses and numbers."""
    own = {each.record_id: [(IdentifierKind.RECORD, f"{name}:{each.record_id}"), *each.identifiers] for each in seen}
    known = subjects.find_subjects(tx, [identifier for of_one in own.values() for identifier in of_one])
    return {id: {known[each] for each in of_one if each in known} for id, of_one in own.items()}


def _nothing_yet(tx: Tx, name: str, seen: SeenContact) -> MirrorRow:
    return MirrorRow(name, seen.record_id, {}, b"", "", {}, None, None, None, tx.now, None, None)
