"""Oppositions on their way to the senders' blocklists: one thread for each connected sender, beside the CRMs' workers.

Level-triggered like them: rows of the register are claimed, sent within the sender's rate, and deleted once the block
stands. A sender that is down, or a key that lost its rights, is asked again for as long as the row is there, at longer
and longer intervals; a person is told (``contactable.alerts``).

Who opposed first is sent first: a block begins once all but the two before it have been answered or put off, and for
one person never two at a time. The queue is the rows, one a person and channel however often they oppose; in memory are
one batch of them for each sender, and the requests in flight.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from contactable.clock import Clock
from contactable.errors import ContactableError, LimitReached, Refused
from contactable.identifiers import IdentifierKind
from contactable.logs import trace
from contactable.mapping import map_record
from contactable.register import Register, blocks, mirror, renewing, subjects
from contactable.register.blocks import Owed
from contactable.transport import Limiter, Transport, in_turn
from contactable.turns import Turn
from contactable.webhooks.blocking import Person
from contactable.webhooks.receiver import Endpoint

if TYPE_CHECKING:
    from contactable.kit import Contactable

log = structlog.get_logger()

BATCH, AT_ONCE = 40, 3  # blocks claimed, and requests in flight, at a time
LEASE = 300.0  # seconds after which another process may take a block over
IDLE = 0.5  # seconds between two looks at the register when nobody wakes us
PATIENCE = 20.0  # seconds for one request, its retries included: the row waits longer than that
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(hours=1)
REFUSED_DELAY = timedelta(minutes=15)
_KIND = {"email": IdentifierKind.EMAIL, "sms": IdentifierKind.PHONE}


@dataclass(frozen=True, slots=True)
class Counter:
    """Where one sender's blocks are handed over: its endpoint, its API, and who knows identifiers in clear."""

    register: Register
    endpoint: Endpoint
    transport: Transport
    limiter: Limiter
    identify: Callable[[Owed], str]
    clock: Clock
    stopping: threading.Event


def connected(kit: Contactable) -> dict[str, Endpoint]:
    """The endpoints with a blocklist to which we have the keys."""
    return {
        name: endpoint
        for name, endpoint in kit.endpoints.items()
        if endpoint.provider.blocklist and endpoint.provider.blocklist.is_connected(endpoint.secrets)
    }


def connect(kit: Contactable) -> None:
    """Let the register know who is connected: from now on each opposition owes them a block."""
    channels = {
        name: each.provider.blocklist.channels for name, each in connected(kit).items() if each.provider.blocklist
    }
    named = {str(scope) for offer in kit.offers.values() for scope in offer.subscriptions}
    kit.register.write(lambda tx: blocks.connect(tx, channels, named))


def renew(kit: Contactable, name: str) -> str:
    """Ask a sender again for some of the blocks that it was sent long ago; return a note."""
    count = kit.register.write(lambda tx: renewing.renew(tx, name))
    return f"{count} asked again" if count else ""


def counter(kit: Contactable, endpoint: Endpoint) -> Counter:
    """Where the blocks of one connected sender are handed over."""
    listed, stopping = endpoint.provider.blocklist, threading.Event()
    if listed is None:
        raise Refused(f"{endpoint.provider.title} has no blocklist.")
    transport = Transport(
        endpoint.name,
        listed.url(endpoint.secrets),
        headers=lambda: listed.headers(endpoint.secrets),
        patience=PATIENCE,
        stopping=stopping,
    )
    limiter = Limiter(listed.most, listed.seconds, stopping=stopping)
    return Counter(
        kit.register, endpoint, transport, limiter, lambda owed: identifier_of(kit, owed), kit.clock, stopping
    )


def work(here: Counter) -> int:
    """Hand over a batch of blocks; return how many were claimed."""
    name = here.endpoint.name
    claimed = here.register.write(lambda tx: blocks.claim(tx, name, BATCH, LEASE))
    # Each is settled in its own thread: a slow disk then holds up one place, and commits are made in groups.
    return sum(1 for _ in in_turn(lambda owed: _settle(here, owed, _failure(here, owed)), claimed, at_once=AT_ONCE))


def send(here: Counter, owed: Owed) -> None:
    """Make the requests of one block; raises as the transport does, or ``Refused`` where the block does not stand."""
    text, listed = owed.identifier or here.identify(owed), here.endpoint.provider.blocklist
    if not text or listed is None:
        raise _Unknown("No CRM's record tells the identifier.")
    steps = listed.block(Person(owed.channel, text, owed.subject_id, here.clock()), here.endpoint.secrets)
    try:
        order = next(steps)
        while True:
            here.stopping.wait(order.wait)
            answer = here.transport.call(
                order.method,
                order.path,
                json=order.json,
                form=order.form,
                limits=(here.limiter,),
                expected=order.expected,
            )
            order = steps.send(answer.json)
    except StopIteration:
        return


def identifier_of(kit: Contactable, owed: Owed) -> str:
    """The address or number of a subject, from the CRM records that carry it now; empty where none does."""
    with kit.register.read() as tx:
        carrying = mirror.contacts_with(tx, [owed.subject_id], now_only=True)
    for name, record_id in carrying:
        if name not in kit.connectors:
            continue
        mapping = kit.mapping(name)
        for record in kit.connectors[name].read([record_id], mapping.properties):
            found = map_record(record.id, record.properties, mapping).identifiers
            if text := _matching(kit.register, found, owed):
                return text
    return ""


def _matching(register: Register, found: Iterable[tuple[IdentifierKind, str]], owed: Owed) -> str:
    of_kind = [each for each in found if each[0] is _KIND[owed.channel]]
    with register.read() as tx:
        known = subjects.find_subjects(tx, of_kind)
    return next((text for (_, text), subject in known.items() if subject == owed.subject_id), "")


class _Unknown(ContactableError):
    """Nobody can tell the identifier now; a later sync may."""


def _failure(here: Counter, owed: Owed) -> ContactableError | None:
    try:
        send(here, owed)
    except ContactableError as error:
        return error
    except Exception as error:  # noqa: BLE001  an answer of an unheard-of shape must not end the work for the others
        log.error("block_broke", endpoint=here.endpoint.name, error=trace(error))
        return Refused(f"{here.endpoint.name} answered in a way that is not understood.")
    return None


def _settle(here: Counter, owed: Owed, failed: ContactableError | None) -> None:
    if failed is None:
        here.register.write(lambda tx: blocks.kept(tx, [owed]))
        return
    delay, why = _put_off(owed, failed)
    log.warning("block_put_off", endpoint=here.endpoint.name, why=str(failed), seconds=delay.total_seconds())
    here.register.write(lambda tx: blocks.postpone(tx, owed, delay, why))


def _put_off(owed: Owed, failed: ContactableError) -> tuple[timedelta, str]:
    """After which delay to try again, and the code of the reason."""
    doubled = min(FIRST_DELAY * 2 ** min(owed.attempts, 12), LONGEST_DELAY)
    if isinstance(failed, _Unknown):
        return max(doubled, REFUSED_DELAY), blocks.UNKNOWN
    if isinstance(failed, Refused):
        return max(doubled, REFUSED_DELAY), "refused"
    if isinstance(failed, LimitReached) and failed.retry_after:
        return max(doubled, timedelta(seconds=failed.retry_after)), "limit"
    return doubled, "unavailable"


class Sender:
    """Runs ``work`` for one sender in a thread of its own until it is stopped, as long as it is our turn."""

    def __init__(self, here: Counter) -> None:
        self._here = here
        name = here.endpoint.name
        self._turn = Turn(here.register, f"blocks {name}", here.clock, lambda tx: blocks.free(tx, name))
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._loop, name=f"blocks-{here.endpoint.name}", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def wake(self) -> None:
        """Look at the register now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the requests in flight; what was not sent is sent after the next start."""
        self._here.stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()
            self._turn.give_back()
        self._here.transport.close()

    def _loop(self) -> None:
        while not self._here.stopping.is_set():
            self._woken.clear()
            if not self._work():
                self._woken.wait(IDLE)

    def _work(self) -> int:
        try:
            return work(self._here) if self._turn.is_mine() else 0
        except Exception as error:  # noqa: BLE001  the register was locked, say: the rows are still there
            log.error("blocks_wait", endpoint=self._here.endpoint.name, error=trace(error))
        self._here.stopping.wait(FIRST_DELAY.total_seconds())
        return 0


def start(kit: Contactable) -> dict[str, Sender]:
    """Connect the senders and begin to hand over what they are owed."""
    connect(kit)
    senders = {name: Sender(counter(kit, endpoint)) for name, endpoint in connected(kit).items()}
    for sender in senders.values():
        sender.start()
    return senders
