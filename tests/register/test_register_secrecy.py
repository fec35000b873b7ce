"""A stolen register tells nobody's address: every page and every byte of the log is looked through after a full run."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from contactable.identifiers import IdentifierKind, digest
from contactable.register import (
    Delivery,
    Keyring,
    NewEntry,
    SeenContact,
    Tx,
    accesses,
    consents,
    inbox,
    ledger,
    mirror,
    subjects,
    tokens,
)
from contactable.register.annulling import annul
from contactable.register.backups import backup
from contactable.register.consents import Consent
from contactable.register.resealing import rekey
from contactable.register.retention import purge
from contactable.register.testing import KEY, NEWER, Workbench

NAME, ADDRESS, NUMBER = "Lou Dupont-Essai", "lou.dupont@example.com", "+33639980042"
WHO = [(IdentifierKind.EMAIL, ADDRESS), (IdentifierKind.PHONE, NUMBER)]
SAID = f"{NAME} {ADDRESS} {NUMBER} 06 39 98 00 42".encode()


def live(house: Workbench) -> None:
    """Everything that puts something about a person into the register, then what takes some of it away."""
    house.write(mirror.remember, "crm", [SeenContact("1", WHO, {"audience": ["consumer", "x"]}, b"h", f"{NAME}")])
    house.write(live_in_one_work)
    house.reopen(Keyring.from_secrets(NEWER, [KEY]))
    house.write(subjects.subjects_for, WHO)
    rekey(house.register)
    house.clock.move(days=40)
    purge(house.register)
    house.write(live_in_one_work)


def live_in_one_work(tx: Tx) -> None:
    raw = Delivery(
        endpoint="brevo", provider="brevo", received_at=tx.now, headers={"X": ADDRESS}, raw=SAID, sha256=b"s" * 32
    )
    inbox.settle(tx, inbox.keep(tx, raw), inbox.DONE)
    for kind, normalised in WHO:
        subject = subjects.subject_for(tx, kind, normalised)
        key = f"brevo:{ADDRESS}:{NUMBER}:{tx.now}"
        new = NewEntry(kind="opposition", subject_id=subject, on="sms", event_key=key, note=SAID.decode())
        (entry,) = ledger.record(tx, [new])
        assert entry is not None
        annul(tx, entry_id=entry.id, reason=SAID.decode(), by=NAME)
        consents.give(tx, Consent(subject_id=subject, channel="email", given_at=tx.now, proof=SAID))
        consents.ask_to_confirm(tx, Consent(subject_id=subject, channel="email", given_at=tx.now, proof=SAID))
        tokens.issue(tx, "page", [subject])
        accesses.note(tx, "explain", [subject], who=NAME)


def refuse_clear(content: bytes, where: str) -> None:
    for secret in (NAME, ADDRESS, NUMBER, NUMBER[1:], "639980042", "06 39 98 00 42", "lou.dupont", KEY[1].decode()):
        for form in (secret.encode(), secret.encode("utf-16-le"), secret.encode().hex().encode()):
            assert form.lower() not in content.lower(), where


def test_no_page_and_no_byte_of_the_log_shows_an_address_or_a_number(sqlite_house: Workbench, tmp_path: Path) -> None:
    live(sqlite_house)
    files = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    sqlite_house.register.close()
    files |= {f"closed {path.name}": path.read_bytes() for path in tmp_path.iterdir()}

    assert {"register.db", "register.db-wal"} <= set(files)
    assert sum(map(len, files.values())) > 100_000
    for name, content in files.items():
        refuse_clear(content, name)


def test_no_backup_shows_an_address_or_a_number(sqlite_house: Workbench, tmp_path: Path) -> None:
    live(sqlite_house)

    backup(sqlite_house.url, tmp_path / "copy", sqlite_house.keyring)

    refuse_clear((tmp_path / "copy").read_bytes(), "backup")


def test_no_table_on_a_server_shows_an_address_or_a_number(postgresql_url: str) -> None:
    house = Workbench(postgresql_url)
    live(house)

    with house.register.read() as tx:
        names = tx.connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        rows = {name: tx.connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars().all() for name in names}
    house.register.close()

    assert len(rows["entries"]) > 8
    for name, lines in rows.items():
        refuse_clear("\n".join(lines).encode(), name)


def test_the_scan_would_find_what_it_looks_for() -> None:
    with pytest.raises(AssertionError):
        refuse_clear(b"\x00\x01" + ADDRESS.upper().encode() + b"\x02", "a page")


def test_a_thief_without_the_key_finds_no_number_by_trying_them_all(sqlite_house: Workbench) -> None:
    sqlite_house.subject((IdentifierKind.PHONE, NUMBER))
    sqlite_house.register.close()

    found = stolen(sqlite_house, b"a key that the thief made up, 32 bytes")

    assert found == set()


def test_a_thief_with_the_key_finds_every_number_by_trying_them_all(sqlite_house: Workbench) -> None:
    sqlite_house.subject((IdentifierKind.PHONE, NUMBER))
    sqlite_house.register.close()

    found = stolen(sqlite_house, sqlite_house.keyring.current.digesting)

    assert found == {NUMBER}


def stolen(house: Workbench, key: bytes) -> set[str]:
    """What somebody reads out of the file who tries every number of a block."""
    with sqlite3.connect(house.url.removeprefix("sqlite:///")) as db:
        digests = {row[0] for row in db.execute("SELECT digest FROM identifiers")}
    numbers = [f"+3363998{n:04d}" for n in range(10_000)]
    return {number for number in numbers if digest(key, IdentifierKind.PHONE, number) in digests}


def test_sqlite_is_the_only_reader_that_the_file_needs(sqlite_house: Workbench) -> None:
    """The format is open: what is kept can be read without this kit, and still shows no address."""
    live(sqlite_house)
    sqlite_house.register.close()
    with sqlite3.connect(sqlite_house.url.removeprefix("sqlite:///")) as db:
        dump = "\n".join(db.iterdump())

    assert re.search(r'INSERT INTO "?entries"? VALUES', dump)
    refuse_clear(dump.encode(), "dump")
