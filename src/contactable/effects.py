"""What decisions do to how many contacts, counted on the mirror: nobody is read anew and nothing is written.

It is what a person who signs wants to know: this declaration opens 12,400 contacts by post, that reading touches none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from contactable.judging import DECLARED, Judge
from contactable.progress import Moved
from contactable.register import Entry, Tx, cursors, ledger, mirror
from contactable.rules import Channel
from contactable.rules.calendar import paris_day
from contactable.rules.labels import Language, label

if TYPE_CHECKING:
    from contactable.kit import Contactable

TOLD_EVERY = 5_000  # contacts
Facts = Mapping[str, Any]


@dataclass(slots=True)
class Effects:
    """Contacts, by the name of a decision (``reading:robinson``), as channel counts; ``touched`` by a reading."""

    contacts: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    opened: dict[str, Counter[Channel]] = field(default_factory=dict)

    def open(self, name: str, channel: Channel) -> None:
        """Count one contact that a decision opens on a channel."""
        self.opened.setdefault(name, Counter())[channel] += 1


def mirrored(tx: Tx, connector: str) -> Iterator[tuple[str, Facts, Sequence[Entry]]]:
    """Every mirrored contact: its id, its facts, and the entries that bind it."""
    after = ""
    while ids := mirror.contact_ids(tx, connector, after=after):
        rows, entries = mirror.contacts(tx, connector, ids), ledger.entries_of_contacts(tx, connector, ids)
        yield from ((id, rows[id].facts, entries[id]) for id in ids)
        after = ids[-1]


def effects(kit: Contactable, tell: Moved = lambda done, total: None) -> Effects:
    """Count what every reading, offer, declaration and mapping does today."""
    found, today = Effects(), paris_day(kit.clock())
    with kit.register.read() as tx:
        for name in kit.settings.connectors:
            for _, facts, entries in mirrored(tx, name):
                found.contacts[name] += 1
                _count(found, kit.judge, facts, entries, today)
                if (done := sum(found.contacts.values())) % TOLD_EVERY == 0:
                    tell(done, None)
    return found


def count_job(kit: Contactable, arguments: Facts, tell: Moved) -> str:
    """Count for the console, and keep the counts: they name nobody."""
    found = effects(kit, tell)
    kit.register.write(lambda tx: cursors.set(tx, "console", "effects", msgspec.to_builtins(found)))
    return f"{sum(found.contacts.values())} contacts"


def counted(tx: Tx) -> Effects | None:
    """What was counted last for the console; None before the first time."""
    kept = cursors.get(tx, "console", "effects")
    if not kept:
        return None
    opened = {
        name: Counter({Channel(each): count for each, count in of.items()}) for name, of in kept["opened"].items()
    }
    return Effects(Counter(kept["contacts"]), Counter(kept["touched"]), opened)


def told(found: Effects, language: Language) -> dict[str, str]:
    """The effects in words, by the name of the decision; empty before the first sync."""
    if not found.contacts:
        return {}
    say = _WORDS[language]
    lines = {f"reading:{name}": say["touched"].format(count=f"{n:,}") for name, n in found.touched.items()}
    for name, by_channel in found.opened.items():
        lines[name] = ", ".join(f"{label(channel, language)} {count:,}" for channel, count in by_channel.most_common())
    for connector, count in found.contacts.items():
        lines[f"mapping:{connector}"] = say["read"].format(count=f"{count:,}")
    return lines


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {"touched": "{count} contacts concernés", "read": "{count} contacts lus"},
    "en": {"touched": "touches {count} contacts", "read": "{count} contacts read"},
}


def _count(found: Effects, judge: Judge, facts: Facts, entries: Sequence[Entry], today: date) -> None:
    verdicts = judge.verdicts(facts, entries, today)
    found.touched.update({reading for each in verdicts["main"].values() for reading in each.readings})
    for offer, by_channel in verdicts.items():
        for channel in Channel:
            if by_channel[channel].allowed:
                found.open(f"offer:{offer}", channel)
    for name in {source.removeprefix(DECLARED) for _, source in facts.values() if source.startswith(DECLARED)}:
        kept = {column: fact for column, fact in facts.items() if fact[1] != f"{DECLARED}{name}"}
        without = judge.verdicts(kept, entries, today)["main"]
        for channel, verdict in verdicts["main"].items():
            if verdict.allowed and not without[channel].allowed:
                found.open(f"declaration:{name}", channel)
