"""What comes to the inbox otherwise than over HTTP: deliveries read again, mail from a mailbox, spreadsheets of 33700.

All three take the road of a webhook: read by the provider, entered and kept in one transaction, recognised when they
come twice. On SQLite the running server does the work (``register_jobs``).
"""

from __future__ import annotations

import mailbox
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests
from msgspec import structs

from contactable.errors import Malformed, Refused, Unavailable
from contactable.progress import Moved
from contactable.register import Tx, inbox, ledger, mirror, subjects
from contactable.register.statements import chunks
from contactable.webhooks.events import Confidence, Event, Origin, Problem
from contactable.webhooks.persons import identifier_in
from contactable.webhooks.receiver import Endpoint, as_received, enter, keep, note_of, read, state_of
from contactable.webhooks.recording import Recorded, event_keys, is_act, is_to_be_entered
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.spreadsheet33700 import read_spreadsheet

if TYPE_CHECKING:
    from contactable.kit import Contactable

MAIL, REPORTS = "arf", "report33700"
AT_ONCE = 100  # mails in one transaction
PATIENCE = 10.0  # seconds
SEALED_MAIL = "jobs.mail"


def replay(kit: Contactable, ids: Sequence[str], tell: Moved = lambda done, total: None) -> str:
    """Read deliveries again, as providers understand them today; what was entered before has no effect."""
    became: Counter[str] = Counter()
    for done, id in enumerate(ids, start=1):
        became[kit.register.write(partial(_replay, kit=kit, id=id))] += 1
        tell(done, len(ids))
    return ", ".join(f"{count} {state}" for state, count in sorted(became.items())) or "nothing to read again"


def confirm(kit: Contactable, id: str) -> str:
    """Open the address by which a sender asks to be confirmed; raises where the delivery has none, or it fails."""
    with kit.register.read() as tx:
        delivery = inbox.read_delivery(tx, id)
    if delivery is None:
        raise Malformed("There is no such delivery: `contactable inbox list` names them.")
    endpoint = endpoint_of(kit, delivery.endpoint, delivery.provider)
    find = endpoint.provider.confirmation_url
    url = find(as_received(delivery, endpoint.secrets.options)) if find else None
    if url is None:
        raise Malformed("This delivery asks for no confirmation.")
    _open(url)
    kit.register.write(partial(inbox.settle, id=id, state=inbox.IGNORED, note="confirmed"))
    return "confirmed: the sender sends from now on"


def _open(url: str) -> None:
    try:
        answer = requests.get(url, timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        raise Unavailable(f"The sender's address did not answer ({type(error).__name__}): try again.") from None
    if not answer.ok:
        raise Refused(f"The sender answered {answer.status_code}: ask it for a new confirmation.")


def read_again(kit: Contactable, delivery: inbox.Delivery) -> list[Event | Problem]:
    """What a kept delivery says, as its provider reads it today; raise ``Malformed`` when its body was let go."""
    endpoint = endpoint_of(kit, delivery.endpoint, delivery.provider)
    return read(endpoint.provider, as_received(delivery, endpoint.secrets.options))


def _replay(tx: Tx, *, kit: Contactable, id: str) -> str:
    delivery = inbox.read_delivery(tx, id)
    if delivery is None:
        raise Malformed("There is no such delivery: `contactable inbox list` names them.")
    items = read_again(kit, delivery)
    endpoint = endpoint_of(kit, delivery.endpoint, delivery.provider)
    recorded = enter(tx, endpoint, items, delivery.proof, delivery.received_at)
    state = state_of(items, recorded)
    inbox.settle(tx, id, state, note_of(items))
    return state


def enter_unproved(tx: Tx, kit: Contactable, id: str) -> int:
    """Enter what a mail asked for in the name of its author, once a person has said that it is theirs; how many.

    It is the operator's entry then: it may be annulled. Raises ``Malformed`` when the body was let go.
    """
    delivery = inbox.read_delivery(tx, id)
    if delivery is None or delivery.provider != MAIL:
        return 0
    endpoint = endpoint_of(kit, delivery.endpoint, delivery.provider)
    items = [each for each in read_again(kit, delivery) if isinstance(each, Event) and not is_to_be_entered(each)]
    theirs = [
        structs.replace(each, origin=Origin.ADMIN, confidence=Confidence.CERTAIN) for each in items if is_act(each)
    ]
    return enter(tx, endpoint, theirs, "operator", delivery.received_at).entered


def endpoint_of(kit: Contactable, name: str, provider: str) -> Endpoint:
    """The endpoint of that name; where the settings no longer have it, one that only reads."""
    found = kit.endpoints.get(name)
    return found or Endpoint(name, find_provider(provider), Secrets(), link_keys=kit.link_keys)


def endpoint_for(kit: Contactable, provider: str) -> Endpoint:
    """The first endpoint of a provider: what comes by file and over HTTP then counts once."""
    names = (name for name, endpoint in kit.endpoints.items() if endpoint.provider.id == provider)
    return endpoint_of(kit, next(names, provider), provider)


def check_mail(path: Path) -> None:
    """Raise ``Malformed`` where a path is neither a maildir nor a file that holds something."""
    if path.is_dir() and not all((path / name).is_dir() for name in ("cur", "new")):
        raise Malformed(f"{path} is no maildir: it has no folders `cur` and `new`.")
    if path.is_file() and not path.stat().st_size:
        raise Malformed(f"{path} is empty: it holds no mail.")


def messages(path: Path) -> Iterator[bytes]:
    """The messages of a maildir, an mbox, or a file with one message; raise ``Malformed`` where there is none."""
    try:
        if path.is_dir():
            yield from (bytes(message) for message in mailbox.Maildir(path, create=False))
            return
        with path.open("rb") as file:
            is_mbox = file.read(5) == b"From "
        yield from (bytes(message) for message in mailbox.mbox(path, create=False)) if is_mbox else [path.read_bytes()]
    except (OSError, mailbox.Error) as error:
        raise Malformed(f"{path} cannot be read as mail ({type(error).__name__}).") from None


def take_mail(kit: Contactable, raws: Iterator[bytes], tell: Moved = lambda done, total: None) -> str:
    """Take messages as if they had been posted to the endpoint for mail; return a note."""
    endpoint, total, done = endpoint_for(kit, MAIL), Recorded(), 0
    for part in chunks(raws, AT_ONCE):
        requests = [Request(raw, kit.clock(), options=endpoint.secrets.options) for raw in part]
        total = _sum([total, kit.register.write(partial(_keep_all, endpoint=endpoint, requests=requests))])
        done += len(part)
        tell(done, None)
    return f"{done} messages: {total.entered} entered, {total.repeated} known, {total.unresolved} unresolved"


def _keep_all(tx: Tx, *, endpoint: Endpoint, requests: Sequence[Request]) -> Recorded:
    return _sum([keep(tx, endpoint, request, read(endpoint.provider, request)) for request in requests])


def _sum(each: Sequence[Recorded]) -> Recorded:
    return Recorded(*(sum(values) for values in zip(*map(_counts, each), strict=True)))


def _counts(recorded: Recorded) -> tuple[int, int, int, int]:
    return recorded.entered, recorded.repeated, recorded.unresolved, recorded.refreshed


def reports_in(path: Path) -> list[Event | Problem]:
    """The rows of a spreadsheet of reports; raise ``Malformed`` where it is none."""
    try:
        return list(read_spreadsheet(path.read_bytes()))
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}.") from None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What a spreadsheet would enter: oppositions that were entered before, and those of no contact of a CRM."""

    known: int = 0
    unmatched: int = 0


def look_at_reports(kit: Contactable, items: Iterable[Event | Problem]) -> LookedAt:
    """Look what the rows with a number are to the register, without entering any."""
    endpoint, told = endpoint_for(kit, REPORTS).name, [each for each in items if isinstance(each, Event) and each.phone]
    with kit.register.read() as tx:
        found = subjects.find_subjects(tx, filter(None, (identifier_in(None, each.phone) for each in told)))
        named = [(event, found.get(who) if (who := identifier_in(None, event.phone)) else None) for event in told]
        known = sum(bool(subject) and _is_known(tx, endpoint, event, subject or "") for event, subject in named)
        carried = {subject: bool(mirror.contacts_with(tx, [subject])) for subject in found.values()}
    return LookedAt(known, sum(not (subject and carried[subject]) for _, subject in named))


def _is_known(tx: Tx, endpoint: str, event: Event, subject: str) -> bool:
    return any(ledger.is_known(tx, key) for key in event_keys(endpoint, event, subject))


def take_reports(kit: Contactable, path: Path, batch: str) -> str:
    """Enter a spreadsheet of reports in one transaction, as an import that can be annulled; return a note."""
    items, endpoint = reports_in(path), endpoint_for(kit, REPORTS)
    recorded = kit.register.write(lambda tx: enter(tx, endpoint, items, "operator", kit.clock(), batch))
    return f"{recorded.entered} entered, {recorded.repeated} known ({batch})"


def _replay_job(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    return replay(kit, arguments["ids"], tell)


def _confirm_job(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    return confirm(kit, arguments["id"])


def _mail_job(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    if "path" in arguments:
        return take_mail(kit, messages(Path(arguments["path"])), tell)
    return take_mail(kit, iter([kit.keyring.unseal(SEALED_MAIL, bytes.fromhex(arguments["sealed"]))]), tell)


def _reports_job(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    return take_reports(kit, Path(arguments["path"]), arguments["batch"])


KINDS: Final[Mapping[str, Callable[[Contactable, Mapping[str, Any], Moved], str]]] = {
    "replay": _replay_job,
    "confirm": _confirm_job,
    "mail": _mail_job,
    "reports": _reports_job,
}
"""The kinds of jobs that these are, for the running server."""
