"""OAuth against the sandbox: a person agrees, tokens lie sealed in the register, and one process at a time renews."""

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


def connecting(settings: Path) -> tuple[subprocess.Popen[str], dict[str, list[str]]]:
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "connect", "--redirect-uri", BACK]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert process.stdout is not None
    asked = parse_qs(urlsplit(process.stdout.readline().strip()).query)
    assert process.stderr is not None
    process.stderr.readline()
    return process, asked


@pytest.fixture
def settings(crm: HubSpotSandbox, make: Callable[[], Contactable], tmp_path: Path) -> Path:
    assert make().register
    path = tmp_path / "contactable.toml"
    path.write_text(OAUTH.format(url=crm.url, client_id=crm.client_id))
    return path


def test_the_command_sends_a_person_to_hubspot_and_keeps_what_comes_back(
    crm: HubSpotSandbox, make: Callable[[], Contactable], settings: Path
) -> None:
    process, asked = connecting(settings)

    page = requests.get(BACK, params={"code": crm.portal.tokens.code(), "state": asked["state"][0]}, timeout=10)

    assert process.wait(timeout=20) == 0
    assert "terminal" in page.text
    assert re.search(r"crm\.objects\.contacts\.read", asked["scope"][0])
    assert load(make(), "hubspot").startswith("3 contacts read")


def test_an_answer_to_another_question_connects_nothing(crm: HubSpotSandbox, settings: Path) -> None:
    process, _ = connecting(settings)

    requests.get(BACK, params={"code": crm.portal.tokens.code(), "state": "forged"}, timeout=10)

    assert process.wait(timeout=20) != 0
    assert crm.journal.count(route="token") == 0
