"""What is to be entered into the ledger: its words, the entry that it becomes, and how that lies in the table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from contactable.errors import RegisterError
from contactable.register.columns import column_text, microseconds
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
_WORDS_OF: Final = attrgetter(*_KNOWN)
_PARIS: Final = ZoneInfo(PARIS)


def check(new: NewEntry) -> None:
    """Raise ``RegisterError`` for a word that the ledger does not know, or an act of nobody."""
    for words, word in zip(_KNOWN.values(), _WORDS_OF(new), strict=True):
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


def row_of(tx: Tx, new: NewEntry, id: bytes, key: bytes | None) -> tuple[Any, ...]:
    """In the order of the columns, as they keep it. Words are made plain: the driver is slow with those of an enum."""
    when = new.occurred_at
    whole_day = when is not None and not isinstance(when, datetime)
    if when is not None and not isinstance(when, datetime):
        when = datetime.combine(when, time(), _PARIS)
    return (
        id,
        str(new.kind),
        bytes.fromhex(new.subject_id) if new.subject_id else None,
        str(new.on),
        str(new.scope_kind),
        new.scope_id,
        str(new.origin),
        str(new.proof_level),
        microseconds(when) if when else None,
        whole_day,
        str(_quality(new)),
        microseconds(tx.now),
        key,
        new.reason,
        str(new.confidence),
        new.batch,
        bytes.fromhex(new.ends) if new.ends else None,
        new.evidence,
        column_text(new.details),
        tx.keyring.seal(NOTE, new.note.encode()) if new.note else None,
    )
