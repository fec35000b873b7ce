"""Opt-outs of e-mail: they belong to the address and need not move a contact's modified date.

Two ways beside the windows of changes. The timeline of the whole account's subscriptions, an older interface, is quick
and exact where the token may read it [K: for service keys]. Where not, and for complaints, which it does not tell,
every opted-out contact is looked through in turns: a few pages of search each time, from the beginning after the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import Filter, in_groups, read_batch, search_by_keys
from contactable.connectors.hubspot.records import as_record, existing_names, names_in_account, opt_out_names
from contactable.connectors.protocol import ContactRecord, Page

GROUPS = 5  # filter groups of one search
TIMELINE_PAGE = 1_000
FIRST_LOOK_MS = 86_400_000  # the first load may have read a contact a while before this feed begins
NOT_TO_BE_HAD = (400, 403, 404, 410)
COMPLAINTS: tuple[Filter, ...] = (
    {"propertyName": "hs_email_optout", "operator": "EQ", "value": "true"},
    {"propertyName": "hs_email_hard_bounce_reason_enum", "operator": "EQ", "value": "SPAM"},
    {"propertyName": "hs_email_quarantined_reason", "operator": "EQ", "value": "RECIPIENT_COMPLAINT"},
)


def iter_consent_changes(account: Account, cursor: Mapping[str, Any] | None, wanted: Sequence[str]) -> Iterator[Page]:
    """Yield contacts whose opt-outs changed, with the ``wanted`` properties; at least once, and for ever again."""
    known = existing_names(account)
    names = names_in_account(account, wanted, known)
    state = dict(cursor or {"since": account.now_ms - FIRST_LOOK_MS, "offset": 0})
    for page in _timeline(account, state, names):
        state = dict(page.cursor or state)
        yield page
    yield from _round(account, state, names, _filters(known))


def _timeline(account: Account, state: Mapping[str, Any], names: Sequence[str]) -> Iterator[Page]:
    """What people said since the last look; nothing where the account's token may not read it."""
    since, offset = int(state.get("since", 0)), int(state.get("offset", 0))
    lag = account.overlap_ms
    while True:
        began = account.now_ms
        params = {"startTimestamp": since - lag, "limit": TIMELINE_PAGE, "offset": offset}
        answer = account.get(account.paths("timeline"), params, expected=NOT_TO_BE_HAD)
        if answer.status in NOT_TO_BE_HAD:
            return
        said = answer.json.get("timeline") or ()
        addresses = list(dict.fromkeys(str(each["recipient"]) for each in said if each.get("recipient")))
        more = bool(answer.json.get("hasMore"))
        offset = int(answer.json.get("offset") or 0) if more else 0
        since = since if more else began
        yield from _of_addresses(account, addresses, names, {**state, "since": since, "offset": offset})
        if not more:
            return


def _of_addresses(
    account: Account, addresses: Sequence[str], names: Sequence[str], cursor: Mapping[str, Any]
) -> Iterator[Page]:
    """The contacts of some addresses; an address without a contact is no contact that is gone."""
    records: list[ContactRecord] = []
    for group in in_groups(addresses):
        found = read_batch(account, group, names, idProperty="email").json["results"]
        records.extend(as_record(each) for each in found)
    yield Page(records, cursor)


def _filters(known: frozenset[str]) -> list[Filter]:
    by_type = [{"propertyName": n, "operator": "EQ", "value": "true"} for n in sorted(opt_out_names(known))]
    return [each for each in (*COMPLAINTS, *by_type) if each["propertyName"] in known]


def _round(
    account: Account, state: Mapping[str, Any], names: Sequence[str], filters: Sequence[Filter]
) -> Iterator[Page]:
    """Look through some more of the opted-out contacts, five kinds of opt-out at a time."""
    kind, last_id = int(state.get("kind", 0)), str(state.get("last_id", "0"))
    left = account.options.consent_pages
    while left > 0 and filters:
        kind = kind if kind < len(filters) else 0
        groups = [[each] for each in filters[kind : kind + GROUPS]]
        for records, _ in islice(search_by_keys(account, groups, names, last_id), left):
            left, last_id = left - 1, records[-1].id
            yield Page(records, {**state, "kind": kind, "last_id": last_id})
        if left > 0:  # this kind is through
            kind, last_id = kind + GROUPS, "0"
            yield Page((), {**state, "kind": kind, "last_id": last_id})
        if kind >= len(filters):
            return
