"""The operations of the API that enter something: oppositions and consents, both worth what an operator says."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from contactable.console.api_bodies import Agreed, ConsentTold, Entered, OppositionTold
from contactable.console.api_doors import ApiDoors, Caller
from contactable.console.api_people import LAST_DAY, identifier_of
from contactable.console.problems import Refusal, invalid
from contactable.identifiers import IdentifierKind
from contactable.register import Tx, consents, ledger
from contactable.register.consents import Consent
from contactable.register.subjects import Identifier, subject_for
from contactable.webhooks.events import EVERYTHING, Event, Kind, On, Origin, Scope, ScopeKind
from contactable.webhooks.recording import Source, record

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def opposition(doors: ApiDoors, caller: Caller, told: OppositionTold) -> tuple[HTTPStatus, Entered]:
    """Enter an opposition; answer when it is on disk."""
    kind, text = identifier_of(doors, told, "$")
    connector, _, record_id = text.partition(":") if kind is IdentifierKind.RECORD else ("", "", "")
    event = Event(
        kind=Kind.OPPOSITION,
        on=On(told.channel),
        key=told.key or uuid4().hex,
        reason=told.reason,
        origin=Origin.API,
        email=text if kind is IdentifierKind.EMAIL else None,
        phone=text if kind is IdentifierKind.PHONE else None,
        record=record_id or None,
        scope=Scope(ScopeKind.SUBSCRIPTION, told.subscription) if told.subscription else EVERYTHING,
        occurred_at=told.occurred_at and max(told.occurred_at, _EPOCH),
    )
    arrived = doors.clock()
    group = ledger.hourly_group(f"api-{caller.token_id}", arrived)
    source = Source("api", connector, "operator", arrived, batch=group)
    entered = doors.register().write(lambda tx: record(tx, [event], source)).entered
    doors.wake()
    return HTTPStatus.CREATED if entered else HTTPStatus.OK, Entered(entered, group)


def consent(doors: ApiDoors, caller: Caller, told: ConsentTold) -> tuple[HTTPStatus, Agreed]:
    """Enter a consent, or ask the person by mail to confirm it."""
    who = identifier_of(doors, told, "$")
    _check_times(told, doors.clock())
    if told.confirm:
        return _ask(doors, who, told)
    entry = doors.register().write(lambda tx: consents.give(tx, _consent(tx, who, told)))
    doors.wake()
    return HTTPStatus.CREATED if entry else HTTPStatus.OK, Agreed(entry.id if entry else None)


def _check_times(told: ConsentTold, now: datetime) -> None:
    if not _EPOCH <= told.given_at <= now:
        raise invalid("$.given_at", "It is a moment of the past: nobody agrees in advance.")
    if told.until and not told.given_at.date() <= told.until <= LAST_DAY:
        raise invalid("$.until", f"It is a day between the one of given_at and {LAST_DAY}.")
    if not all(_EPOCH <= start < end and end.date() <= LAST_DAY for start, end in told.slots):
        raise invalid("$.slots", "Each is a beginning and a later end.")


def _consent(tx: Tx, who: Identifier, told: ConsentTold) -> Consent:
    if told.wording and not consents.knows_wording(tx, told.wording):
        raise invalid("$.wording", "There is no wording of that version in the settings ([[wording]]).")
    return Consent(
        subject_id=subject_for(tx, *who),
        channel=told.channel,
        given_at=told.given_at,
        act=told.act,
        to=told.to,
        wording=told.wording or "",
        form=told.form or "",
        subscription=told.subscription or "",
        until=told.until,
        slots=told.slots,
        minor=told.minor,
        parental=told.parental,
        proof=told.proof.encode(),
        evidence=told.evidence,
        origin="api",
        event_key=f"api:{told.key}" if told.key else None,
    )


def _ask(doors: ApiDoors, who: Identifier, told: ConsentTold) -> tuple[HTTPStatus, Agreed]:
    if who[0] is not IdentifierKind.EMAIL:
        raise invalid("$.confirm", "The link goes to an e-mail address: name the person by email.")
    if doors.ask is None:
        raise Refusal(HTTPStatus.CONFLICT, "This installation sends no mail: add [mail] and public_url.")
    token = doors.register().write(lambda tx: consents.ask_to_confirm(tx, _consent(tx, who, told)))
    doors.ask(who[1], token)
    return HTTPStatus.ACCEPTED, Agreed(None, waits_for_the_person=True)
