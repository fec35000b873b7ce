"""Subscription statuses (v4 and its dated twins): since when, on which legal basis and in which words somebody is in.

HubSpot has no property for them, so they are worked out beside each contact, and only where a mapping names one:
``subscription.<id>.on``, ``.basis``, ``.explanation``, ``.source`` (no property of HubSpot's own has a dot in its
name). They speak of who is subscribed. Who is out shows as ``hs_email_optout_<id>``, as everywhere else: the statuses
add an opt-out whose property is late, and never take one away. A hundred addresses a request, in its body.

v3 tells the same, but of one address a request and with the address in its path, so it is not asked. Where the plan or
the token does not have v4 (a 403 or a 404), opt-outs are what the properties say, and nothing else is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from contactable.connectors.hubspot import beside
from contactable.connectors.hubspot.account import Account, explain
from contactable.connectors.hubspot.beside import Once
from contactable.connectors.hubspot.pages import in_groups
from contactable.connectors.protocol import ContactRecord, Finding, Level, Page
from contactable.transport import Answer

log = structlog.get_logger()

NAME = re.compile(r"subscription\.\d+\.(?:on|basis|explanation|source)")
SCOPE = "communication_preferences.statuses.batch.read"
EVERYTHING, ONE = "hs_email_optout", "hs_email_optout_{}"
NOT_HERE, REFUSED = (403, 404), 400
TOO_MANY = 10  # addresses refused one by one, and no other read: then it is not the addresses
_TOLD = {"on": "timestamp", "basis": "legalBasis", "explanation": "legalBasisExplanation", "source": "source"}
Statuses = Mapping[str, Sequence[Mapping[str, Any]]]  # by address, in small letters


def is_status(name: str) -> bool:
    """Whether a mapping means a status by this name, and no property."""
    return NAME.fullmatch(name) is not None


@dataclass(slots=True)
class SubscriptionStatuses:
    """The statuses of one account. Once they are refused, none is asked for until the next start."""

    name: str
    account: Account
    _refused: Once = field(init=False)

    def __post_init__(self) -> None:
        self._refused = Once("subscription_statuses_not_read", self.name)

    def works_out(self, names: Iterable[str]) -> frozenset[str]:
        """Of these names those that are told here, none once the account refused."""
        return frozenset() if self._refused.happened else frozenset(filter(is_status, names))

    def check(self, names: Iterable[str]) -> Iterator[Finding]:
        """Ask for the statuses of nobody, which a token without the scope is refused all the same."""
        asked = sorted(filter(is_status, names))
        if not asked:
            return
        answer = self._post([])
        if answer.status not in NOT_HERE:
            yield Finding(f"Scope {SCOPE}", Level.OK)
            return
        why = explain(answer) or "this plan does not have the interface"
        lost = f"{', '.join(asked)} say nothing, what they permit is closed, and opt-outs are what the properties say"
        mend = f"grant it in HubSpot, or take them out of the mapping: {lost} ({why})"
        yield Finding(f"Scope {SCOPE}", Level.ERROR, mend)

    def of_pages(self, pages: Iterator[Page], wanted: Sequence[str]) -> Iterator[Page]:
        """Complete the contacts of pages, in their order, where something of it is wanted."""
        return beside.of_pages(self.account, self._completed, pages) if self.works_out(wanted) else pages

    def of_records(self, records: Iterator[ContactRecord], wanted: Sequence[str]) -> Iterator[ContactRecord]:
        """The same of contacts."""
        return beside.of_records(self.account, self._completed, records) if self.works_out(wanted) else records

    def _completed(self, records: Sequence[ContactRecord]) -> list[ContactRecord]:
        told: dict[str, Sequence[Mapping[str, Any]]] = {}
        for group in in_groups(list(dict.fromkeys(filter(None, map(_address, records))))):
            told.update(self._read(group))
        return [_with(record, told.get(_address(record), ())) for record in records]

    def _read(self, addresses: Sequence[str]) -> Statuses:
        """What can be read of these addresses. Of one that cannot nothing is known, which permits nothing."""
        if self._refused.happened:
            return {}
        found = self._ask(addresses)
        if len(found) < len(addresses) and not self._refused.happened:
            log.warning("subscription_statuses_unreadable", connector=self.name, addresses=len(addresses) - len(found))
            if not found and len(addresses) >= TOO_MANY:
                self._refused.happens(why="every address is refused")
        return found

    def _ask(self, addresses: Sequence[str]) -> Statuses:
        answer = self._post(addresses)
        if answer.status in NOT_HERE:
            self._refused.happens(why=explain(answer))
            return {}
        if answer.status != REFUSED:
            return _by_address(answer)
        if len(addresses) == 1:
            return {}
        half = len(addresses) // 2  # one odd address may refuse all of them
        return {**self._ask(addresses[:half]), **self._ask(addresses[half:])}

    def _post(self, addresses: Sequence[str]) -> Answer:
        path = self.account.paths("preferences", "statuses", "batch", "read") + "?channel=EMAIL"
        return self.account.post(path, {"inputs": list(addresses)}, expected=(*NOT_HERE, REFUSED))


def _by_address(answer: Answer) -> Statuses:
    results = answer.json.get("results") or ()
    return {str(each.get("subscriberIdString", "")).lower(): each.get("statuses") or () for each in results}


def _address(record: ContactRecord) -> str:
    return "" if record.gone else record.properties.get("email", "").lower()


def _with(record: ContactRecord, statuses: Sequence[Mapping[str, Any]]) -> ContactRecord:
    """A contact with its statuses; of everything that contradicts another the opt-out counts."""
    properties = dict(record.properties)
    if not statuses or _is_true(properties, EVERYTHING):
        return record
    out = [each.get("subscriptionId") for each in statuses if each.get("status") == "UNSUBSCRIBED"]
    properties |= {ONE.format(id): "true" for id in out}
    for each in statuses:
        id = each.get("subscriptionId")
        if each.get("status") == "SUBSCRIBED" and not _is_true(properties, ONE.format(id)):
            told = {f"subscription.{id}.{name}": each.get(key) for name, key in _TOLD.items()}
            properties |= {name: str(value) for name, value in told.items() if value}
    return replace(record, properties=properties)


def _is_true(properties: Mapping[str, str], name: str) -> bool:
    return properties.get(name, "").lower() == "true"
