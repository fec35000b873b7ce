"""A contact: whether one may approach it, why, until when, who asked for it; and an opposition told by phone or letter.

Whom it is about comes in the body of a form, never in an address; every look leaves a row in the register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final

from flask import Response, request

from contactable.console.api_people import LAST_DAY
from contactable.console.private.doors import Explanation
from contactable.console.private.overview import ORIGINS
from contactable.console.private.visits import Page, Visit
from contactable.console.site.languages import marked
from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind, read_identifier
from contactable.register import Tx, accesses, mirror
from contactable.register.accounts import Role
from contactable.register.subjects import Identifier
from contactable.rules import Channel, Condition, Reason
from contactable.rules.calendar import paris_day
from contactable.rules.labels import Language, column_label, label, reading_label, source_label
from contactable.webhooks.events import On

FIRST_DAY: Final = date(2018, 5, 25)
WAYS: Final = {
    "told_by_phone": marked("by phone"),
    "told_by_letter": marked("by letter"),
    "told_by_mail": marked("by e-mail"),
    "told_in_person": marked("face to face"),
}
CHANNELS: Final = (On.ALL, On.EMAIL, On.SMS, On.VOICE, On.POST)
KINDS: Final = {
    "opposition": marked("opposition"),
    "release": marked("release of an opposition"),
    "consent": marked("consent"),
    "information": marked("information given"),
    "annulment": marked("annulment of a mistake"),
}
PROOFS: Final = {
    "signed": marked("signed by the sender"),
    "token": marked("by our own link"),
    "operator": marked("as a colleague says"),
    "path_secret": marked("by a sender that signs nothing"),
    "open_form": marked("by the open page"),
}


REGISTER: Final = "register"
"""The source of a fact that the register itself tells."""
IN_THE_CRM: Final = marked("what the CRM itself shows")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked: about whom, for which offer, on which day, beside what was shown when."""

    who: str
    offer: str
    on: date | None
    shown: date | None


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asked for an opposition: in words, how it is proved or where it was read, and when, where that is known."""

    who: str
    how: str
    at: datetime | date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One channel in words."""

    channel: str
    allowed: bool
    why: str
    until: date | None
    sources: list[str]
    conditions: list[str]
    opens: list[str]
    doubts: list[str]
    decided_by: str
    asked_for: list[Asking]


def contact(visit: Visit) -> Response:
    """The search, and what is found."""
    if request.method != "POST":
        return _page(visit, Asked("", next(iter(visit.doors.offers)), None, None))
    return show(visit, asked_in(visit))


def identifier_of(visit: Visit, who: str) -> Identifier:
    """An address, a number, or a record (``hubspot:123``; its number alone where there is one CRM)."""
    text, connectors = who.strip(), visit.doors.connectors
    name, colon, id = text.partition(":")
    if colon and name in connectors and id:
        return IdentifierKind.RECORD, text
    found = read_identifier(text, address=True) if "@" in text else read_identifier(text, address=False)
    if found is not None:
        return found
    if text.isascii() and text.isalnum() and len(connectors) == 1:
        return IdentifierKind.RECORD, f"{next(iter(connectors))}:{text}"
    raise Malformed(marked("This is no address, no phone number, and no record of a CRM."))


def asked_in(visit: Visit) -> Asked:
    """What the form asks; raises ``Malformed`` for an offer or a day that cannot be."""
    said = request.form
    offer = said.get("offer", "") or next(iter(visit.doors.offers))
    if offer not in visit.doors.offers:
        raise Malformed(marked("There is no such offer."))
    return Asked(said.get("who", "").strip(), offer, read_day(said.get("on", "")), read_day(said.get("shown", "")))


def read_day(text: str) -> date | None:
    """A day of a form, None where it is empty; raises ``Malformed`` for anything else, and for days far away."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise Malformed(marked("A day is written as 2026-11-27.")) from None
    if day and not FIRST_DAY <= day <= LAST_DAY:
        raise Malformed(marked("The day is too far away."))
    return day


def show(visit: Visit, asked: Asked, *, done: str = "", what: str = "console") -> Response:
    """The page on somebody; the look is on disk before anything is shown. ``what`` names it in the register."""
    try:
        who = identifier_of(visit, asked.who)
    except Malformed as error:
        return _page(visit, asked, problem=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    found = visit.doors.work.explain(who, asked.offer, asked.on or asked.shown, asked.shown)
    visit.doors.register().write(lambda tx: accesses.note(tx, what, [found.subject], who=visit.name))
    with visit.doors.register().read() as tx:
        looks = accesses.of_person(tx, [found.subject]) if found.subject else []
        labels = {name: _label(tx, name) for name in found.contacts}
    return _page(visit, asked, found=found, labels=labels, looks=looks[-20:], done=done)


def _label(tx: Tx, record_name: str) -> str:
    connector, _, id = record_name.partition(":")
    row = mirror.contact(tx, connector, id)
    return row.label if row else ""


def _page(visit: Visit, asked: Asked, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    found = values.get("found")
    around = {"found": None, "labels": {}, "looks": [], "done": "", "problem": "", "status": status, **values}
    return visit.page(
        "contact",
        asked=asked,
        offers=visit.doors.offers,
        answers=_answers(found, visit.language) if found else [],
        facts=_facts(found, visit.language) if found else [],
        shown=_shown(found, visit.language) if found else [],
        ways=WAYS,
        channels=[(each.value, channel_text(each, visit.language)) for each in CHANNELS],
        kinds=KINDS,
        origins=ORIGINS,
        proofs=PROOFS,
        today=paris_day(visit.doors.clock()),
        channel_text=lambda code: channel_text(code, visit.language),
        record_url=lambda name: visit.doors.work.record_url(*name.split(":", 1)),
        operator=visit.may(Role.OPERATOR),
        **around,
    )


def channel_text(code: str, language: Language) -> str:
    """A channel in words, ``all`` and ``voice`` among them."""
    both = {"all": ("Tous les canaux", "All channels"), "voice": ("Appels, automates compris", "Calls, automated too")}
    return both[code][language == "en"] if code in both else label(Channel(code), language)


def _answers(found: Explanation, language: Language) -> list[Answer]:
    return [
        Answer(
            channel=label(channel, language),
            allowed=verdict.allowed,
            why=label(verdict.reason, language),
            until=verdict.until,
            sources=[source_label(each, language) for each in verdict.sources],
            conditions=[label(Condition(each), language) for each in verdict.conditions],
            opens=[column_label(each, language) for each in verdict.advice],
            doubts=[reading_label(each, language) for each in verdict.readings],
            decided_by=found.decided_by[channel],
            asked_for=_asked_for(found, channel) if verdict.reason is Reason.OPPOSITION else [],
        )
        for channel, verdict in found.verdicts.items()
    ]


def _asked_for(found: Explanation, channel: Channel) -> list[Asking]:
    """The last opposition to a channel that the register knows, and those that a CRM shows."""
    ended = {each["ends"] for each in found.history if each["ends"]}
    entered = [
        Asking(ORIGINS.get(each["origin"], each["origin"]), PROOFS.get(each["proof"], each["proof"]), each["at"])
        for each in reversed(found.history)
        if each["kind"] == "opposition" and each["channel"] in (channel, "all") and each["id"] not in ended
    ]
    columns = {f"opposed_{channel}_on", "opposed_all_on"}
    read = {
        (name, source)
        for name, facts in found.facts.items()
        for column, (_, source) in facts.items()
        if column in columns and source != REGISTER
    }
    return entered[:1] + [Asking(IN_THE_CRM, f"{name}, {source}") for name, source in sorted(read)]


def _facts(found: Explanation, language: Language) -> list[tuple[str, str, str, str]]:
    return [
        (name, column_label(column, language), value, source)
        for name, facts in found.facts.items()
        for column, (value, source) in facts.items()
    ]


def _shown(found: Explanation, language: Language) -> list[dict[str, Any]]:
    """What the CRM showed that day, beside what is decided now for that day."""
    now = {str(channel): verdict for channel, verdict in found.verdicts.items()}
    return [
        {
            "record": each.record,
            "channel": label(Channel(each.channel), language),
            "then": (each.allowed, label(Reason(each.reason), language)),
            "since": each.written_at,
            "now": (now[each.channel].allowed, label(now[each.channel].reason, language)),
        }
        for each in found.shown
    ]


PAGES = (Page("contact", "/contact", Role.VIEWER, marked("A contact"), contact, posts=True),)
