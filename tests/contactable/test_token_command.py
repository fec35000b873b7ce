"""Tokens of the API as somebody makes, lists and revokes them; and who looked at whom at a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable
from contactable.cli import group
from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind
from contactable.register import accesses, subjects

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command in a folder with settings and a register."""
    monkeypatch.chdir(tmp_path)

    def type_(*words: str) -> Result:
        return CliRunner().invoke(group, words)

    type_("init", "--public-url", "https://example.com/c", "--token", "env:T")
    assert type_("register", "upgrade").exit_code == 0
    return type_


def test_a_token_is_shown_once_and_listed_without_itself(run: Run) -> None:
    token = run("token", "add", "shop", "--scope", "verdicts:read", "--days", "90").stdout.strip()

    listed = run("token", "list", "--json").stdout
    (row,) = json.loads(listed)
    assert token.startswith("ctb_")
    assert len(token) == 47
    assert token not in listed
    assert (row["name"], row["scopes"], row["good"], row["last_read_at"]) == ("shop", ["verdicts:read"], True, None)


def test_a_revoked_token_stays_listed_and_is_revoked_once(run: Run) -> None:
    made = json.loads(run("token", "add", "shop", "--scope", "scrub:run", "--json").stdout)

    first, second = run("token", "revoke", made["id"]), run("token", "revoke", made["id"])

    assert first.exit_code == 0
    assert isinstance(second.exception, Malformed)
    assert "revoked" in run("token", "list").stdout


@pytest.mark.parametrize("words", [("add", "shop"), ("add", "shop", "--scope", "everything"), ("add",)])
def test_a_token_without_a_scope_that_there_is_is_not_made(run: Run, words: tuple[str, ...]) -> None:
    assert run("token", *words).exit_code == 2


@pytest.mark.parametrize("id", ["x", "0" * 32, "é"])
def test_revoking_what_is_no_token_is_said_in_one_sentence(run: Run, id: str) -> None:
    assert isinstance(run("token", "revoke", id).exception, Malformed)


def test_explaining_a_person_is_kept_with_the_name_of_who_asked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "sam")
    kit = Contactable.from_settings(tmp_path / "contactable.toml")
    subject = kit.register.write(lambda tx: subjects.subject_for(tx, IdentifierKind.EMAIL, "lou@example.com"))

    run("explain", "--email", "lou@example.com")

    with kit.register.read() as tx:
        (row,) = accesses.of_person(tx, [subject])
    kit.close()
    assert (row.what, row.who, row.token_id) == ("explain", "sam", None)
