"""One HubSpot account: settings, what its answers mean, limits, OAuth, and the registry that finds the connector."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contactable.connectors import connect, find, types
from contactable.connectors.hubspot.account import delay, explain
from contactable.connectors.hubspot.oauth import MemoryStore, OAuth, Tokens, agreement_url
from contactable.connectors.hubspot.options import read_options
from contactable.errors import Refused, SettingsError
from contactable.transport import Answer

NOW = 1_795_000_000.0


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({}, "token"),
        ({"token": "env:A", "oauth": {"client_id": "x", "client_secret": "env:B"}}, "oauth"),
        ({"token": "env:A", "in_flight": 0}, "in_flight"),
        ({"token": "env:A", "api": "v1"}, "api"),
        ({"token": "env:A", "tokn": "env:B"}, "tokn"),
        ({"token": 7}, "token"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_by_name(settings: Mapping[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_options(settings)


def test_the_registry_finds_the_connector_and_names_those_there_are() -> None:
    assert "hubspot" in types()
    assert find("hubspot").CAPABILITIES.consent_feed
    with pytest.raises(SettingsError, match="hubspot"):
        connect("crm", "nothing", {}, lambda reference: b"")


@pytest.mark.parametrize("name", ["protocol", "contract", "hubspot.paths", "../x", ""])
def test_what_is_no_crm_is_no_type_of_connector(name: str) -> None:
    assert name not in types()
    with pytest.raises(SettingsError):
        find(name)


@pytest.mark.parametrize(
    ("status", "body", "headers", "attempt", "seconds"),
    [
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {}, 1, 10.0),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {}, 3, 30.0),
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {"Retry-After": "4"}, 1, 4.0),
        (429, {"policyName": "SECONDLY"}, {}, 2, 2.0),
        (429, {"policyName": "DAILY"}, {}, 1, 3600.0),
        (429, {}, {}, 1, 10.0),
        (429, [], {}, 1, 10.0),
        (477, {}, {}, 1, 3600.0),
        (477, {}, {"Retry-After": "7"}, 1, 7.0),
        (400, {"category": "VALIDATION_ERROR"}, {}, 1, None),
    ],
)
def test_each_policy_has_the_delay_that_hubspots_own_client_gives_it(
    status: int, body: Any, headers: Mapping[str, str], attempt: int, seconds: float | None
) -> None:
    assert delay(Answer(status, headers, body), attempt) == seconds


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(401, {}, {"message": "pat-secret"}), "the token is wrong, has ended, or was taken back"),
        (Answer(400, {}, {"category": "VALIDATION_ERROR", "message": "camille@example.org"}), "VALIDATION_ERROR"),
        (Answer(400, {}, {"category": "camille@example.org"}), ""),
        (Answer(400, {}, "camille@example.org"), ""),
        (Answer(403, {}, {"errors": [{"context": {"requiredGranularScopes": ["forms", "a b@example.org"]}}]}), "forms"),
    ],
)
def test_an_explanation_holds_codes_and_never_a_message(answer: Answer, words: str) -> None:
    said = explain(answer)

    assert words in said
    assert "camille" not in said
    assert "@" not in said
    assert "pat-" not in said


def test_the_plans_figure_is_taken_from_the_answers(account: Any) -> None:
    account.strangle()
    connector = account.connect()

    list(connector.check())

    assert connector.account.limiter.most == 8


def test_a_days_limit_is_not_waited_for(account: Any) -> None:
    account.sandbox.plan.replace([])
    account.sandbox.limit(type(account.sandbox.meter.limits)(per_10_s=None, per_day=0, searches_per_s=None))

    (finding,) = account.connect(patience=60).check()

    assert "DAILY" in finding.mend


class Exchange:
    """HubSpot's token address: counts, and hands out tokens of half an hour."""

    def __init__(self) -> None:
        self.forms: list[Mapping[str, str]] = []

    def __call__(self, form: Mapping[str, str]) -> Answer:
        self.forms.append(form)
        number = len(self.forms)
        return Answer(200, {}, {"access_token": f"a{number}", "refresh_token": f"r{number}", "expires_in": 1800})


def oauth(store: MemoryStore, exchange: Callable[[Mapping[str, str]], Answer], now: float = NOW) -> OAuth:
    return OAuth("id", "secret", store, exchange, clock=lambda: now)


@pytest.mark.parametrize(
    ("left", "renewed"), [(1800.0, False), (121.0, False), (119.0, True), (0.0, True), (-9999.0, True)]
)
def test_a_token_is_renewed_two_minutes_before_its_end(left: float, renewed: bool) -> None:
    exchange = Exchange()

    token = oauth(MemoryStore(Tokens("a0", "r0", NOW + left)), exchange).access_token()

    assert token == ("a1" if renewed else "a0")
    assert len(exchange.forms) == renewed


def test_renewed_tokens_are_kept_with_their_new_refresh_token() -> None:
    store = MemoryStore(Tokens("a0", "r0", 0.0))

    oauth(store, Exchange()).access_token()

    assert store.load() == Tokens("a1", "r1", NOW + 1800)


def test_whoever_waited_for_another_to_renew_does_not_renew_again() -> None:
    store, exchange = MemoryStore(Tokens("a0", "r0", 0.0)), Exchange()
    ours, theirs = oauth(store, exchange), oauth(store, exchange)

    theirs.renew("a0")
    token = ours.renew("a0")

    assert (token, len(exchange.forms)) == ("a1", 1)


def test_nobody_having_agreed_yet_is_said_so() -> None:
    with pytest.raises(Refused, match="agreed"):
        oauth(MemoryStore(), Exchange()).access_token()


def test_the_code_that_the_browser_brings_back_begins_it_all() -> None:
    store, exchange = MemoryStore(), Exchange()

    oauth(store, exchange).agree("code", "https://example.com/back")

    assert exchange.forms[0]["grant_type"] == "authorization_code"
    assert store.load() == Tokens("a1", "r1", NOW + 1800)


def test_tokens_do_not_show_when_they_are_printed() -> None:
    assert "a0" not in repr(Tokens("a0", "r0", 1.0))


def test_the_address_to_agree_at_names_the_scopes_and_the_state() -> None:
    url = agreement_url("id", "https://example.com/back", ("oauth", "forms"), "s7")

    asked = parse_qs(urlsplit(url).query)
    assert (asked["scope"], asked["state"]) == (["oauth forms"], ["s7"])


class SharedStore(MemoryStore):
    """A store that outlives a connector."""

    def lock(self) -> AbstractContextManager[object]:
        return nullcontext()


def installed(account: Any, store: MemoryStore) -> Any:
    sandbox = account.sandbox
    app = {"client_id": sandbox.client_id, "client_secret": "env:SECRET"}
    settings = {"oauth": app, "base_url": sandbox.url, "requests_per_10_s": 100_000}
    return connect("crm", "hubspot", settings, lambda _: sandbox.client_secret.encode(), tokens=store)


def test_an_installed_app_reads_with_tokens_of_its_own(account: Any) -> None:
    store = SharedStore()
    connector = installed(account, store)
    ids = account.add({"email": "p@example.org"})

    connector.account.oauth.agree(account.sandbox.portal.tokens.code(), "https://example.com/back")

    assert list(connector.iter_ids()) == ids
    assert store.load()


def test_a_token_taken_back_before_its_end_is_renewed_once(account: Any) -> None:
    store = SharedStore()
    connector = installed(account, store)
    connector.account.oauth.agree(account.sandbox.portal.tokens.code(), "https://example.com/back")
    first = store.load()
    assert first is not None

    account.sandbox.portal.tokens.revoke(first.access)
    ids = list(connector.iter_ids())

    assert ids == []
    assert store.load() != first


def test_the_app_behind_an_oauth_token_is_known_by_its_number(account: Any) -> None:
    connector = installed(account, SharedStore())
    connector.account.oauth.agree(account.sandbox.portal.tokens.code(), "https://example.com/back")

    assert connector.app_id == str(account.sandbox.app_id)
