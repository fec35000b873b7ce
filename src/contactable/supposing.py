"""What if a fact were another, or the day: how many mirrored contacts would open or close. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import select

from contactable.errors import Malformed, SettingsError
from contactable.mapping.columns import COLUMNS
from contactable.mapping.values import check_value
from contactable.progress import Moved
from contactable.register import Entry, Register, Tx, ledger, mirror
from contactable.register.carrying import contacts_with
from contactable.register.members import FORM
from contactable.register.mirror_pages import bound, pages
from contactable.register.schema_work import members
from contactable.rules import Channel, Facts
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable

AT_ONCE: Final = 10_000
MOST_KINDS: Final = 200_000
"""Kinds of contacts that are held before they are decided."""
SUPPOSED: Final = "supposed"
"""The source of a fact that is only supposed."""
_IN_ORDER: Final = {"act": "positive", "to": "us", "proof": "yes", "complete": "yes"}
"""What else holds of a consent that is supposed: given by a box that was in order."""
Mapped = Mapping[str, Any]
Kind = tuple[Mapped, Sequence[Entry], int]
"""Facts, entries, and how many contacts have them in common."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is supposed, and of whom: where a fact is so, or who sent a form; another value, another day."""

    offer: str
    where: str = ""
    value: str = ""
    form: str = ""
    change: str = ""
    to: str = ""
    on: date | None = None


def wish_of(said: Mapping[str, str]) -> Wish:
    """What the arguments of a job say; raises ``Malformed`` for a value that the rules do not take."""
    change, to = said.get("set", ""), said.get("to", "")
    if change:
        to = check_value(COLUMNS[change], to) if to else ""
    on = date.fromisoformat(said["on"]) if said.get("on") else None
    return Wish(said["offer"], said.get("where", ""), said.get("is", ""), said.get("form", ""), change, to, on)


def suppose(kit: Contactable, wish: Wish, tell: Moved) -> dict[str, Any]:
    """Count: the contacts it is about, and for each channel open before, open after, opened, closed.

    Whom the ledger knows is decided one by one; the others by their facts alone, and those who share them once.
    """
    with kit.register.read() as tx:
        total, senders, known = sum(mirror.counts(tx).values()), _senders(tx, wish.form), bound(tx)
    counts, alike, done, here = Counts(kit, wish), Counter[str](), 0, set(kit.settings.connectors)
    for page in pages(kit.register, "facts"):
        rows = [row for row in page if row[0] in here and (senders is None or row[:2] in senders)]
        alike.update([facts for *name, facts in rows if tuple(name) not in known])
        counts.add(_with_entries(kit.register, [row for row in rows if row[:2] in known]))
        done += len(page)
        tell(done, total)
        if len(alike) >= MOST_KINDS:
            counts.add(_kinds(alike))
            alike.clear()
    counts.add(_kinds(alike))
    return counts.told()


def _kinds(alike: Mapping[str, int]) -> Iterator[Kind]:
    return ((msgspec.json.decode(facts), (), number) for facts, number in alike.items())


def _with_entries(register: Register, rows: Sequence[tuple[str, str, str]]) -> Iterator[Kind]:
    for connector, of_connector in groupby(rows, key=lambda row: row[0]):
        facts = {id: text for _, id, text in of_connector}
        with register.read() as tx:
            entries = ledger.entries_of_contacts(tx, connector, facts)
        yield from ((msgspec.json.decode(text), entries[id], 1) for id, text in facts.items())


class Counts:
    """What has been counted so far."""

    def __init__(self, kit: Contactable, wish: Wish) -> None:
        self._kit, self._wish, self._about = kit, wish, 0
        self._counted: dict[Channel, Counter[str]] = {channel: Counter() for channel in Channel}

    def add(self, kinds: Iterator[Kind]) -> None:
        """Decide contacts as they are, and as they are supposed."""
        fitting = (each for each in kinds if _fits(self._wish, each[0]))
        while part := list(islice(fitting, AT_ONCE)):
            self._about += sum(number for *_, number in part)
            self._count(part)

    def told(self) -> dict[str, Any]:
        """The counts as the console shows them."""
        names = ("before", "after", "opened", "closed")
        channels = {channel: [counted[name] for name in names] for channel, counted in self._counted.items()}
        return {"contacts": self._about, "channels": channels}

    def _count(self, part: Sequence[Kind]) -> None:
        import numpy as np

        kit, wish, today = self._kit, self._wish, paris_day(self._kit.clock())
        before = _open(kit, part, wish.offer, today)
        supposed = [(_supposed(wish, facts), entries, number) for facts, entries, number in part]
        after = _open(kit, supposed, wish.offer, wish.on or today)
        weights = np.array([number for *_, number in part])
        for channel, of_channel in self._counted.items():
            was, will = before[channel], after[channel]
            numbers = {"before": was, "after": will, "opened": will & ~was, "closed": was & ~will}
            of_channel.update({name: int(weights[each].sum()) for name, each in numbers.items()})


def _senders(tx: Tx, form: str) -> set[tuple[str, str]] | None:
    """The contacts of those who sent a form; None where no form is named."""
    if not form:
        return None
    sent = select(members.c.member).where(members.c.kind == FORM, members.c.name == form)
    return set(contacts_with(tx, list(tx.connection.execute(sent).scalars())))


def _fits(wish: Wish, facts: Mapped) -> bool:
    return not wish.where or (facts[wish.where][0] if wish.where in facts else "") == wish.value


def _supposed(wish: Wish, facts: Mapped) -> Mapped:
    """The facts with the change; a consent is supposed with all that makes it one in order."""
    if not wish.change:
        return facts
    changed = {wish.change: wish.to}
    if wish.change.startswith("consent_") and wish.change.endswith("_on"):
        stem = wish.change.removesuffix("on")
        changed |= {stem + name: value for name, value in _IN_ORDER.items() if stem + name in COLUMNS}
    kept = {name: fact for name, fact in facts.items() if name not in changed}
    return {**kept, **{name: [value, SUPPOSED] for name, value in changed.items() if value}}


def _open(kit: Contactable, part: Sequence[Kind], offer: str, on: date) -> Mapping[Channel, Any]:
    """Which contacts are open, channel by channel."""
    try:
        from contactable.rules.table import decide_many
    except ImportError:
        raise SettingsError("This needs: pip install 'contactable[bulk]'") from None
    known = [kit.judge.facts(facts, entries, on, offer) for facts, entries, _ in part]
    columns = dict(_columns(known))
    found = decide_many(columns, kit.offers[offer].offer, on, kit.judge.readings, answers=("allowed",))
    return {channel: found[f"{channel}_allowed"] for channel in Channel}


def _columns(known: Sequence[Facts]) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    for name in (field.name for field in fields(Facts) if field.init):
        yield name, pa.array([_word(getattr(each, name)) for each in known], pa.string())


def _word(value: Any) -> str | None:
    """A fact as the contact file writes it; an objection of unknown time is a plain yes."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return "no" if value is False else "yes"


def suppose_job(kit: Contactable, arguments: Mapping[str, str], tell: Moved) -> str:
    """What a form of the console asked; the note is the result as JSON, which names nobody."""
    if arguments["offer"] not in kit.offers:
        raise Malformed("There is no such offer.")
    return msgspec.json.encode(suppose(kit, wish_of(arguments), tell)).decode()
