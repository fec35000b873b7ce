"""Properties of the company that a contact is associated with: ``company.industry``, ``company.numberofemployees`` …

They are read beside contacts, and only where a mapping names them (no property of HubSpot's own has a dot in its name).
The contact's ``associatedcompanyid`` holds the primary company alone, and is asked for only then. A hundred companies
a request, each once a page of contacts however many share it.

Of a company that is gone, and of all of them where the token lacks the scope, nothing is known. A change of a company
moves no contact's date: it shows when the contact is read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from contactable.connectors.hubspot import beside
from contactable.connectors.hubspot.account import Account, explain
from contactable.connectors.hubspot.beside import Once
from contactable.connectors.hubspot.pages import in_groups
from contactable.connectors.hubspot.records import merged_ids
from contactable.connectors.protocol import ContactRecord, Finding, Level, Page
from contactable.transport import Answer

PREFIX = "company."
NAME = re.compile(r"company\.[a-z][a-z0-9_]*")
LINK = "associatedcompanyid"
SCOPE = "crm.objects.companies.read"
MERGED = "hs_merged_object_ids"
NOT_HERE = (400, 403, 404)
Companies = Mapping[str, Mapping[str, str]]  # the properties of each that is there, by id


def is_company(name: str) -> bool:
    """Whether a mapping means a property of the company by this name, and none of the contact."""
    return NAME.fullmatch(name) is not None


def scopes_for(names: Iterable[str]) -> tuple[str, ...]:
    """What an app must be allowed beside what every installation asks for, so that it may read these names."""
    return (SCOPE,) if any(map(is_company, names)) else ()


@dataclass(slots=True)
class AssociatedCompanies:
    """The companies of one account. Once they are refused, none is asked for until the next start."""

    name: str
    account: Account
    _refused: Once = field(init=False)
    _gone: Once = field(init=False)

    def __post_init__(self) -> None:
        self._refused = Once("companies_not_read", self.name)
        self._gone = Once("companies_gone", self.name)

    def works_out(self, names: Iterable[str]) -> frozenset[str]:
        """Of these names those that companies have, none once the account refused."""
        wanted = self._wanted(names)
        existing = self._existing() if wanted else None
        return wanted if existing is None else wanted & existing

    def asked(self, names: Sequence[str]) -> Sequence[str]:
        """What to ask of contacts: which company is theirs too, where something of it is wanted."""
        return [*names, LINK] if self._wanted(names) else names

    def check(self, names: Iterable[str]) -> Iterator[Finding]:
        """Ask for no company, which a token without the scope is refused all the same."""
        asked = sorted(filter(is_company, names))
        if not asked:
            return
        answer = self._post([], [])
        if answer.status not in (403, 404):  # that nothing was asked for may well be a 400
            yield Finding(f"Scope {SCOPE}", Level.OK)
            if unknown := sorted(frozenset(asked) - self.works_out(asked)):
                mend = "Correct them in the mapping, by the internal names of HubSpot's settings: they say nothing."
                yield Finding(f"Companies have no {', '.join(unknown)}", Level.ERROR, mend)
            return
        lost = f"{', '.join(asked)} say nothing, and what they permit is closed"
        why = explain(answer) or "the account does not have the interface"
        mend = f"grant it in HubSpot, or take them out of the mapping: {lost} ({why})"
        yield Finding(f"Scope {SCOPE}", Level.ERROR, mend)

    def of_pages(self, pages: Iterator[Page], wanted: Sequence[str]) -> Iterator[Page]:
        """Complete the contacts of pages, in their order, where something of a company is wanted."""
        names = self._names(wanted)
        return beside.of_pages(self.account, partial(self._completed, names), pages) if names else pages

    def of_records(self, records: Iterator[ContactRecord], wanted: Sequence[str]) -> Iterator[ContactRecord]:
        """The same of contacts."""
        names = self._names(wanted)
        return beside.of_records(self.account, partial(self._completed, names), records) if names else records

    def _wanted(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset() if self._refused.happened else frozenset(filter(is_company, names))

    def _existing(self) -> frozenset[str] | None:
        """The properties that companies have, as a mapping names them; None where the account does not tell."""
        answer = self.account.get(self.account.paths("company_properties"), expected=NOT_HERE)
        if answer.status in NOT_HERE:
            return None
        return frozenset(f"{PREFIX}{each['name']}" for each in answer.json["results"])

    def _names(self, wanted: Sequence[str]) -> list[str]:
        return sorted(each.removeprefix(PREFIX) for each in self._wanted(wanted))

    def _completed(self, names: Sequence[str], records: Sequence[ContactRecord]) -> list[ContactRecord]:
        found: dict[str, Mapping[str, str]] = {}
        for group in in_groups(list(dict.fromkeys(filter(None, map(_company, records))))):
            found.update(self._read(group, names))
        return [_with(record, found.get(_company(record), {})) for record in records]

    def _read(self, ids: Sequence[str], names: Sequence[str]) -> Companies:
        if self._refused.happened:
            return {}
        answer = self._post(ids, names)
        if answer.status in NOT_HERE:
            self._refused.happens(why=explain(answer))
            return {}
        found = _by_id(answer, names)
        if missing := sum(id not in found for id in ids):
            self._gone.happens(companies=missing)
        return found

    def _post(self, ids: Sequence[str], names: Sequence[str]) -> Answer:
        body = {
            "inputs": [{"id": id} for id in ids],
            "properties": [*names, MERGED],
            "propertiesWithHistory": [],
        }
        return self.account.post(self.account.paths("companies", "batch", "read"), body, expected=NOT_HERE)


def _company(record: ContactRecord) -> str:
    id = "" if record.gone else record.properties.get(LINK, "")
    return id if id.isascii() and id.isdigit() else ""


def _by_id(answer: Answer, names: Sequence[str]) -> Companies:
    """The companies of an answer, under the old ids of those that were merged too.

    What is empty is null and told as empty; a property that companies have no more is left out.
    """
    found: dict[str, Mapping[str, str]] = {}
    for each in answer.json.get("results") or ():
        given = each.get("properties") or {}
        told = {f"{PREFIX}{name}": "" if given[name] is None else str(given[name]) for name in names if name in given}
        for id in (str(each["id"]), *merged_ids({MERGED: str(given.get(MERGED) or "")})):
            found[id] = told
    return found


def _with(record: ContactRecord, told: Mapping[str, str]) -> ContactRecord:
    if not told:
        return record
    values = {name: value for name, value in told.items() if value}
    return replace(record, properties={**record.properties, **values}, worked_out=frozenset(told))
