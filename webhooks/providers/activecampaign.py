"""ActiveCampaign: unsubscriptions, STOP and bounces, by e-mail and SMS. One form a request.

Keys stand in brackets (``contact[email]``). Signs nothing, never sends again, and turns a webhook off for ever on 410:
what was missed has to be fetched (``contactable poll``). ``initiated_by`` tells the person's own act from an
administrator's, the API's or the system's. An unsubscription binds its list, ``0`` means all of them. Bulk imports send
nothing. Vendor's page: developers.activecampaign.com, "Webhooks", by a public description read on 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contactable.webhooks.events import EVERYTHING, Confidence, Event, Kind, On, Origin, Scope, ScopeKind
from contactable.webhooks.meaning import (
    HARD_BOUNCED,
    IGNORED,
    SENT,
    STOPPED,
    UNSUBSCRIBED,
    Meaning,
    fact_key,
    reply,
)
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.request import Request, authenticate_by_secret

__all__ = ["ANSWERS", "PROOF", "STATUS", "authenticate", "parse"]

STATUS = Status.DOCUMENTED
ANSWERS = Answers(stored=200, refused=401, store_is_down=503)
PROOF = Proof.PATH_SECRET

SUBSCRIBED = Meaning(Kind.RELEASE, "subscribe", confidence=Confidence.REVIEW)
ORIGINS = {
    "contact": Origin.RECIPIENT,
    "admin": Origin.ADMIN,
    "api": Origin.API,
    "system": Origin.PROVIDER,
}

authenticate = authenticate_by_secret


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a form; raise ``Malformed`` where it names no type."""
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


def _meaning(said: str, form: Section) -> Meaning:
    origin = ORIGINS.get(form.text("initiated_by", default=""), Origin.UNKNOWN)
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
