"""The commands about the register, as somebody types them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable
from contactable.cli import group
from contactable.errors import ContactableError
from contactable.register import shown

Run = Callable[..., Result]
LIST = "Email Address,UNSUB_TIME,LEID\nlou@example.com,2025-03-04 10:11:12,1\nnobody,2025-03-04,2\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Type a command in a folder with settings and a register."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONTACTABLE_KEY_PASSPHRASE", "four words are enough")

    def type_(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(group, words, input=stdin)

    assert type_("init", "--public-url", "https://example.com/c", "--token", "env:T").exit_code == 0
    assert type_("register", "upgrade").exit_code == 0
    return type_


def said(result: Result) -> Any:
    return json.loads(result.stdout)


def test_an_import_is_looked_at_entered_once_and_explained(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)

    look = run("import", "oppositions", "list.csv", "--json")
    entered = run("import", "oppositions", "list.csv", "--yes")
    again = run("import", "oppositions", "list.csv", "--yes")

    assert (look.exit_code, said(look)["lines"], len(said(look)["refused"])) == (6, 1, 1)
    assert (entered.exit_code, "1 entered" in entered.stderr) == (1, True)
    assert "0 entered, 1 known before" in again.stderr
    found = said(run("explain", "--email", "-", "--json", stdin="lou@example.com\n"))
    assert found["verdicts"]["email"]["reason"] == "opposition"


def test_an_import_can_be_annulled_after_a_look(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    run("import", "oppositions", "list.csv", "--yes")
    batch = said(run("import", "oppositions", "list.csv", "--json"))["batch"]

    look = run("register", "annul", "--import", batch, "--reason", "a test list", "--json")
    done = run("register", "annul", "--import", batch, "--reason", "a test list", "--yes")

    assert (look.exit_code, len(said(look)["ends"])) == (6, 1)
    assert (done.exit_code, "1 ended" in done.stderr) == (0, True)
    assert said(run("explain", "--email", "lou@example.com", "--json"))["verdicts"]["email"]["reason"] != "opposition"


def test_consents_of_a_list_open_nothing_by_themselves_and_lift_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text(LIST)
    (tmp_path / "in.csv").write_text("email,date\nlou@example.com,2026-01-02\n")
    run("import", "oppositions", "out.csv", "--yes")

    entered = run("import", "consents", "in.csv", "--act", "positive", "--to", "us", "--proof", "safe", "--yes")

    assert "1 entered" in entered.stderr
    assert said(run("explain", "--email", "lou@example.com", "--json"))["verdicts"]["email"]["reason"] == "opposition"


def test_a_scrub_removes_who_objected_and_leaves_a_receipt(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text(LIST)
    run("import", "oppositions", "out.csv", "--yes")
    (tmp_path / "list.csv").write_text("mail,n\nlou@example.com,1\nmax@example.com,2\n")

    words = ["scrub", "list.csv", "--channel", "email", "--column", "mail", "--only-oppositions", "--json"]
    receipt = said(run(*words))

    assert (receipt["kept"], receipt["reasons"]) == (1, {"opposition": 1})
    assert (tmp_path / "list.scrubbed.csv").read_text() == "mail,n\nmax@example.com,2\n"
    assert len(receipt["receipt"]) == 32


def test_a_scrub_for_the_crm_removes_whom_nobody_knows(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("mail\nmax@example.com\n")

    receipt = said(run("scrub", "list.csv", "--channel", "email", "--column", "mail", "--json"))

    assert receipt["reasons"] == {"place_unknown": 1}


def test_keys_are_backed_up_lost_and_put_back(run: Run, tmp_path: Path) -> None:
    keys = tmp_path / "contactable-keys"
    assert run("key", "backup", ".").exit_code == 0
    before = (keys / "k1.key").read_bytes()
    for path in keys.iterdir():
        path.unlink()
    keys.rmdir()

    lost = run("explain", "--email", "lou@example.com")
    back = run("key", "restore", "contactable-keys.locked")

    assert isinstance(lost.exception, ContactableError)
    assert back.exit_code == 0
    assert (keys / "k1.key").read_bytes() == before
    assert run("explain", "--email", "lou@example.com").exit_code == 0


def test_a_rotation_prints_the_settings_and_the_register_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    run("import", "oppositions", "list.csv", "--yes")
    printed = run("key", "rotate").stdout

    settings = tmp_path / "contactable.toml"
    former = ("[keys]", "current =", "links =", "seals =")
    others = [line for line in settings.read_text().splitlines() if not line.startswith(former)]
    settings.write_text("\n".join(others) + "\n" + printed)

    assert said(run("explain", "--email", "lou@example.com", "--json"))["verdicts"]["email"]["reason"] == "opposition"
    rekeyed = run("register", "rekey")
    assert "k1 finds 1" in rekeyed.stderr


def test_a_register_is_backed_up_lost_and_put_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    run("import", "oppositions", "list.csv", "--yes")
    assert run("register", "backup", "copy.db").exit_code == 0
    for path in tmp_path.glob("contactable.db*"):
        path.unlink()

    assert run("register", "restore", "copy.db").exit_code == 0

    assert said(run("explain", "--email", "lou@example.com", "--json"))["verdicts"]["email"]["reason"] == "opposition"


def test_an_erasure_asks_first_and_says_what_stays(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    run("import", "oppositions", "list.csv", "--yes")

    asked = run("register", "erase", "--email", "-", stdin="lou@example.com\n")
    done = run("register", "erase", "--email", "-", "--yes", stdin="lou@example.com\n")

    assert asked.exit_code == 6
    assert said(done)["oppositions_kept"] == 1


def test_whom_a_wrong_mapping_opened_is_listed_by_time_and_mapping(run: Run, tmp_path: Path) -> None:
    noon = datetime(2026, 11, 12, 11, tzinfo=UTC)  # noon in Paris
    opening: dict[str, Any] = {
        "offer": "main",
        "channel": "post",
        "allowed": True,
        "was_allowed": False,
        "reason": "information_given",
    }
    rows = [
        shown.Shown(connector="crm", record_id=id, versions={"mapping": mapping}, written_at=noon, **opening)
        for id, mapping in (("1", "m1"), ("2", "m2"))
    ]
    kit = Contactable.from_settings(tmp_path / "contactable.toml")
    kit.register.write(lambda tx: shown.add(tx, rows))
    kit.close()

    day = said(run("register", "opened", "--from", "2026-11-12", "--to", "2026-11-12", "--json"))
    under = run("register", "opened", "--from", "2026-11-12T11:59", "--to", "2026-11-12T12:01", "--mapping", "m1")
    later = run("register", "opened", "--from", "2026-11-12T12:01", "--to", "2026-11-13")

    assert sorted(each["record_id"] for each in day) == ["1", "2"]
    assert under.stdout.split("\t")[:3] == ["crm:1", "main", "post"]
    assert (later.exit_code, later.stdout) == (0, "")


def test_a_purge_counts_before_it_lets_go(run: Run) -> None:
    counted = said(run("register", "purge", "--dry-run", "--json"))

    assert set(counted.values()) == {0}
    assert "nothing" in run("register", "purge").stderr


def test_a_sealed_register_verifies_and_a_changed_entry_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LIST)
    run("import", "oppositions", "list.csv", "--yes")
    assert run("register", "seal").exit_code == 0
    copy = tmp_path / "elsewhere.jsonl"
    copy.write_bytes((tmp_path / "contactable-roots.jsonl").read_bytes())

    whole = run("register", "verify", "--roots", str(copy), "--json")
    with sqlite3.connect(tmp_path / "contactable.db") as database:
        database.execute("UPDATE entries SET channel = 'post' WHERE kind = 'opposition'")
    changed = run("register", "verify", "--roots", str(copy))

    assert (whole.exit_code, said(whole)["problems"]) == (0, [])
    assert (changed.exit_code, changed.stdout.split("\t")[:2]) == (5, ["seal 1", "entry changed"])
