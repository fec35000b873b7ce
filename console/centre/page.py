"""The page behind a person's own link: each channel open or closed, and closing it, undone for some minutes.

The link stands in messages for years and may be forwarded, so it can only close, and shows open or closed and no more.
GET and HEAD change nothing: link scanners follow every link.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Response, request

from contactable.console.centre.closing import channels_in, close, undo
from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.showing import LARGEST, later, not_ours, show
from contactable.errors import NotAuthentic, RegisterError
from contactable.register import Register, mirror, subjects
from contactable.rules import Channel
from contactable.signing import LinkPurpose, read_fresh_link, read_mail_link, sign_fresh_link
from contactable.webhooks.events import On

MINUTES: Final = timedelta(minutes=15)
COOKIE: Final = "contactable_undo"


def preferences(doors: CentreDoors, token: str) -> Response:
    """Answer a GET with the page, a POST with the page once what was chosen is on disk."""
    request.max_content_length = LARGEST
    try:
        subject = read_mail_link(doors.link_keys, LinkPurpose.PAGE, token).hex()
        if len(subject) != 32:
            return not_ours(doors)
    except NotAuthentic:
        return not_ours(doors)
    try:
        register = doors.register()
        with register.read() as tx:
            known = subjects.is_known(tx, subject)
        if not known:  # the contact is gone, and what was kept of it: closing would bind nobody
            return not_ours(doors)
        return _act(doors, register, subject) if request.method == "POST" else _page(doors, register, subject)
    except RegisterError:
        return later(doors)


def _act(doors: CentreDoors, register: Register, subject: str) -> Response:
    if "undo" in request.form:
        return _undo(doors, register, subject)
    channels = [On.ALL] if "everything" in request.form else channels_in(request.form.getlist("close"))
    if request.form.get("List-Unsubscribe") == "One-Click":
        channels = [On.EMAIL]  # RFC 8058: the link stands in the header of a mail, and its program pressed the button
    if not channels:
        return _page(doors, register, subject, news="nothing_ticked")
    batch = register.write(lambda tx: close(tx, subject, channels))
    doors.wake()
    answer = _page(doors, register, subject, news="closed", undo=bool(batch))
    if batch:
        token = sign_fresh_link(doors.link_keys, LinkPurpose.UNDO, [subject, batch], doors.clock())
        _remember(doors, answer, token, MINUTES)
    return answer


def _undo(doors: CentreDoors, register: Register, subject: str) -> Response:
    batch = _undoable(doors, subject)
    done = register.write(lambda tx: undo(tx, subject, batch)) if batch else ""
    if done:
        doors.wake()
    answer = _page(doors, register, subject, news=done or "not_undone")
    _remember(doors, answer, "", timedelta())
    return answer


def _undoable(doors: CentreDoors, subject: str) -> str:
    """What this browser may still take back for this person; empty where there is nothing."""
    try:
        of, batch = read_fresh_link(doors.link_keys, LinkPurpose.UNDO, request.cookies.get(COOKIE, ""), doors.clock())
    except (NotAuthentic, ValueError):
        return ""
    return batch if of == subject else ""


def _remember(doors: CentreDoors, answer: Response, token: str, age: timedelta) -> None:
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(age.total_seconds()),
        path=request.path,
        secure=doors.public_url.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )


def _page(doors: CentreDoors, register: Register, subject: str, *, news: str = "", undo: bool = False) -> Response:
    with register.read() as tx:
        may = doors.open_channels(tx, subject)
        rows = [mirror.contact(tx, *record) for record in mirror.contacts_with(tx, [subject], now_only=True)]
    labels = [row.label for row in rows if row and row.label]
    if not news and _undoable(doors, subject):  # the same browser comes back within the minutes
        news, undo = "closed", True
    whose = ", ".join(dict.fromkeys(labels))
    channels = [(channel, channel in may) for channel in Channel]
    return show(doors, "page.html", channels=channels, whose=whose, news=news, undo=undo)
