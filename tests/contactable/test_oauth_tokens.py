"""OAuth against the sandbox: a person agrees, tokens lie sealed in the register, and one process at a time renews."""

import html
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from contactable import Contactable
from contactable.connectors.hubspot import Tokens
from contactable.errors import Conflict, Refused
from contactable.holding import holding
from contactable.loading import load
from contactable.register import credentials
from contactable.register.resealing import rekey
from contactable.sandbox import HubSpotSandbox

OAUTH = """
[connectors.hubspot]
type = "hubspot"
base_url = "{url}"
oauth = {{ client_id = "{client_id}", client_secret = "env:CLIENT_SECRET" }}
"""
BACK = "http://localhost:18766/connected"
Make = Callable[..., Contactable]


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox(3) as sandbox:
        yield sandbox


@pytest.fixture
def make(crm: HubSpotSandbox, make_kit: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Contactable]:
    monkeypatch.setenv("CLIENT_SECRET", crm.client_secret)
    return lambda: make_kit(OAUTH.format(url=crm.url, client_id=crm.client_id))


def agree(crm: HubSpotSandbox, kit: Contactable) -> Tokens:
    tokens: Tokens = kit.connectors["hubspot"].account.oauth.agree(crm.portal.tokens.code(), BACK)  # type: ignore[attr-defined]
    return tokens


def test_a_connection_outlives_the_process_that_made_it(crm: HubSpotSandbox, make: Callable[[], Contactable]) -> None:
    agree(crm, make())

    told = load(make(), "hubspot")

    assert told.startswith("3 contacts read")


def test_nobody_who_agreed_is_a_refusal_that_names_the_command(make: Callable[[], Contactable]) -> None:
    with pytest.raises(Refused, match="contactable connect"):
        load(make(), "hubspot")


def test_tokens_lie_sealed_in_the_register(
    crm: HubSpotSandbox, make: Callable[[], Contactable], tmp_path: Path
) -> None:
    tokens = agree(crm, make())

    kept = b"".join(path.read_bytes() for path in tmp_path.glob("contactable.db*"))

    assert tokens.access.encode() not in kept
    assert tokens.refresh.encode() not in kept


def test_two_installations_of_one_register_renew_an_old_token_once(
    crm: HubSpotSandbox, make: Callable[[], Contactable]
) -> None:
    ours, theirs = make(), make()
    crm.portal.tokens.revoke(agree(crm, ours).access)
    crm.journal.clear()

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda kit: list(kit.connectors["hubspot"].iter_ids()), [ours, theirs] * 4))

    assert ids == [ids[0]] * 8
    assert crm.journal.count(route="token") == 1


def test_a_token_is_renewed_before_it_ends(crm: HubSpotSandbox, make: Callable[[], Contactable]) -> None:
    kit = make()
    begun = agree(crm, kit)
    store = kit.connectors["hubspot"].account.oauth._store  # type: ignore[attr-defined]
    store.save(Tokens(begun.access, begun.refresh, begun.expires_at - 1_700))
    crm.journal.clear()

    list(kit.connectors["hubspot"].iter_ids())

    assert [each.status for each in crm.journal.entries] == [200] * len(crm.journal.entries)
    assert crm.journal.count(route="token") == 1


def test_tokens_survive_a_change_of_the_registers_key(crm: HubSpotSandbox, make: Callable[[], Contactable]) -> None:
    kit = make()
    tokens = agree(crm, kit)

    rekey(kit.register)

    with kit.register.read() as tx:
        assert tokens.refresh.encode() in (credentials.get(tx, "hubspot") or b"")


def test_a_name_that_is_held_is_refused_and_free_afterwards(make: Callable[[], Contactable]) -> None:
    register = make().register

    with (
        holding(register, "sync hubspot"),
        pytest.raises(Conflict, match="under way"),
        holding(register, "sync hubspot"),
    ):
        pass

    with holding(register, "sync hubspot"):
        pass


def connecting(settings: Path) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "connect", "--redirect-uri", BACK]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert process.stdout is not None
    page = process.stdout.readline().strip()
    assert process.stderr is not None
    process.stderr.readline()
    return process, page


def answer(page: str, button: str) -> requests.Response:
    """Open the page, press one of its buttons, and follow where the browser is sent."""
    shown = requests.get(page, timeout=10)
    shown.raise_for_status()
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)">(?!\w)', shown.text))
    sent = {name: html.unescape(value) for name, value in fields.items()} | {"answer": button}
    return requests.post(page.partition("?")[0], data=sent, timeout=10)


@pytest.fixture
def settings(crm: HubSpotSandbox, make: Callable[[], Contactable], tmp_path: Path) -> Path:
    assert make().register
    path = tmp_path / "contactable.toml"
    path.write_text(OAUTH.format(url=crm.url, client_id=crm.client_id))
    return path


def test_a_person_opens_the_page_agrees_and_the_tokens_are_kept(
    crm: HubSpotSandbox, make: Callable[[], Contactable], settings: Path
) -> None:
    process, page = connecting(settings)

    back = answer(page, "agree")

    assert process.wait(timeout=30) == 0
    assert back.url.startswith(BACK)
    assert "terminal" in back.text
    assert load(make(), "hubspot").startswith("3 contacts read")
    asked = parse_qs(urlsplit(page).query)["scope"][0].split()
    (granted,) = crm.portal.tokens.refresh_tokens.values()
    assert granted == frozenset(asked)
    assert "crm.objects.companies.read" not in asked


def test_the_page_asks_for_companies_where_a_mapping_names_one(crm: HubSpotSandbox, settings: Path) -> None:
    named = '[connectors.hubspot.mapping]\ntrade = "company.industry"\n'
    settings.write_text(f"{settings.read_text()}\n{named}")
    process, page = connecting(settings)

    answer(page, "agree")

    assert process.wait(timeout=30) == 0
    assert "crm.objects.companies.read" in parse_qs(urlsplit(page).query)["scope"][0].split()


def test_a_person_who_declines_connects_nothing(crm: HubSpotSandbox, settings: Path) -> None:
    process, page = connecting(settings)

    answer(page, "decline")

    assert process.wait(timeout=30) != 0
    assert process.stderr is not None
    assert "Nobody agreed" in process.stderr.read()
    assert crm.journal.count(route="token") == 0


@pytest.mark.parametrize("wrong", ["client_id=other", "redirect_uri=nowhere", "scope="])
def test_a_page_that_asks_wrongly_sends_nobody_anywhere(crm: HubSpotSandbox, settings: Path, wrong: str) -> None:
    asked = {"client_id": crm.client_id, "redirect_uri": BACK, "scope": "oauth", "state": "s"}
    name, _, value = wrong.partition("=")
    where = f"{crm.url}/oauth/authorize"

    shown = requests.get(where, params={**asked, name: value}, timeout=10)
    sent = requests.post(where, data={**asked, name: value, "answer": "agree"}, timeout=10, allow_redirects=False)

    assert (shown.status_code, sent.status_code) == (400, 400)
    assert not crm.portal.tokens.codes


def test_a_code_is_worth_nothing_at_another_address(crm: HubSpotSandbox, make: Callable[[], Contactable]) -> None:
    code = crm.portal.tokens.code(redirect_uri="https://example.com/elsewhere")

    with pytest.raises(Refused, match="400"):
        make().connectors["hubspot"].account.oauth.agree(code, BACK)  # type: ignore[attr-defined]


def test_an_answer_to_another_question_connects_nothing(crm: HubSpotSandbox, settings: Path) -> None:
    process, _ = connecting(settings)

    requests.get(BACK, params={"code": crm.portal.tokens.code(), "state": "forged"}, timeout=10)

    assert process.wait(timeout=20) != 0
    assert crm.journal.count(route="token") == 0
