"""What an agent is shown when a call begins: in one line whether the person may be called, and why.

A card is worth something for as long as the phone rings: nothing is kept, one that could not be shown within seconds is
let go, and the door never waits for it. An unknown number counts as one that may not be called.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Final

import structlog

from contactable.deciding import bound_by
from contactable.errors import ContactableError, Refused
from contactable.identifiers import IdentifierKind, read_phone
from contactable.logs import trace
from contactable.register import ledger, subjects
from contactable.rules import Channel, Facts, Reason
from contactable.rules.calendar import paris_day
from contactable.rules.labels import REASONS
from contactable.transport import Transport

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.webhooks.events import Event
    from contactable.webhooks.receiver import Endpoint

log = structlog.get_logger()

AT_ONCE, MOST_WAITING = 4, 100  # threads that show cards, and calls that may wait for one
TOO_LATE = 20.0  # seconds after which nobody looks at a card any more
PATIENCE = 5.0  # seconds for one card, its retries included
LOOK = 0.2  # seconds between two looks at whether to stop
MAIN = "main"
NOBODY: Final = "+33639980000"  # of the numbers that are kept for fiction
_WORDS: Final = {  # may, may not; why not: dated, undated, never met
    "fr": ("Peut être appelé : {why}", "NE PAS APPELER : {why}", "opposition du {day}", "opposition", "numéro inconnu"),
    "en": ("May be called: {why}", "DO NOT CALL: {why}", "objected on {day}", "objected", "unknown number"),
}


def line_for(kit: Contactable, phone: str) -> str:
    """The line on a number, in the language of the settings; it holds neither name nor number."""
    number = read_phone(phone)
    may, may_not, objected, undated, unknown = _WORDS[kit.settings.language]
    who = _facts(kit, number.e164) if number else []
    if number is None or not who:
        return may_not.format(why=unknown)
    verdict = kit.verdicts(phone=number.e164)[Channel.PHONE]
    if verdict.reason is Reason.OPPOSITION:
        day = _opposed_on(who)
        return may_not.format(why=objected.format(day=_written(day, kit.clock())) if day else undated)
    why = REASONS[verdict.reason].said_in(kit.settings.language)
    return (may if verdict.allowed else may_not).format(why=why[:1].lower() + why[1:])


def _facts(kit: Contactable, number: str) -> list[Facts]:
    """What is known of everybody who has the number; nothing where the register has never met it."""
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.PHONE, number)
        own = ledger.entries_of(tx, [subject]) if subject else []
        bound = list(bound_by(tx, subject)) if subject else []
    today = paris_day(kit.clock())
    if own and not bound:  # a person of no CRM
        bound = [({}, [])]
    return [kit.judge.facts(facts, [*entries, *own], today, MAIN) for facts, entries in bound]


def _opposed_on(who: Sequence[Facts]) -> date | None:
    """The day of the latest opposition to calls; None where nobody knows it."""
    dates = [day for each in who for day in (each.opposed_phone_on, each.opposed_all_on)]
    return max((paris_day(day) for day in dates if isinstance(day, date)), default=None)


def _written(day: date, now: datetime) -> str:
    """A day as people say it; the year where it is not this one."""
    return f"{day:%d/%m}" if day.year == paris_day(now).year else f"{day:%d/%m/%Y}"


@dataclass(frozen=True, slots=True)
class _Ringing:
    """One call that begins, and the time (``time.monotonic``) at which we were told."""

    endpoint: Endpoint
    call: str
    phone: str
    since: float


class Cards:
    """Shows cards in threads of its own, until it is stopped."""

    def __init__(self, kit: Contactable) -> None:
        self._kit = kit
        self._ringing: Queue[_Ringing] = Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._transports: dict[str, Transport] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin, where a phone system is connected."""
        self._transports = {name: _connect(each, self._stopping) for name, each in phones(self._kit).items()}
        count = AT_ONCE if self._transports else 0
        self._threads = [threading.Thread(target=self._loop, name=f"cards-{n}", daemon=True) for n in range(count)]
        if self._threads:
            self._threads.append(threading.Thread(target=self._warm_up, name="cards-first", daemon=True))
        for thread in self._threads:
            thread.start()

    def show(self, endpoint: Endpoint, calls: Iterable[Event]) -> None:
        """Have the agents of calls that begin shown a line; returns at once."""
        phone = endpoint.provider.phone
        for call in calls:
            if phone and call.reason == phone.rings and call.phone and call.message_id:
                ringing = _Ringing(endpoint, call.message_id, call.phone, time.monotonic())
                with suppress(Full):  # whoever waits behind a hundred calls is shown nothing in time
                    self._ringing.put_nowait(ringing)

    def stop(self) -> None:
        """End after the cards in hand."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        for transport in self._transports.values():
            transport.close()

    def _warm_up(self) -> None:
        """Load what a first verdict needs; else whoever is called first after a start waits for it."""
        with suppress(ContactableError):
            self._kit.verdicts(phone=NOBODY)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            with suppress(Empty):
                self._card(self._ringing.get(timeout=LOOK))

    def _card(self, each: _Ringing) -> None:
        name, phone = each.endpoint.name, each.endpoint.provider.phone
        if phone is None or name not in self._transports or time.monotonic() - each.since > TOO_LATE:
            return
        try:
            order = phone.card(each.call, line_for(self._kit, each.phone))
            self._transports[name].call(order.method, order.path, json=order.json)
        except ContactableError as error:
            log.warning("card_not_shown", endpoint=name, why=str(error))
        except Exception as error:  # noqa: BLE001  the next call must be shown its card
            log.error("card_broke", endpoint=name, error=trace(error))


def phones(kit: Contactable) -> dict[str, Endpoint]:
    """The endpoints of phone systems to whose API we have the keys."""
    return {
        name: each
        for name, each in kit.endpoints.items()
        if each.provider.phone and each.provider.phone.is_connected(each.secrets)
    }


def _connect(endpoint: Endpoint, stopping: threading.Event) -> Transport:
    phone = endpoint.provider.phone
    if phone is None:
        raise Refused(f"{endpoint.provider.title} shows agents nothing.")
    # No limiter: agents are people, and a card that waits for its turn comes too late. A 429 lets it go.
    return Transport(
        endpoint.name,
        phone.url(endpoint.secrets),
        headers=lambda: phone.headers(endpoint.secrets),
        patience=PATIENCE,
        stopping=stopping,
    )
