"""The review queue: what the kit decided on the safe side, and a person should look at.

Doubtful STOPs close at once and wait here; so do deliveries that could not be read or name nobody, and storms: many
closings within an hour from a source that signs nothing. To confirm leaves everything as it is and ends the question;
to annul ends the entries, all of a storm at once, or for all but the person who refused on a shared line. What a person
did, signed or by our link, is never annulled. Blocks elsewhere whose opposition ended wait here to be lifted by hand:
to confirm says that they were, to annul that they stay, and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from contactable.errors import Conflict, Malformed, RegisterError
from contactable.register import NewEntry, Tx, inbox, ledger, lifting
from contactable.register.annulling import ENDABLE, annul
from contactable.register.ids import first_id
from contactable.register.schema import entries
from contactable.replaying import enter_unproved
from contactable.shared_lines import leave_to_the_person, shared_lines
from contactable.webhooks.receiver import UNVERIFIED

if TYPE_CHECKING:
    from contactable.kit import Contactable

LOOKS_BACK = timedelta(days=90)
STORM = 20  # closings within an hour from one unverified source, beyond which a person is asked
AT_MOST = 10_000
REVIEW = "review"
"""The reason of the ledger's entries that keep what people decided here."""
LINE = "shared line"
TO_LIFT = "to lift"
NAMED = 10  # records that one question names in its sentence
OPEN_STATES = {inbox.UNREADABLE: "unreadable", inbox.UNRESOLVED: "unresolved"}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to look at. ``id`` names it in commands; ``what`` is made of codes and names nobody.

    ``records`` are the CRM records concerned, as ``<connector>:<id>``, where a person must find them.
    """

    id: str
    kind: str  # doubtful, storm, shared line, to lift, unreadable, unresolved
    since: datetime
    what: str
    count: int = 1
    records: tuple[str, ...] = ()

    def age(self, now: datetime) -> timedelta:
        """How long it has waited."""
        return now - self.since


def questions(tx: Tx) -> list[Question]:
    """What waits for a person, the oldest first; what somebody decided is left out."""
    decided = _decided(tx)
    found = [*_doubtful(tx), *_storms(tx), *_lines(tx), *_to_lift(tx), *_deliveries(tx)]
    return sorted((each for each in found if each.id not in decided), key=lambda each: (each.since, each.id))


def confirm(tx: Tx, id: str, by: str) -> Question:
    """Keep that a person looked and leaves it as it is, or lifted it; raise ``Conflict`` where another has decided."""
    question = _open(tx, id)
    if question.kind == TO_LIFT:
        lifting.lifted(tx, _held(tx)[id].written)
    _decide(tx, id, "confirmed", by, "")
    _settle(tx, question, inbox.DONE)
    return question


def reject(tx: Tx, id: str, reason: str, by: str, person: str = "") -> tuple[Question, int, int]:
    """End what it closed; return the question, the entries ended, and those that stay because they are persons' own.

    A delivery is put away as nothing, and its body goes. ``person`` is the contact that refused on a shared line, as
    ``<connector>:<id>``: it alone stays closed. Raises ``Conflict`` where another has decided before, and
    ``RegisterError`` without a reason, or where all that would end are persons' own acts.
    """
    question = _open(tx, id)
    if not reason.strip():
        raise RegisterError("An annulment has a reason: --reason TEXT.")
    ended, own, name = 0, 0, id.partition(":")[2]
    if question.kind in ("doubtful", "storm"):
        entry, batch = (name, None) if question.kind == "doubtful" else (None, name)
        done = annul(tx, entry_id=entry, batch=batch, reason=reason, by=by)
        ended, own = len(done.ended), len(done.own)
    if question.kind == LINE:
        ended, own = leave_to_the_person(tx, name, person, reason, by)
    if own and not ended:
        raise RegisterError("This is the person's own act, signed or by our link: only the person releases it.")
    _decide(tx, id, "annulled", by, reason)
    _settle(tx, question, inbox.IGNORED)
    return question, ended, own


def _open(tx: Tx, id: str) -> Question:
    if decision := _decided(tx).get(id):
        raise Conflict(f"Somebody has decided this before: it was {decision}.")
    for question in questions(tx):
        if question.id == id:
            return question
    raise Malformed("There is no such question: `contactable review list` names them.")


def _decide(tx: Tx, id: str, decision: str, by: str, reason: str) -> None:
    said = {"question": id, "decision": decision}
    note = f"{by}: {reason}" if reason else by
    ledger.record(tx, [NewEntry(kind="approval", origin="admin", reason=REVIEW, details=said, note=note)])


def _settle(tx: Tx, question: Question, state: str) -> None:
    if question.kind in OPEN_STATES.values():
        inbox.settle(tx, question.id.partition(":")[2], state, "looked at")


def _decided(tx: Tx) -> dict[str, str]:
    """What people decided, by question."""
    recent = entries.c.id >= first_id(tx.now - 2 * LOOKS_BACK)
    wanted = select(entries).where(recent, entries.c.kind == "approval", entries.c.reason == REVIEW)
    said: list[Any] = [ledger.read(row).details for row in tx.connection.execute(wanted)]
    return {each["question"]: each["decision"] for each in said}


def _doubtful(tx: Tx) -> Iterator[Question]:
    recent = entries.c.id >= first_id(tx.now - LOOKS_BACK)
    doubt = (entries.c.confidence != "certain") & (entries.c.kind == "opposition")
    rows = tx.connection.execute(select(entries).where(recent, doubt).order_by(entries.c.recorded_at).limit(AT_MOST))
    found = [ledger.read(row) for row in rows]
    over = {act.ends for act in ledger.entries_of(tx, {act.subject_id for act in found if act.subject_id}) if act.ends}
    for act in found:
        if act.id not in over:
            yield Question(f"entry:{act.id}", "doubtful", act.recorded_at, f"{act.reason} ({act.on}, {act.confidence})")


def _storms(tx: Tx) -> Iterator[Question]:
    """Groups of closings that are too many for an hour; those that were annulled whole are over."""
    unverified = entries.c.proof_level.in_(sorted(UNVERIFIED)) & entries.c.kind.in_(sorted(ENDABLE))
    grouped = (
        select(entries.c.batch, func.count(), func.min(entries.c.recorded_at))
        .where(entries.c.batch != "", unverified, entries.c.id >= first_id(tx.now - LOOKS_BACK))
        .group_by(entries.c.batch)
        .having(func.count() > STORM)
    )
    for batch, count, since in tx.connection.execute(grouped).all():
        yield Question(f"group:{batch}", "storm", since, f"{count} closings within an hour ({batch})", count)


def _lines(tx: Tx) -> Iterator[Question]:
    for each in shared_lines(tx, LOOKS_BACK):
        what = f"one refusal of {each.act.on} closed {each.contacts} contacts that share a line ({each.act.reason})"
        yield Question(f"line:{each.act.id}", LINE, each.act.recorded_at, what, each.contacts)


def _to_lift(tx: Tx) -> Iterator[Question]:
    for id, each in _held(tx).items():
        records = tuple(lifting.records_of(tx, each.written))
        people = len({row.subject_id for row in each.written})
        named = ", ".join(records[:NAMED]) + (" …" if len(records) > NAMED else "")
        what = f"{each.target} still holds {people} whose opposition ended" + (f": {named}" if named else "")
        yield Question(id, TO_LIFT, each.ended_at, what, people, records)


def _held(tx: Tx) -> dict[str, lifting.Held]:
    """What is still blocked elsewhere, by question."""
    return {f"lift:{each.id}": each for each in lifting.held(tx, LOOKS_BACK)}


def _deliveries(tx: Tx) -> Iterator[Question]:
    for state, kind in OPEN_STATES.items():
        for each in inbox.deliveries(tx, state, limit=AT_MOST):
            what = f"{each.endpoint} ({each.provider})" + (f": {each.note}" if each.note else "")
            yield Question(f"delivery:{each.id}", kind, each.received_at, what)


def _decide_job(kit: Contactable, arguments: Mapping[str, Any], tell: Callable[..., None]) -> str:
    """A decision that a command left for the server: ``id``, and sealed ``by`` and ``reason`` (None confirms)."""
    by, reason = unsealed(kit, arguments["by"]), arguments["reason"]
    if reason is None:
        return kit.register.write(lambda tx: _confirmed(tx, kit, arguments["id"], by))
    why = unsealed(kit, reason)
    person = arguments.get("person", "")
    question, ended, own = kit.register.write(lambda tx: reject(tx, arguments["id"], why, by, person))
    if question.kind == TO_LIFT:
        return f"stays blocked: {question.what}"
    return f"annulled: {question.what}; {ended} entries ended, {own} are persons' own acts and stay"


def _confirmed(tx: Tx, kit: Contactable, id: str, by: str) -> str:
    """Confirm; a mail in which nobody proved who asks is entered by that."""
    question = _open(tx, id)
    entered = enter_unproved(tx, kit, id.partition(":")[2]) if question.kind == "unresolved" else 0
    confirm(tx, id, by)
    return f"confirmed: {question.what}" + (f"; {entered} entered" if entered else "")


def sealed(kit: Contactable, text: str) -> str:
    """What a person wrote, as an argument of a job."""
    return kit.keyring.seal(_WRITTEN, text.encode()).hex()


def unsealed(kit: Contactable, text: str) -> str:
    """What ``sealed`` gave, as it was written."""
    return kit.keyring.unseal(_WRITTEN, bytes.fromhex(text)).decode()


_WRITTEN: Final = "jobs.review"
KINDS: Final[Mapping[str, Callable[..., str]]] = {"review": _decide_job}
"""The kind of job that a decision is, for the running server."""
