"""Accounts of the console as somebody makes, lists, changes and removes them at a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contactable.cli import group
from contactable.errors import Conflict, Malformed

Run = Callable[..., Result]
LONG = "a password that is long\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command about accounts in a folder with settings and a register."""
    monkeypatch.chdir(tmp_path)
    invoke = CliRunner().invoke
    invoke(group, ["init", "--public-url", "https://example.com/c", "--token", "env:T"])
    assert invoke(group, ["register", "upgrade"]).exit_code == 0
    return lambda *words, typed=LONG: invoke(group, ["console", "user", *words], input=typed)


def test_an_account_is_listed_without_its_password(run: Run, tmp_path: Path) -> None:
    made = run("add", "Ada", "--role", "operator", "--password-stdin")

    (row,) = json.loads(run("list", "--json").stdout)
    assert (made.exit_code, row["name"], row["role"], row["second_factor"]) == (0, "Ada", "operator", False)
    assert LONG.strip().encode() not in (tmp_path / "contactable.db").read_bytes()


def test_a_second_factor_is_printed_once_and_kept_sealed(run: Run, tmp_path: Path) -> None:
    address = run("add", "Ada", "--second-factor", "--password-stdin").stdout.strip()

    secret = address.partition("secret=")[2].partition("&")[0]
    assert address.startswith("otpauth://totp/contactable:Ada")
    assert len(secret) == 32
    assert secret.encode() not in (tmp_path / "contactable.db").read_bytes()


def test_codes_are_begun_and_ended_for_somebody_who_lost_the_device(run: Run) -> None:
    run("add", "Ada", "--password-stdin")

    assert run("second-factor", "Ada").stdout.startswith("otpauth://totp/contactable:Ada")
    assert json.loads(run("list", "--json").stdout)[0]["second_factor"]
    assert run("second-factor", "Ada", "--off").exit_code == 0
    assert not json.loads(run("list", "--json").stdout)[0]["second_factor"]


@pytest.mark.parametrize("words", [("add", "Ada", "--role", "king"), ("add", "Ada", "--password", "on the line")])
def test_a_role_or_a_password_that_cannot_be_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize(("name", "typed"), [("Ada", "short\n"), ("", LONG), ("a\nb", LONG), ("x" * 300, LONG)])
def test_an_account_without_a_good_name_and_password_is_not_made(run: Run, name: str, typed: str) -> None:
    assert isinstance(run("add", name, "--password-stdin", typed=typed).exception, Malformed)
    assert json.loads(run("list", "--json").stdout) == []


def test_a_name_is_given_once_and_is_free_after_its_removal(run: Run) -> None:
    run("add", "Ada", "--password-stdin")

    assert isinstance(run("add", "Ada", "--password-stdin").exception, Conflict)
    assert run("remove", "Ada").exit_code == 0
    assert run("add", "Ada", "--password-stdin").exit_code == 0


def test_the_last_administrator_stays_while_there_are_others(run: Run) -> None:
    run("add", "Ada", "--role", "administrator", "--password-stdin")
    run("add", "Bo", "--password-stdin")

    assert isinstance(run("remove", "Ada").exception, Conflict)


@pytest.mark.parametrize("words", [("remove", "Nobody"), ("password", "Nobody", "--password-stdin")])
def test_an_account_that_is_not_there_is_said_so(run: Run, words: tuple[str, ...]) -> None:
    assert isinstance(run(*words).exception, Malformed)
