"""What is to be entered into the ledger: its words, the entry that it becomes, and how it gets into the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from itertools import compress
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from contactable.errors import RegisterError
from contactable.register.columns import column_text, microseconds
from contactable.register.schema import entries
from contactable.register.statements import insert_new
from contactable.register.transaction import Tx
from contactable.rules.acts import Act
from contactable.rules.calendar import PARIS

KINDS: Final = frozenset("opposition release consent information annulment declaration approval receipt purged".split())
WITHOUT_SUBJECT: Final = frozenset({"declaration", "approval", "receipt", "purged"})
CHANNELS: Final = frozenset({"email", "sms", "phone", "robocall", "post", "all"})
PROOF_LEVELS: Final = frozenset({"signed", "token", "operator", "path_secret", "open_form"})
TIME_QUALITIES: Final = frozenset({"event", "arrival", "unknown"})
_KNOWN: Final = {"kind": KINDS, "on": CHANNELS, "proof_level": PROOF_LEVELS, "time_quality": TIME_QUALITIES}
NOTE: Final = "entries.note"
"""For what a note is sealed."""


class NewEntry(Struct, frozen=True, kw_only=True):
    """What is to be entered. ``details`` holds codes, numbers and ISO dates: nothing that people typed.

    ``occurred_at`` is an aware instant, or a day of Europe/Paris where no time is known; with ``time_quality``
    ``arrival`` or ``unknown`` it is not used. ``event_key`` makes an event that is told twice recognisable. ``note`` is
    free text, kept sealed.
    """

    kind: str
    subject_id: str | None = None
    on: str = "all"
    scope_kind: str = "global"
    scope_id: str = ""
    origin: str = "recipient"
    proof_level: str = "operator"
    occurred_at: date | None = None
    time_quality: str = "event"
    event_key: str | None = None
    reason: str = ""
    evidence: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    confidence: str = "certain"
    batch: str = ""
    ends: str | None = None
    note: str = ""

    def __repr__(self) -> str:
        """Its words, without what people typed."""
        return f"NewEntry(kind={str(self.kind)!r}, on={str(self.on)!r}, origin={str(self.origin)!r})"


_GIVEN: Final = tuple(name for name in NewEntry.__struct_fields__ if name not in ("event_key", "note"))
# Of all fields at once: a hundred events of a batch spent half their time asking for them one by one.
_GIVEN_OF: Final = attrgetter(*_GIVEN)
_KNOWN_OF: Final = attrgetter(*_KNOWN)
_OWN: Final = ("id", "subject_id", "event_key", "occurred_at")
"""The columns in which entries of one batch differ."""
_ALL_GIVEN: Final = (True,) * len(_OWN)
_WORDS: Final = {  # column: field
    "kind": "kind",
    "channel": "on",
    "scope_kind": "scope_kind",
    "scope_id": "scope_id",
    "origin": "origin",
    "proof_level": "proof_level",
    "reason": "reason",
    "confidence": "confidence",
    "batch": "batch",
    "ends": "ends",
    "evidence": "evidence",
}
_WORDS_OF: Final = attrgetter(*_WORDS.values())
_PARIS: Final = ZoneInfo(PARIS)


def check(new: NewEntry) -> None:
    """Raise ``RegisterError`` for a word that the ledger does not know, or an act of nobody."""
    for words, word in zip(_KNOWN.values(), _KNOWN_OF(new), strict=True):
        if word not in words:
            name = next(name for name, those in _KNOWN.items() if those is words)
            raise RegisterError(f"An entry's {name} is one of: {', '.join(sorted(words))}.")
    if new.subject_id is None and new.kind not in WITHOUT_SUBJECT:
        raise RegisterError(f"An entry of kind {new.kind} names whom it concerns.")


def entry_of(tx: Tx, new: NewEntry, id: bytes) -> Act:
    """The entry that it becomes, as the rules read it."""
    values = dict(zip(_GIVEN, _GIVEN_OF(new), strict=True))
    return Act(id=id.hex(), recorded_at=tx.now, **values | {"time_quality": _quality(new)})


def _quality(new: NewEntry) -> str:
    return "arrival" if new.occurred_at is None and new.time_quality == "event" else new.time_quality


class Rows:
    """Entries on their way into the table: those that have their words in common go in together."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._alike: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}

    def add(self, new: NewEntry, id: bytes, key: bytes | None) -> None:
        """Take an entry in, under its id, with the digest of its event's key; raise ``RegisterError`` as ``check``."""
        when, whole_day = new.occurred_at, False
        if when is not None and not isinstance(when, datetime):
            when, whole_day = datetime.combine(when, time(), _PARIS), True
        subject = bytes.fromhex(new.subject_id) if new.subject_id else None
        own = (id, subject, key, None if when is None else microseconds(when))
        given = tuple(value is not None for value in own) if None in own else _ALL_GIVEN
        note = self._tx.keyring.seal(NOTE, new.note.encode()) if new.note else None
        words = (given, whole_day, _quality(new), column_text(new.details), note, *_WORDS_OF(new))
        if (alike := self._alike.get(words)) is None:
            check(new)
            alike = self._alike[words] = []
        alike.append(own if given is _ALL_GIVEN else tuple(value for value in own if value is not None))

    def enter(self) -> set[bytes]:
        """Put them into the table; return the ids of those that no other process was faster with."""
        entered: set[bytes] = set()
        for (given, whole_day, quality, details, note, *words), rows in self._alike.items():
            own = tuple(compress(_OWN, given))
            # Words are made plain: the driver is slow with those of an enum.
            values: dict[str, Any] = {
                column: word if word is None else str(word) for column, word in zip(_WORDS, words, strict=True)
            }
            values |= {"whole_day": whole_day, "time_quality": str(quality), "details": details, "note": note}
            values |= {"recorded_at": microseconds(self._tx.now), "ends": bytes.fromhex(values["ends"] or "") or None}
            names = (column.name for column in entries.columns if column.name not in own)
            entered |= insert_new(self._tx, entries, own, rows, tuple(map(values.get, names)))
        return entered
