"""ActiveCampaign: unsubscriptions, STOP and bounces, by e-mail and SMS. One form a request.

Keys stand in brackets (``contact[email]``). Signs nothing, never sends again, and turns a webhook off for ever on 410:
what was missed is read from its API, contacts of status 2 that changed in the last seven days, with the lists that each
left and when. ``initiated_by`` tells the person's own act from an administrator's, the API's or the system's; where it
holds an id, ``initiated_from`` does (``public`` is the person). An unsubscription binds its list, ``0`` means all of
them. Bulk imports send nothing. Of a list that one left, ``udate`` is the day; it stays after one came back. Vendor's
pages: developers.activecampaign.com, "Webhooks" and "List all contacts", by public descriptions
(api-evangelist/activecampaign) read on 2026-11-23 and 27; community.activecampaign.com, "Retrieve opt-ins, opt-outs or
bounces since a specific date", and activecampaign.com/api, ``contact_list``, on 2026-11-27.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from contactable.errors import Malformed
from contactable.webhooks.events import EVERYTHING, Confidence, Event, Kind, On, Origin, Problem, Scope, ScopeKind
from contactable.webhooks.meaning import (
    ECHO_OF_UNSUBSCRIBE,
    HARD_BOUNCED,
    IGNORED,
    SENT,
    STOPPED,
    UNSUBSCRIBED,
    Meaning,
    each,
    fact_key,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Question, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse", "questions"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

SUBSCRIBED = Meaning(Kind.RELEASE, "subscribe", confidence=Confidence.REVIEW)
ORIGINS = {
    "contact": Origin.RECIPIENT,
    "public": Origin.RECIPIENT,
    "admin": Origin.ADMIN,
    "api": Origin.API,
    "system": Origin.PROVIDER,
}

UNSUBSCRIBED_THERE = "2"  # the status of a contact, and of its membership of a list
LOOK_BACK = timedelta(days=7)
PAGE, PAGES = 100, 100  # contacts a page, the API's most; pages at most

authenticate = authenticate_by_secret


def questions(secrets: Secrets, now: datetime) -> Generator[Question, Request, None]:
    """The contacts that unsubscribed lately, page by page; none where the endpoint names no account (``api_url``)."""
    account = str(secrets.options.get("api_url", "")).rstrip("/")
    since = f"{now - LOOK_BACK:%Y-%m-%d}"
    for page in range(PAGES if account else 0):
        asked = {
            "status": UNSUBSCRIBED_THERE,
            "filters[updated_after]": since,
            "include": "contactLists",
            "orders[id]": "ASC",
            "limit": PAGE,
            "offset": page * PAGE,
        }
        headers = {"Api-Token": secrets.of_api("key")}
        answer = yield Question(f"{account}/api/3/contacts?{urlencode(asked)}", headers)
        if len(_contacts(answer)) < PAGE:
            return


def _contacts(answer: Request) -> list[object]:
    try:
        return answer.json.items("contacts", default=[])
    except Malformed:
        return []


def parse(request: Request) -> Iterator[Event | Problem]:
    """Yield the one event of a form, or the entries of the list; raise ``Malformed`` where neither can be read."""
    if request.is_json:
        yield from _listed(request.json)
        return
    form = request.form
    yield _sms(form) if form.text("type").startswith("sms_") else _mail(form)


def _mail(form: Section) -> Event:
    said, email = form.text("type"), form.text("contact[email]", "bounce[email]", default=None)
    list_id, time = form.text("list", "list[0][id]", default="0"), form.text("date_time", default=None)
    # Both spellings of the list come in one form; 0 stands for every list.
    meaning = _meaning(said, form)
    bound = meaning.reason in (UNSUBSCRIBED.reason, SUBSCRIBED.reason) and list_id != "0"
    return meaning.event(
        On.EMAIL,
        said,
        key=fact_key("activecampaign", said, email and email.lower(), list_id, time),
        at=form.moment("date_time", default=None),
        email=email,
        scope=Scope(ScopeKind.LIST, list_id) if bound else EVERYTHING,
        campaign=form.text("campaign[id]", default=None),
    )


def _listed(answer: Section) -> Iterator[Event | Problem]:
    """What the API says of contacts: each list that one left, and when; everything where it names no list."""
    left: dict[str, list[Section]] = {}
    for membership in answer.items("contactLists", default=[]):
        found = Section.of(membership, "a list of a contact")
        if found.text("status", default="") == UNSUBSCRIBED_THERE:
            left.setdefault(found.text("contact"), []).append(found)
    yield from each(answer.items("contacts"), lambda contact: _left(contact, left.get(contact.text("id"), [])))


def _left(contact: Section, lists: list[Section]) -> Iterator[Event]:
    id, email = contact.text("id"), contact.text("email", default=None)
    for one in lists or [Section({})]:
        list_id, at = one.text("list", default="0"), one.moment("udate", default=None)
        # Without a day it is a state that somebody brought about at some time, and no act of now.
        meaning = replace(UNSUBSCRIBED, origin=Origin.UNKNOWN) if at else ECHO_OF_UNSUBSCRIBE
        key = fact_key("activecampaign", "contact", id, list_id, one.text("udate", default=None))
        scope = EVERYTHING if list_id == "0" else Scope(ScopeKind.LIST, list_id)
        yield meaning.event(On.EMAIL, "contact", key=key, at=at, email=email, scope=scope)


def _meaning(said: str, form: Section) -> Meaning:
    told = (form.text(name, default="") for name in ("initiated_by", "initiated_from"))
    origin = next((ORIGINS[name] for name in told if name in ORIGINS), Origin.UNKNOWN)
    if said == "bounce":
        return HARD_BOUNCED if form.text("bounce[type]", default="").lower() == "hard" else IGNORED
    # Only initiated_by tells whether the person acted: the same event comes from a console or an import.
    acts = {"unsubscribe": replace(UNSUBSCRIBED, origin=origin), "subscribe": replace(SUBSCRIBED, origin=origin)}
    return acts.get(said) or {"sent": SENT}.get(said, IGNORED)


def _sms(form: Section) -> Event:
    said, phone = form.text("type"), form.text("sms[phone]", "contact[phone]")
    id, time = form.text("sms[id]", default=None), form.text("date_time", default=None)
    key, at = fact_key("activecampaign", said, phone, id, time), form.moment("date_time", default=None)
    # `sms_unsub` is ActiveCampaign's own reading of a reply, by its keywords; the others we read ourselves.
    if said == "sms_reply":
        text = form.text("sms[reply]", "sms[message]", default="")
        return reply(text, phone=phone, key=key, at=at, message_id=id)
    meaning = {"sms_unsub": STOPPED, "sms_sent": SENT}.get(said, IGNORED)
    return meaning.event(On.SMS, said, key=key, at=at, phone=phone, message_id=id)
