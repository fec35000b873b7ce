"""Coming into the console by the company's own login: whom it lets in, and every answer that it refuses."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from joserfc.jwk import OctKey, RSAKey
from tests.console.conftest import SETTINGS, Desk, Look
from tests.console.openid_provider import CLIENT, SECRET, OpenIdProvider, fresh_key
from werkzeug.serving import make_server
from werkzeug.test import Client, TestResponse

from contactable import Contactable
from contactable.console.private import passwords
from contactable.errors import Conflict, SettingsError
from contactable.register import accounts
from contactable.register.accounts import Role
from contactable.serving import make_app
from contactable.settings import parse

PREFIX = "/contactable/console"
BASE = "https://crm.example.com"
OIDC = """
[console.oidc]
issuer = "{issuer}"
client_id = "contactable"
client_secret = "env:OIDC_SECRET"
groups = {{ sales = "viewer", "data protection" = "administrator" }}
addresses = {{ "Ada@example.com" = "operator" }}
"""


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: a browser is answered alike on both."""
    return sqlite_url


@pytest.fixture
def provider(answering: Callable[[Flask], str], monkeypatch: pytest.MonkeyPatch) -> OpenIdProvider:
    """A provider that answers on loopback."""
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    provider = OpenIdProvider()
    provider.issuer = answering(provider.app())
    return provider


@pytest.fixture
def house(install: Callable[..., Desk], provider: OpenIdProvider) -> Desk:
    """An installation that trusts it."""
    return install(OIDC.format(issuer=provider.issuer))


@pytest.fixture
def client(house: Desk) -> Client:
    """A browser without a login."""
    return house.app.test_client()


def out(client: Client) -> str:
    """Where the login sends the browser."""
    answer = client.get(f"{PREFIX}/oidc", base_url=BASE)
    assert answer.status_code == 303
    return str(answer.location)


def back(client: Client, address: str) -> TestResponse:
    """Go where the provider sends the browser back to."""
    there = requests.get(address, allow_redirects=False, timeout=30).headers["Location"]
    assert there.startswith(f"{BASE}{PREFIX}/oidc/back?")
    return client.get(there.removeprefix(BASE), base_url=BASE)


def arrive(client: Client) -> TestResponse:
    """The whole way."""
    return back(client, out(client))


def is_in(client: Client) -> bool:
    return client.get(f"{PREFIX}/", base_url=BASE).status_code == 200


def known(house: Desk) -> list[tuple[str, str]]:
    with house.kit.register.read() as tx:
        return [(each.name, each.role) for each in accounts.every(tx)]


def test_a_group_that_the_settings_name_comes_in_with_its_role(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    provider.claims = {"sub": "u-1", "groups": ["sales", "other"], "preferred_username": "ada"}
    answer = arrive(client)
    assert (answer.status_code, answer.location) == (303, f"{PREFIX}/")
    assert is_in(client)
    assert known(house) == [("ada", "viewer")]


def test_the_highest_role_of_several_counts_and_a_second_login_makes_no_second_account(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    arrive(client)
    provider.claims["groups"] = ["sales", "data protection"]
    arrive(client)
    assert [role for _, role in known(house)] == ["administrator"]


@pytest.mark.parametrize(("verified", "role"), [(True, "operator"), (False, None), (None, None), ("true", None)])
def test_an_address_counts_only_where_the_provider_verified_it(
    client: Client, house: Desk, provider: OpenIdProvider, verified: object, role: str | None
) -> None:
    provider.claims = {"sub": "u-2", "email": "ada@EXAMPLE.com", "email_verified": verified}
    assert arrive(client).status_code == (303 if role else 403)
    assert known(house) == ([("ada@EXAMPLE.com", role)] if role else [])


def test_groups_that_are_told_at_a_second_address_count_for_the_same_person_only(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    provider.claims = {"sub": "u-3"}
    provider.told = {"sub": "u-4", "groups": ["data protection"]}
    assert arrive(client).status_code == 403
    provider.told = {"sub": "u-3", "groups": ["data protection"]}
    assert arrive(client).status_code == 303
    assert [role for _, role in known(house)] == ["administrator"]


WRONG = {
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "audience": {"aud": "another application"},
    "audiences without a party": {"aud": [CLIENT, "another application"]},
    "party": {"azp": "another application"},
    "issuer": {"iss": "https://login.example.com"},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "from tomorrow": {"iat": int(time.time()) + 86400},
    "nobody": {"sub": ""},
    "no subject": {"sub": None},
    "token of another access": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("spoilt", WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(
    client: Client, house: Desk, provider: OpenIdProvider, spoilt: dict[str, object]
) -> None:
    provider.spoilt = spoilt
    answer = arrive(client)
    assert answer.status_code == 403
    assert "is not good" in answer.text
    assert known(house) == []
    assert not is_in(client)


def test_a_token_signed_with_a_key_that_is_not_published_is_refused(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    arrive(client)
    before, provider.key = provider.key, fresh_key()
    provider.published = before
    assert arrive(house.app.test_client()).status_code == 403
    provider.published = None
    assert arrive(client).status_code == 303


def test_a_key_of_the_same_name_that_is_another_is_refused(client: Client, provider: OpenIdProvider) -> None:
    provider.published = RSAKey.generate_key(2048, {"kid": str(provider.key.kid), "use": "sig"})
    assert arrive(client).status_code == 403


def test_a_token_signed_with_a_shared_secret_is_refused(client: Client, provider: OpenIdProvider) -> None:
    provider.published = provider.key
    provider.key = OctKey.import_key(SECRET * 2, {"kid": str(provider.key.kid)})
    provider.algorithm = "HS256"
    assert arrive(client).status_code == 403


@pytest.mark.parametrize("groups", [["strangers"], [], None, "strangers", [["sales"]], {"sales": 1}, ["Sales"]])
def test_an_unknown_group_makes_no_account(
    client: Client, house: Desk, provider: OpenIdProvider, groups: object
) -> None:
    provider.claims["groups"] = groups
    answer = arrive(client)
    assert answer.status_code == 403
    assert "you may not come in here" in answer.text
    assert known(house) == []


def test_who_left_the_group_is_logged_out_at_the_next_try(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    arrive(client)
    provider.claims["groups"] = ["strangers"]
    assert arrive(house.app.test_client()).status_code == 403
    assert not is_in(client)


def test_a_login_that_began_in_another_browser_is_refused(client: Client, house: Desk) -> None:
    address = out(client)
    assert back(house.app.test_client(), address).status_code == 403
    assert back(client, address).status_code == 303


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?code=y", "?state=&code=y", "?state=é&code=y"])
def test_an_answer_without_the_state_is_refused_before_the_provider_is_asked(
    client: Client, provider: OpenIdProvider, query: str
) -> None:
    out(client)
    assert client.get(f"{PREFIX}/oidc/back{query}", base_url=BASE).status_code == 403
    assert provider.codes == {}


def test_an_answer_counts_once(client: Client) -> None:
    address = out(client)
    there = requests.get(address, allow_redirects=False, timeout=30).headers["Location"].removeprefix(BASE)
    assert client.get(there, base_url=BASE).status_code == 303
    assert client.get(there, base_url=BASE).status_code == 403


def test_an_answer_of_another_provider_is_refused(client: Client) -> None:
    address = out(client)
    there = requests.get(address, allow_redirects=False, timeout=30).headers["Location"].removeprefix(BASE)
    assert client.get(f"{there}&iss=https://evil.example", base_url=BASE).status_code == 403


def test_what_the_person_declined_is_refused_in_plain_words(client: Client) -> None:
    (state,) = parse_qs(urlsplit(out(client)).query)["state"]
    answer = client.get(f"{PREFIX}/oidc/back?error=access_denied&state={state}", base_url=BASE)
    assert answer.status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "AAAA", "é", "A" * 3000])
def test_a_forged_cookie_is_refused(client: Client, cookie: str) -> None:
    client.set_cookie("contactable_arrival", cookie, path=f"{PREFIX}/", domain="crm.example.com")
    assert client.get(f"{PREFIX}/oidc/back?state=x&code=y", base_url=BASE).status_code == 403


@pytest.mark.parametrize("query", ["?next=https://evil.example", "?redirect_uri=https://evil.example", "?lang=en"])
def test_nothing_in_an_address_leads_elsewhere(client: Client, provider: OpenIdProvider, query: str) -> None:
    answer = client.get(f"{PREFIX}/oidc{query}", base_url="https://evil.example")
    assert str(answer.location).startswith(f"{provider.issuer}/authorize?")
    assert parse_qs(urlsplit(str(answer.location)).query)["redirect_uri"] == [f"{BASE}{PREFIX}/oidc/back"]


def test_an_account_with_a_password_is_never_taken_over_by_a_name(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    kept = passwords.hashed("a long password for tests")
    house.kit.register.write(lambda tx: accounts.add(tx, "ada", Role.ADMINISTRATOR, kept))
    provider.claims["preferred_username"] = "ada"
    assert arrive(client).status_code == 409
    assert not is_in(client)


def test_who_comes_by_the_company_has_no_password_here_and_gets_none(
    client: Client, house: Desk, provider: OpenIdProvider
) -> None:
    provider.claims["preferred_username"] = "ada"
    arrive(client)
    with pytest.raises(Conflict):
        house.kit.register.write(lambda tx: accounts.set_password(tx, "ada", passwords.hashed("x" * 12)))
    other = house.app.test_client()
    csrf = re.findall(r'name="csrf" value="(\w+)"', other.get(f"{PREFIX}/login", base_url=BASE).text)[0]
    said = {"csrf": csrf, "name": "ada", "password": ""}
    assert other.post(f"{PREFIX}/login", data=said, base_url=BASE).status_code == 403


@pytest.mark.parametrize(
    "metadata",
    [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"authorization_endpoint": "javascript:alert(1)"}],
)
def test_a_provider_that_tells_nonsense_of_itself_is_not_used(
    client: Client, provider: OpenIdProvider, metadata: dict[str, object]
) -> None:
    provider.metadata = metadata
    assert client.get(f"{PREFIX}/oidc", base_url=BASE).status_code == 503


def test_a_provider_that_does_not_answer_is_no_fault_of_ours(
    install: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{probe.getsockname()[1]}"
    client = install(OIDC.format(issuer=closed)).app.test_client()
    assert client.get(f"{PREFIX}/oidc", base_url=BASE).status_code == 503


def test_without_settings_there_is_no_such_way(desk: Desk) -> None:
    client = desk.app.test_client()
    assert "/oidc" not in client.get(f"{PREFIX}/login", base_url=BASE).text
    for path in ("/oidc", "/oidc/back"):
        assert client.get(f"{PREFIX}{path}", base_url=BASE).status_code == 404


@pytest.mark.parametrize("issuer", ["http://login.example.com", "ftp://x", "https://x?a=b", "http://localhost.evil"])
def test_an_issuer_that_is_not_by_https_is_no_setting(issuer: str) -> None:
    with pytest.raises(SettingsError):
        parse(OIDC.format(issuer=issuer), Path("contactable.toml"))


def test_a_colleague_comes_in_by_the_button(
    provider: OpenIdProvider,
    answering: Callable[[Flask], str],
    install: Callable[..., Desk],
    tmp_path: Path,
    url: str,
    look: Look,
) -> None:
    install()  # the keys of the tests
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = f"http://127.0.0.1:{port}/contactable"
    text = SETTINGS.format(url=url).replace("https://crm.example.com/contactable", here)
    kit = Contactable(parse(text + OIDC.format(issuer=provider.issuer), tmp_path / "contactable.toml"), works=False)
    server = make_server("127.0.0.1", port, make_app(kit), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        look.page.goto(f"{here}/console/login")
        look.check("company-login")
        look.page.click("a[role=button]")
        look.page.wait_for_url(f"{here}/console/")
        assert look.page.inner_text("h1") == "Vue d'ensemble"
        assert "u-1" in look.page.inner_text("header")
    finally:
        server.shutdown()
        server.server_close()
        kit.close()
