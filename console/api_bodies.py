"""What the HTTP API takes and gives, as types: they check what comes in, and the OpenAPI document is made of them.

A person is named by one of three identifiers, in the body and nowhere else. No answer repeats an identifier.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from contactable.rules import Channel, Condition, ConsentAct, ConsentRecipient, Reason

# Nothing that an address or a number could hide in; the end is written so because "$" lets a line break through.
_CODE = r"^(?!(\+|00)?33\d{9}(?![\s\S])|0\d{9}(?![\s\S]))[A-Za-z0-9][A-Za-z0-9._:/#-]{0,119}(?![\s\S])"
_RECORD = r"^[A-Za-z0-9_-]{1,60}:[A-Za-z0-9._-]{1,100}(?![\s\S])"

Code = Annotated[str, Meta(pattern=_CODE, max_length=120)]
Email = Annotated[str, Meta(max_length=320, examples=["a@example.com"], extra_json_schema={"format": "email"})]
Phone = Annotated[str, Meta(max_length=40, description="Any usual spelling.", examples=["+33639981234"])]
Record = Annotated[str, Meta(pattern=_RECORD, description="<connector>:<id>", examples=["hubspot:1"])]
Moment = Annotated[datetime, Meta(tz=True)]
Key = Annotated[str, Meta(min_length=1, max_length=200, description="The same key again has no effect.")]
MOST_PEOPLE, MOST_LINES = 1000, 20_000


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the three."""

    email: Email | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    record: Record | UnsetType = UNSET


class VerdictsWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to decide, for which offer, today or on another day."""

    people: Annotated[list[Person], Meta(min_length=1, max_length=MOST_PEOPLE)]
    offer: Code = "main"
    on: date | None = None


class Decided(Struct, frozen=True):
    """One channel's verdict. ``sources`` are ids of ``contactable law``; ``advice`` names what would open it."""

    allowed: bool
    reason: Reason
    sources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    until: date | None
    advice: tuple[str, ...]


class Verdicts(Struct, frozen=True):
    """The verdicts of each person, in the order in which they were named."""

    offer: str
    on: date
    people: list[dict[Channel, Decided]]


class OppositionTold(Person, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody objected, and you were told. It closes at once."""

    channel: Literal["email", "sms", "phone", "robocall", "post", "all"]
    subscription: Code | None = None
    occurred_at: Moment | None = None
    reason: Code = "told"
    key: Key | None = None


class Entered(Struct, frozen=True):
    """How many entries were made: none when the key was known. ``group`` names them for ``register annul --group``."""

    entered: int
    group: str


class ConsentTold(Person, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody agreed. It is worth what an operator says: it lifts no opposition, unless the person ``confirm``s it.

    ``proof`` is what the person saw and did, kept sealed; ``evidence`` names a proof that is kept elsewhere. With
    ``confirm`` a mail with a link goes to ``email``, and nothing counts before that is followed.
    """

    channel: Channel
    given_at: Moment
    act: ConsentAct
    to: ConsentRecipient
    wording: Code | None = None
    form: Code | None = None
    subscription: Code | None = None
    until: date | None = None
    slots: Annotated[list[tuple[Moment, Moment]], Meta(max_length=50)] = []
    minor: bool = False
    parental: bool = False
    proof: Annotated[str, Meta(max_length=20_000)] = ""
    evidence: Code | None = None
    key: Key | None = None
    confirm: bool = False


class Agreed(Struct, frozen=True):
    """The entry's id; none when the key was known, or while the person is to ``confirm`` it."""

    entry: str | None
    waits_for_the_person: bool = False


class ScrubWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """A list that is to leave: addresses or numbers, in your order."""

    channel: Channel
    people: Annotated[list[Annotated[str, Meta(max_length=320)]], Meta(min_length=1, max_length=MOST_LINES)]
    offer: Code = "main"
    only_oppositions: bool = False


class Removed(Struct, frozen=True):
    """A line that may not be approached: its place in the list, from 0, and why."""

    line: int
    reason: str


class Scrubbed(Struct, frozen=True):
    """All lines that are not removed may be approached today. ``receipt`` is an entry of the register."""

    kept: int
    removed: list[Removed]
    receipt: str


class Invalid(Struct, frozen=True):
    """One thing that is wrong with a body, and where: a path as ``$.people[0].email``."""

    where: str
    what: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """Why a request was not served (RFC 9457)."""

    title: str
    status: int
    detail: str = ""
    invalid: list[Invalid] = []
