"""What if a fact were another, or the day: how many mirrored contacts would open or close. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import select

from contactable.effects import mirrored
from contactable.errors import Malformed, SettingsError
from contactable.mapping.columns import COLUMNS
from contactable.mapping.values import check_value
from contactable.progress import Moved
from contactable.register import Entry, Tx, mirror
from contactable.register.carrying import contacts_with
from contactable.register.members import FORM
from contactable.register.schema_work import members
from contactable.rules import Channel, Facts
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable

AT_ONCE: Final = 10_000
SUPPOSED: Final = "supposed"
"""The source of a fact that is only supposed."""
_IN_ORDER: Final = {"act": "positive", "to": "us", "proof": "yes", "complete": "yes"}
"""What else holds of a consent that is supposed: given by a box that was in order."""
Mapped = Mapping[str, Any]


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
    """Count: the contacts it is about, and for each channel open before, open after, opened, closed."""
    counted: dict[Channel, Counter[str]] = {channel: Counter() for channel in Channel}
    about = done = 0
    with kit.register.read() as tx:
        total, senders = sum(mirror.counts(tx).values()), _senders(tx, wish.form)
        for name in kit.settings.connectors:
            contacts = mirrored(tx, name)
            while part := list(islice(contacts, AT_ONCE)):
                chosen = [(f, e) for id, f, e in part if _fits(wish, f) and (senders is None or (name, id) in senders)]
                _count(kit, wish, chosen, counted)
                about, done = about + len(chosen), done + len(part)
                tell(done, total)
    names = ("before", "after", "opened", "closed")
    return {"contacts": about, "channels": {each: [counted[each][name] for name in names] for each in Channel}}


def _senders(tx: Tx, form: str) -> set[tuple[str, str]] | None:
    """The contacts of those who sent a form; None where no form is named."""
    if not form:
        return None
    sent = select(members.c.member).where(members.c.kind == FORM, members.c.name == form)
    return set(contacts_with(tx, list(tx.connection.execute(sent).scalars())))


def _fits(wish: Wish, facts: Mapped) -> bool:
    return not wish.where or (facts[wish.where][0] if wish.where in facts else "") == wish.value


def _count(
    kit: Contactable, wish: Wish, part: Sequence[tuple[Mapped, Sequence[Entry]]], counted: dict[Channel, Counter[str]]
) -> None:
    today = paris_day(kit.clock())
    before = _open(kit, [(facts, entries) for facts, entries in part], wish.offer, today)
    after = _open(kit, [(_supposed(wish, facts), entries) for facts, entries in part], wish.offer, wish.on or today)
    for channel, of_channel in counted.items():
        was, will = before[channel], after[channel]
        numbers = {"before": was, "after": will, "opened": will & ~was, "closed": was & ~will}
        of_channel.update({name: int(each.sum()) for name, each in numbers.items()})


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


def _open(
    kit: Contactable, part: Sequence[tuple[Mapped, Sequence[Entry]]], offer: str, on: date
) -> Mapping[Channel, Any]:
    """Which contacts are open, channel by channel."""
    try:
        from contactable.rules.table import decide_many
    except ImportError:
        raise SettingsError("This needs: pip install 'contactable[bulk]'") from None
    known = [kit.judge.facts(facts, entries, on, offer) for facts, entries in part]
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
