"""Subscription statuses with their legal basis, worked out beside contacts where a mapping names them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from structlog.testing import capture_logs

from contactable.connectors.hubspot import HubSpot, connect, statuses
from contactable.connectors.hubspot.paths import VERSIONS
from contactable.connectors.protocol import ContactRecord, Level, Page
from contactable.mapping import Mapping, map_record
from contactable.sandbox.hubspot import Fault
from contactable.sandbox.hubspot.preferences import BY_RECIPIENT, Status
from contactable.sandbox.hubspot.tokens import SCOPES

URL = "https://hubspot.example.com"
READ = f"{URL}/communication-preferences/v4/statuses/batch/read"
ON, BASIS = "subscription.1602.on", "subscription.1602.basis"
NAMES = ["email", ON, BASIS]
WITHOUT_V4 = [each for each in SCOPES if "statuses.batch" not in each]
CONSENTED = {"property": ON, "when": {BASIS: "CONSENT_WITH_NOTICE"}}
WORDS = "Box ticked at the fair of Lyon"


def people(account: Any, count: int) -> list[str]:
    return account.add(*({"email": f"p{n}@example.org"} for n in range(count)), days_ago=9)  # type: ignore[no-any-return]


def says(account: Any, id: str, subscribed: bool, basis: str = "CONSENT_WITH_NOTICE", type: int | None = 1602) -> None:
    """The person, or somebody for them, states something about one type of e-mail."""
    portal = account.sandbox.portal
    portal.say(account.values(id)["email"], type, Status(subscribed, portal.now, BY_RECIPIENT, basis, WORDS))


def told(records: Iterator[ContactRecord]) -> dict[str, dict[str, str]]:
    """What contacts say beside their properties, by id."""
    return {each.id: {k: v for k, v in each.properties.items() if "." in k} for each in records}


def all_of(pages: Iterator[Page]) -> Iterator[ContactRecord]:
    return (record for page in pages for record in page.records)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_way_of_reading_tells_the_legal_basis(account_on: Callable[..., Any], version: str) -> None:
    account = account_on(api=version)
    ids = people(account, 3)
    connector, names = account.connect(), [*NAMES, "subscription.1602.explanation", "subscription.1602.source"]
    says(account, ids[1], True)

    loaded = told(all_of(connector.iter_changed(None, names)))
    told_by_feed = told(all_of(connector.iter_consent_changes(None, names)))
    read = told(connector.read(ids, names))

    assert read[ids[1]] == loaded[ids[1]] == told_by_feed[ids[1]]
    assert (read[ids[0]], read[ids[2]]) == ({}, {})
    assert read[ids[1]][BASIS] == "CONSENT_WITH_NOTICE"
    assert read[ids[1]]["subscription.1602.explanation"] == WORDS
    assert read[ids[1]]["subscription.1602.source"] == BY_RECIPIENT
    assert datetime.fromisoformat(read[ids[1]][ON]) <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("basis", "consented"),
    [("CONSENT_WITH_NOTICE", True), ("LEGITIMATE_INTEREST_CLIENT", False), ("NON_GDPR", False), ("", False)],
)
def test_a_mapping_takes_a_consent_by_its_legal_basis(account: Any, basis: str, consented: bool) -> None:
    (id,) = people(account, 1)
    says(account, id, True, basis)
    mapping = Mapping.from_settings({"consent_email_on": CONSENTED})

    (record,) = account.connect().read([id], mapping.properties)

    facts = map_record(record.id, record.properties, mapping).facts
    assert ("consent_email_on" in facts) is consented


def test_an_unsubscribe_closes_its_type_and_ends_what_stood_before(account: Any) -> None:
    (id,) = people(account, 1)
    says(account, id, True)
    says(account, id, False)
    mapping = Mapping.from_settings({"consent_email_on": CONSENTED})

    (record,) = account.connect().read([id], mapping.properties)

    facts = map_record(record.id, record.properties, mapping).facts
    assert "opposed_email_on/1602" in facts
    assert "consent_email_on" not in facts


def test_an_unsubscribe_from_everything_leaves_no_basis(account: Any) -> None:
    (id,) = people(account, 1)
    says(account, id, True)
    account.opt_out(id)

    (record,) = account.connect().read([id], NAMES)

    assert {k for k, v in record.properties.items() if v == "true"} == {"hs_email_optout"}
    assert told(iter([record])) == {id: {}}


def test_an_opt_out_whose_property_is_late_is_known_by_its_status() -> None:
    statuses = [{"subscriptionId": 1602, "status": "UNSUBSCRIBED"}, {"subscriptionId": 1603, "status": "NOT_SPECIFIED"}]
    with by_hand(["p@example.org"], {"results": [{"subscriberIdString": "p@example.org", "statuses": statuses}]}):
        (record,) = connected().read(["1"], NAMES)

    assert record.properties["hs_email_optout_1602"] == "true"
    assert "hs_email_optout_1603" not in record.properties


def test_of_two_statuses_that_contradict_each_other_the_opt_out_counts() -> None:
    one = {"subscriptionId": 1602, "timestamp": "2026-01-01T00:00:00Z"}
    both = [{**one, "status": each} for each in ("SUBSCRIBED", "UNSUBSCRIBED")]
    with by_hand(["p@example.org"], {"results": [{"subscriberIdString": "p@example.org", "statuses": both}]}):
        (record,) = connected().read(["1"], NAMES)

    assert record.properties["hs_email_optout_1602"] == "true"
    assert ON not in record.properties


def test_a_hundred_addresses_are_one_request_and_none_where_no_mapping_asks(account: Any) -> None:
    ids = people(account, 250)
    connector, journal = account.connect(), account.sandbox.journal

    list(connector.read(ids, ["email"]))
    unasked = journal.count("statuses_batch")
    list(connector.read(ids, NAMES))

    assert unasked == 0
    assert journal.count("statuses_batch") == 3


@pytest.mark.parametrize("status", ["403", "404"])
def test_without_v4_opt_outs_come_by_their_properties_and_it_is_said_once(account: Any, status: str) -> None:
    ids = people(account, 250)
    says(account, ids[0], True)
    says(account, ids[7], False)
    connector = account.connect(scopes=WITHOUT_V4 if status == "403" else None)
    if status == "404":
        account.sandbox.plan.replace([Fault.parse("statuses_batch:1-99:404")])

    with capture_logs() as lines:
        first = {each.id: each for each in connector.read(ids, NAMES)}
        feed = {each.id for each in all_of(connector.iter_consent_changes(None, NAMES))}

    assert len(first) == 250
    assert first[ids[7]].properties["hs_email_optout_1602"] == "true"
    assert told(iter(first.values()))[ids[0]] == {}
    assert ids[7] in feed
    assert [each["event"] for each in lines] == ["subscription_statuses_not_read"]
    assert connector.works_out(NAMES) == frozenset()


def test_one_address_that_cannot_be_read_leaves_the_others_known(account: Any) -> None:
    (odd,) = account.add({"email": "no address"}, days_ago=9)
    ids = people(account, 120)
    for id in ids:
        says(account, id, True)
    connector = account.connect()

    with capture_logs() as lines:
        found = told(connector.read([odd, *ids], NAMES))

    assert found[odd] == {}
    assert all(found[id][BASIS] for id in ids)
    assert connector.works_out(NAMES) == {ON, BASIS}
    assert [each["event"] for each in lines] == ["subscription_statuses_unreadable"]
    assert "no address" not in str(lines)


def test_a_batch_that_is_refused_as_a_whole_is_halved_down_to_the_odd_one() -> None:
    addresses = [f"p{n}@example.org" for n in range(9)]

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        asked = json.loads(request.body)["inputs"]
        if addresses[4] in asked:
            return 400, {}, json.dumps({"message": f"{addresses[4]} is odd", "category": "VALIDATION_ERROR"})
        one = {"subscriptionId": 1602, "status": "SUBSCRIBED", "legalBasis": "NON_GDPR"}
        return 200, {}, json.dumps({"results": [{"subscriberIdString": each, "statuses": [one]} for each in asked]})

    with by_hand(addresses) as mock, capture_logs() as lines:
        mock.add_callback("POST", READ, answer)
        found = told(connected().read([str(n + 1) for n in range(9)], NAMES))

    assert {id for id, each in found.items() if not each} == {"5"}
    assert "example.org" not in str(lines)


def test_an_interface_that_refuses_everything_is_not_asked_for_ever() -> None:
    addresses = [f"p{n}@example.org" for n in range(10)]
    with by_hand(addresses, {"category": "VALIDATION_ERROR"}, status=400) as mock:
        connector = connected()
        list(connector.read([str(n + 1) for n in range(10)], NAMES))
        asked = len(mock.calls)
        list(connector.read(["1"], NAMES))

    assert connector.works_out(NAMES) == frozenset()
    assert [call.request.url for call in list(mock.calls)[asked:]].count(f"{READ}?channel=EMAIL") == 0


def test_no_address_stands_in_any_url() -> None:
    with by_hand(["p@example.org"], {"results": []}) as mock:
        list(connected().read(["1"], NAMES))

    assert not [call for call in mock.calls if "example.org" in str(call.request.url)]


def connected() -> HubSpot:
    return connect("hubspot", {"token": "env:T", "base_url": URL, "patience": 0}, lambda _: b"secret")


def by_hand(addresses: list[str], body: object = None, status: int = 200) -> responses.RequestsMock:
    """HubSpot's answers by hand, for shapes that the sandbox does not have: contacts 1, 2 … and their statuses."""
    mock = responses.RequestsMock(assert_all_requests_are_fired=False)
    contacts = [{"id": str(n + 1), "properties": {"email": each}} for n, each in enumerate(addresses)]
    mock.get(f"{URL}/crm/v3/properties/contacts", json={"results": [{"name": "email"}]})
    mock.post(f"{URL}/crm/v3/objects/contacts/batch/read", json={"results": contacts})
    if body is not None:
        mock.post(READ, json=body, status=status)
    return mock


@pytest.mark.parametrize("version", ["v3", "2026-03"])
def test_a_scope_that_the_statuses_lack_is_a_finding_that_says_what_is_closed(
    account_on: Callable[..., Any], version: str
) -> None:
    account = account_on(api=version)
    without = account.connect(scopes=[each for each in SCOPES if each != statuses.SCOPE])

    (missing,) = without.check_worked_out([ON, BASIS, "email"])
    (there,) = account.connect().check_worked_out([ON])

    assert (missing.what, missing.level) == (f"Scope {statuses.SCOPE}", Level.ERROR)
    assert f"{BASIS}, {ON} say nothing, what they permit is closed" in missing.mend
    assert statuses.SCOPE in missing.mend
    assert there.level is Level.OK
    assert list(without.check_worked_out(["email", "hs_email_optout"])) == []
