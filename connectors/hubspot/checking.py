"""What ``doctor`` is told about a HubSpot account: reach, token, scopes, limits. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.protocol import Finding, Level
from contactable.errors import ContactableError, Refused

NEEDED: tuple[
    tuple[str, ...], ...
] = (  # any one of each row; HubSpot's guides and its specifications name some of them differently
    ("crm.objects.contacts.read",),
    ("crm.objects.contacts.write",),
    ("crm.schemas.contacts.read",),
    ("crm.schemas.contacts.write",),
)
USEFUL: Mapping[tuple[str, ...], str] = {  # what is lost without it
    ("communication_preferences.read", "communication_preferences.read_write", "subscriptions-status-read"): (
        "opt-outs are found by search alone, some minutes later"
    ),
    ("communication_preferences.read_write", "communication_preferences.write", "subscriptions-status-write"): (
        "oppositions are not written as HubSpot's own unsubscribe"
    ),
    ("crm.lists.read",): "lists say nothing",
    ("crm.lists.write",): "the kit's own lists cannot be made",
    ("forms",): "consents given through forms are not read",
}
AGREEMENT = tuple(row[0] for row in NEEDED) + tuple(names[0] for names in USEFUL)
"""The scopes that a new installation asks for."""


def check(account: Account) -> Iterator[Finding]:
    """Yield one finding for each thing looked at; never raises."""
    try:
        answer = account.get(account.paths("contacts"), {"limit": 1})
    except ContactableError as error:
        yield Finding("HubSpot is reached and lets us read contacts", Level.ERROR, str(error))
        return
    yield Finding("HubSpot is reached and lets us read contacts", Level.OK)
    yield from _scopes(account)
    yield _daily(answer.headers)


def about_token(account: Account) -> Mapping[str, Any]:
    """What HubSpot says of our token: ``appId``, ``scopes``; empty where it does not tell."""
    if account.oauth is None:
        answer = account.post(account.paths("key"), {"tokenKey": account.token}, expected=(400, 403, 404))
        return answer.json if answer.status == 200 else {}
    try:
        found = account.ask_token_endpoint(account.paths("introspect"), account.introspection).json
    except Refused:
        return {}
    return {"appId": found.get("app_id"), "scopes": found.get("scopes") or ()}


def _scopes(account: Account) -> Iterator[Finding]:
    try:
        scopes = set(about_token(account).get("scopes") or ())
    except ContactableError as error:
        yield Finding("The token's scopes", Level.WARNING, str(error))
        return
    if not scopes:
        yield Finding("The token's scopes", Level.WARNING, "HubSpot does not tell them; a refusal will")
        return
    for names in NEEDED:
        yield _scope(names, scopes, Level.ERROR, "the kit cannot work without it")
    for names, loss in USEFUL.items():
        yield _scope(names, scopes, Level.WARNING, loss)


def _scope(names: tuple[str, ...], scopes: set[str], level: Level, loss: str) -> Finding:
    if scopes.intersection(names):
        return Finding(f"Scope {names[0]}", Level.OK)
    return Finding(f"Scope {names[0]}", level, f"grant it in HubSpot: {loss}")


def _daily(headers: Mapping[str, str]) -> Finding:
    left, most = (headers.get(f"X-HubSpot-RateLimit-Daily{each}", "") for each in ("-Remaining", ""))
    if not (left.isdigit() and most.isdigit()):
        return Finding("Requests left today", Level.OK)  # OAuth has no limit of a day
    enough = int(left) * 10 >= int(most)
    mend = "" if enough else "other integrations use up the account's requests"
    return Finding(f"Requests left today: {left} of {most}", Level.OK if enough else Level.WARNING, mend)
