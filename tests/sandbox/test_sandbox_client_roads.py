"""hubspot-api-client 12, unmodified, goes every road that the sandbox has: what the client wraps by its typed methods,
the rest by its ``api_request``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from tests.sandbox.conftest import Inbox, Start

from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.sandbox.hubspot.routes import ALL

hubspot_client = pytest.importorskip("hubspot")

ADA, BOB, CLEO = "151", "201", "251"
EMAIL = "ada@example.com"
NO_CLIENTS = {"agreement", "agreed"}  # pages for a browser; beside them the sandbox's own doors, ``sandbox_…``


def connected(sandbox: HubSpotSandbox) -> Any:
    return hubspot_client.Client.create(access_token=sandbox.token, host=sandbox.url, base_url=sandbox.url)


def ask(client: Any, method: str, path: str, body: Any = None, **options: Any) -> Any:
    """A request that the client does not wrap."""
    given = {"method": method, "path": path, **({} if body is None else {"body": body}), **options}
    return client.api_request(given)


def contacts(client: Any, sandbox: HubSpotSandbox) -> None:
    from hubspot.crm import contacts as of

    api = client.crm.contacts
    api.basic_api.create(of.SimplePublicObjectInputForCreate(properties={"email": "dan@example.com"}))
    api.basic_api.update(CLEO, of.SimplePublicObjectInput(properties={"firstname": "Clé"}))
    assert api.basic_api.get_by_id(CLEO, properties=["firstname"]).properties["firstname"] == "Clé"
    assert len(api.basic_api.get_page(limit=2).results) == 2
    created = api.batch_api.create(
        of.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[of.SimplePublicObjectBatchInputForCreate(properties={"email": "eve@example.com"}, associations=[])]
        )
    )
    upserted = api.batch_api.upsert(
        of.BatchInputSimplePublicObjectBatchInputUpsert(
            inputs=[
                of.SimplePublicObjectBatchInputUpsert(
                    id="eve@example.com", id_property="email", properties={"firstname": "Ève"}
                )
            ]
        )
    )
    assert (upserted.results[0].id, upserted.results[0].new) == (created.results[0].id, False)
    read = of.BatchReadInputSimplePublicObjectId(
        inputs=[of.SimplePublicObjectId(id=ADA)], properties=["email"], properties_with_history=[]
    )
    assert api.batch_api.read(read).results[0].properties["email"] == EMAIL
    change = of.SimplePublicObjectBatchInput(id=ADA, properties={"firstname": "A"})
    assert api.batch_api.update(of.BatchInputSimplePublicObjectBatchInput(inputs=[change])).results[0].id == ADA
    assert api.search_api.do_search(of.PublicObjectSearchRequest(limit=1)).total >= 3
    merged = api.basic_api.merge(of.PublicMergeInput(primary_object_id=ADA, object_id_to_merge=BOB))
    assert api.basic_api.get_by_id(BOB).id == merged.id
    api.basic_api.archive(CLEO)
    gone = of.SimplePublicObjectId(id=created.results[0].id)
    api.batch_api.archive(of.BatchInputSimplePublicObjectId(inputs=[gone]))
    assert {each.id for each in api.basic_api.get_page(archived=True).results} == {CLEO, created.results[0].id}
    api.basic_api.purge(of.PublicGdprDeleteInput(object_id=merged.id))
    assert sandbox.portal.contacts.by_id[int(merged.id)].erased


def companies(client: Any, sandbox: HubSpotSandbox) -> None:
    from hubspot.crm import companies as of

    id = sandbox.portal.companies.add({"industry": "CONSTRUCTION"}, sandbox.portal.now)
    asked = of.BatchReadInputSimplePublicObjectId(
        inputs=[of.SimplePublicObjectId(id=id)], properties=["industry"], properties_with_history=[]
    )
    (read,) = client.crm.companies.batch_api.read(asked).results
    assert (read.id, read.properties["industry"]) == (id, "CONSTRUCTION")
    assert "industry" in {each.name for each in client.crm.properties.core_api.get_all("companies").results}


def properties(client: Any, sandbox: HubSpotSandbox) -> None:
    from hubspot.crm import properties as of

    api = client.crm.properties
    api.groups_api.create("contacts", of.PropertyGroupCreate(name="g", label="G"))
    api.groups_api.update("contacts", "g", of.PropertyGroupUpdate(label="Groupe"))
    assert api.groups_api.get_by_name("contacts", "g").label == "Groupe"
    assert "g" in {each.name for each in api.groups_api.get_all("contacts").results}

    def made(name: str) -> Any:
        return of.PropertyCreate(name=name, label=name, type="string", field_type="text", group_name="g")

    api.core_api.create("contacts", made("one"))
    api.batch_api.create("contacts", of.BatchInputPropertyCreate(inputs=[made("two"), made("three")]))
    api.core_api.update("contacts", "one", of.PropertyUpdate(label="Un"))
    assert api.core_api.get_by_name("contacts", "one").label == "Un"
    assert {"one", "two", "three"} <= {each.name for each in api.core_api.get_all("contacts").results}
    names = [of.PropertyName(name="two"), of.PropertyName(name="three")]
    assert len(api.batch_api.read("contacts", of.BatchReadInputPropertyName(inputs=names, archived=False)).results) == 2
    api.batch_api.archive("contacts", of.BatchInputPropertyName(inputs=names))
    api.core_api.archive("contacts", "one")
    api.groups_api.archive("contacts", "g")
    assert sandbox.portal.definitions.by_name["two"].archived
    assert "g" not in sandbox.portal.definitions.groups


def lists(client: Any, sandbox: HubSpotSandbox) -> None:
    from hubspot.crm import lists as of

    api, members = client.crm.lists.lists_api, client.crm.lists.memberships_api
    made = api.create(of.ListCreateRequest(name="Salon", object_type_id="0-1", processing_type="MANUAL")).list.list_id
    members.add(made, [ADA, BOB])
    members.remove(made, [BOB])
    members.add_and_remove(made, of.MembershipChangeRequest(record_ids_to_add=[CLEO], record_ids_to_remove=[ADA]))
    assert [each.record_id for each in members.get_page(made).results] == [CLEO]
    assert [each.list_id for each in members.get_lists("0-1", CLEO).results] == [made]
    wanted = {"inputs": [{"objectTypeId": "0-1", "recordId": CLEO}]}
    assert ask(client, "POST", "/crm/v3/lists/records/memberships/batch/read", wanted).status_code == 200
    api.update_name(made, list_name="Foire")
    assert api.get_by_name("Foire", "0-1").list.list_id == made
    assert api.get_by_id(made).list.name == "Foire"
    assert [each.list_id for each in api.get_all(list_ids=[made]).lists] == [made]
    found = api.do_search(of.ListSearchRequest(query="foi", offset=0, count=5, processing_types=[], list_ids=[]))
    assert [each.name for each in found.lists] == ["Foire"]
    whom = _branch("email")
    request = of.ListCreateRequest(name="D", object_type_id="0-1", processing_type="DYNAMIC", filter_branch=whom)
    moving = api.create(request).list.list_id
    api.update_list_filters(moving, of.ListFilterUpdateRequest(filter_branch=_branch("firstname")))
    api.remove(moving)
    assert sandbox.portal.lists.by_id[int(moving)].deleted


def _branch(name: str) -> Any:
    asked = {
        "filterType": "PROPERTY",
        "property": name,
        "operation": {"operationType": "ALL_PROPERTY", "operator": "IS_KNOWN"},
    }
    inner = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filterBranches": [], "filters": [asked]}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filterBranches": [inner], "filters": []}


def preferences(client: Any, sandbox: HubSpotSandbox) -> None:
    from hubspot.communication_preferences import PublicUpdateSubscriptionStatusRequest as Change

    api = client.communication_preferences
    assert len(api.definition_api.get_page().subscription_definitions) == 3
    basis = {"legal_basis": "CONSENT_WITH_NOTICE", "legal_basis_explanation": "a box"}
    api.status_api.subscribe(Change(email_address=EMAIL, subscription_id="1601", **basis))
    api.status_api.unsubscribe(Change(email_address=EMAIL, subscription_id="1602"))
    told = {each.id: each.status for each in api.status_api.get_email_status(EMAIL).subscription_statuses}
    assert (told["1601"], told["1602"]) == ("SUBSCRIBED", "NOT_SUBSCRIBED")
    v4, leave = "/communication-preferences/v4", {"channel": "EMAIL", "statusState": "UNSUBSCRIBED"}
    of_one = {**leave, "subscriberIdString": EMAIL, "subscriptionId": 1601}
    for method, path, body in (
        ("GET", f"{v4}/statuses/{EMAIL}?channel=EMAIL", None),
        ("POST", f"{v4}/statuses/{EMAIL}", {**leave, "subscriptionId": 1603}),
        ("GET", f"{v4}/statuses/{EMAIL}/unsubscribe-all?channel=EMAIL", None),
        ("POST", f"{v4}/statuses/batch/read?channel=EMAIL", {"inputs": [EMAIL]}),
        ("POST", f"{v4}/statuses/batch/write", {"inputs": [of_one]}),
        ("POST", f"{v4}/statuses/batch/unsubscribe-all/read?channel=EMAIL", {"inputs": [EMAIL]}),
        ("POST", f"{v4}/statuses/batch/unsubscribe-all?channel=EMAIL", {"inputs": [EMAIL]}),
        ("POST", f"{v4}/statuses/{EMAIL}/unsubscribe-all?channel=EMAIL", None),
        ("GET", "/email/public/v1/subscriptions/timeline?startTimestamp=0", None),
    ):
        assert ask(client, method, path, body).status_code in (200, 201, 204), path
    assert sandbox.contact(ADA).properties["hs_email_optout"] == "true"


def forms(client: Any, sandbox: HubSpotSandbox) -> None:
    sandbox.portal.forms.add(Form("f", "Devis", sandbox.portal.now, "Un texte"))
    sandbox.submit_form("f", {"email": EMAIL})
    api = client.marketing.forms.forms_api
    assert [each.name for each in api.get_page().results] == [api.get_by_id("f").name] == ["Devis"]
    sent = ask(client, "GET", "/form-integrations/v1/submissions/forms/f").json()["results"]
    assert sent[0]["values"][0]["value"] == EMAIL


def calls(client: Any, sandbox: HubSpotSandbox) -> None:
    from hubspot.crm.objects import calls as of

    api = client.crm.objects.calls
    made = api.basic_api.create(
        of.SimplePublicObjectInputForCreate(
            properties={"hs_timestamp": str(sandbox.portal.now), "hs_call_status": "COMPLETED"},
            associations=[
                {
                    "to": {"id": ADA},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}],
                }
            ],
        )
    )
    assert api.basic_api.get_by_id(made.id, properties=["hs_call_status"]).properties["hs_call_status"] == "COMPLETED"
    assert [each.id for each in api.basic_api.get_page().results] == [made.id]
    assert api.search_api.do_search(of.PublicObjectSearchRequest(limit=5)).total == 1
    sandbox.portal.meetings.add({"hs_meeting_outcome": "NO_SHOW"}, sandbox.portal.now, (int(ADA),))
    (met,) = client.crm.objects.meetings.basic_api.get_page(associations=["contacts"]).results
    link = met.associations["contacts"].results[0]
    assert (met.properties["hs_meeting_outcome"], link.id, link.type) == (
        "NO_SHOW",
        str(ADA),
        "meeting_event_to_contact",
    )


def oauth(client: Any, sandbox: HubSpotSandbox) -> None:
    api, app = client.oauth, {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
    back = "https://www.example.com/back"
    code = sandbox.portal.tokens.code()
    first = api.tokens_api.create(grant_type="authorization_code", code=code, redirect_uri=back, **app)
    again = api.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **app)
    assert api.access_tokens_api.get(again.access_token).hub_id == sandbox.portal_id
    assert api.refresh_tokens_api.get(again.refresh_token).hub_id == sandbox.portal_id
    form = {"default_json": False, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    words = f"client_id={sandbox.client_id}&client_secret={sandbox.client_secret}&token={again.access_token}"
    looked = ask(client, "POST", "/oauth/2026-03/token/introspect", words + "&token_type_hint=access_token", **form)
    assert looked.json()["active"]
    other = api.tokens_api.create(
        grant_type="authorization_code", code=sandbox.portal.tokens.code(), redirect_uri=back, **app
    )
    installed = hubspot_client.Client.create(access_token=other.access_token, base_url=sandbox.url)
    assert ask(client, "POST", "/oauth/2026-03/token/revoke", words + "&token_type_hint=access_token", **form).ok
    api.refresh_tokens_api.archive(again.refresh_token)
    assert ask(installed, "DELETE", "/appinstalls/v3/external-install").status_code == 204


def account(client: Any, sandbox: HubSpotSandbox) -> None:
    assert ask(client, "GET", "/account-info/v3/details").json()["portalId"] == sandbox.portal_id
    assert ask(client, "GET", "/account-info/v3/api-usage/daily/private-apps").ok
    assert ask(client, "GET", "/crm/limits/2026-03/custom-properties").json()["overallLimit"] == 1_000
    told = ask(client, "POST", "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": sandbox.token})
    assert told.json()["appId"] == sandbox.app_id


ROADS: tuple[Callable[[Any, HubSpotSandbox], None], ...] = (
    contacts, companies, properties, lists, preferences, forms, calls, oauth, account,
)  # fmt: skip


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)
def test_the_client_goes_this_road(start: Start, road: Callable[[Any, HubSpotSandbox], None]) -> None:
    sandbox = start()

    road(connected(sandbox), sandbox)

    assert {each.status for each in sandbox.journal.entries} <= {200, 201, 204}


def test_no_route_of_the_sandbox_is_left_out(start: Start) -> None:
    gone: set[str] = set()
    for road in ROADS:
        sandbox = start()
        road(connected(sandbox), sandbox)
        gone |= {each.route for each in sandbox.journal.entries}

    assert {each.name for each in ALL if not each.name.startswith("sandbox_")} - NO_CLIENTS == gone


def test_a_webhook_is_signed_as_the_clients_own_check_wants_it(start: Start, inbox: Inbox) -> None:
    from hubspot.utils.signature import Signature

    sandbox = start(clock=time.time)
    sender = sandbox.send_webhooks_to(inbox.url)
    sandbox.as_person(ADA, {"email": "ada.exemple@example.com"})
    assert sender.drain()

    headers, body = inbox.received[0]
    assert Signature.is_valid(
        signature=headers["X-HubSpot-Signature-v3"],
        client_secret=sandbox.client_secret,
        request_body=body.decode(),
        http_uri=unquote(inbox.url),
        signature_version="v3",
        timestamp=headers["X-HubSpot-Request-Timestamp"],
    )
