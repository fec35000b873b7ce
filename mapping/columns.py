"""The one vocabulary: the columns of the contact file that a CRM can fill, and how several sources of one agree.

Names are those of the contact file. ``purpose`` and ``sector`` belong to the campaign and are settings of an offer;
``reopened_…`` is never mapped, because a release counts only as the person's own act. Four more columns hold codes,
from which what ties a contact to an offer is computed: what was bought, the trade, the contract, what was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contactable.errors import SettingsError

CHANNELS = ("email", "sms", "phone", "robocall", "post")
CONSENT_CHANNELS = CHANNELS[:4]  # post needs no consent, so it has none
UNKNOWN_TIME = "unknown"  # an opposition whose date cannot be read: it stands against every consent


class Kind(StrEnum):
    """What a column holds; see ``values`` for how each is read."""

    YES_NO = "yes/no"
    CHOICE = "choice"
    DATE = "date"
    OPPOSITION = "opposition"
    COUNTRY = "country"
    POSTCODE = "postcode"
    EMAIL = "email"
    NUMBER = "number"
    STREET = "street"
    CODES = "codes"


class Agreement(StrEnum):
    """Which of several sources of equal strength is believed."""

    FIRST = "first"  # the order of preference that the settings state
    STRICTEST = "strictest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it holds, its values from the strictest to the most open, and how its sources agree.

    ``forbids``: it can only close, so that every source of whatever strength counts. ``needs_evidence``: a company may
    state it for many contacts in a signed declaration only, never as a constant of the mapping.
    """

    name: str
    kind: Kind
    values: tuple[str, ...] = ()
    agreement: Agreement = Agreement.FIRST
    forbids: bool = False
    needs_evidence: bool = False
    declarable: bool = False

    @property
    def whole_days(self) -> bool:
        """Whether the time of day is of no use: no order within a day is asked of it."""
        return self.name in _WHOLE_DAYS


_WHOLE_DAYS = frozenset("last_contact_on relation_ended_on collected_on first_message_on consent_phone_until".split())


def _yes_opens(name: str, *, needs_evidence: bool = False, declarable: bool = False) -> Column:
    return Column(name, Kind.YES_NO, ("no", "yes"), Agreement.STRICTEST, False, needs_evidence, declarable)


def _yes_closes(name: str, *, forbids: bool = True) -> Column:
    return Column(name, Kind.YES_NO, ("yes", "no"), Agreement.STRICTEST, forbids, needs_evidence=forbids)


def _choice(name: str, *values: str, needs_evidence: bool = False) -> Column:
    return Column(name, Kind.CHOICE, values, Agreement.STRICTEST, False, needs_evidence, declarable=True)


def _opposition(name: str) -> Column:
    return Column(name, Kind.OPPOSITION, (), Agreement.STRICTEST, forbids=True)


def _consent(channel: str) -> list[Column]:
    of = f"consent_{channel}_"
    return [
        Column(of + "on", Kind.DATE, needs_evidence=True),
        _choice(of + "act", "bundled", "preticked", "positive", needs_evidence=True),
        _choice(of + "to", "third_party", "third_party_named_us", "us", needs_evidence=True),
        _yes_opens(of + "proof", needs_evidence=True, declarable=True),
        _opposition(of + "withdrawn_on"),
    ]


_COLUMNS = [
    _choice("audience", "consumer", "professional"),
    Column("sole_trader", Kind.YES_NO, ("yes", "no"), Agreement.STRICTEST, declarable=True),
    Column("country", Kind.COUNTRY, declarable=True),
    Column("postcode", Kind.POSTCODE),
    Column("email", Kind.EMAIL),
    Column("other_emails", Kind.EMAIL),
    Column("mobile", Kind.NUMBER),
    Column("landline", Kind.NUMBER),
    Column("street", Kind.STREET),
    Column("last_contact_on", Kind.DATE, (), Agreement.LATEST),  # each is a contact that took place
    Column("relation_ended_on", Kind.DATE, (), Agreement.LATEST),
    _yes_opens("customer"),
    _choice("sale", "basket", "quote", "account", "sale"),
    _yes_opens("collected_at_sale", declarable=True),
    _yes_opens("similar_offer", declarable=True),
    _choice("source", "person", "elsewhere"),
    Column("collected_on", Kind.DATE),
    Column("first_message_on", Kind.DATE),
    _yes_opens("informed", needs_evidence=True, declarable=True),
    _yes_opens("related_to_profession", declarable=True),
    _yes_opens("contract"),
    _yes_opens("offer_on_contract", declarable=True),
    _yes_closes("bloctel"),
    _yes_closes("robinson"),
    *(column for channel in CONSENT_CHANNELS for column in _consent(channel)),
    _yes_opens("consent_phone_complete", needs_evidence=True, declarable=True),
    Column("consent_phone_until", Kind.DATE),
    Column("callback_requested_on", Kind.DATE, needs_evidence=True),
    _yes_opens("callback_proof", needs_evidence=True, declarable=True),
    _yes_opens("offer_as_asked"),
    _yes_closes("minor_at_consent"),
    _yes_opens("parental_authorisation", needs_evidence=True, declarable=True),
    *(_opposition(f"opposed_{channel}_on") for channel in (*CHANNELS, "all")),
    Column("bought", Kind.CODES),
    Column("trade", Kind.CODES),
    Column("contract_object", Kind.CODES),
    Column("asked_for", Kind.CODES),
]
COLUMNS = {column.name: column for column in _COLUMNS}
CODE_COLUMNS = frozenset(name for name, column in COLUMNS.items() if column.kind is Kind.CODES)
_OPPOSED = {
    **{f"opposed_{channel}_on": channel for channel in (*CHANNELS, "all")},
    **{f"consent_{channel}_withdrawn_on": channel for channel in CONSENT_CHANNELS},
}
ADDRESS_COLUMNS = frozenset({"email", "other_emails", "mobile", "landline", "street"})
BY_NAME = tuple(name for name in COLUMNS if name not in CODE_COLUMNS | {"other_emails"})


def opposed_by(fact: str) -> str | None:
    """The channel (or ``all``) that a fact of this name opposes, a withdrawn consent among them; None for any other.

    One bound to a subscription type is named ``opposed_email_on/<id>``.
    """
    return _OPPOSED.get(fact.partition("/")[0])


def column_named(name: str) -> Column:
    """Find a column; raise ``SettingsError`` saying why it cannot be mapped."""
    if name in COLUMNS:
        return COLUMNS[name]
    if name in ("purpose", "sector"):
        raise SettingsError(f"`{name}` belongs to the campaign: write it under [offers.NAME], not in the mapping.")
    if name.startswith("reopened_"):
        raise SettingsError(f"`{name}` cannot be mapped: only an act of the person's own lifts an opposition.")
    raise SettingsError(f"The mapping names `{name}`, which is no column: `contactable check --columns` lists them.")
