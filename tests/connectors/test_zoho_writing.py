"""What the contract cannot know of Zoho: names from labels, results for each record, answers of 200 that are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import responses

from contactable.connectors.contract.playing import SCHEMA
from contactable.connectors.protocol import Change, Result
from contactable.connectors.zoho import Zoho, connect
from contactable.connectors.zoho.fields import LONGEST, field_of, property_of
from contactable.errors import Refused
from contactable.mapping.properties import schema
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.zoho import MANNER

CHOICE = SCHEMA[1].name


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER) as crm:
        yield crm


@pytest.fixture
def zoho(crm: SmallCrm) -> Iterator[Zoho]:
    made = connect("zoho", crm.access, lambda reference: reference.encode())
    yield made
    made.close()


def test_each_name_of_ours_fits_a_label_and_comes_back_from_it() -> None:
    names = [each.name for each in schema({})]

    assert max(len(field_of(name)) for name in names) <= LONGEST
    assert [property_of(field_of(name)) for name in names] == names
    assert field_of("contactable_oppose") == "Contactable_Oppose"  # as its webhooks name it


def test_one_request_tells_what_became_of_each_record(crm: SmallCrm, zoho: Zoho) -> None:
    list(zoho.ensure_properties(SCHEMA))
    ids = [each.id for each in crm.add([{"Last_Name": "A"}, {"Last_Name": "B"}, {"Last_Name": "C"}])]
    crm.contacts.delete(ids[1])
    changes = [Change(id, {CHOICE: value}) for id, value in zip(ids, ("red", "red", "purple"), strict=True)]

    outcomes = {each.id: each.result for each in zoho.write(changes)}

    assert outcomes == {ids[0]: Result.WRITTEN, ids[1]: Result.GONE, ids[2]: Result.REFUSED}
    assert crm.journal.count("update") == 1


def test_threads_together_ask_no_more_at_a_time_than_the_plan_allows(crm: SmallCrm) -> None:
    ids = [each.id for each in crm.add({"Last_Name": f"P{n}"} for n in range(600))]
    zoho = connect("zoho", {**crm.access, "in_flight": 2}, lambda reference: reference.encode())
    crm.most_at_once, crm.latency = 2, 0.02

    with ThreadPoolExecutor(3) as pool:
        parts = [[Change(id, {"Description": "x"}) for id in ids[start::3]] for start in range(3)]
        outcomes = [each.result for part in pool.map(lambda part: list(zoho.write(part)), parts) for each in part]
    zoho.close()

    assert set(outcomes) == {Result.WRITTEN}
    assert crm.journal.count(status=429) == 0


def test_the_fields_are_asked_for_once_for_many_writings(crm: SmallCrm, zoho: Zoho) -> None:
    ids = [each.id for each in crm.add({"Last_Name": f"P{n}"} for n in range(300))]

    for text in ("first", "second"):
        outcomes = list(zoho.write([Change(id, {"Description": text}) for id in ids]))
        assert {each.result for each in outcomes} == {Result.WRITTEN}

    assert (crm.journal.count("update"), crm.journal.count("fields")) == (6, 1)


def test_an_opt_out_is_never_written_as_a_property(crm: SmallCrm, zoho: Zoho) -> None:
    (person,) = crm.add([{"Email": "ada@example.com"}])
    crm.opt_out(person.id)

    (outcome,) = zoho.write([Change(person.id, {"Email_Opt_Out": "false"})])

    assert outcome.result is Result.REFUSED
    assert crm.is_opted_out(person.id)


def test_fields_are_made_five_at_a_time(crm: SmallCrm, zoho: Zoho) -> None:
    made = list(zoho.ensure_properties(schema({})))

    assert made == [each.name for each in schema({})]
    assert crm.journal.count("field") == -(-len(made) // 5)


def test_wrong_credentials_that_are_told_with_status_200_are_refused(crm: SmallCrm) -> None:
    zoho = connect("zoho", crm.access, lambda reference: b"wrong")

    with pytest.raises(Refused, match="refresh token is wrong"):
        list(zoho.iter_ids())


@pytest.fixture
def alone() -> Iterator[Callable[[], Zoho]]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.post("https://accounts.zoho.eu/oauth/v2/token", json={"access_token": "t", "expires_in": 3600})
        mocked.get("https://www.zohoapis.eu/crm/v8/settings/fields", json={"fields": []})
        mocked.post("https://www.zohoapis.eu/crm/v8/settings/fields", json={"fields": []}, status=201)
        mocked.put("https://www.zohoapis.eu/crm/v8/Contacts", json={"code": "INVALID_REQUEST"}, status=400)
        given = {"client_id": "env:A", "client_secret": "env:B", "refresh_token": "env:C"}
        yield lambda: connect("zoho", given, lambda reference: b"x")


def test_a_field_that_zoho_names_otherwise_than_asked_is_told(alone: Callable[[], Zoho]) -> None:
    with pytest.raises(Refused, match=r"Ctb_Contract_Choice \(picklist\)"):
        list(alone().ensure_properties([SCHEMA[1]]))


def test_a_request_that_is_refused_as_a_whole_is_told_for_each_record(alone: Callable[[], Zoho]) -> None:
    assert [(each.id, each.result) for each in alone().opt_out(["1", "2"])] == [
        ("1", Result.REFUSED),
        ("2", Result.REFUSED),
    ]
