"""What the columns of a list mean, told by its header: exports of Mailchimp, Brevo, HubSpot and Odoo, and plain lists.

An export of everybody has columns that say who is out; a list of those who are out has none. Names are compared in
small letters without accents. The header of each export is described by its vendor and may change: a list of another
shape is a plain one, and its columns can be named on the command line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from contactable.errors import Malformed

EMAIL = frozenset("email e_mail mail email_address adresse_e_mail adresse_email adresse_mail courriel adresse".split())
PHONE = frozenset(
    "phone mobile telephone tel numero sms phone_number mobile_phone mobile_phone_number mobile_number portable "
    "numero_de_telephone numero_de_mobile numero_mobile gsm msisdn phone_sanitized whatsapp".split()
)
DATE = frozenset(
    "date unsub_time unsubscribed_at unsubscribe_date opted_out_at optout_date opt_out_date blocked_at blockedat "
    "blocklisted_at date_opposition date_desinscription date_de_desinscription desinscrit_le cree_le created_on "
    "create_date date_stop stop_date consent_date date_consentement consented_at optin_time confirm_time".split()
)


@dataclass(frozen=True, slots=True)
class Flag:
    """A column that says who is out: of which channel, and of which subscription type where it names one."""

    column: int
    channel: str
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a list keeps what. Without ``flags`` every row is somebody on the list, out of (or for) ``channel``."""

    name: str
    email: int | None = None
    phone: int | None = None
    date: int | None = None
    channel: str | None = None
    flags: Sequence[Flag] = ()


def recognise(header: Sequence[str], *, consents: bool = False) -> Layout:
    """Tell a list by its header. Raises ``Malformed`` for one that is of nobody who objected, or nobody who agreed."""
    names = [_plain(name) for name in header]
    there = {name: at for at, name in reversed(list(enumerate(names)))}
    layout = Layout("list", _first(there, EMAIL), _first(there, PHONE), _first(there, DATE))
    if layout.email is None and layout.phone is None:
        raise Malformed("No column of addresses or numbers was found: name one with --column.")
    if "leid" in there or "member_rating" in there:
        return _mailchimp(layout, there, consents)
    if flags := _flags(names):
        if consents:
            raise Malformed("This export says who is out: `contactable import oppositions` reads it.")
        vendor = "hubspot" if any(name.startswith(_HUBSPOT) for name in names) else "brevo or odoo"
        return replace(layout, name=vendor, flags=flags)
    return replace(layout, channel="email" if layout.phone is None else None)


def _mailchimp(layout: Layout, there: Mapping[str, int], consents: bool) -> Layout:
    if "clean_time" in there:
        raise Malformed("These are Mailchimp's cleaned addresses: they bounced, nobody objected.")
    if consents != ("unsub_time" not in there):
        raise Malformed("This is Mailchimp's list of the other kind: subscribed is not unsubscribed.")
    times = ("confirm_time", "optin_time") if consents else ("unsub_time",)
    date = next((there[name] for name in times if name in there), None)
    return replace(layout, name="mailchimp", phone=None, date=date, channel="email")


_HUBSPOT = ("unsubscribed_from_all_email", "opted_out_of_email")
_ODOO = {"blacklist": "email", "is_blacklisted": "email", "opt_out": "email", "phone_blacklisted": "sms"}
_BREVO = {
    **dict.fromkeys(
        ("blacklisted", "email_blacklisted", "emailblacklisted", "blocklisted", "email_blocklisted"), "email"
    ),
    **dict.fromkeys(("unsubscribed", "desinscrit", "desabonne"), "email"),
    **dict.fromkeys(("sms_blacklisted", "smsblacklisted", "sms_blocklisted"), "sms"),
}


def _flags(names: Iterable[str]) -> list[Flag]:
    flags = []
    for at, name in enumerate(names):
        if name.startswith("opted_out_of_email_"):
            flags.append(Flag(at, "email", name.removeprefix("opted_out_of_email_")))
        elif name.startswith(_HUBSPOT):
            flags.append(Flag(at, "email"))
        elif channel := {**_ODOO, **_BREVO}.get(name):
            flags.append(Flag(at, channel))
    return flags


def _first(there: Mapping[str, int], names: frozenset[str]) -> int | None:
    return min((at for name, at in there.items() if name in names), default=None)


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]+", "_", "".join(c for c in text if not unicodedata.combining(c))).strip("_")
