"""Mailjet: unsubscriptions, complaints and bounces of e-mail. A JSON array where events are grouped, else an object.

Signs nothing: basic authentication in the URL. Only 200 counts; anything else comes again every 30 seconds for 24
hours, then Mailjet suspends the URL. ``MessageID`` is larger than what a float holds. ``unsub`` names the list that was
left. ``blocked`` repeats an older act when its ``error`` says so, and says nothing of a person otherwise
(``duplicate in campaign``, ``preblocked``). A resubscription is never pushed. Vendor's page: dev.mailjet.com, "Event
API", read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    COMPLAINED,
    ECHO_OF_COMPLAINT,
    HARD_BOUNCED,
    IGNORED,
    INVALID,
    SENT,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

MEANINGS = {  # event, detail -> what it is to us; anything else is ignored, and kept
    ("unsub", ""): UNSUBSCRIBED,
    ("spam", ""): COMPLAINED,
    ("bounce", "hard"): HARD_BOUNCED,
    ("blocked", "spam reporter"): ECHO_OF_COMPLAINT,
    ("blocked", "blacklisted"): Meaning(Kind.OPPOSITION, "blacklist", Origin.ECHO),
    ("blocked", "user unknown"): INVALID,
    ("sent", ""): SENT,
}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the events of a request; raise ``Malformed`` where the body is no JSON."""
    yield from each(request.batch, lambda item: [_read(item)])


def _read(item: Section) -> Event:
    said, email, id = item.text("event"), item.text("email"), item.text("MessageID", default=None)
    campaign, list_id = item.text("customcampaign", "mj_campaign_id", default=None), _list(item)
    return MEANINGS.get((said, _detail(said, item)), IGNORED).event(
        On.EMAIL,
        said,
        key=fact_key("mailjet", said, email.lower(), id, item.text("time", default=None), list_id),
        at=item.epoch("time", default=None),
        email=email,
        scope=Scope(ScopeKind.LIST, list_id) if list_id else EVERYTHING,
        campaign=campaign,
        message_id=id,
    )


def _detail(said: str, item: Section) -> str:
    if said == "blocked":
        return item.text("error", default="").lower()
    # A soft bounce says nothing lasting about an address.
    return "hard" if said == "bounce" and item.flag("hard_bounce", default=False) else ""


def _list(item: Section) -> str | None:
    # 0 is no list: a transactional message that was unsubscribed from closes all.
    found = item.text("mj_list_id", default="0") if item.text("event") == "unsub" else "0"
    return None if found == "0" else found
