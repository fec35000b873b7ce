"""``contactable sync --since`` over HTTP: what changed since a date comes again, and no cursor moves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable
from contactable.cli import group
from contactable.errors import Refused
from contactable.loading import load
from contactable.register import cursors
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.contacts import Writer
from contactable.sync import CHANGES

Connect = Callable[..., Contactable]
DAY_MS = 86_400_000
BASE = 'public_url = "https://crm.example.com/contactable"\nlanguage = "en"\n'
HUBSPOT = '[connectors.hubspot]\ntype = "hubspot"\ntoken = "env:HUBSPOT_TOKEN"\nbase_url = "{url}"\nindex_lag = 0\n'


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Three contacts: the second changed four days ago, the others forty."""
    with HubSpotSandbox() as sandbox:
        portal = sandbox.portal
        for n, days in enumerate((40, 4, 40)):
            person = {"email": f"person.{n}@example.com", "country": "FR"}
            portal.contacts.add(person, portal.now, Writer("IMPORT"), modified_at=portal.now - days * DAY_MS)
        portal.index.catch_up(2**62)
        yield sandbox


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def cursor(kit: Contactable) -> dict[str, Any] | None:
    with kit.register.read() as tx:
        return cursors.get(tx, "hubspot", CHANGES)


def be_ahead(kit: Contactable) -> None:
    """Let the last sync have ended two days from now, so that no change of today is in the next window."""
    ahead = {"since": int(days_ago(-2).timestamp() * 1000)}
    kit.register.write(lambda tx: cursors.set(tx, "hubspot", CHANGES, ahead))


def test_what_a_cursor_has_passed_by_is_read_again_and_the_cursor_stays(crm: HubSpotSandbox, connect: Connect) -> None:
    kit, ids = connect(crm), list(crm.portal.contacts.by_id)
    load(kit, "hubspot")
    crm.as_person(ids[1], {"contactable_oppose": "email"})
    be_ahead(kit)

    missed, kept = kit.reader("hubspot").sync().changed, cursor(kit)
    note = load(kit, "hubspot", since=days_ago(1))

    assert (missed, cursor(kit)) == (0, kept)
    assert "1 brought up to date" in note
    assert crm.contact(ids[1]).properties["contactable_email_reason"] == "opposition"


def test_only_what_changed_since_the_date_is_read(crm: HubSpotSandbox, connect: Connect) -> None:
    reader = connect(crm).reader("hubspot")
    reader.sync()

    read = [reader.sync(since=days_ago(days)).read for days in (3, 5, 50)]

    assert read == [0, 1, 3]


def test_before_anything_was_read_a_date_leaves_nobody_out(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm)

    summary = kit.reader("hubspot").sync(since=days_ago(5))

    assert summary.read == 3
    assert cursor(kit) is not None


def test_a_table_without_dates_refuses_and_says_what_to_do(make_kit: Connect, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,email\n1,a@example.com\n", encoding="utf-8")
    kit = make_kit('[connectors.table]\ntype = "csv"\npath = "people.csv"\nsettle = 0\n')
    kit.reader("table").sync()

    with pytest.raises(Refused, match="--full"):
        kit.reader("table").sync(since=days_ago(5))


def run(connect: Connect, crm: HubSpotSandbox, folder: Path, *words: str) -> Result:
    connect(crm).close()
    path = folder / "contactable.toml"
    path.write_text(BASE + HUBSPOT.format(url=crm.url), encoding="utf-8")
    return CliRunner().invoke(group, ["--settings", str(path), "sync", *words])


def test_the_command_takes_a_day_and_previews_it_too(crm: HubSpotSandbox, connect: Connect, tmp_path: Path) -> None:
    run(connect, crm, tmp_path, "--yes")
    day = days_ago(5).date().isoformat()

    looked = run(connect, crm, tmp_path, "--since", day, "--dry-run", "--json")
    done = run(connect, crm, tmp_path, "--since", days_ago(50).date().isoformat())

    assert json.loads(looked.stdout)["contacts"] >= 1
    assert (done.exit_code, "3 contacts read" in done.stderr) == (0, True)


@pytest.mark.parametrize("words", [("--since", "2099-01-01"), ("--since", "soon"), ("--since", "2026-01-01", "--full")])
def test_a_date_that_cannot_be_is_a_mistake_of_usage(
    crm: HubSpotSandbox, connect: Connect, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert run(connect, crm, tmp_path, *words).exit_code == 2
