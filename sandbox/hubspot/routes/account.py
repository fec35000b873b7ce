"""The account: what a token may do, OAuth, quotas, and how much of the day is used."""

from __future__ import annotations

from typing import Any

from contactable.sandbox.hubspot.problems import invalid, not_found
from contactable.sandbox.hubspot.routing import NO_CONTENT, Answer, Asked, Route, ok
from contactable.sandbox.hubspot.times import iso
from contactable.sandbox.hubspot.tokens import LIFETIME, Grant


def _details(asked: Asked) -> Answer:
    return ok(
        {
            "portalId": asked.portal.id,
            "accountType": "DEVELOPER_TEST",
            "timeZone": "Europe/Paris",
            "companyCurrency": "EUR",
            "additionalCurrencies": [],
            "utcOffset": "+01:00",
            "utcOffsetMilliseconds": 3_600_000,
            "uiDomain": "app-eu1.hubspot.com",
            "dataHostingLocation": "eu1",
        }
    )


def _usage(asked: Asked) -> Answer:
    meter = asked.sandbox.meter
    limit = meter.limits.per_day or 0
    used = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": limit,
        "currentUsage": meter.used_today,
        "collectedAt": iso(asked.portal.now),
        "fetchStatus": "SUCCESS",
        "resetsAt": iso(asked.portal.now - asked.portal.now % 86_400_000 + 86_400_000),
    }
    return ok({"results": [used]})


def _custom_properties(asked: Asked) -> Answer:
    definitions = asked.portal.definitions
    of_contacts = {
        "objectTypeId": "0-1",
        "singularLabel": "Contact",
        "pluralLabel": "Contacts",
        "limit": definitions.quota,
        "usage": definitions.custom,
        "percentage": round(100 * definitions.custom / definitions.quota, 2) if definitions.quota else 100.0,
    }
    overall = {"overallLimit": definitions.quota, "overallUsage": definitions.custom}
    return ok({**overall, "overallPercentage": of_contacts["percentage"], "byObjectType": [of_contacts]})


def _key_info(asked: Asked) -> Answer:
    grant = asked.portal.tokens.grants.get(asked.text("tokenKey"))
    if grant is None:
        raise not_found("token not found")
    scopes = sorted(grant.scopes)
    return ok({"userId": 9801, "hubId": asked.portal.id, "appId": grant.app_id, "scopes": scopes})


def _form(asked: Asked) -> dict[str, str]:
    return {name: str(value) for name, value in asked.json.items()}


def _token(asked: Asked) -> Answer:
    with asked.portal.lock:
        grant, refresh = asked.portal.tokens.exchange(_form(asked), asked.portal.clock())
    return ok(
        {
            "access_token": grant.token,
            "refresh_token": refresh,
            "expires_in": LIFETIME,
            "token_type": "bearer",
            "token_use": "access_token",
            "hub_id": asked.portal.id,
            "scopes": sorted(grant.scopes),
        }
    )


def _info(asked: Asked, grant: Grant | None) -> dict[str, Any]:
    if grant is None:
        raise not_found("Token not found")
    left = None if grant.expires_at is None else int(grant.expires_at - asked.portal.clock())
    return {
        "token": grant.token,
        "user": "admin@example.com",
        "user_id": 9801,
        "hub_domain": "example.com",
        "hub_id": asked.portal.id,
        "app_id": grant.app_id,
        "scopes": sorted(grant.scopes),
        "token_type": "access",
        "expires_in": left or 0,
    }


def _token_info(asked: Asked) -> Answer:
    return ok(_info(asked, asked.portal.tokens.grants.get(asked.path["token"])))


def _refresh_info(asked: Asked) -> Answer:
    scopes = asked.portal.tokens.refresh_tokens.get(asked.path["token"])
    if scopes is None:
        raise not_found("Token not found")
    grant = Grant(asked.path["token"], asked.portal.app_id, scopes)
    return ok({**_info(asked, grant), "token_type": "refresh", "client_id": asked.portal.tokens.client_id})


def _introspect(asked: Asked) -> Answer:
    grant = asked.portal.tokens.grants.get(asked.text("token"))
    live = grant is not None and (grant.expires_at is None or grant.expires_at > asked.portal.clock())
    return ok({"active": True, **_info(asked, grant)} if live else {"active": False})


def _revoke(asked: Asked) -> Answer:
    asked.portal.tokens.revoke(asked.text("token"))
    return NO_CONTENT


def _revoke_refresh(asked: Asked) -> Answer:
    asked.portal.tokens.revoke(asked.path["token"])
    return NO_CONTENT


def _uninstall(asked: Asked) -> Answer:
    """An app installed by OAuth takes itself out: its webhooks end with it."""
    if not asked.grant.oauth:
        raise invalid("The token is not an OAuth access token.")
    asked.portal.tokens.uninstall()
    asked.portal.listeners.clear()
    return NO_CONTENT


ROUTES = (
    Route("uninstall", "DELETE", "installs", "/external-install", _uninstall, ("oauth",)),
    Route("account", "GET", "account", "/details", _details),
    Route("usage", "GET", "account", "/api-usage/daily/private-apps", _usage),
    Route("quota", "GET", "limits", "/custom-properties", _custom_properties, ("crm.schemas.contacts.read",)),
    Route("key_info", "POST", "", "/oauth/v2/private-apps/get/access-token-info", _key_info, open=True),
    Route("token", "POST", "oauth", "/token", _token, open=True),
    Route("token_info", "GET", "", "/oauth/v1/access-tokens/<token>", _token_info, open=True),
    Route("refresh_info", "GET", "", "/oauth/v1/refresh-tokens/<token>", _refresh_info, open=True),
    Route("refresh_revoke", "DELETE", "", "/oauth/v1/refresh-tokens/<token>", _revoke_refresh, open=True),
    Route("introspect", "POST", "oauth", "/token/introspect", _introspect, open=True),
    Route("revoke", "POST", "oauth", "/token/revoke", _revoke, open=True),
)
