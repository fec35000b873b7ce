"""Writing many contacts at once by an import, into a list that the settings name for it.

An import finds contacts by their e-mail address, creates whom it does not find, and tells nothing of each. So all are
read before and after: who was not there is left out, who came into being meanwhile is deleted again, and written is
what is there afterwards. What an import cannot do (clear a value, a contact without an address) goes one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.brevo.attributes import multiple_choices
from contactable.connectors.brevo.contacts import fetch
from contactable.connectors.brevo.writing import LIFTS, body_of
from contactable.connectors.brevo.writing import write as write_each
from contactable.connectors.parts import Account, in_groups, one_change_a_contact
from contactable.connectors.protocol import Change, ContactRecord, Outcome, Result
from contactable.errors import Unavailable

GROUP = 5_000  # contacts, some 3 MB of at most 8
LOOKS, FIRST, LONGEST = 60, 1.0, 60.0  # how often we ask whether an import has ended, and the seconds between
ENDED = {"completed": True, "failed": False, "cancelled": False}


def write(account: Account, changes: Sequence[Change], list_id: int) -> Iterator[Outcome]:
    """Write by imports; one outcome for each contact."""
    before = _all(account)
    by_import: list[Change] = []
    one_by_one: list[Change] = []
    for change in one_change_a_contact(changes):
        record = before.get(change.id)
        clears = not all(change.properties.values()) or bool(LIFTS & change.properties.keys())
        (one_by_one if record is None or clears or not _email(record) else by_import).append(change)
    yield from write_each(account, one_by_one)
    by_names: dict[frozenset[str], list[Change]] = {}
    for change in by_import:
        by_names.setdefault(frozenset(change.properties), []).append(change)
    for same in by_names.values():
        for group in in_groups(same, GROUP):
            yield from _import(account, group, before, list_id)


def _import(
    account: Account, group: Sequence[Change], before: Mapping[str, ContactRecord], list_id: int
) -> Iterator[Outcome]:
    several = multiple_choices(account)
    lines = [{"email": _email(before[each.id]), "attributes": body_of(each.properties, several)} for each in group]
    asked = {"listIds": [list_id], "jsonBody": lines, "updateExistingContacts": True, "disableNotification": True}
    asked["emptyContactsAttributes"] = False
    try:
        process = account.post("/contacts/import", asked).json["processId"]
        _await(account, process)
    except Unavailable as error:
        yield from (Outcome(each.id, Result.LATER, str(error)) for each in group)
        return
    after = _all(account)
    _delete_created(account, {_email(before[each.id]) for each in group}, before, after)
    for change in group:
        yield _outcome(change, after.get(change.id))


def _await(account: Account, process: Any) -> None:
    """Wait until an import has ended; raises ``Unavailable`` where it failed or takes too long."""
    for look in range(LOOKS):
        status = account.get(f"/processes/{process}").json.get("status")
        if ENDED.get(status):
            return
        if status in ENDED:
            raise Unavailable(f"Brevo's import {status}.")
        # Further and further apart: beside contacts there are a hundred requests an hour.
        if account.stopping.wait(min(LONGEST, FIRST * 1.5**look)):
            raise Unavailable("The kit is stopping.")
    raise Unavailable("Brevo's import did not end in time.")


def _outcome(change: Change, record: ContactRecord | None) -> Outcome:
    if record is None:
        return Outcome(change.id, Result.GONE, "deleted")
    if all(record.properties.get(name) == text for name, text in change.properties.items()):
        return Outcome(change.id, Result.WRITTEN)
    return Outcome(change.id, Result.LATER, "the import did not write it")


def _delete_created(
    account: Account, imported: set[str], before: Mapping[str, ContactRecord], after: Mapping[str, ContactRecord]
) -> None:
    """Who was deleted while we imported must not come into being again by it."""
    for id, record in after.items():
        if id not in before and _email(record) in imported:
            account.call("DELETE", f"/contacts/{id}?identifierType=contact_id", expected=(404,))


def _all(account: Account) -> dict[str, ContactRecord]:
    return {each.id: each for records, _, _ in fetch(account)(None, None) for each in records}


def _email(record: ContactRecord) -> str:
    return record.properties.get("email", "")
