"""Addresses and numbers: understood, normalised, masked, and turned into keyed digests.

A number is judged by what it is, not by the column it stands in. libphonenumber's *valid* lags behind new ranges and
refuses the numbers reserved for fiction (06 39 98 xx xx), so *possible* decides, and French mobiles are told by their
first digits. Nothing is folded in an e-mail address but case and the spelling of the domain: ``a+b@`` is not ``a@``.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

import msgspec
import phonenumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email


class IdentifierKind(StrEnum):
    """What an identifier is: an e-mail address, a phone number, or a CRM record (``<connector name>:<id>``)."""

    EMAIL = "email"
    PHONE = "phone"
    RECORD = "record"


class PhoneKind(StrEnum):
    """What a number is, as far as its digits tell."""

    MOBILE = "mobile"
    FIXED = "fixed"
    OTHER = "other"


# Both are made for every contact that is read: a struct is made in a quarter of the time of a named tuple.
class Email(msgspec.Struct, frozen=True):
    """A well-formed e-mail address: ``text`` normalised; ``generic`` when it is an organisation's (contact@, info@)."""

    text: str
    generic: bool


class Phone(msgspec.Struct, frozen=True):
    """A possible number. ``country`` is what an international prefix told, or None; ``region`` is used for the kind."""

    e164: str
    kind: PhoneKind
    international: bool
    country: str | None


GENERIC_MAILBOXES = frozenset(
    "contact contacts info infos information informations commercial accueil bonjour hello admin administration compta "
    "comptabilite facturation commande commandes direction secretariat service services sales sav support vente ventes "
    "office rh recrutement presse marketing communication reception reservation reservations mairie".split()
)
PUBLIC_WEBMAILS = frozenset(
    "gmail.com googlemail.com msn.com orange.fr wanadoo.fr free.fr sfr.fr neuf.fr bbox.fr laposte.net numericable.fr "
    "icloud.com me.com mac.com aol.com proton.me protonmail.com".split()
)
PUBLIC_WEBMAIL_NAMES = frozenset({"outlook", "hotmail", "live", "yahoo", "ymail", "gmx"})  # under any ending

# Overseas numbers: France for the law, codes of their own for the telephone.
_FRENCH_COUNTRY_CODES = {33: "FR", 262: "RE", 590: "GP", 594: "GF", 596: "MQ", 508: "PM"}
_MOBILE_STARTS = {33: ("6", "7"), 262: ("69", "639"), 590: ("69",), 594: ("69",), 596: ("69",), 508: ("55", "70", "40")}
_OVERSEAS_STARTS = {
    **dict.fromkeys(("262", "263", "269", "639", "692", "693"), 262),
    **dict.fromkeys(("590", "690", "691"), 590),
    **dict.fromkeys(("594", "694"), 594),
    **dict.fromkeys(("596", "696", "697"), 596),
}
_FICTION_START = "63998"  # 06 39 98 xx xx is kept for fiction, inside what is otherwise Mayotte's range
_MAYOTTE_STARTS = ("269", "639")


# Nearly all addresses and numbers are of these plain shapes; what does not fit goes the libraries' long way. Tests hold
# the two ways equal, on every first digit and on generated texts.
_is_plain_local_part = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*").fullmatch
# One dash at a time: two in the third place are Punycode. Names that nobody can own go the long way, too.
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}")
_SPECIAL_ENDINGS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_as_plain_french = re.compile(r"(?:0|(\+|00)33[ .]?)([1-9](?:[ .-]?[0-9]{2}){4})").fullmatch
# Such a text and the @ behind it part an address whatever follows; the library then judges the two parts apart.
_is_unquoted = re.compile(r"[!#-;=?A-Z\[\]-~]{1,64}").fullmatch
_SHORTEST_DOMAIN = "a.fr"
_MOST_DOMAINS = 2048  # webmails come again and again; most others do once, and more of them only fill the memory
_validated_domains: dict[str, str] = {}  # as written -> as it is kept
_LONGEST_LOCAL_PART, _LONGEST_LABEL, _LONGEST_EMAIL = 64, 63, 254  # RFC 5321


def read_email(text: str) -> Email | None:
    """Understand one e-mail address, without DNS; None where it is malformed."""
    local, _, domain = text.strip().rpartition("@")
    if len(local) > _LONGEST_LOCAL_PART or not _is_plain_local_part(local):
        return validated_email(text)
    known = _plain_domain(domain)
    if known is None or len(local) + 1 + len(known[0]) > _LONGEST_EMAIL:
        return validated_email(text)
    local = local.lower()
    return Email(f"{local}@{known[0]}", local in GENERIC_MAILBOXES and not known[1])


def validated_email(text: str) -> Email | None:
    """Understand an address of any shape, as ``email-validator`` does: the long way of ``read_email``.

    Two thirds of its time go into the domain, so that one of ASCII that it took before is not given to it again.
    """
    text = text.strip()
    local, _, domain = text.rpartition("@")
    known = _validated_domains.get(domain) if _is_unquoted(local) else None
    try:
        found = validate_email(f"{local}@{_SHORTEST_DOMAIN}" if known else text, check_deliverability=False)
    except EmailNotValidError:
        return None
    name, ascii_domain = found.local_part.casefold(), found.ascii_domain.casefold()
    if known:
        ascii_domain = known
    elif domain.lower() == ascii_domain == found.domain and len(domain) <= _LONGEST_LABEL:
        if len(_validated_domains) >= _MOST_DOMAINS:
            _validated_domains.clear()
        _validated_domains[domain] = ascii_domain
    return Email(f"{name}@{ascii_domain}", _plain(name) in GENERIC_MAILBOXES and not is_public_webmail(ascii_domain))


@lru_cache(maxsize=_MOST_DOMAINS)
def _plain_domain(domain: str) -> tuple[str, bool] | None:
    """Give an ASCII domain that ``email-validator`` accepts, and whether it is a public webmail's; else None."""
    name = domain.lower() if domain.isascii() else ""
    plain = len(name) <= _LONGEST_LABEL and _PLAIN_DOMAIN.fullmatch(name)
    if plain and name.rpartition(".")[2] not in _SPECIAL_ENDINGS:
        return name, is_public_webmail(name)
    found = validated_email(f"a@{domain}") if domain.isascii() and domain == domain.strip() else None
    return (found.text[2:], is_public_webmail(found.text[2:])) if found else None


def is_public_webmail(domain: str) -> bool:
    """Tell a webmail that anybody may use from a domain of one's own."""
    name, _, _ = domain.partition(".")
    return domain in PUBLIC_WEBMAILS or name in PUBLIC_WEBMAIL_NAMES


def read_phone(text: str, region: str = "FR") -> Phone | None:
    """Understand one number; ``region`` reads national ones. None where libphonenumber calls it impossible."""
    plain = _as_plain_french(text.strip()) if region == "FR" else None
    if plain is None:
        return parsed_phone(text, region)
    # libphonenumber calls each number of nine digits behind 0 or +33 possible.
    digits = plain[2]
    national = digits if digits.isdigit() else digits.replace(" ", "").replace(".", "").replace("-", "")
    code, kind, country = _french_start(national[:5])
    international = plain[1] is not None
    return Phone(code + national, kind, international, country if international else None)


def read_identifier(text: str, *, address: bool) -> tuple[IdentifierKind, str] | None:
    """Understand one line of a list: an ``address``, or a number where it holds no @; None where it is neither."""
    if address or "@" in text:
        email = read_email(text)
        return (IdentifierKind.EMAIL, email.text) if email else None
    phone = read_phone(text)
    return (IdentifierKind.PHONE, phone.e164) if phone else None


@lru_cache(maxsize=8192)
def _french_start(start: str) -> tuple[str, PhoneKind, str | None]:
    """Tell code (``+33``), kind and country of a French number by its first five digits, which decide all three."""
    number = _own_country_code(phonenumbers.PhoneNumber(country_code=33, national_number=int(start.ljust(9, "0"))))
    return f"+{number.country_code}", _phone_kind(number), _country(number)


def parsed_phone(text: str, region: str = "FR") -> Phone | None:
    """Understand a number of any shape, as ``phonenumbers`` does: the long way of ``read_phone``."""
    cleaned = _without_remark(text)
    try:
        number = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    international = cleaned.startswith(("+", "00"))
    number = _own_country_code(number)
    return Phone(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        _phone_kind(number),
        international,
        _country(number) if international else None,
    )


def _without_remark(text: str) -> str:
    """Drop a remark in brackets ("06 12 … (perso)"), but not the (0) of "+33 (0)6"."""
    if text.isascii() and "(" not in text:
        return text.strip()
    return re.sub(r"\((?!0\))[^)]*[^\d\s)][^)]*\)", "", unicodedata.normalize("NFKC", text)).strip()


def _own_country_code(number: phonenumbers.PhoneNumber) -> phonenumbers.PhoneNumber:
    """Give an overseas number dialled as in France (0692 …) its own code, so that both spellings are one number."""
    if number.country_code != 33:
        return number
    national = str(number.national_number)
    code = _OVERSEAS_STARTS.get(national[:3], 33)
    if code == 33 or national.startswith(_FICTION_START):
        return number
    return phonenumbers.PhoneNumber(country_code=code, national_number=number.national_number)


def _phone_kind(number: phonenumbers.PhoneNumber) -> PhoneKind:
    starts = _MOBILE_STARTS.get(number.country_code or 0)
    if starts:
        return PhoneKind.MOBILE if str(number.national_number).startswith(starts) else PhoneKind.FIXED
    kind = phonenumbers.number_type(number)
    if kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return PhoneKind.MOBILE
    return PhoneKind.FIXED if kind == phonenumbers.PhoneNumberType.FIXED_LINE else PhoneKind.OTHER


def _country(number: phonenumbers.PhoneNumber) -> str | None:
    code = number.country_code or 0
    if code == 262 and str(number.national_number).startswith(_MAYOTTE_STARTS):
        return "YT"
    return _FRENCH_COUNTRY_CODES.get(code) or phonenumbers.region_code_for_country_code(code)


def _plain(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def mask_email(text: str) -> str:
    """Show enough of an address to recognise one's own: ``j***@e***.com``."""
    local, _, domain = text.partition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}***@{name[:1]}***.{ending}"


def mask_phone(e164: str) -> str:
    """Show the prefix and the last two digits of a number: ``+336******01``."""
    return f"{e164[:4]}{'*' * max(len(e164) - 6, 4)}{e164[-2:]}"


def digest(key: bytes, kind: IdentifierKind, normalised: str) -> bytes:
    """The keyed digest (HMAC-SHA256, 32 bytes) under which an identifier is kept; the kind keeps the spaces apart."""
    return keyed_digest(key, f"{kind}:{normalised}".encode())


def keyed_digest(key: bytes, message: bytes) -> bytes:
    """The HMAC-SHA256 of a short message, without letting other threads in, as ``hmac.digest`` does each time."""
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.finalize()


@lru_cache(maxsize=64)
def _keyed(key: bytes) -> HMAC:
    # Not of ``hmac``, whose copies are objects of Python: half of a digest's time.
    return HMAC(key, SHA256())
