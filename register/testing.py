"""For tests: an open register with a clock that is set by hand, and short words for what tests do all the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from contactable.identifiers import IdentifierKind
from contactable.register import ledger, mirror, subjects
from contactable.register.entering import NewEntry
from contactable.register.keyring import Keyring
from contactable.register.ledger import Entry
from contactable.register.mirror import SeenContact
from contactable.register.store import Register

T = TypeVar("T")
KEY = ("k1", b"0123456789abcdef0123456789abcdef")
"""A key for tests; nobody's."""
NEWER = ("k2", b"fedcba9876543210fedcba9876543210")
"""What it is rotated to."""
EMAIL = (IdentifierKind.EMAIL, "lou@example.com")
PHONE = (IdentifierKind.PHONE, "+33639980001")


@dataclass
class HandClock:
    """A clock that moves when it is told to."""

    now: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What it shows."""
        return self.now

    def seconds(self) -> float:
        """The same as sandboxes ask for it."""
        return self.now.timestamp()

    def move(self, **amount: float) -> None:
        """Let time pass, or run backwards; amounts as of ``timedelta``."""
        self.now += timedelta(**amount)


@dataclass
class Workbench:
    """An open register at ``url``. Close ``register`` at the end."""

    url: str
    keyring: Keyring = field(default_factory=lambda: Keyring.from_secrets(KEY))
    clock: HandClock = field(default_factory=HandClock)
    register: Register = field(init=False)

    def __post_init__(self) -> None:
        self.register = Register.open(self.url, self.keyring, clock=self.clock)

    def write(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run one function of the register in a transaction."""
        return self.register.write(lambda tx: work(tx, *arguments, **named))

    def read(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run one function of the register that reads."""
        with self.register.read() as tx:
            return work(tx, *arguments, **named)

    def reopen(self, keyring: Keyring | None = None) -> None:
        """Close and open again, as after a restart, with other keys where they are given."""
        self.register.close()
        self.keyring = keyring or self.keyring
        self.register = Register.open(self.url, self.keyring, clock=self.clock)

    def subject(self, identifier: tuple[IdentifierKind, str] = EMAIL) -> str:
        """The subject of an identifier."""
        return self.write(subjects.subject_for, *identifier)

    def enter(self, kind: str = "opposition", subject: str | None = None, **values: Any) -> Entry | None:
        """Enter one act of the person by e-mail, unless told otherwise."""
        given = {"on": "email", "proof_level": "signed", **values}
        new = NewEntry(kind=kind, subject_id=subject or self.subject(), **given)
        return self.write(ledger.record, [new])[0]

    def see(self, record_id: str, *identifiers: tuple[IdentifierKind, str], connector: str = "crm") -> list[str]:
        """Mirror one contact of a CRM; return its id when it changed."""
        said = repr(identifiers).encode()
        return self.write(mirror.remember, connector, [SeenContact(record_id, identifiers, {}, said, "L***")])

    def entries(self, record_id: str, connector: str = "crm") -> list[Entry]:
        """What binds a contact."""
        return self.read(ledger.entries_of_contacts, connector, [record_id])[record_id]
