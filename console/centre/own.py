"""A person's own page, behind a fresh link: consents and their proofs, withdrawing, agreeing, lifting an opposition.

The link counts once, and only when its button is pressed: scanners that follow it use nothing up. What it opened is a
signed session that stands in the page's forms, not in a cookie, so no other site can use it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import msgspec
from flask import Response, request

from contactable.console.centre import consents
from contactable.console.centre.closing import channels_in, close, release
from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.fresh import FRESH
from contactable.console.centre.showing import LARGEST, later, not_ours, reader, show
from contactable.console.site.rendering import render, with_headers
from contactable.errors import ContactableError, NotAuthentic
from contactable.identifiers import IdentifierKind
from contactable.register import Tx, accesses, tokens
from contactable.rules import Channel
from contactable.rules.calendar import paris_day
from contactable.signing import LinkPurpose, read_fresh_link, sign_fresh_link
from contactable.webhooks.events import On

Session = tuple[str, IdentifierKind]
"""The subject whom a fresh link proved, and by what."""
NOT_TICKED: Final = "not_ticked"


def own(doors: CentreDoors, link: str) -> Response:
    """Answer a GET with the button that opens the page, a POST with the page."""
    request.max_content_length = LARGEST
    try:
        if request.method != "POST":
            return _door(doors, link)
        session = _session(doors) if "session" in request.form else _opened(doors, link)
        return _act(doors, session)
    except NotAuthentic:
        return not_ours(doors)
    except ContactableError:  # the register is away, or a key: their sentences are not for the public
        return later(doors)


def _door(doors: CentreDoors, link: str) -> Response:
    token = _token_in(doors, link)
    with doors.register().read() as tx:
        if tokens.find(tx, token, FRESH) is None:
            return not_ours(doors)
    return show(doors, "door.html")


def _token_in(doors: CentreDoors, link: str) -> bytes:
    try:
        (token,) = read_fresh_link(doors.link_keys, LinkPurpose.CONFIRM, link, doors.clock())
        return bytes.fromhex(token)
    except ValueError:
        raise NotAuthentic("The link is not one of ours.") from None


def _opened(doors: CentreDoors, link: str) -> Session:
    """Use a link up; raise ``NotAuthentic`` when somebody did before."""
    token = _token_in(doors, link)
    used = doors.register().write(lambda tx: tokens.use(tx, token, FRESH))
    if used is None:
        raise NotAuthentic("The link was used already.")
    return used.subject_ids[0], IdentifierKind(used.payload["kind"])


def _session(doors: CentreDoors) -> Session:
    try:
        given = request.form.get("session", "")
        subject, kind = read_fresh_link(doors.link_keys, LinkPurpose.SESSION, given, doors.clock())
        return subject, IdentifierKind(kind)
    except ValueError:
        raise NotAuthentic("The session is not one of ours.") from None


def _begun(doors: CentreDoors, session: Session) -> str:
    """A session that ends a quarter of an hour from now, however much is done in it."""
    subject, kind = session
    return sign_fresh_link(doors.link_keys, LinkPurpose.SESSION, [subject, str(kind)], doors.clock())


def _act(doors: CentreDoors, session: Session) -> Response:
    form, (subject, kind) = request.form, session
    for name in ("sheet", "proof"):
        if name in form:
            return _proof(doors, session, form[name], readable=name == "sheet")
    named = (form.get("agree"), form.get("release"))
    channel = next((each for each in consents.REACHED_BY[kind] if each in named), None)
    if "withdraw" in form:
        return _done(doors, session, "withdrawn" if _withdrawn(doors, session, form["withdraw"]) else "")
    if "everything" in form or "close" in form:
        channels = [On.ALL] if "everything" in form else channels_in(form.getlist("close"))
        doors.register().write(lambda tx: close(tx, subject, channels))
        return _done(doors, session, "closed" if channels else "")
    if channel and "release" in form:
        doors.register().write(lambda tx: release(tx, subject, On(channel)))
        return _done(doors, session, "released")
    if channel and channel in doors.wordings:
        return _agreed(doors, session, channel)
    return _page(doors, session)


def _agreed(doors: CentreDoors, session: Session, channel: Channel) -> Response:
    """Enter a consent where its box was ticked, under the very text that was shown."""
    wording = doors.wordings[channel]
    if request.form.get("box") != wording.version:
        return _page(doors, session, NOT_TICKED)
    doors.register().write(lambda tx: consents.agree(tx, session[0], channel, wording))
    return _done(doors, session, "agreed")


def _withdrawn(doors: CentreDoors, session: Session, entry_id: str) -> bool:
    def work(tx: Tx) -> bool:
        consent = consents.consent_of(tx, session[0], entry_id)
        if consent is not None:
            consents.withdraw(tx, consent)
        return consent is not None

    return doors.register().write(work)


def _done(doors: CentreDoors, session: Session, news: str) -> Response:
    doors.wake()
    return _page(doors, session, news)


def _page(doors: CentreDoors, session: Session, news: str = "") -> Response:
    subject, kind = session
    channels = consents.REACHED_BY[kind]
    with doors.register().read() as tx:
        may = doors.open_channels(tx, subject)
        opposed = consents.opposed_on(tx, subject, channels)
        held = consents.held(tx, subject, paris_day(doors.clock()))
    agreed = {one.entry.on for one in held if not one.ended}
    offered = [each for each in channels if each in doors.wordings and each not in agreed]
    values: dict[str, Any] = {
        "session": request.form.get("session") or _begun(doors, session),
        "channels": [(channel, channel in may) for channel in Channel],
        "consents": held,
        "to_release": opposed,
        "to_agree": [(each, doors.wordings[each]) for each in offered],
        "other_language": "",  # another language would be another request, which the session would not outlive
    }
    return show(doors, "own.html", news=news, **values)


def _proof(doors: CentreDoors, session: Session, entry_id: str, *, readable: bool) -> Response:
    """The proof of one's own consent, to keep: a sheet to read, or the data that can be verified (R223-2)."""
    subject, _ = session
    with doors.register().read() as tx:
        entry = consents.consent_of(tx, subject, entry_id)
    if entry is None:
        return not_ours(doors)
    proof = doors.proof(entry.id)
    doors.register().write(lambda tx: accesses.note(tx, "own_proof", [entry.subject_id]))
    return _file(doors, proof, f"consent-{entry.id[:12]}", readable=readable)


def _file(doors: CentreDoors, proof: dict[str, Any], name: str, *, readable: bool) -> Response:
    data = msgspec.json.format(msgspec.json.encode(proof)).decode()
    said = render("centre/proof.html", reader(doors), proof=proof, data=data, look=doors.look) if readable else data
    kind, ending = ("text/html", "html") if readable else ("application/json", "json")
    answer = with_headers(Response(said, HTTPStatus.OK, content_type=f"{kind}; charset=utf-8"))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return answer
