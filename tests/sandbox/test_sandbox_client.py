"""hubspot-api-client 12, unmodified: its typed models read from the sandbox what they would read from HubSpot."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.sandbox import HubSpotSandbox

hubspot_client = pytest.importorskip("hubspot")

ADA, BOB = "151", "201"


@pytest.fixture
def client(hubspot: HubSpotSandbox) -> Any:
    return hubspot_client.Client.create(access_token=hubspot.token, host=hubspot.url)


def test_the_client_walks_through_every_page(start: Any) -> None:
    many = start([{"email": f"p{number}@example.com"} for number in range(230)])
    client = hubspot_client.Client.create(access_token=many.token, host=many.url)

    assert len(client.crm.contacts.get_all()) == 230


def test_a_batch_read_with_a_missing_id_is_a_multi_status_with_errors(client: Any) -> None:
    from hubspot.crm.contacts import BatchReadInputSimplePublicObjectId, SimplePublicObjectId

    wanted = BatchReadInputSimplePublicObjectId(
        inputs=[SimplePublicObjectId(id=ADA), SimplePublicObjectId(id="9")],
        properties=["email"],
        properties_with_history=["email"],
    )
    read = client.crm.contacts.batch_api.read(wanted)

    assert type(read).__name__ == "BatchResponseSimplePublicObjectWithErrors"
    assert read.num_errors == 1
    assert read.results[0].properties_with_history["email"][0].source_type == "IMPORT"


def test_a_batch_update_ties_an_error_to_its_trace_id(client: Any) -> None:
    from hubspot.crm.contacts import BatchInputSimplePublicObjectBatchInput, SimplePublicObjectBatchInput

    def change(id: str, trace: str, stage: str) -> Any:
        return SimplePublicObjectBatchInput(id=id, properties={"lifecyclestage": stage}, object_write_trace_id=trace)

    given = BatchInputSimplePublicObjectBatchInput(inputs=[change(ADA, "t1", "lead"), change(BOB, "t2", "nobody")])
    done = client.crm.contacts.batch_api.update(given)

    assert [each.id for each in done.results] == [ADA]
    assert done.errors[0].context == {"objectWriteTraceId": ["t2"]}


def test_search_gives_its_total_and_its_results(client: Any) -> None:
    from hubspot.crm.contacts import PublicObjectSearchRequest

    wanted = PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "firstname", "operator": "EQ", "value": "Bob"}]}],
        sorts=["hs_object_id"],
        properties=["firstname"],
        limit=5,
    )
    found = client.crm.contacts.search_api.do_search(wanted)

    assert (found.total, found.results[0].properties["firstname"]) == (1, "Bob")


def test_groups_and_properties_are_made_and_a_second_time_refused(client: Any) -> None:
    from hubspot.crm.properties import ApiException, OptionInput, PropertyCreate, PropertyGroupCreate

    options = [OptionInput(label="Ouvert", value="allowed", display_order=0, hidden=False)]
    wanted = PropertyCreate(
        name="contactable_sms", label="SMS", type="enumeration", field_type="select", group_name="g", options=options
    )
    client.crm.properties.groups_api.create("contacts", PropertyGroupCreate(name="g", label="G"))
    made = client.crm.properties.core_api.create("contacts", wanted)

    with pytest.raises(ApiException) as refused:
        client.crm.properties.core_api.create("contacts", wanted)
    assert made.options[0].value == "allowed"
    assert refused.value.status == 409


def test_lists_are_made_filled_and_read(client: Any) -> None:
    from hubspot.crm.lists import ListCreateRequest

    made = client.crm.lists.lists_api.create(
        ListCreateRequest(name="Ne plus contacter", object_type_id="0-1", processing_type="MANUAL")
    )
    added = client.crm.lists.memberships_api.add(made.list.list_id, [ADA])
    members = client.crm.lists.memberships_api.get_page(made.list.list_id).results

    assert added.records_ids_added == [ADA]
    assert [each.record_id for each in members] == [ADA]


def test_communication_preferences_are_read_and_left(client: Any, hubspot: HubSpotSandbox) -> None:
    from hubspot.communication_preferences import PublicUpdateSubscriptionStatusRequest

    leave = PublicUpdateSubscriptionStatusRequest(email_address="ada@example.com", subscription_id="1602")
    client.communication_preferences.status_api.unsubscribe(leave)
    told = client.communication_preferences.status_api.get_email_status("ada@example.com")

    assert {each.id: each.status for each in told.subscription_statuses}["1602"] == "NOT_SUBSCRIBED"
    assert len(client.communication_preferences.definition_api.get_page().subscription_definitions) == 3
    assert hubspot.contact(ADA).properties["hs_email_optout_1602"] == "true"


def test_forms_are_read_with_their_texts(start: Any) -> None:
    portal = start(20, profile="untouched")
    client = hubspot_client.Client.create(access_token=portal.token, host=portal.url)

    forms = client.marketing.forms.forms_api.get_page().results

    assert [form.name for form in forms] == ["Demande de devis", "Livre blanc", "Newsletter", "Contact"]
    assert "newsletter" in forms[2].legal_consent_options.communications_checkboxes[0].label


def test_tokens_are_fetched_and_looked_at(client: Any, hubspot: HubSpotSandbox) -> None:
    token = client.oauth.tokens_api.create(
        grant_type="authorization_code",
        code=hubspot.portal.tokens.code(),
        redirect_uri="https://www.example.com/back",
        client_id=hubspot.client_id,
        client_secret=hubspot.client_secret,
    )

    looked_at = client.oauth.access_tokens_api.get(token.access_token)

    assert token.expires_in == 1_800
    assert looked_at.hub_id == hubspot.portal_id


def test_calls_are_listed_with_whom_they_are_about(client: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.portal.calls.add({"hs_call_status": "COMPLETED"}, hubspot.portal.now, (int(ADA),))

    (call,) = client.crm.objects.calls.basic_api.get_page(associations=["contacts"]).results

    assert call.properties["hs_call_status"] == "COMPLETED"
    assert call.associations["contacts"].results[0].id == ADA


def test_a_limit_is_an_exception_with_status_429(start: Any) -> None:
    from hubspot.crm.contacts import ApiException

    portal = start(faults=["list:1:429"])
    client = hubspot_client.Client.create(access_token=portal.token, host=portal.url, retry=False)

    with pytest.raises(ApiException) as refused:
        client.crm.contacts.basic_api.get_page()

    assert refused.value.status == 429
