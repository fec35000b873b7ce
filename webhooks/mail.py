"""Mail that opposes: feedback reports (ARF, RFC 5965), Hotmail's own form of them, and requests to unsubscribe.

A report says that somebody called our mail spam: abuse and opt-out oppose; fraud, virus and other oppose and ask a
person; not-spam releases nobody; auth-failure (RFC 6591, DMARC) is about our servers. Whom it concerns is, in this
order: a token of our own in the headers of the reported mail, ``Removal-Recipient``, ``Original-Rcpt-To``,
``X-HmXmrOriginalRecipient`` (Hotmail sends no feedback part), the one ``To`` of the reported mail. Token and address
stand side by side: links of others look like ours, and an address may be a digest (RFC 6590). Without any it names
nobody; the sender's own mailbox is never taken for the person.

A report can be forged by whoever knows the mailbox. Where the settings name the feedback loops, one that our mail
server does not vouch for counts by our token alone, as ``probable``; without token it waits for a person.

A request (RFC 2369, ``mailto:``) counts by our token in the address that it was sent to, whoever sent it: secretaries
and mail programs do. Without token the ``From`` is all there is, and it can be forged: it counts, as ``probable``,
where our own mail server vouches for it (``vouching``), and waits for a person elsewhere. Automatic answers and bounces
are passed over, except Apple Mail's button, which says ``Auto-Submitted`` and ``X-Apple-Unsubscribe``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, message_from_string
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from contactable.errors import Malformed
from contactable.webhooks.events import Confidence, Event, Kind, On, Origin
from contactable.webhooks.meaning import COMPLAINED, DOUBTFUL, FEEDBACK, IGNORED, UNSUBSCRIBED, Meaning, fact_key
from contactable.webhooks.replies import read_reply
from contactable.webhooks.vouching import is_vouched_for

REQUESTED = replace(UNSUBSCRIBED, confidence=Confidence.PROBABLE)  # by a From that our mail server vouches for
UNPROVED = replace(
    UNSUBSCRIBED, origin=Origin.UNKNOWN, confidence=Confidence.REVIEW
)  # by a From that anybody may write
ONLY_BY_TOKEN = replace(COMPLAINED, confidence=Confidence.PROBABLE)  # which only the reported mail can have had
FORGED = replace(COMPLAINED, origin=Origin.UNKNOWN, confidence=Confidence.REVIEW)  # perhaps: nobody vouches for it
AUTOMATIC = Meaning(Kind.IGNORED, "automatic_mail", Origin.PROVIDER)

RECIPIENTS = (  # those of the envelope first, under the name that each mail server gives them
    *("Delivered-To", "X-Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"),
    *("To", "Cc"),
)
REDACTED = frozenset({"redacted", "hashed", "undisclosed"})  # local parts that stand for nobody
_TOKEN_IN_URL = re.compile(r"https://[^>\s\"']*/[up]/([A-Za-z0-9_.\-]{16,})")
_READ_OF_BODY = 200_000  # characters of the reported mail in which a link of ours is looked for
_TOKEN_IN_ADDRESS = re.compile(r"\+([a-z2-7]{18,})@", re.IGNORECASE)


def read_mail(raw: bytes, server: str = "", reporters: Sequence[str] = ()) -> Iterator[Event]:
    """Yield what one message means, one event a person; raise ``Malformed`` where the bytes are no message.

    ``server`` is the name under which our own mail server writes ``Authentication-Results``; ``reporters`` are the
    domains of the feedback loops, where only theirs are to be believed.
    """
    message = _parsed(raw)
    report = _report(message)
    if report is None:
        yield _requested(message, server)
    else:
        yield from _reported(message, report, believed=not reporters or _is_of(message, server, reporters))


def token_in(address: str) -> str | None:
    """Our token in the local part of an address that we gave as ``mailto:`` (``unsubscribe+TOKEN@…``), or None."""
    found = _TOKEN_IN_ADDRESS.search(address)
    return found[1].lower() if found else None


@dataclass(frozen=True, slots=True)
class _Report:
    """A feedback report: its type, its fields, and the headers of the mail that was reported."""

    type: str
    fields: Message
    reported: Message


def _reported(message: Message, report: _Report, *, believed: bool) -> Iterator[Event]:
    meaning, people = FEEDBACK.get(report.type, DOUBTFUL), [*_people(report)]  # a type that no RFC knows asks a person
    token = _token_of(report.reported) if len(people) < 2 else None  # of a mail to several, whose it is is not told
    if not people and token is None:
        token = _token_in_body(report.reported)  # which may quote a mail to somebody else: only where nothing else is
    if len(people) > 1 and meaning is COMPLAINED:
        meaning = replace(meaning, confidence=Confidence.PROBABLE)  # one of them complained, all had the mail
    if not believed and meaning.kind is Kind.OPPOSITION:
        meaning, people = (ONLY_BY_TOKEN, []) if token else (FORGED, people)
    id, at = _header(message, "Message-ID"), _date(message)
    for person in people or (None,):
        key = fact_key("arf", id or at, report.type, person and person.lower(), token)
        yield meaning.event(On.EMAIL, report.type, key=key, at=at, email=person, token=token, message_id=id or None)


def _is_of(message: Message, server: str, reporters: Sequence[str]) -> bool:
    """Whether our mail server vouches that a message comes from one of these domains."""
    domains = {address.rpartition("@")[2].lower() for address in _addresses(message, "From")}
    known = [domain for domain in domains for each in reporters if f".{domain}".endswith(f".{each.lower()}")]
    return bool(known) and is_vouched_for(message, server)


def _requested(message: Message, server: str) -> Event:
    id, at, people = _header(message, "Message-ID"), _date(message), _addresses(message, "From")
    token = next(filter(None, map(token_in, _recipients(message))), None)
    meaning = _meaning_of_request(message, token, server)
    person = people[0] if people and token is None else None
    key = fact_key("mail", id or at, token, person and person.lower())
    return meaning.event(On.EMAIL, "mail", key=key, at=at, email=person, token=token, message_id=id or None)


def _meaning_of_request(message: Message, token: str | None, server: str) -> Meaning:
    if _is_automatic(message):
        return AUTOMATIC
    if token:
        return UNSUBSCRIBED
    asks = "X-Apple-Unsubscribe" in message or any(map(_asks, (_header(message, "Subject"), _first_line(message))))
    if not asks:
        return IGNORED
    return REQUESTED if is_vouched_for(message, server) else UNPROVED


def _asks(line: str) -> bool:
    return read_reply(re.sub(r"^(?:\s*(?:re|fw|fwd|tr)\s*:)+", "", line, flags=re.IGNORECASE)).kind in (
        "certain",
        "probable",
    )


def _is_automatic(message: Message) -> bool:
    if _header(message, "X-Apple-Unsubscribe").lower() == "true":
        return False
    submitted = _header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    is_list = "List-Id" in message or _header(message, "Precedence").lower() in ("bulk", "list", "junk")
    return submitted not in ("", "no") or _header(message, "Return-Path") == "<>" or is_list


def _report(message: Message) -> _Report | None:
    parts = list(message.walk())
    fields = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    reported = next(map(_embedded, filter(_is_reported_mail, parts)), Message())
    if fields is not None:
        inner = _embedded(fields)
        return _Report(_header(inner, "Feedback-Type").lower() or "other", inner, reported)
    if "X-HmXmrOriginalRecipient" in reported:
        return _Report("abuse", Message(), reported)
    return None


def _is_reported_mail(part: Message) -> bool:
    return part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "text/rfc822-header")


def _embedded(part: Message) -> Message:
    """The headers inside a part, which the parser leaves as a message or as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else Message()
    return message_from_string(str(payload or ""))


def _people(report: _Report) -> list[str]:
    for source, name in (
        (report.fields, "Removal-Recipient"),
        (report.fields, "Original-Rcpt-To"),
        (report.reported, "X-HmXmrOriginalRecipient"),
    ):
        if people := _addresses(source, name):
            return people
    to = _addresses(report.reported, "To")
    return to if len(to) == 1 else []


def _token_of(reported: Message) -> str | None:
    link = "".join(_header(reported, "List-Unsubscribe").split())  # a long header is folded, inside the link as well
    found = _TOKEN_IN_URL.search(link)
    return found[1] if found else token_in(link) or token_in(_header(reported, "Return-Path"))


def _token_in_body(reported: Message) -> str | None:
    for part in reported.walk():
        payload = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        text = payload[:_READ_OF_BODY].decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        if found := _TOKEN_IN_URL.search(text):
            return found[1]
    return None


def _recipients(message: Message) -> Iterable[str]:
    return (address for name in RECIPIENTS for address in _addresses(message, name))


def _addresses(message: Message, name: str) -> list[str]:
    """The addresses of a header that may be repeated, each once, without those that stand for nobody."""
    found = (address.strip() for _, address in getaddresses([str(value) for value in message.get_all(name, [])]))
    people = (one for one in found if re.fullmatch(r"[^@\s]+@[^@\s]+", one) and one.isprintable())
    return list(dict.fromkeys(one for one in people if one.partition("@")[0].lower() not in REDACTED))


def _header(message: Message, name: str) -> str:
    """A header decoded (RFC 2047) as far as it can be; "" where there is none."""
    value = str(message.get(name, "")).strip()
    try:
        return str(make_header(decode_header(value))).replace("\0", "").strip()
    except (ValueError, LookupError, MessageError):
        return value


def _date(message: Message) -> datetime | None:
    """The ``Date`` of the report itself: ``Arrival-Date`` is when the mail came that it complains of."""
    try:
        found = parsedate_to_datetime(_header(message, "Date"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _first_line(message: Message) -> str:
    part = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    payload = part.get_payload(decode=True) if part is not None else None
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return next((line for line in text.splitlines() if line.strip()), "")[:200]


def _parsed(raw: bytes) -> Message:
    try:
        message = message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError, TypeError):
        raise Malformed("The mail cannot be read.") from None
    if not message.keys() or not ("From" in message or "Date" in message or "Received" in message):
        raise Malformed("The body is not a mail message.")
    return message
