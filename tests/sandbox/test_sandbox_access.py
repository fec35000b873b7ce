"""Tokens, scopes, OAuth, and what the account says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from contactable.errors import Conflict
from contactable.sandbox import HubSpotSandbox

LIST = "/crm/v3/objects/contacts"


def _token(hubspot: HubSpotSandbox, **form: str) -> requests.Response:
    given = {"client_id": hubspot.client_id, "client_secret": hubspot.client_secret, **form}
    return requests.post(f"{hubspot.url}/oauth/v1/token", data=given, timeout=10)


def _with(hubspot: HubSpotSandbox, token: str) -> int:
    return requests.get(hubspot.url + LIST, headers={"Authorization": token}, timeout=10).status_code


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nothing", "Basic abc", "bearer é"])
def test_a_request_without_a_known_token_is_refused(hubspot: HubSpotSandbox, header: str) -> None:
    answer = requests.get(hubspot.url + LIST, headers={"Authorization": header.encode()}, timeout=10)

    assert answer.status_code == 401
    assert answer.json()["category"] == "INVALID_AUTHENTICATION"


def test_a_missing_scope_is_named_in_the_refusal(
    start: Callable[..., HubSpotSandbox], api_of: Callable[[HubSpotSandbox], Any]
) -> None:
    api = api_of(start(scopes=["crm.objects.contacts.read"]))

    answer = api("PATCH", f"{LIST}/151", {"properties": {"city": "Brest"}})

    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.contacts.write"]


def test_a_code_is_exchanged_once_for_tokens_that_work(hubspot: HubSpotSandbox) -> None:
    code = hubspot.portal.tokens.code()

    first = _token(hubspot, grant_type="authorization_code", code=code)
    again = _token(hubspot, grant_type="authorization_code", code=code)

    assert first.json()["expires_in"] == 1_800
    assert _with(hubspot, f"Bearer {first.json()['access_token']}") == 200
    assert (again.status_code, again.json()["status"]) == (400, "BAD_AUTH_CODE")


def test_an_access_token_ends_after_half_an_hour_and_is_refreshed(hubspot: HubSpotSandbox, clock: Any) -> None:
    first = _token(hubspot, grant_type="authorization_code", code=hubspot.portal.tokens.code()).json()
    clock.move(seconds=1_800)

    expired = _with(hubspot, f"Bearer {first['access_token']}")
    second = _token(hubspot, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()

    assert expired == 401
    assert second["refresh_token"] == first["refresh_token"]
    assert _with(hubspot, f"Bearer {second['access_token']}") == 200


@pytest.mark.parametrize("wrong", [{"client_secret": "x"}, {"refresh_token": "x"}, {"grant_type": "password"}])
def test_a_wrong_exchange_is_refused_in_the_shape_of_that_endpoint(
    hubspot: HubSpotSandbox, wrong: dict[str, str]
) -> None:
    answer = _token(hubspot, **{"grant_type": "refresh_token", "refresh_token": "y", **wrong})

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_grant"


def test_an_oauth_answer_has_no_daily_headers(hubspot: HubSpotSandbox) -> None:
    token = _token(hubspot, grant_type="authorization_code", code=hubspot.portal.tokens.code()).json()["access_token"]

    answer = requests.get(hubspot.url + LIST, headers={"Authorization": f"Bearer {token}"}, timeout=10)

    assert "X-HubSpot-RateLimit-Daily" not in answer.headers
    assert "X-HubSpot-RateLimit-Max" in answer.headers


def test_a_key_tells_its_account_its_app_and_its_scopes(api: Any, hubspot: HubSpotSandbox) -> None:
    told = api.post("/oauth/v2/private-apps/get/access-token-info", {"tokenKey": hubspot.token})

    assert (told["hubId"], told["appId"]) == (hubspot.portal_id, hubspot.app_id)
    assert "crm.objects.contacts.read" in told["scopes"]


def test_a_revoked_token_is_known_to_nobody(api: Any, hubspot: HubSpotSandbox) -> None:
    hubspot.portal.tokens.revoke(hubspot.token)

    assert api("GET", LIST).status_code == 401
    assert api.post("/oauth/2026-03/token/introspect", {"token": hubspot.token}) == {"active": False}


def test_the_account_tells_its_number_and_what_the_day_has_used(api: Any, hubspot: HubSpotSandbox) -> None:
    portal = api.get("/account-info/v3/details")["portalId"]
    usage = api.get("/account-info/v3/api-usage/daily/private-apps")["results"][0]

    assert portal == hubspot.portal_id
    assert (usage["usageLimit"], usage["currentUsage"]) == (625_000, 2)


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("PUT", LIST), ("GET", "/crm/v3/objects/deals")])
def test_what_the_sandbox_does_not_have_answers_404(api: Any, method: str, path: str) -> None:
    assert api(method, path).status_code == 404


def test_a_uri_that_is_too_long_is_refused_as_such(api: Any) -> None:
    assert api("GET", LIST, params={"properties": ",".join(["firstname"] * 2_000)}).status_code == 414


def test_a_port_that_is_taken_is_told_in_one_sentence(hubspot: HubSpotSandbox) -> None:
    port = int(hubspot.url.rpartition(":")[2])

    with pytest.raises(Conflict, match="in use"):
        HubSpotSandbox(port=port).start()


def test_the_sandbox_listens_on_loopback_alone(hubspot: HubSpotSandbox) -> None:
    assert hubspot.url.startswith("http://127.0.0.1:")
