"""The operations of the API that read people: verdicts and scrubbing. Each person read leaves a row in the register."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Final

import msgspec

from contactable.console.api_bodies import Decided, Removed, Scrubbed, ScrubWanted, Verdicts, VerdictsWanted
from contactable.console.api_doors import ApiDoors, Caller
from contactable.console.api_people import LAST_DAY, check_offer, identifier_of
from contactable.console.problems import invalid
from contactable.register import NewEntry, Tx, accesses, ledger
from contactable.register.subjects import find_subjects
from contactable.rules import Verdict
from contactable.rules.calendar import paris_day

_FIRST_DAY: Final = date(2018, 5, 25)  # on which the GDPR applied


def verdicts(doors: ApiDoors, caller: Caller, wanted: VerdictsWanted) -> tuple[HTTPStatus, Verdicts]:
    """Decide people; a row is left for each before anything is told."""
    check_offer(doors, wanted.offer)
    people = [identifier_of(doors, person, f"$.people[{at}]") for at, person in enumerate(wanted.people)]
    day = wanted.on or paris_day(doors.clock())
    if not _FIRST_DAY <= day <= LAST_DAY:
        raise invalid("$.on", f"It is a day between {_FIRST_DAY} and {LAST_DAY}.")
    with doors.register().read() as tx:
        known = find_subjects(tx, people)
        decided = [doors.decide(tx, known.get(each), wanted.offer, day) for each in people]
    _leave_trace(doors, caller, "verdicts", [known.get(each) for each in people])
    told = [{channel: _told(verdict) for channel, verdict in each.items()} for each in decided]
    return HTTPStatus.OK, Verdicts(wanted.offer, day, told)


def scrub(doors: ApiDoors, caller: Caller, wanted: ScrubWanted) -> tuple[HTTPStatus, Scrubbed]:
    """Tell which lines of a list may not be approached; the register keeps a receipt, as of a file."""
    check_offer(doors, wanted.offer)
    with doors.register().read() as tx:
        reasons, known = doors.scrub(tx, wanted.people, wanted.channel, wanted.offer, wanted.only_oppositions)
    removed = [Removed(line, reason) for line, reason in enumerate(reasons) if reason is not None]
    receipt = doors.register().write(partial(_receipt, caller, wanted, removed, known))
    return HTTPStatus.OK, Scrubbed(len(reasons) - len(removed), removed, receipt)


def _told(verdict: Verdict) -> Decided:
    return Decided(verdict.allowed, verdict.reason, verdict.sources, verdict.conditions, verdict.until, verdict.advice)


def _leave_trace(doors: ApiDoors, caller: Caller, what: str, subjects: Sequence[str | None]) -> None:
    doors.register().write(lambda tx: accesses.note(tx, what, subjects, token_id=caller.token_id))


def _receipt(caller: Caller, wanted: ScrubWanted, removed: Sequence[Removed], known: Iterable[str], tx: Tx) -> str:
    """Keep what was asked and answered: a digest of the list, counts, and who was read."""
    counts = Counter(each.reason for each in removed)
    details = {
        # Under the salt: the digest of a list of one would tell who it was to whoever tries.
        "digest": hmac.digest(tx.event_salt, msgspec.json.encode(wanted.people), "sha256").hex(),
        "channel": wanted.channel,
        "offer": wanted.offer,
        "rows": len(wanted.people),
        "kept": len(wanted.people) - len(removed),
        "removed": len(removed),
        "reasons": dict(sorted(counts.items())),
        "token": caller.token_id,
    }
    accesses.note(tx, "scrub", known, token_id=caller.token_id)
    new = NewEntry(kind="receipt", on=wanted.channel, origin="api", reason="scrub", details=details)
    (entry,) = ledger.record(tx, [new])
    return entry.id if entry else ""
