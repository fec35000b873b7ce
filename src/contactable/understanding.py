"""From a contact as its CRM gives it to what the register mirrors: facts with their sources, and what is new of them.

An opposition is kept as it was mirrored where its only witness is gone from the CRM: a property that somebody deleted,
or a subscription type. A value that was cleared is another thing, and says that there is no opposition any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contactable.beside import Beside
from contactable.connectors.protocol import ContactRecord, ShowsOptOuts
from contactable.identifiers import IdentifierKind, mask_email, mask_phone
from contactable.mapping import OPPOSE_PROPERTY, Asked, Declaration, map_record, to_json
from contactable.mapping import Mapping as FactMapping
from contactable.mapping.addresses import read_addresses
from contactable.mapping.columns import COLUMNS, UNKNOWN_TIME, opposed_by
from contactable.mapping.values import time_of
from contactable.next_calls import NUMBERS, prefix_fact
from contactable.opted_out import Held, held
from contactable.register import MirrorRow, SeenContact, Tx, members, mirror, subjects
from contactable.register.members import FORM, LIST, OUTCOME
from contactable.rules.moments import moment_of
from contactable.ticking import TICKED, ticked_before, ticks_of

_PROPERTY = "property:"
_CLOSES = {"sole_trader": "yes"}  # facts of which one value closes what would be open if it were unknown


@dataclass(frozen=True, slots=True)
class Understood:
    """One contact, understood. ``ticks`` are an operator's, new since it was last read; ``known``: mirrored before.

    ``lifted`` are the subjects, with the channel, whose opt-out, written by us, somebody took away in the CRM.
    ``no_longer`` are the oppositions that it showed when it was last read, and shows no more.
    """

    seen: SeenContact
    warnings: tuple[str, ...]
    ticks: Sequence[str]
    known: bool
    lifted: tuple[tuple[str, str], ...] = ()
    no_longer: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seen_at: datetime | None = None  # when it was last seen otherwise than it was before

    @property
    def has_email(self) -> bool:
        """Whether something stands where an e-mail address should, be it one or none."""
        return "email" in self.seen.facts or "email:unreadable" in self.warnings

    def was_seen_since(self, moment: datetime | None) -> bool:
        """Whether it came already since a moment, as it is now."""
        return moment is not None and self.seen_at is not None and self.seen_at >= moment


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one CRM's records mean.

    ``look`` is for a look that keeps nothing: what contacts are in comes from there, and as new ticks are not entered,
    the mapping tells them.
    """

    connector: str
    mapping: FactMapping
    declarations: Sequence[Declaration]
    asked: Asked
    shows: ShowsOptOuts | None = None
    look: Beside | None = None

    def understand(
        self, tx: Tx, records: Sequence[ContactRecord], existing: Collection[str] | None = None
    ) -> Iterator[Understood]:
        """Understand contacts; ``existing`` are the CRM's properties, None while nothing makes one doubt."""
        ids = [record.id for record in records]
        before = mirror.contacts(tx, self.connector, ids)
        beside = self._beside(tx, ids)
        sent = self._forms_of(tx, records) if self.asked.about(FORM) else {}
        native = held(tx, self.connector, self.shows, records, before) if self.shows else {}
        for record in records:
            memberships = {**beside.get(record.id, {}), FORM: sent.get(record.id, {})}
            yield self._understand(
                record, memberships, before.get(record.id), existing, native.get(record.id, ()), tx.now
            )

    def _beside(self, tx: Tx, ids: Sequence[str]) -> Beside:
        if self.look is not None:
            return self.look
        return members.of(tx, self.connector, ids) if self.asked.about(LIST) or self.asked.about(OUTCOME) else {}

    def may_have_vanished(self, tx: Tx, records: Sequence[ContactRecord]) -> bool:
        """Whether an opposition that stood in a property of one of these contacts stands there no more."""
        before = mirror.contacts(tx, self.connector, [record.id for record in records])
        return any(
            not record.properties.get(name)
            for record in records
            if record.id in before and not record.gone
            for _, name in _opposed_by_property(before[record.id])
        )

    def _understand(
        self,
        record: ContactRecord,
        memberships: Mapping[str, Mapping[str, str]],
        before: MirrorRow | None,
        existing: Collection[str] | None,
        native: Sequence[Held],
        now: datetime,
    ) -> Understood:
        ticks = ticks_of(record.properties)
        known = before is not None and before.gone_at is None
        had = ticked_before(before.facts) if before is not None and known else []
        new = [tick for tick in ticks if tick not in had]
        # The register holds the ticks, with their times and what released them; the mapping must not tell them twice.
        ours = frozenset(name for each in native for name in each.hidden)
        hidden = ours if self.look is not None and new else {OPPOSE_PROPERTY, *ours}
        properties = {name: text for name, text in record.properties.items() if name not in hidden}
        mapped = map_record(
            record.id,
            properties,
            self.mapping,
            lists=memberships.get(LIST, {}),
            forms=memberships.get(FORM, {}),
            outcomes=memberships.get(OUTCOME, {}),
            declarations=self.declarations,
        )
        said, to_come = _at_the_latest_now(to_json(mapped.facts), now)
        facts: dict[str, Any] = {**self._standing(before, existing, record.worked_out), **said}
        for each in native:
            facts |= each.facts
        if prefix := prefix_fact(mapped.identifiers):
            facts[NUMBERS] = prefix
        if ticks:
            facts[TICKED] = [";".join(ticks), f"{_PROPERTY}{OPPOSE_PROPERTY}"]
        seen = SeenContact(
            record_id=record.id,
            identifiers=mapped.identifiers,
            facts=facts,
            input_hash=input_hash(facts, mapped.identifiers, self.mapping.fingerprint),
            label=label_of(mapped.identifiers),
        )
        lifted = tuple((each.lifted_now, each.channel) for each in native if each.lifted_now)
        no_longer = _oppositions_gone(before.facts, facts) if before is not None and known else {}
        warnings = (*mapped.warnings, *(f"{name}:to_come" for name in to_come))
        return Understood(seen, warnings, new, known, lifted, no_longer, before.seen_at if before else None)

    def _standing(
        self, before: MirrorRow | None, existing: Collection[str] | None, worked_out: Collection[str]
    ) -> dict[str, list[str]]:
        """The oppositions whose property is gone from the CRM and still stands in the mapping.

        What a company tells is no property of its contacts: it stands until a company was read that tells it no more,
        lest one that is gone, or may not be read any longer, opened anything.
        """
        if before is None or existing is None:
            return {}
        return {
            column: before.facts[column]
            for column, name in _opposed_by_property(before)
            if name not in existing and name not in worked_out and self._reads(name)
        }

    def _reads(self, name: str) -> bool:
        return name in self.mapping.properties or any(name.startswith(each) for each in self.mapping.subscriptions)

    def _forms_of(self, tx: Tx, records: Sequence[ContactRecord]) -> dict[str, dict[str, str]]:
        """The forms that each contact sent, found by its addresses and numbers."""
        carried = {each.id: read_addresses(each.properties, self.mapping.addresses).identifiers for each in records}
        known = subjects.find_subjects(tx, (each for of_one in carried.values() for each in of_one))
        sent = members.of(tx, self.connector, known.values())
        found: dict[str, dict[str, str]] = {}
        for id, identifiers in carried.items():
            for subject in (known[each] for each in identifiers if each in known):
                for name, at in sent.get(subject, {}).get(FORM, {}).items():
                    forms = found.setdefault(id, {})
                    forms[name] = max(at, forms.get(name, ""))
        return found


def input_hash(facts: object, identifiers: Iterable[tuple[IdentifierKind, str]], fingerprint: str) -> bytes:
    """What a contact's verdicts depend on, as a digest: unchanged, and the contact need not be looked at."""
    listed = [facts, sorted((str(kind), text) for kind, text in identifiers), fingerprint]
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).digest()[:16]


def label_of(identifiers: Iterable[tuple[IdentifierKind, str]]) -> str:
    """A masked label by which people recognise a contact they know."""
    for kind, text in identifiers:
        return mask_email(text) if kind is IdentifierKind.EMAIL else mask_phone(text)
    return ""


def _at_the_latest_now(said: dict[str, list[str]], now: datetime) -> tuple[dict[str, list[str]], list[str]]:
    """The facts, and the names of oppositions of a time to come: a mistyped date, or one of a zone ahead of ours.

    Somebody opposed all the same, and nobody can have done so later than now: the time is unknown.
    """
    to_come = [
        name
        for name, (value, _) in said.items()
        if value and opposed_by(name) and (at := time_of(value)) and moment_of(at) > moment_of(now)
    ]
    return said | {name: [UNKNOWN_TIME, said[name][1]] for name in to_come}, to_come


def _oppositions_gone(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    return {name: fact for name, fact in before.items() if name not in now and opposed_by(name)}


def _opposed_by_property(row: MirrorRow) -> Iterator[tuple[str, str]]:
    """The facts of a mirrored contact that forbid, or close, and come from a property: column and property."""
    for column, (value, source) in row.facts.items():
        known = COLUMNS.get(column.partition("/")[0])
        closes = known is not None and (known.forbids or _CLOSES.get(column) == value)
        if closes and source.startswith(_PROPERTY):
            yield column, source.removeprefix(_PROPERTY)
