"""What a sender tells us, in one shape for all senders.

``parse`` of a provider yields ``Event`` for each item that it understands and ``Problem`` for each that it does not, so
that one bad item never hides the rest. Nothing here decides about a person: the register records, the rules decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What an event is to us."""

    OPPOSITION = "opposition"
    RELEASE = "release"
    ADDRESS_FACT = "address_fact"
    IGNORED = "ignored"


class On(StrEnum):
    """The channel an event speaks of: one of the five, voice (``phone`` and ``robocall``), or all."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    ROBOCALL = "robocall"
    POST = "post"
    VOICE = "voice"
    ALL = "all"


class Origin(StrEnum):
    """Where an act comes from."""

    RECIPIENT = "recipient"  # the person's own act
    COMPLAINT = "complaint"  # the person's too, through a mailbox provider or 33700
    ADMIN = "admin"  # somebody in the sender's console
    API = "api"
    PROVIDER = "provider"  # the sender decided by itself
    LINK_CLICK = "link_click"  # a tracked link; a scanner may have followed it
    ECHO = "echo"  # refused because of an older act
    CRM_USER = "crm_user"
    UNKNOWN = "unknown"


class TimeQuality(StrEnum):
    """What the time of an event is worth."""

    EVENT = "event"
    ARRIVAL = "arrival"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure the reading is. Anything but ``certain`` suppresses all the same and asks a person."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    REVIEW = "review"


class Trace(StrEnum):
    """What an ignored event may still tell other rooms; a refusal in a call tells of the call as well."""

    SENT = "sent"
    DELIVERED = "delivered"
    CALL_STARTED = "call_started"
    CALL_ENDED = "call_ended"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_MERGED = "contact_merged"
    CONTACT_DELETED = "contact_deleted"
    FORM_SUBMITTED = "form_submitted"


class ScopeKind(StrEnum):
    """What an act is bound to. Everything but ``global`` closes only the offers that name it, or all when none does."""

    GLOBAL = "global"
    SUBSCRIPTION = "subscription"
    LIST = "list"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Scope:
    """One subscription type, list, or sender (a Messaging Service, a message stream), or everything."""

    kind: ScopeKind = ScopeKind.GLOBAL
    id: str = ""


EVERYTHING = Scope()


class Event(Struct, frozen=True):
    """One thing that happened, said by one sender.

    Exactly one of ``email``, ``phone``, ``record`` (a CRM id, without the connector's name) and ``token`` (ours) names
    the person; beside a token, which counts first, the address may stand that counts where it is none of ours. None
    does when the sender named nobody: the event is then kept as unresolved and shown. Addresses are as sent; the
    register normalises them. ``key`` makes the event recognisable when it is sent twice: the sender's id,
    or a digest of canonical facts. ``occurred_at`` is aware; None means that only the arrival is known.
    """

    kind: Kind
    on: On
    key: str
    reason: str
    origin: Origin = Origin.RECIPIENT
    email: str | None = None
    phone: str | None = None
    record: str | None = None
    token: str | None = None
    scope: Scope = EVERYTHING
    occurred_at: datetime | None = None
    time_quality: TimeQuality = TimeQuality.EVENT
    confidence: Confidence = Confidence.CERTAIN
    trace: Trace | None = None
    campaign: str | None = None
    message_id: str | None = None
    text: str | None = None
    new_email: str | None = None  # the address was changed to this one: oppositions follow it
    merged: tuple[str, ...] = ()  # records that are now ``record``: the oppositions of all of them bind it
    count: int = 1  # how many reports an incident without a number stands for


@dataclass(frozen=True, slots=True)
class Problem:
    """One item that could not be read, and why; ``why`` never quotes an address or a number."""

    why: str
    key: str | None = None
