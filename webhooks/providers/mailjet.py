"""Mailjet: unsubscriptions, complaints and bounces of e-mail. A JSON array where events are grouped, else an object.

Signs nothing: basic authentication in the URL. Only 200 counts; anything else comes again every 30 seconds for 24
hours, then Mailjet suspends the URL. ``MessageID`` is larger than what a float holds. ``unsub`` names the list that was
left. ``blocked`` repeats an older act when its ``error`` says so, and says nothing of a person otherwise
(``duplicate in campaign``, ``preblocked``). A resubscription is never pushed. Vendor's page: dev.mailjet.com, "Event
API", read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator

from contactable.errors import Unavailable
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, basic, must, value_at
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
from contactable.webhooks.registrations import Registrations, get, is_not, listed
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "BLOCKLIST", "PROOF", "REGISTRATIONS", "STATUS", "authenticate", "parse"]

STATUS = Status.REAL
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

_LOOKS, _PAUSE = 5, 0.5  # how often a job is looked for, and the seconds before each look

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


def block(person: Person, secrets: Secrets) -> Steps:
    """Exclude a contact from campaigns, by a job: the one call that takes an address in its body, new or known."""
    contact = {"Email": person.text, "IsExcludedFromCampaigns": True}
    put = yield Order("POST", "/REST/contact/managemanycontacts", {"Contacts": [contact]})
    job = value_at(put, "Data", 0, "JobID")
    must(job is not None, "no job was made")
    for _ in range(_LOOKS):
        found = yield Order("GET", f"/REST/contact/managemanycontacts/{job}", wait=_PAUSE)
        must(not value_at(found, "Data", 0, "Error"), "the job failed")
        if value_at(found, "Data", 0, "Status") == "Completed":
            return
    raise Unavailable("Mailjet has not ended its job yet.")


BLOCKLIST = Blocklist(
    channels=("email",),
    url=at("https://api.mailjet.com/v3"),
    headers=lambda secrets: basic(secrets.of_api("key"), secrets.of_api("secret")),
    block=block,
    most=10,
    seconds=1,
    needs=("key", "secret"),
    says="the exclusion list for campaigns (`IsExcludedFromCampaigns`); transactional mail goes on",
    page="dev.mailjet.com, Contacts, Manage many contacts",
)

REGISTRATIONS = Registrations(
    url=BLOCKLIST.url,
    headers=BLOCKLIST.headers,
    needs=BLOCKLIST.needs,
    orders=get("/REST/eventcallbackurl?Limit=100"),
    read=listed("Data", url=("Url",), active=is_not("dead", "Status"), tells="EventType"),
    suspends=True,
    says="`Status` of the callback of each kind of event: `dead` after a day of failures",
    page="dev.mailjet.com, Webhook, Event callback URL",
)
