"""CM.com: replies and delivery by SMS. One JSON object a request.

Signs nothing. Only 200 counts; it sends again every five minutes for a month. ``timeUtc`` has no zone and is UTC. An
old format has number and text flat (``from``, ``to``, ``body``). Reply numbers may be shared with other customers of
CM: for those named in the endpoint's ``shared_numbers``, a STOP without a ``reference`` may be meant for somebody else
and is not taken. A status report stands in ``messages.msg``, one or a list, and is sent again for seven days; its codes
are those that a public client (OptCulture) knows: 0 accepted, 1 rejected by CM, 2 delivered, 3 failed, 4 read. Which of
its error codes names a number that said STOP was not found. Vendor's pages: developers.cm.com, "Incoming messages",
read on 2026-11-23, "Incoming status reports", on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.errors import Malformed
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    DELIVERED,
    IGNORED,
    INVALID,
    SENT,
    Meaning,
    each,
    fact_key,
    international,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

STATUSES = {"0": SENT, "2": DELIVERED, "3": INVALID, "4": DELIVERED}
NOT_OURS = Meaning(Kind.IGNORED, "shared_number", Origin.UNKNOWN)

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a request; raise ``Malformed`` where the body is no JSON."""
    shared = request.options.get("shared_numbers", ())
    ours = {shared} if isinstance(shared, str) else set(shared)
    yield from each(request.batch, lambda item: _reports(item) if "messages" in item else [_read(item, ours)])


def _reports(item: Section) -> Iterator[Event | Problem]:
    found = item.section("messages").raw("msg", "MSG")
    yield from each(found if isinstance(found, list) else [found], lambda report: [_report(report)])


def _report(item: Section) -> Event:
    said, to = item.section("status").text("code"), item.text("to")
    reference, time = item.text("reference", default=None), item.text("received", default=None)
    return STATUSES.get(said, IGNORED).event(
        On.SMS,
        f"status {said}",
        key=fact_key("cm", "status", said, to, reference, time),
        at=item.moment("received", default=None),
        phone=international(to),
        message_id=reference,
    )


def _read(item: Section, shared: set[str]) -> Event:
    phone, to, text = _inside(item, "from", "number"), _inside(item, "to", "number"), _text(item)
    if not phone:
        raise Malformed("from.number is missing.")
    # Without an id, a repetition is the same words at the same second from the same person.
    reference, time = item.text("reference", default=""), item.text("timeUtc", "time", default=None)
    key, at = fact_key("cm", phone, to, text, time, reference), item.moment("timeUtc", "time", default=None)
    scope = Scope(ScopeKind.SENDER, to) if to else EVERYTHING
    # The reference is the one we sent with; a reply that has none may answer another customer's message.
    if to in shared and not reference:
        return NOT_OURS.event(On.SMS, "reply", key=key, at=at, scope=scope)
    return reply(text, phone=international(phone), key=key, at=at, scope=scope, message_id=reference or None)


def _text(item: Section) -> str:
    return item.text("body", default="") if "body" in item else _inside(item, "message", "text")


def _inside(item: Section, name: str, part: str) -> str:
    """A text that is flat in the old format and inside an object in the new one."""
    found = item.raw(name)
    return item.section(name).text(part, default="") if isinstance(found, dict) else item.text(name, default="")
