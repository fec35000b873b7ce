"""The columns of the contact file, in its order: name, kind of value, and the values that are accepted.

The names are the facts' own (``contactable.rules.COLUMNS``); four more belong to the file: ``id``, the ``postcode``
that only tells a time zone, and what a campaign says of itself (``purpose``, ``sector``). Their meanings are labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from contactable.rules import (
    Audience,
    Channel,
    ConsentAct,
    ConsentRecipient,
    DataSource,
    Purpose,
    Sale,
    Sector,
)


class Kind(StrEnum):
    """What a cell of a column may hold."""

    ID = "text, unique"
    CHOICE = "one of"
    FLAG = "yes/no"
    COUNTRY = "ISO 3166-1 alpha-2"
    TEXT = "text"
    EMAIL = "e-mail address"
    PHONE = "number"
    DATE = "date or date-time"
    DAY = "date"
    OBJECTION = "date or date-time, of an objection"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the kind of its cells, and for a choice the accepted values."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()

    @property
    def accepted(self) -> str:
        """What may stand in a cell, for people."""
        if self.kind is Kind.CHOICE:
            return ", ".join(self.values)
        return {Kind.FLAG: "yes, no", Kind.DAY: "YYYY-MM-DD", Kind.DATE: "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss"}.get(
            self.kind, str(self.kind)
        )


CONSENT_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.ROBOCALL)


def _choice(name: str, values: type[StrEnum]) -> Column:
    return Column(name, Kind.CHOICE, tuple(values))


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.FLAG) for name in names)


def _each(pattern: str, kind: Kind, channels: tuple[Channel, ...] = CONSENT_CHANNELS) -> tuple[Column, ...]:
    return tuple(Column(pattern.format(channel), kind) for channel in channels)


_ALL = (
    Column("id", Kind.ID),
    _choice("audience", Audience),
    *_flags("sole_trader"),
    Column("country", Kind.COUNTRY),
    Column("postcode", Kind.TEXT),
    Column("email", Kind.EMAIL),
    Column("mobile", Kind.PHONE),
    Column("landline", Kind.PHONE),
    Column("street", Kind.TEXT),
    Column("last_contact_on", Kind.DATE),
    Column("relation_ended_on", Kind.DATE),
    *_flags("customer"),
    _choice("sale", Sale),
    *_flags("collected_at_sale", "similar_offer"),
    _choice("source", DataSource),
    Column("collected_on", Kind.DATE),
    Column("first_message_on", Kind.DATE),
    *_flags("informed", "related_to_profession", "contract", "offer_on_contract"),
    _choice("purpose", Purpose),
    _choice("sector", Sector),
    *_flags("bloctel", "robinson"),
    *_each("consent_{}_on", Kind.DATE),
    *(_choice(f"consent_{channel}_act", ConsentAct) for channel in CONSENT_CHANNELS),
    *(_choice(f"consent_{channel}_to", ConsentRecipient) for channel in CONSENT_CHANNELS),
    *_each("consent_{}_proof", Kind.FLAG),
    *_each("consent_{}_withdrawn_on", Kind.OBJECTION),
    *_flags("consent_phone_complete"),
    Column("consent_phone_until", Kind.DAY),
    Column("callback_requested_on", Kind.DATE),
    *_flags("callback_proof", "offer_as_asked", "minor_at_consent", "parental_authorisation"),
    *_each("opposed_{}_on", Kind.OBJECTION, tuple(Channel)),
    Column("opposed_all_on", Kind.OBJECTION),
    *_each("reopened_{}_on", Kind.DATE, tuple(Channel)),
)

COLUMNS: Mapping[str, Column] = MappingProxyType({column.name: column for column in _ALL})
ADDRESSES = frozenset({"email", "mobile", "landline", "street"})

VERDICT_FIELDS = ("allowed", "reason", "until", "advice", "readings")
RESULT_COLUMNS = ("id", *(f"{channel}_{field}" for channel in Channel for field in VERDICT_FIELDS))
"""The columns of the result: ``id``, then five for each channel."""
