"""What is wrong now, in sentences for people: each with a name that lasts as long as it does, and with what to do.

``status``, the alerts and the weekly digest all say these. Everything is read from the register, so that a process that
just started knows as much as one that ran for a month. No sentence names a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from contactable import brake, reviewing, sender_urls
from contactable.contradicting import contradictions
from contactable.mapping.contradiction import joined
from contactable.register import Tx, blocks, cursors, jobs, marks, mirror, outbox, shown
from contactable.register.ids import first_id
from contactable.register.schema_work import deliveries
from contactable.rules import Reason
from contactable.rules.calendar import paris_day
from contactable.submissions import changed_forms
from contactable.sync import CHANGES
from contactable.watching import SOUND
from contactable.webhooks.despite import despite_of
from contactable.webhooks.incidents import heard_on
from contactable.webhooks.knocks import MANY, refused_lately
from contactable.webhooks.registrations import State

if TYPE_CHECKING:
    from contactable.kit import Contactable

MISSED_SYNCS = 3
LATE = timedelta(minutes=15)  # after which what waits is no longer a queue but a standstill
HABIT, SILENCE = timedelta(days=7), timedelta(days=1)
REGULAR = 14  # deliveries within the days of habit that make a sender a regular one
REVIEW_WITHIN = timedelta(days=2)
DEAD_AFTER = 10  # attempts, beyond which the next will hardly fare better
LOOKED_AT_DAILY = timedelta(hours=26)  # what a daily look said stands until the next one is due
MASS, MASS_SHARE = 50, 0.05  # contacts closed within a day, all of them and of the CRM's, that people are told of


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: its name (the same until it is over), what it is, and what a person does about it."""

    id: str
    what: str
    to_do: str


def troubles(kit: Contactable) -> list[Trouble]:
    """Everything that is wrong now, in the order of the alphabet."""
    with kit.register.read() as tx:
        found = [trouble for look in LOOKS for trouble in look(kit, tx)]
    return sorted(found, key=lambda each: each.id)


def _syncs(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    every = timedelta(seconds=kit.settings.schedule.sync)
    runs, moved = jobs.last_runs(tx), cursors.updated(tx)
    for name in kit.connectors:
        read_at, run = moved.get((name, CHANGES)), runs.get(f"sync {name}")
        if read_at is None:  # a person has not begun
            continue
        last = max(read_at, run.ended_at) if run else read_at  # `contactable sync` reads too
        if tx.now - last > MISSED_SYNCS * every:
            yield Trouble(
                f"sync:{name}", f"{name} was not read since {_at(last)}.", "See that `contactable serve` runs."
            )


def _tasks(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    for name, run in jobs.last_runs(tx).items():
        if not run.ok and name != "alerts":  # whoever cannot be told cannot be told that either
            yield Trouble(f"task:{name}", f"`{name}` failed: {run.note}", "`contactable status`, then `doctor`.")


def _crms(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    for name, waiting in outbox.pending(tx).items():
        held = len(brake.waiting(tx, name))
        if held:
            yield Trouble(
                f"brake:{name}",
                f"{held} contacts of {name} wait to be opened.",
                f"Look why so many open, then `contactable brake approve {name}`.",
            )
        if waiting.contacts > held and waiting.urgent and tx.now - waiting.oldest > LATE:
            yield Trouble(
                f"crm:{name}",
                f"{name} has not been written to since {_at(waiting.oldest)}; oppositions wait.",
                "`contactable doctor` says whether the token still has its rights.",
            )


def _refused(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    for name, count in outbox.failing(tx, DEAD_AFTER, but=brake.HELD).items():
        yield Trouble(
            f"dead:{name}",
            f"{count} contacts of {name} could not be written {DEAD_AFTER} times or more.",
            "`contactable doctor` says which property or right is missing; they are tried again, nothing is lost.",
        )


def _drifts(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    """Facts that fell, as the daily look found them, and closings that no opposition explains."""
    runs, contacts = jobs.last_runs(tx), mirror.counts(tx)
    for name in kit.connectors:
        run = runs.get(f"coverage {name}")
        if run and run.ok and run.note and tx.now - run.ended_at < LOOKED_AT_DAILY:
            yield Trouble(
                f"drift:{name}",
                f"Fewer contacts of {name} have {run.note}.",
                f"Look at its source in the CRM: `contactable mapping check {name}`.",
            )
        looked = runs.get(f"sources {name}")
        if looked and looked.ok and looked.note != SOUND:
            yield Trouble(
                f"sources:{name}",
                f"Where facts of {name} come from is not as it was: {looked.note}.",
                "`contactable doctor` says how to mend each; nothing opens because of it.",
            )
        closed = shown.closed_since(tx, name, tx.now - timedelta(days=1), but=Reason.OPPOSITION)
        if closed > max(MASS, MASS_SHARE * contacts.get(name, 0)):
            yield Trouble(
                f"closings:{name}",
                f"{closed} contacts of {name} were closed within a day though nobody of them objected.",
                "A mapping, a declaration or the law changed: `contactable explain` on one of them says which.",
            )


def _declarations(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    for name in kit.connectors:
        for each in contradictions(kit, tx, name):
            id = f"declarations:{name}:{each.column}:{joined(each.names)}"
            yield Trouble(id, f"{each.what}.", each.to_do)


def _forms(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    """Forms whose text changed: what people saw is known no more, and what is sent through them opens less."""
    for name in kit.connectors:
        for id, form, where in changed_forms(tx, name):
            yield Trouble(
                f"form:{name}:{id}",
                f"The text of the form “{form}” of {name} changed ({', '.join(where)}).",
                "Add the new text as a [[wording]], and look at the declarations that rest on the old one.",
            )


def _senders(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    for name, waiting in blocks.waiting(tx).items():
        if waiting.why != blocks.UNKNOWN and tx.now - waiting.oldest > LATE:
            yield Trouble(
                f"blocklist:{name}",
                f"{waiting.blocks} people are not on the blocklist of {name} yet ({waiting.why or 'late'}).",
                "See that its key still has its rights; nothing is lost, it is asked again.",
            )
    unheard = dict(sender_urls.lost(tx, sender_urls.askable(kit)))
    for name, state in unheard.items():
        became = "has suspended our URL" if state is State.SUSPENDED else "has our URL no more"
        yield Trouble(
            f"suspended:{name}",
            f"{name} {became}: what people refuse there does not arrive.",
            "Put it right in its console (`contactable doctor` asks again), then import its list: some are missing.",
        )
    for name in _silent(tx):
        if name in kit.endpoints and name not in unheard:
            yield Trouble(
                f"silent:{name}",
                f"{name} has been silent for a day, against its habit.",
                "See in its console whether it suspended the URL, then `contactable trigger` to try it.",
            )


def _knocks(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    for name in kit.endpoints:
        count = refused_lately(tx, name)
        if count >= MANY:
            yield Trouble(
                f"refused:{name}",
                f"Requests to {name} are refused: its secret was changed, or somebody tries to forge.",
                "Compare the secret with the sender's console; `contactable doctor` says which URL belongs there.",
            )


def _silent(tx: Tx) -> list[str]:
    """Endpoints of senders that came regularly and have not for a day."""
    last = func.max(deliveries.c.received_at)
    wanted = select(deliveries.c.endpoint, func.count(), last).group_by(deliveries.c.endpoint)
    rows = tx.connection.execute(wanted.where(deliveries.c.id >= first_id(tx.now - HABIT - SILENCE))).all()
    return [name for name, count, at in rows if count >= REGULAR and tx.now - _instant(at) > SILENCE]


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _people(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    waiting = reviewing.questions(tx)
    for storm in (each for each in waiting if each.kind == "storm"):
        yield Trouble(
            f"review:{storm.id}",
            f"{storm.what}: somebody may have learnt the secret of the endpoint.",
            f"`contactable review list`; one `contactable review annul {storm.id}` ends them all.",
        )
    old = [each for each in waiting if each.age(tx.now) > REVIEW_WITHIN]
    if old:
        yield Trouble("review", f"{len(old)} questions have waited for two days.", "`contactable review list`.")


def _incidents(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    today = paris_day(tx.now)
    for each in despite_of(tx, today):
        campaign = f" (campaign {each.campaign})" if each.campaign else ""
        yield Trouble(
            f"despite:{today}:{each.endpoint}:{each.channel}:{each.campaign}",
            f"{each.endpoint} sent by {each.channel} despite an opposition today{campaign}.",
            "Stop the campaign, see which list it was sent to, and that it filters on our properties.",
        )
    for report in heard_on(tx, today):
        if report.count >= kit.settings.alerts.reports_33700:
            campaign = f" (campaign {report.campaign})" if report.campaign else ""
            yield Trouble(
                f"33700:{today}:{report.sender}:{report.campaign}",
                f"Messages of {report.sender} were reported to 33700 without a number{campaign}, as we heard today.",
                "Stop the campaign and ask the aggregator.",
            )


def _register(kit: Contactable, tx: Tx) -> Iterator[Trouble]:
    if marks.get(tx, marks.RESTORED):
        yield Trouble(
            "restored",
            "The register was restored, or is new beside a CRM that another one wrote; nothing opens.",
            "Look at what it holds, then `contactable brake approve`.",
        )
    if not marks.key_is_backed_up(tx):
        yield Trouble("keys", "The key of the register is in no backup.", "`contactable key backup`.")


LOOKS: Sequence[Callable[[Any, Tx], Iterator[Trouble]]] = (
    _syncs,
    _tasks,
    _crms,
    _refused,
    _drifts,
    _declarations,
    _forms,
    _senders,
    _knocks,
    _people,
    _incidents,
    _register,
)
"""Where troubles are looked for."""


def _at(when: datetime) -> str:
    return when.astimezone().strftime("%Y-%m-%d %H:%M")
