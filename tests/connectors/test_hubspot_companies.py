"""Properties of the associated company, read beside contacts where a mapping names them, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses
from structlog.testing import capture_logs

from contactable.connectors.hubspot import companies, connect
from contactable.connectors.hubspot.paths import VERSIONS
from contactable.connectors.protocol import ContactRecord, Level, Page
from contactable.sandbox.hubspot import Fault
from contactable.sandbox.hubspot.tokens import SCOPES

INDUSTRY, SIZE = "company.industry", "company.numberofemployees"
NAMES = ["email", INDUSTRY, SIZE]
WITHOUT = [each for each in SCOPES if each != companies.SCOPE]
ROUTE = "companies_read"


def company(account: Any, **properties: str) -> str:
    portal = account.sandbox.portal
    return portal.companies.add(properties, portal.now)  # type: ignore[no-any-return]


def people(account: Any, count: int, of: str = "") -> list[str]:
    """Contacts, of one company or of none."""
    known = account.count()
    link = {"associatedcompanyid": of} if of else {}
    made = ({"email": f"p{known + n}@example.com", **link} for n in range(count))
    return account.add(*made, days_ago=9)  # type: ignore[no-any-return]


def told(records: Iterator[ContactRecord]) -> dict[str, dict[str, str]]:
    """What contacts say of companies, by id."""
    return {each.id: {k: v for k, v in each.properties.items() if "." in k} for each in records}


def all_of(pages: Iterator[Page]) -> Iterator[ContactRecord]:
    return (record for page in pages for record in page.records)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_way_of_reading_tells_the_company(account_on: Callable[..., Any], version: str) -> None:
    account = account_on(api=version)
    (of_one,) = people(account, 1, company(account, industry="CONSTRUCTION", numberofemployees="1"))
    (of_none,) = people(account, 1)
    account.opt_out(of_one)
    connector = account.connect()

    loaded = told(all_of(connector.iter_changed(None, NAMES)))
    told_by_feed = told(all_of(connector.iter_consent_changes(None, NAMES)))
    read = told(connector.read([of_one, of_none], NAMES))

    assert read == loaded == {of_one: {INDUSTRY: "CONSTRUCTION", SIZE: "1"}, of_none: {}}
    assert told_by_feed == {of_one: read[of_one]}


def test_a_company_of_several_contacts_is_read_once_a_page_and_none_where_no_mapping_asks(account: Any) -> None:
    ids = people(account, 100, company(account, industry="FISHERY"))
    connector, journal = account.connect(), account.sandbox.journal

    (unasked, *_) = connector.read(ids, ["email"])
    before = journal.count(ROUTE)
    found = told(connector.read(ids, NAMES))

    assert (before, "associatedcompanyid" in unasked.properties) == (0, False)
    assert all(found[id] == {INDUSTRY: "FISHERY"} for id in ids)
    assert journal.count(ROUTE) == 1


def test_a_hundred_companies_are_one_request_and_a_page_without_any_is_none(account: Any) -> None:
    ids = [id for n in range(150) for id in people(account, 1, company(account, industry=f"I{n}"))]
    connector, journal = account.connect(), account.sandbox.journal

    found = told(connector.read([*ids, *people(account, 150)], NAMES))

    assert [found[id][INDUSTRY] for id in ids] == [f"I{n}" for n in range(150)]
    assert journal.count(ROUTE) == 2


def test_of_a_company_that_is_gone_nothing_is_known_and_it_is_said_once(account: Any) -> None:
    there, gone = company(account, industry="FISHERY"), company(account, industry="BANKING")
    (one,), (other,), (odd,) = people(account, 1, there), people(account, 1, gone), people(account, 1, "nobody")
    account.sandbox.portal.companies.remove(gone)
    connector = account.connect()

    with capture_logs() as lines:
        found = [told(connector.read([one, other, odd], NAMES)) for _ in range(2)]

    assert found == [{one: {INDUSTRY: "FISHERY"}, other: {}, odd: {}}] * 2
    assert [each["event"] for each in lines] == ["companies_gone"]
    assert gone not in str(lines)
    assert connector.works_out(NAMES) == {INDUSTRY, SIZE}


def test_a_merged_company_is_known_by_the_id_that_its_contacts_still_have() -> None:
    url = "https://hubspot.example.com"
    contact = {"id": "1", "properties": {"email": "p@example.com", "associatedcompanyid": "51"}}
    survivor = {"id": "90", "properties": {"industry": "FISHERY", "hs_merged_object_ids": "50;51"}}
    with responses.RequestsMock() as mock:
        mock.get(f"{url}/crm/v3/properties/contacts", json={"results": [{"name": "associatedcompanyid"}]})
        mock.post(f"{url}/crm/v3/objects/contacts/batch/read", json={"results": [contact]})
        mock.post(f"{url}/crm/v3/objects/companies/batch/read", json={"results": [survivor]})
        connector = connect("hubspot", {"token": "env:T", "base_url": url, "patience": 0}, lambda _: b"secret")
        found = told(connector.read(["1"], NAMES))
        connector.close()

    assert found == {"1": {INDUSTRY: "FISHERY"}}


@pytest.mark.parametrize("status", ["400", "403", "404"])
def test_companies_that_are_refused_are_not_asked_for_again_and_it_is_said_once(account: Any, status: str) -> None:
    ids = people(account, 250, company(account, industry="FISHERY"))
    connector = account.connect(scopes=WITHOUT if status == "403" else None)
    if status != "403":
        account.sandbox.plan.replace([Fault.parse(f"{ROUTE}:1-99:{status}")])

    with capture_logs() as lines:
        found = told(connector.read(ids, NAMES))
        asked = account.sandbox.journal.count(ROUTE)
        list(connector.read(ids, NAMES))

    assert (len(found), any(found.values())) == (250, False)
    assert account.sandbox.journal.count(ROUTE) == asked
    assert [each["event"] for each in lines] == ["companies_not_read"]
    assert connector.works_out(NAMES) == frozenset()


@pytest.mark.parametrize("fault", ["1:429:wait=0", "1:503:wait=0", "1:drop", "1:cut"])
def test_a_request_that_fails_is_repeated(account: Any, fault: str) -> None:
    (id,) = people(account, 1, company(account, industry="FISHERY"))
    account.sandbox.plan.replace([Fault.parse(f"{ROUTE}:{fault}")])

    assert told(account.connect().read([id], NAMES)) == {id: {INDUSTRY: "FISHERY"}}


def test_a_scope_that_companies_lack_is_a_finding_that_says_what_is_closed(account: Any) -> None:
    without = account.connect(scopes=WITHOUT)

    (missing,) = without.check_worked_out(NAMES)
    (there,) = account.connect().check_worked_out(NAMES)

    assert (missing.what, missing.level) == (f"Scope {companies.SCOPE}", Level.ERROR)
    assert f"{INDUSTRY}, {SIZE} say nothing, and what they permit is closed" in missing.mend
    assert there.level is Level.OK
    assert list(without.check_worked_out(["email", "industry"])) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_property_that_companies_do_not_have_is_named(account_on: Callable[..., Any], version: str) -> None:
    connector = account_on(api=version).connect()

    scope, unknown = connector.check_worked_out([INDUSTRY, "company.industy"])

    assert scope.level is Level.OK
    assert (unknown.what, unknown.level) == ("Companies have no company.industy", Level.ERROR)
    assert connector.works_out([INDUSTRY, "company.industy"]) == {INDUSTRY}


def test_an_account_that_tells_no_properties_of_companies_is_believed(account: Any) -> None:
    (id,) = people(account, 1, company(account, industry="FISHERY"))
    account.sandbox.plan.replace([Fault.parse("company_properties:1-99:403")])
    connector = account.connect()

    assert connector.works_out(NAMES) == {INDUSTRY, SIZE}
    assert told(connector.read([id], NAMES)) == {id: {INDUSTRY: "FISHERY"}}


@pytest.mark.parametrize("name", ["company", "companysize", "company.", "company.a.b", "hs_company.industry"])
def test_a_property_of_the_contact_is_no_property_of_the_company(name: str) -> None:
    assert not companies.is_company(name)
