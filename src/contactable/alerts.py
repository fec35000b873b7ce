"""Alerts: each trouble is told once, and once more when it is over; a heartbeat; and a digest each week.

What was told is kept in the register, and only after it was sent: while the mail server is down nothing is lost, and
a restart tells nothing twice. What begins in one look is one message, however much it is: a storm cannot flood people.
Channels are those of apprise (the extra ``alerts``); a plain address goes through ``[mail]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import func, select

from contactable.errors import SettingsError, Unavailable
from contactable.incidents import Trouble, troubles
from contactable.mail import send as send_mail
from contactable.register import Tx, blocks, cursors, outbox, shown
from contactable.register.schema import entries
from contactable.reviewing import questions
from contactable.rules.calendar import paris_day
from contactable.transport import Transport
from contactable.webhooks.despite import despite_of

if TYPE_CHECKING:
    from contactable.kit import Contactable

log = structlog.get_logger()

EVERY = 60.0  # seconds between two looks
WEEK = 7 * 86400.0
PLACE, TOLD = "alerts", "told"
HEARTBEAT_PATIENCE = 10.0  # seconds
Tell = Callable[[str, str], None]
"""Sends a title and a text; raises ``Unavailable`` when it was not taken."""


def look(kit: Contactable, tell: Tell | None = None) -> str:
    """Tell what has begun and what is over since the last look, then beat; return a note.

    Raises ``Unavailable`` when nobody could be told: the next look tells it.
    """
    now = {each.id: each for each in troubles(kit)}
    with kit.register.read() as tx:
        told: Mapping[str, str] = cursors.get(tx, PLACE, TOLD) or {}
    begun = [each for id, each in now.items() if id not in told]
    over = [what for id, what in told.items() if id not in now]
    if begun or over:
        (tell or teller(kit))(_title(begun, over), _text(begun, over))
        kept = {id: each.what for id, each in now.items()}
        kit.register.write(lambda tx: cursors.set(tx, PLACE, TOLD, kept))
    beat(kit)
    return f"{len(now)} open"


def beat(kit: Contactable) -> None:
    """Tell the dead man's switch that we live; whoever watches it hears when this stops."""
    url = kit.settings.alerts.heartbeat_url
    if not url:
        return
    transport = Transport("the heartbeat's server", url, patience=HEARTBEAT_PATIENCE)
    try:
        transport.call("HEAD", "")
    finally:
        transport.close()


def teller(kit: Contactable) -> Tell:
    """What sends to everybody in ``[alerts] to``: told is told once one channel took it, or the others would flood."""

    def tell(title: str, text: str) -> None:
        addresses = kit.settings.alerts.to
        taken = [_is_taken(kit, number, to, title, text) for number, to in enumerate(addresses, start=1)]
        if addresses and not any(taken):
            raise Unavailable("No address in [alerts] to took an alert: `contactable alerts test`.")

    return tell


def digest(kit: Contactable) -> str:
    """The week in lines: oppositions by origin, the slowest way to a CRM, what waits, incidents, what is wrong."""
    with kit.register.read() as tx:
        lines = [*_oppositions(tx), *_slowest(tx), *_waiting(tx), *_broken(tx)]
    wrong = [f"- {each.what} {each.to_do}" for each in troubles(kit)]
    return "\n".join([*lines, "", "Wrong now:" if wrong else "Nothing is wrong now.", *wrong]) + "\n"


def send_digest(kit: Contactable, tell: Tell | None = None) -> str:
    """Send the digest; return a note."""
    (tell or teller(kit))("contactable: the week", digest(kit))
    return "sent"


def _is_taken(kit: Contactable, number: int, to: str, title: str, text: str) -> bool:
    try:
        taken = _sent(kit, to, title, text)
    except Unavailable:
        taken = False
    if not taken:
        log.warning("alert_not_taken", number=number)  # its place in the list: the address may hold a token
    return taken


def _sent(kit: Contactable, to: str, title: str, text: str) -> bool:
    if to.startswith(("env:", "file:")):  # an address with a token in it is a secret
        to = kit.settings.secret(to).decode()
    if "://" not in to:
        send_mail(kit.settings, to, title, text)
        return True
    try:
        import apprise
    except ImportError:
        raise SettingsError("Alerts beyond mail need the extra: pip install 'contactable[alerts]'.") from None
    channels = apprise.Apprise()
    if not channels.add(to):
        raise SettingsError("An address in [alerts] to is none that the notification library knows.")
    return bool(channels.notify(title=title, body=text))


def _title(begun: Sequence[Trouble], over: Sequence[str]) -> str:
    if not begun:
        return "contactable: over"
    return "contactable: " + (begun[0].what if len(begun) == 1 else f"{len(begun)} things are wrong")


def _text(begun: Sequence[Trouble], over: Sequence[str]) -> str:
    new = [f"{each.what}\n  What to do: {each.to_do}" for each in begun]
    return "\n".join([*new, *[f"Over: {what}" for what in over]]) + "\n"


def _oppositions(tx: Tx) -> Iterator[str]:
    recent = entries.c.recorded_at >= tx.now - timedelta(seconds=WEEK)
    counted = select(entries.c.origin, func.count()).where(recent, entries.c.kind == "opposition")
    rows = tx.connection.execute(counted.group_by(entries.c.origin).order_by(func.count().desc())).all()
    yield "Oppositions this week: " + (", ".join(f"{count} {origin}" for origin, count in rows) or "none")


def _slowest(tx: Tx) -> Iterator[str]:
    way = shown.slowest_opposition(tx, tx.now - timedelta(seconds=WEEK))
    if way is not None:
        yield f"Slowest way from an opposition to the CRM: {way.total_seconds():,.1f} s"


def _waiting(tx: Tx) -> Iterator[str]:
    for name, crm in outbox.pending(tx).items():
        yield f"{name}: {crm.contacts} contacts wait to be written, the oldest for {tx.now - crm.oldest}"
    for name, sender in blocks.waiting(tx).items():
        yield f"{name}: {sender.blocks} blocks wait, the oldest for {tx.now - sender.oldest}"
    yield f"For a person to look at: {len(questions(tx))} (`contactable review list`)"


def _broken(tx: Tx) -> Iterator[str]:
    days = [paris_day(tx.now - timedelta(days=n)) for n in range(7)]
    count = sum(each.count for day in days for each in despite_of(tx, day))
    yield f"Sent despite an opposition: {count}"
