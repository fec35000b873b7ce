"""What is handed out: to the person, on a complaint, to a regulator; and a proof that a stranger can check."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from contactable import Contactable
from contactable.errors import Malformed, SettingsError
from contactable.exports.complaint import export_complaint
from contactable.exports.complaint import page as complaint_page
from contactable.exports.control import export_control
from contactable.exports.control import page as control_page
from contactable.exports.oppositions import export_oppositions
from contactable.exports.person import export_person
from contactable.exports.person import page as person_page
from contactable.exports.proof import export_proof
from contactable.exports.proof import page as proof_page
from contactable.identifiers import IdentifierKind
from contactable.register import (
    Entry,
    NewEntry,
    SeenContact,
    Tx,
    accesses,
    consents,
    journal,
    ledger,
    mirror,
    shown,
    subjects,
)
from contactable.register.erasing import erase
from contactable.register.schema import kept
from contactable.register.sealing import seal
from contactable.register.testing import HandClock

VERIFIER = Path(__file__).parents[2] / "docs" / "verify_proof.py"
EMAIL = "lou@example.com"
SAW = "<b>J'accepte</b> de recevoir vos offres"
Make = Callable[..., Contactable]


@pytest.fixture
def kit(make_kit: Make) -> Contactable:
    """Lou agreed to e-mail in March, objected in November, and was closed in the CRM and at a sender."""
    clock = HandClock(datetime(2026, 11, 24, 9, tzinfo=UTC))
    made = make_kit(clock=clock)
    made.register.write(agreed)
    clock.move(seconds=1)
    made.register.write(objected)
    clock.move(seconds=3)
    made.register.write(closed)
    seal(made.register, made.seal_key, made.settings.roots)
    return made


def lou(tx: Tx) -> str:
    return subjects.subject_for(tx, IdentifierKind.EMAIL, EMAIL)


def agreed(tx: Tx) -> None:
    contact = SeenContact("7", [(IdentifierKind.EMAIL, EMAIL)], {"country": ("FR", "property:country")}, b"x", "L***")
    mirror.remember(tx, "hubspot", [contact])
    given_at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    said = consents.Consent(subject_id=lou(tx), channel="email", given_at=given_at, form="salon", proof=SAW.encode())
    consents.give(tx, said)


def objected(tx: Tx) -> None:
    new = NewEntry(kind="opposition", subject_id=lou(tx), on="email", proof_level="signed", reason="unsubscribe")
    ledger.record(tx, [new])


def closed(tx: Tx) -> None:
    row: dict[str, Any] = {"connector": "hubspot", "record_id": "7", "offer": "main", "channel": "email"}
    shown.add(tx, [shown.Shown(**row, allowed=False, reason="opposition", was_allowed=True)])
    journal.add(tx, [journal.Written("brevo:blocklist", lou(tx), "email")])


def opposition(kit: Contactable) -> Entry:
    with kit.register.read() as tx:
        (found,) = ledger.of_kind(tx, "opposition")
    return found


def receipts(kit: Contactable) -> list[str]:
    with kit.register.read() as tx:
        return [entry.reason for entry in ledger.of_kind(tx, "receipt")]


def test_a_person_is_given_everything_that_is_held_and_the_look_is_audited(kit: Contactable) -> None:
    said = export_person(kit, email=EMAIL)

    assert [entry["kind"] for entry in said["entries"]] == ["consent", "opposition"]
    assert [proof["content"] for proof in said["proofs"]] == [SAW]
    assert said["contacts"] == [{"record": "hubspot:7", "fact": "country", "value": "FR", "source": "property:country"}]
    assert [line["where"] for line in said["closed"]] == ["brevo:blocklist"]
    assert receipts(kit) == ["export_person"]


def test_a_person_is_told_when_they_were_looked_at_and_not_by_whom(kit: Contactable) -> None:
    def look(tx: Tx) -> None:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, EMAIL)
        accesses.note(tx, "explain", [subject], who="Sam Essai")

    kit.register.write(look)

    said = export_person(kit, email=EMAIL)

    assert [each["reason"] for each in said["looks"]] == ["explain"]
    assert "Sam Essai" not in json.dumps(said, default=str) + person_page(said, "fr")


def test_somebody_unknown_is_told_that_nothing_is_held(kit: Contactable) -> None:
    said = export_person(kit, email="nobody@example.com")

    assert [said[part] for part in ("entries", "proofs", "contacts", "shown", "closed")] == [[]] * 5


def test_a_page_escapes_what_people_wrote_and_shows_no_address(kit: Contactable) -> None:
    page = person_page(export_person(kit, email=EMAIL), "fr")

    assert "&lt;b&gt;J&#39;accepte&lt;/b&gt;" in page
    assert EMAIL not in page


def test_a_complaint_says_how_fast_the_opposition_counted_and_where(kit: Contactable) -> None:
    said = export_complaint(kit, email=EMAIL, received=date(2027, 1, 31))

    assert {wait["where"]: wait["seconds"] for wait in said["delays"]} == {"hubspot:7": 3.0, "brevo:blocklist": 3.0}
    assert said["reply_before"] == date(2027, 2, 28)
    assert "au plus tard le 28/02/2027" in said["letter"]
    assert "Votre opposition du 24/11/2026 (E-mail)" in said["letter"]
    assert "en 3 secondes au plus" in said["letter"]


def test_the_reply_to_somebody_unknown_says_what_must_be_done_first(kit: Contactable) -> None:
    assert "À faire avant l'envoi" in export_complaint(kit, email="nobody@example.com")["letter"]


def test_a_control_counts_by_origin_with_delays_and_names_nobody(kit: Contactable) -> None:
    said = export_control(kit, date(2026, 11, 24), date(2026, 11, 24))

    (line,) = said["oppositions"]
    assert line == {"origin": "recipient", "channel": "email", "count": 1, "delay": 3.0, "slowest": 3.0}
    assert said["consents"] == [{"form": "salon", "channel": "email", "count": 1}]
    assert EMAIL not in json.dumps(said, default=str)


def test_a_control_counts_the_looks_at_people_by_kind(kit: Contactable) -> None:
    kit.register.write(lambda tx: accesses.note(tx, "verdicts", [None, None], token_id="0" * 32))

    (line,) = export_control(kit, date(2020, 1, 1), date(2090, 1, 1))["accesses"]

    assert (line["reason"], line["count"]) == ("verdicts", 2)


def test_a_control_of_other_days_is_empty(kit: Contactable) -> None:
    assert export_control(kit, date(2026, 11, 1), date(2026, 11, 23))["oppositions"] == []


def test_a_period_that_ends_before_it_begins_is_refused(kit: Contactable) -> None:
    with pytest.raises(Malformed, match="before it begins"):
        export_control(kit, date(2026, 11, 2), date(2026, 11, 1))


def test_a_proof_names_the_law_of_the_day_and_what_was_shown(kit: Contactable) -> None:
    said = export_proof(kit, opposition(kit).id)

    email = [line for line in said["law"] if line["record"] == "hubspot:7" and line["channel"] == "email"]
    assert [(line["reason"], [source["id"] for source in line["sources"]]) for line in email] == [
        ("opposition", ["gdpr-21", "gdpr-7"])
    ]
    assert [line["reason"] for line in said["shown"]] == ["opposition"]


@pytest.mark.parametrize("id", ["", "hubspot:7", "0" * 32, "Z" * 32])
def test_a_proof_of_no_entry_is_refused(kit: Contactable, id: str) -> None:
    with pytest.raises(Malformed):
        export_proof(kit, id)


def test_an_entry_that_waits_for_its_seal_says_so(kit: Contactable) -> None:
    kit.register.write(objected)
    with kit.register.read() as tx:
        newest = ledger.of_kind(tx, "opposition")[-1]

    said = export_proof(kit, newest.id)

    assert said["sealed"] is None
    assert "contactable register seal" in proof_page(said, "en")


def test_every_page_is_whole_in_both_languages(kit: Contactable) -> None:
    today = date(2026, 11, 24)
    pages: list[tuple[Callable[..., str], dict[str, Any]]] = [
        (person_page, export_person(kit, email=EMAIL)),
        (complaint_page, export_complaint(kit, email=EMAIL)),
        (proof_page, export_proof(kit, opposition(kit).id)),
        (control_page, export_control(kit, today - timedelta(days=1), today)),
    ]
    for page, said in pages:
        french, english = page(said, "fr"), page(said, "en")
        assert french.count("<h2>") == english.count("<h2>") > 2
        assert french != english


@pytest.fixture
def keeping(make_kit: Make, tmp_path: Path) -> Contactable:
    """A kit that keeps identifiers readable: Lou is closed by e-mail, her number is not."""
    key = tmp_path / "identifiers.key"
    key.write_bytes(b"a key of its own for what stays readable")
    key.chmod(0o600)
    made = make_kit('[keys]\nidentifiers = "file:identifiers.key"\n', clock=HandClock())
    made.register.write(objected)
    made.register.write(lambda tx: subjects.subject_for(tx, IdentifierKind.PHONE, "+33639980001"))
    return made


def test_a_new_sender_is_handed_those_who_objected(keeping: Contactable, tmp_path: Path) -> None:
    assert export_oppositions(keeping, "brevo", "email", tmp_path / "list.csv") == 1
    assert export_oppositions(keeping, "csv", "sms", tmp_path / "none.csv") == 0

    assert (tmp_path / "list.csv").read_text().split() == ["EMAIL", EMAIL]
    assert (tmp_path / "list.csv").stat().st_mode & 0o077 == 0
    assert receipts(keeping) == ["export_oppositions"] * 2


def test_what_is_kept_readable_lies_encrypted_and_goes_with_an_erasure(keeping: Contactable, tmp_path: Path) -> None:
    database = tmp_path / "contactable.db"
    written = database.read_bytes() + Path(f"{database}-wal").read_bytes()
    keeping.register.write(lambda tx: erase(tx, [lou(tx)]))

    assert EMAIL.encode() not in written
    assert export_oppositions(keeping, "csv", "email", tmp_path / "list.csv") == 0


def test_without_a_key_of_its_own_nothing_is_kept_readable(kit: Contactable, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="keys"):
        export_oppositions(kit, "csv", "email", tmp_path / "list.csv")

    with kit.register.read() as tx:
        assert tx.connection.execute(select(kept)).all() == []


def verify(tmp_path: Path, said: dict[str, Any], roots: Path, key: str) -> subprocess.CompletedProcess[str]:
    """Check a proof as a stranger does: Python without any package, the published roots, the published key."""
    proof = tmp_path / "proof.json"
    proof.write_text(json.dumps(said, default=str))
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(proof), str(roots), key]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_stranger_verifies_a_proof_with_nothing_but_python(kit: Contactable, tmp_path: Path) -> None:
    done = verify(tmp_path, export_proof(kit, opposition(kit).id), kit.settings.roots, kit.seal_key.public)

    assert (done.returncode, done.stdout.startswith("The proof holds")) == (0, True)


def changed_content(said: dict[str, Any]) -> None:
    said["sealed"]["content"] = said["sealed"]["content"].replace("opposition", "release")


def another_position(said: dict[str, Any]) -> None:
    said["sealed"]["position"] = 0


def a_root_of_ones_own(said: dict[str, Any]) -> None:
    line = json.loads(said["sealed"]["line"])
    said["sealed"]["line"] = json.dumps({**line, "root": "0" * 64}, separators=(",", ":"), sort_keys=True)


@pytest.mark.parametrize(
    ("forge", "complaint"),
    [
        (changed_content, "it was changed"),
        (another_position, "it was changed"),
        (a_root_of_ones_own, "the key did not sign"),
        (a_root_of_ones_own, "published file"),
    ],
)
def test_a_forged_proof_is_told_from_a_true_one(
    kit: Contactable, tmp_path: Path, forge: Callable[[dict[str, Any]], None], complaint: str
) -> None:
    said = export_proof(kit, opposition(kit).id)
    forge(said)

    done = verify(tmp_path, said, kit.settings.roots, kit.seal_key.public)

    assert (done.returncode, complaint in done.stdout) == (1, True)


def test_a_proof_of_another_key_does_not_hold(kit: Contactable, tmp_path: Path) -> None:
    said = export_proof(kit, opposition(kit).id)

    done = verify(tmp_path, said, kit.settings.roots, "AAAA" + kit.seal_key.public[4:])

    assert done.returncode == 1
