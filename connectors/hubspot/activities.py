"""What stands beside contacts in HubSpot: lists, forms and what was sent through them, calls, meetings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import further
from contactable.connectors.hubspot.records import moment
from contactable.connectors.protocol import Call, ConsentText, ContactList, Form, Submission

CONTACTS = "0-1"
LISTS_PAGE, MEMBERS_PAGE, FORMS_PAGE, SUBMISSIONS_PAGE, CALLS_PAGE = 100, 250, 100, 50, 100
BOX = "LEGAL_CONSENT.subscription_type_"  # the field in which a submission holds the box of a subscription type
CALL_PROPERTIES = "hs_timestamp,hs_call_disposition,hs_call_direction,hs_call_duration"
MEETING_PROPERTIES = "hs_timestamp,hs_meeting_start_time,hs_meeting_outcome"


def lists(account: Account) -> Iterator[ContactList]:
    """Yield the lists of contacts; their members are read when they are looked at."""
    offset, more = 0, True
    while more:
        body = {"offset": offset, "count": LISTS_PAGE, "query": ""}
        answer = account.post(account.paths("lists", "search"), body).json
        for each in answer["lists"]:
            if each.get("objectTypeId", CONTACTS) == CONTACTS:
                id = str(each["listId"])
                yield ContactList(id, str(each["name"]), _size(each), _Members(account, id))
        offset, more = int(answer.get("offset") or 0), bool(answer.get("hasMore"))


class _Members:
    """The members of a list, read anew each time somebody goes through them."""

    def __init__(self, account: Account, list_id: str) -> None:
        self._account, self._list_id = account, list_id

    def __iter__(self) -> Iterator[tuple[str, datetime | None]]:
        path = self._account.paths("lists", self._list_id, "memberships")
        for item in _paged(self._account, path, limit=MEMBERS_PAGE):
            yield str(item["recordId"]), moment(item.get("membershipTimestamp"))


def _size(item: Mapping[str, Any]) -> int:
    further = item.get("additionalProperties") or {}
    return int(item.get("size") or further.get("hs_list_size") or 0)


def forms(account: Account) -> Iterator[Form]:
    """Yield the forms, each with the texts that stand beside its boxes and on top."""
    for item in _paged(account, account.paths("forms"), limit=FORMS_PAGE):
        legal = item.get("legalConsentOptions") or {}
        changed = moment(item.get("updatedAt") or item.get("createdAt"))
        kind, texts = str(legal.get("type") or "none"), tuple(_texts(legal))
        yield Form(str(item["id"]), str(item["name"]), kind, texts, changed)


def _texts(legal: Mapping[str, Any]) -> Iterator[ConsentText]:
    """A plain notice ("legitimate interest"), or boxes; the wording of the account, as people saw it."""
    for key in ("consentToProcessText", "consentToProcessCheckboxLabel", "privacyText", "communicationConsentText"):
        if text := legal.get(key):
            yield ConsentText(str(text))
    for box in legal.get("communicationsCheckboxes") or ():
        id = str(box.get("subscriptionTypeId") or "")
        yield ConsentText(str(box.get("label") or ""), id, bool(box.get("required")), BOX + id)


def submissions(account: Account, form_id: str, since: datetime | None = None) -> Iterator[Submission]:
    """Yield what was sent through a form, newest first, back to ``since``."""
    for item in _paged(account, account.paths("submissions", form_id), limit=SUBMISSIONS_PAGE):
        at = moment(item.get("submittedAt"))
        if since and at and at < since:
            return
        yield Submission(form_id, _submission_id(item, form_id), at, _values(item), str(item.get("pageUrl") or ""))


def _submission_id(item: Mapping[str, Any], form_id: str) -> str:
    return str(item.get("conversionId") or f"{form_id}:{item.get('submittedAt')}")


def _values(item: Mapping[str, Any]) -> dict[str, str]:
    """Values by field; several ticks of one field are joined as HubSpot joins them elsewhere."""
    values: dict[str, str] = {}
    for each in item.get("values") or ():
        name, value = str(each.get("name")), str(each.get("value") or "")
        values[name] = f"{values[name]};{value}" if name in values else value
    return values


def calls(account: Account, since: datetime | None = None) -> Iterator[Call]:
    """Yield calls with the contacts they belong to, in no order of time.

    HubSpot's search does not give associations, so the list is gone through and older calls are left out here.
    """
    yield from _recorded(account, "calls", CALL_PROPERTIES, _call, since)


def meetings(account: Account, since: datetime | None = None) -> Iterator[Call]:
    """Yield meetings in the same way: ``COMPLETED``, ``NO_SHOW``, ``CANCELED`` … or what the account adds to these."""
    yield from _recorded(account, "meetings", MEETING_PROPERTIES, _meeting, since)


def _recorded(
    account: Account, area: str, properties: str, read: Callable[[Mapping[str, Any]], Call], since: datetime | None
) -> Iterator[Call]:
    params = {"limit": CALLS_PAGE, "properties": properties, "associations": "contacts"}
    for item in _paged(account, account.paths(area), **params):
        found = read(item)
        if not (since and found.at and found.at < since):
            yield found


def _contacts_of(item: Mapping[str, Any]) -> tuple[str, ...]:
    links = ((item.get("associations") or {}).get("contacts") or {}).get("results") or ()
    return tuple(dict.fromkeys(str(each["id"]) for each in links))


def _meeting(item: Mapping[str, Any]) -> Call:
    given = item.get("properties") or {}
    at = moment(given.get("hs_meeting_start_time") or given.get("hs_timestamp") or item.get("createdAt"))
    return Call(str(item["id"]), _contacts_of(item), at, str(given.get("hs_meeting_outcome") or ""))


def _call(item: Mapping[str, Any]) -> Call:
    given = item.get("properties") or {}
    milliseconds = str(given.get("hs_call_duration") or "")
    return Call(
        id=str(item["id"]),
        record_ids=_contacts_of(item),
        at=moment(given.get("hs_timestamp") or item.get("createdAt")),
        outcome=str(given.get("hs_call_disposition") or ""),
        direction=str(given.get("hs_call_direction") or ""),
        seconds=int(milliseconds) / 1000 if milliseconds.isdigit() else None,
    )


def _paged(account: Account, path: str, **params: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the items of all pages."""
    after: str | None = None
    while after != "":
        answer = account.get(path, {**params, "after": after}).json
        yield from answer["results"]
        following = str(((answer.get("paging") or {}).get("next") or {}).get("after") or "")
        after = further(after or "", following) if following else ""
