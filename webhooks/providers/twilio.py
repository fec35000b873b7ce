"""Twilio: STOP by SMS, refusals by Twilio, and the key that a person presses or the words it says in a call.

One form a request. SMS: ``OptOutType`` (STOP, START, HELP) comes only with Advanced Opt-Out, and only when the whole
message is a keyword ("Stop please" is not flagged), so the text is read as well, and so is a button of an RCS
(``ButtonText``). Its opt-in words include YES, which may answer a question and releases nobody here. An opposition, and
error 21610 which repeats one, bind the Messaging Service or the number. There is no time in the form. Voice: Twilio
knows no opposition; a ``<Gather>`` of ours asks for a key (``Digits``) or listens (``SpeechResult``), and the person is
``To`` on a call that we made and ``From`` on one that we took. What a machine heard is never more than probable.

Signs URL and form (or, with ``bodySHA256``, the URL alone), without a time: a replay is told by its ``MessageSid``. Any
plain text in the answer may be sent to the person as an SMS, hence the empty XML. Vendor's pages: twilio.com/docs,
"Webhooks security", "Advanced Opt-Out", "Gather", read on 2026-11-23; "Twilio's request to your incoming message
webhook URL" (``NumMedia``, ``ButtonText``, ``ButtonPayload``), on 2026-11-27.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from contactable.errors import Malformed
from contactable.signing import check_twilio, sign_twilio
from contactable.webhooks.blocking import Blocklist, Order, Person, Steps, at, basic, must, value_at
from contactable.webhooks.events import EVERYTHING, Confidence, Event, Kind, On, Origin, Scope, ScopeKind, Trace
from contactable.webhooks.meaning import DELIVERED, IGNORED, INVALID, SENT, STARTED, STOPPED, Meaning, fact_key, reply
from contactable.webhooks.provider import Answers, Proof, Status
from contactable.webhooks.reading import Section
from contactable.webhooks.refusals import PRESSED, SPOKEN
from contactable.webhooks.replies import is_yes, read_reply
from contactable.webhooks.request import Request, Secrets

STATUS = Status.DOCUMENTED
ANSWERS = Answers(
    stored=200, refused=401, store_is_down=503, body=b"<Response/>", content_type="text/xml; charset=utf-8"
)
PROOF = Proof.SIGNED

REFUSING_KEY = "9"  # "tapez 9 pour ne plus être appelé"; `refusing_key` of the endpoint changes it

OPT_OUT_TYPES = {"STOP": STOPPED, "START": STARTED, "HELP": IGNORED}
STATUSES = {"sent": SENT, "delivered": DELIVERED, "read": DELIVERED}
ERRORS = {
    "21610": Meaning(Kind.OPPOSITION, "stop", Origin.ECHO),  # refused: this person had said STOP to this sender
    "21211": INVALID,
    "30003": INVALID,  # unreachable handset
    "30005": INVALID,  # unknown handset
    "30006": INVALID,  # landline
}
STARTED_CALL = Meaning(Kind.IGNORED, origin=Origin.PROVIDER, trace=Trace.CALL_STARTED)
ENDED_CALL = Meaning(Kind.IGNORED, origin=Origin.PROVIDER, trace=Trace.CALL_ENDED)
CALLS = {
    "failed": INVALID,
    **dict.fromkeys(("queued", "initiated", "ringing", "in-progress"), STARTED_CALL),
    **dict.fromkeys(("completed", "busy", "no-answer", "canceled"), ENDED_CALL),
}


def authenticate(request: Request, secrets: Secrets) -> str:
    """Raise ``NotAuthentic`` unless the account's auth token signed this URL and form."""
    return check_twilio(
        secrets.keys,
        request.url,
        signature=request.header("X-Twilio-Signature"),
        form=request.form_pairs,
        body=request.raw,
    )


def sign(request: Request, secrets: Secrets) -> Request:
    """The request as Twilio would send it."""
    return request.with_headers(
        {"X-Twilio-Signature": sign_twilio(secrets.keys[0].value, request.url, request.form_pairs)}
    )


def parse(request: Request) -> Iterator[Event]:
    """Yield the one event of a form; raise ``Malformed`` where it is neither a message nor a call."""
    form = request.form
    # A call may post a status and a key at once; a message never has a CallSid.
    if "CallSid" in form:
        yield _call(form, str(request.options.get("refusing_key", REFUSING_KEY)))
    elif "MessageStatus" in form or "ErrorCode" in form:
        yield _status(form)
    else:
        yield _message(form)


def _message(form: Section) -> Event:
    id, phone = form.text("MessageSid", "SmsMessageSid"), _number(form.text("From"))
    # A button of an RCS or WhatsApp message: its text, or what the company put behind it.
    text = form.text("Body", "ButtonText", "ButtonPayload", default="")
    scope = _scope(form, "To")
    # Where Twilio says that the word was an opt-out word, END and CANCEL count as well.
    meaning = OPT_OUT_TYPES.get(form.text("OptOutType", default="").upper())
    # A "Stop please" arrives without a type: Twilio flags whole words only.
    if meaning is None:
        has_picture = form.text("NumMedia", default="0") != "0"
        return reply(text, phone=phone, key=id, at=None, scope=scope, message_id=id, with_picture=has_picture)
    if meaning is STARTED and is_yes(text):
        meaning = replace(STARTED, confidence=Confidence.REVIEW)
    return meaning.event(On.SMS, "help", key=id, at=None, phone=phone, scope=scope, message_id=id, text=text)


def _scope(form: Section, ours: str) -> Scope:
    """The Messaging Service, or else our number, which stands in the field ``ours``."""
    sender = form.text("MessagingServiceSid", ours, default="")
    return Scope(ScopeKind.SENDER, sender) if sender else EVERYTHING


def _status(form: Section) -> Event:
    id, said = form.text("MessageSid", "SmsSid"), form.text("MessageStatus", "SmsStatus", default="status")
    meaning = ERRORS.get(form.text("ErrorCode", default="")) or STATUSES.get(said, IGNORED)
    key, phone, scope = f"{id}:{said}", _number(form.text("To")), _scope(form, "From")
    return meaning.event(On.SMS, said, key=key, at=None, phone=phone, scope=scope, message_id=id)


def _call(form: Section, refusing_key: str) -> Event:
    id, pressed = form.text("CallSid"), form.text("Digits", default="")
    said = f"key {pressed}" if pressed else form.text("CallStatus", default="call")
    outward = form.text("Direction", default="").startswith("outbound")
    phone = _number(form.text("To" if outward else "From"))
    heard = form.text("SpeechResult", default="")
    if heard and not pressed:
        return _heard(heard, id, phone)
    meaning = PRESSED if pressed and pressed == refusing_key else CALLS.get(said, IGNORED)
    # Somebody who calls us was not called by us: such a call is no attempt, and breaks no opposition.
    meaning = IGNORED if meaning is ENDED_CALL and not outward else meaning
    return meaning.event(On.VOICE, said, key=f"{id}:{said}", at=None, phone=phone, message_id=id)


def _heard(text: str, id: str, phone: str) -> Event:
    refuses = read_reply(text).kind in ("certain", "probable")
    meaning, key = SPOKEN if refuses else IGNORED, fact_key("twilio", id, text)
    return meaning.event(On.VOICE, "speech", key=key, at=None, phone=phone, message_id=id, text=text)


def _number(text: str) -> str:
    """The number, without the prefix of a channel (``whatsapp:``, ``rcs:``)."""
    # WhatsApp and RCS come through the same form and mean the same line.
    number = text.rpartition(":")[2]
    if not number:
        raise Malformed("The form names no number.")
    return number


def block(person: Person, secrets: Secrets) -> Steps:
    """Record an opt-out for each of ``senders`` (Messaging Services or numbers), by the Consent Management API."""
    for sender in secrets.options["senders"]:
        item = {
            "contact_id": person.text,
            "correlation_id": person.id,
            "sender_id": str(sender),
            "status": "opt-out",
            "source": "others",
            "date_of_consent": person.at.isoformat(timespec="seconds"),
        }
        done = yield Order("POST", "/v1/Consents/Bulk", form={"Items": json.dumps(item)})
        # The request succeeds although the one item in it failed.
        must(value_at(done, "items", 0, "error_code") == 0, "the item failed")


BLOCKLIST = Blocklist(
    channels=("sms",),
    url=at("https://accounts.twilio.com"),
    headers=lambda secrets: basic(secrets.of_api("account_sid"), secrets.of_api("auth_token")),
    block=block,
    most=100,
    seconds=60,
    needs=("account_sid", "auth_token"),
    says="an opt-out for each of `senders` by the Consent Management API, which Twilio opens on request",
    page="twilio.com/docs, Consent Management API",
    options=("senders",),
)
