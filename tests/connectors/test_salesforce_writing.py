"""What the contract cannot know of Salesforce: two kinds of record, permissions, individuals, the limit of the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from contactable.connectors.contract.playing import COLOURS, Wanted
from contactable.connectors.protocol import Change, Level, Result
from contactable.connectors.salesforce import Salesforce, connect
from contactable.errors import Refused, SettingsError, Unavailable
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.salesforce import MANNER, object_to_all

COLOUR = Wanted("contactable_colour", "choice", COLOURS)
CREDENTIALS = {"client_id": "env:ID", "client_secret": "env:SECRET"}


def opened(url: str, key: str = "key", **more: Any) -> Salesforce:
    return connect("salesforce", {"base_url": url, **CREDENTIALS, **more}, lambda reference: key.encode())


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER, ({"Email": f"p{n}@example.com"} for n in range(10)), limits={}) as made:
        yield made


@pytest.fixture
def salesforce(crm: SmallCrm) -> Iterator[Salesforce]:
    made = opened(crm.url, crm.token)
    yield made
    made.close()


def test_contacts_and_leads_are_read_and_written_in_one_request(crm: SmallCrm, salesforce: Salesforce) -> None:
    ids = list(salesforce.iter_ids())

    outcomes = list(salesforce.write([Change(id, {"Title": "baker"}) for id in ids]))

    assert {each[:3] for each in ids} == {"003", "00Q"}
    assert {each.result for each in outcomes} == {Result.WRITTEN}
    assert crm.journal.count("update") == 1


def test_fields_that_we_make_are_shown_to_us_by_a_permission_set(crm: SmallCrm, salesforce: Salesforce) -> None:
    assert list(salesforce.ensure_properties([COLOUR])) == ["contactable_colour"]

    assert "contactable_colour__c" in crm.own.fields["Contact"]
    assert "contactable_colour__c" in crm.own.fields["Lead"]
    assert (crm.own.hidden, list(crm.own.sets)) == (set(), ["contactable"])


def test_a_field_of_ours_that_was_hidden_from_us_is_shown_again(crm: SmallCrm, salesforce: Salesforce) -> None:
    list(salesforce.ensure_properties([COLOUR]))
    crm.own.hidden.add(("Lead", "contactable_colour__c"))

    list(salesforce.ensure_properties([COLOUR]))

    assert crm.own.hidden == set()


def test_our_fields_go_from_both_kinds_and_nothing_else_goes(crm: SmallCrm, salesforce: Salesforce) -> None:
    list(salesforce.ensure_properties([COLOUR]))

    assert list(salesforce.remove_properties(["contactable_colour", "contactable_none", "Title"])) == [
        "contactable_colour"
    ]
    assert not any("contactable_colour__c" in known for known in crm.own.fields.values())
    assert "Title" in crm.own.fields["Contact"]


def test_hundreds_of_fields_are_read_in_queries_that_a_url_holds(crm: SmallCrm, salesforce: Salesforce) -> None:
    names = [f"Custom_field_with_a_long_name_{number}__c" for number in range(250)]
    crm.own.fields["Contact"] |= {name: {"name": name, "type": "string"} for name in names}
    id = next(iter(salesforce.iter_ids()))
    crm.contacts.change(id, {names[0]: "first", names[-1]: "last"})
    crm.journal.clear()

    (record,) = salesforce.read([id], names)

    assert (record.properties[names[0]], record.properties[names[-1]]) == ("first", "last")
    assert crm.journal.count("query") == 3


def test_an_individual_that_objects_is_found_though_the_record_is_old(crm: SmallCrm, salesforce: Salesforce) -> None:
    (id,) = [each.id for each in crm.add([{"Email": "ada@example.com"}], days_ago=400)]
    *_, last = salesforce.iter_consent_changes(None, ["Email"])

    object_to_all(crm, id)
    found = {each.id: each for page in salesforce.iter_consent_changes(last.cursor, ["Email"]) for each in page.records}

    assert found[id].properties["Individual.HasOptedOutSolicit"] == "true"


def test_a_box_is_ticked_and_never_unticked(crm: SmallCrm, salesforce: Salesforce) -> None:
    id = next(iter(salesforce.iter_ids()))
    list(salesforce.opt_out([id]))

    outcomes = list(salesforce.write([Change(id, {"HasOptedOutOfEmail": "false"})]))

    assert [each.result for each in outcomes] == [Result.REFUSED]
    assert crm.is_opted_out(id, "email")


def test_a_converted_lead_is_gone_and_its_contact_stays(crm: SmallCrm, salesforce: Salesforce) -> None:
    lead = next(each for each in salesforce.iter_ids() if each.startswith("00Q"))
    crm.contacts.change(lead, {"IsConverted": True})

    assert lead not in salesforce.iter_ids()
    assert [each.gone for each in salesforce.read([lead], ["Email"])] == [True]


def test_an_opt_out_that_is_hidden_from_us_is_a_warning_that_names_it(crm: SmallCrm, salesforce: Salesforce) -> None:
    crm.own.hidden.add(("Lead", "DoNotCall"))

    findings = list(salesforce.check())

    assert [each.what for each in findings if each.level is Level.WARNING] == ["Salesforce shows Lead.DoNotCall"]
    assert len([record for page in salesforce.iter_changed(None, ["DoNotCall"]) for record in page.records]) == 10


def test_the_limit_of_the_day_is_for_later_and_named(crm: SmallCrm) -> None:
    salesforce = opened(crm.url, crm.token, patience=0.5)
    ids = list(salesforce.iter_ids())
    crm.own.spent = True

    assert {each.result for each in salesforce.write([Change(ids[0], {"Title": "x"})])} == {Result.LATER}
    with pytest.raises(Unavailable, match="REQUEST_LIMIT_EXCEEDED"):
        list(salesforce.iter_ids())
    salesforce.close()


def test_other_kinds_of_record_are_refused_by_the_settings() -> None:
    with pytest.raises(SettingsError, match="Contact, Lead"):
        opened("https://example.my.salesforce.com", objects=["Account"])


@responses.activate
def test_what_the_server_says_of_a_wrong_query_stays_with_it() -> None:
    responses.post("https://x.my.salesforce.com/services/oauth2/token", json={"access_token": "t"})
    said = [{"errorCode": "INVALID_FIELD", "message": "No such column: ada@example.com"}]
    responses.get("https://x.my.salesforce.com/services/data/v64.0/sobjects/Contact/describe", json=said, status=400)
    responses.get("https://x.my.salesforce.com/services/data/v64.0/limits/recordCount", json={"sObjects": []})
    salesforce = opened("https://x.my.salesforce.com")

    with pytest.raises(Refused, match="INVALID_FIELD") as caught:
        list(salesforce.iter_ids())

    assert "ada" not in str(caught.value)
