"""Esendex: replies and delivery by SMS. One XML document a request.

Signs nothing: basic authentication in the URL, or a secret in the path. A document that declares entities or a type is
refused (``defusedxml``). A reply has no time; a failure names the message and not the number. Shapes from the vendor's
kit, github.com/esendex/esendex-ruby-sdk, read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contactable.errors import Malformed
from contactable.webhooks.events import EVERYTHING, Event, On, Scope, ScopeKind
from contactable.webhooks.meaning import DELIVERED, IGNORED, INVALID, fact_key, international, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

NOTICES = {"MessageDelivered": DELIVERED, "MessageFailed": INVALID}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a document; raise ``Malformed`` where it is no XML, or declares a type."""
    name, fields = _read(request.raw)
    id, message_id = fields.text("Id", default=None), fields.text("MessageId", default=None)
    if name == "InboundMessage":
        yield _reply(fields, id, message_id)
        return
    at = fields.moment("OccurredAt", default=None)
    # A failure names no number: what it is about is found by the message that we sent.
    key = fact_key("esendex", name, id or message_id, None if id else at)
    yield NOTICES.get(name, IGNORED).event(On.SMS, name, key=key, at=at, message_id=message_id)


def _reply(fields: Section, id: str | None, message_id: str | None) -> Event:
    text, phone, to = fields.text("MessageText", default=""), fields.text("From"), fields.text("To", default="")
    key = fact_key("esendex", "reply", id or message_id or (phone, to, text))
    scope = Scope(ScopeKind.SENDER, to) if to else EVERYTHING
    return reply(text, phone=international(phone), key=key, at=None, scope=scope, message_id=message_id)


def _read(raw: bytes) -> tuple[str, Section]:
    """The name of a document and its fields, whatever namespace they are in."""
    try:
        # Esendex declares no document type; one that does wants entities to be expanded, or files to be read.
        root = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise Malformed("The body is no XML, or declares a document type.") from None
    fields = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in root if isinstance(child.tag, str)}
    return str(root.tag).rpartition("}")[2], Section(fields)
