"""A register that cannot be trusted is refused at start, with a sentence that says what to do."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import stat
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from contactable.errors import KeyMismatch, RegisterError, SettingsError
from contactable.register import Keyring, NewEntry, Register, Tx, ledger, schema_accounts, schema_seals, upgrade
from contactable.register.database import make_engine, read_url
from contactable.register.testing import EMAIL, KEY, NEWER, Workbench

RING = Keyring.from_secrets(KEY)
WRONG = Keyring.from_secrets((KEY[0], b"another secret, another secret, "))


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def execute(url: str, statement: str) -> None:
    engine = create_engine(read_url(url))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_migrations_and_schema_give_the_same_tables(url: str) -> None:
    engine = make_engine(read_url(url))

    with engine.connect() as connection:
        defaults = connection.dialect.name == "postgresql"  # SQLite spells them in ways that never compare equal
        options = {"compare_type": True, "compare_server_default": defaults}
        context = MigrationContext.configure(connection, opts=options)
        every = (schema_accounts.accounts, schema_seals.seals)  # each schema that is imported adds its tables
        differences = compare_metadata(context, every[0].metadata)
    engine.dispose()

    assert differences == []


def test_upgrading_twice_changes_nothing(url: str) -> None:
    assert upgrade(url, RING) == upgrade(url, RING)
    Register.open(url, RING).close()


def test_a_register_that_nobody_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="contactable register upgrade"):
        Register.open(f"sqlite:///{tmp_path}/none.db", RING)


def test_a_file_without_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    sqlite3.connect(path).execute("PRAGMA journal_mode=WAL").close()

    with pytest.raises(RegisterError, match="contactable register upgrade"):
        Register.open(f"sqlite:///{path}", RING)


def test_a_register_of_a_newer_kit_is_refused_by_opening_and_by_upgrading(url: str) -> None:
    execute(url, "UPDATE alembic_version SET version_num = '9999'")

    for refuse in (Register.open, upgrade):
        with pytest.raises(RegisterError, match="newer version"):
            refuse(url, RING)


def test_a_register_of_an_older_kit_asks_for_the_upgrade(url: str) -> None:
    execute(url, "DELETE FROM alembic_version")

    with pytest.raises(RegisterError, match="contactable register upgrade"):
        Register.open(url, RING)


@pytest.mark.parametrize(
    ("keyring", "sentence"),
    [(WRONG, "not the one"), (Keyring.from_secrets(NEWER), "k1"), (Keyring.from_secrets(("k9", b"x" * 32)), "k1")],
    ids=["wrong", "missing", "another"],
)
def test_a_wrong_or_missing_key_opens_no_register(url: str, keyring: Keyring, sentence: str) -> None:
    for refuse in (Register.open, upgrade):
        with pytest.raises(KeyMismatch, match=sentence):
            refuse(url, keyring)


def test_a_process_that_lacks_a_key_that_came_later_finds_nobody_and_says_so(house: Workbench) -> None:
    other = Register.open(house.url, Keyring.from_secrets(NEWER, [KEY]))
    other.close()

    with pytest.raises(KeyMismatch, match="k2"):
        house.subject()


@pytest.mark.parametrize(
    "keys",
    [{"current": ("k1", b"short")}, {"current": ("", b"x" * 32)}, {"current": KEY, "previous": [KEY]}],
    ids=["short", "nameless", "twice"],
)
def test_keys_that_are_none_are_refused_before_anything_is_opened(keys: dict[str, tuple[str, bytes]]) -> None:
    with pytest.raises(SettingsError):
        Keyring.from_secrets(**keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://example.com/x",
        "register.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x.db?synchronous=normal",
        "sqlite:///x.db?mode=ro",
    ],
)
def test_other_databases_and_options_that_lower_durability_are_refused(url: str) -> None:
    with pytest.raises(RegisterError, match="url"):
        Register.open(url, RING)


def open_as_somebody(url: str, said: Connection) -> None:
    """Open a register as a user who is not root: root may write everywhere."""
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        Register.open(url, RING)
    except RegisterError as error:
        said.send(str(error))


@pytest.mark.parametrize("mode", [0o400, 0o444])
def test_a_file_that_may_not_be_written_is_refused(sqlite_template: Path, mode: int) -> None:
    heard, said = multiprocessing.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy2(sqlite_template, f"{folder}/register.db")
        os.chmod(path, mode)
        os.chmod(folder, 0o755)
        process = multiprocessing.get_context("fork").Process(target=open_as_somebody, args=(f"sqlite:///{path}", said))
        process.start()
        process.join()

    assert heard.poll()
    assert "cannot be written" in heard.recv()


def test_a_full_disk_is_said_and_leaves_nothing_half_written(sqlite_house: Workbench) -> None:
    subject = sqlite_house.subject()
    limit = sqlite_house.write(lambda tx: tx.connection.scalar(text("PRAGMA page_count")))
    sqlite_house.write(lambda tx: tx.connection.execute(text(f"PRAGMA max_page_count={limit}")).close())
    wishes = [NewEntry(kind="opposition", subject_id=subject, event_key=str(n)) for n in range(2000)]

    with pytest.raises(RegisterError, match="full"):
        sqlite_house.write(ledger.record, wishes)

    assert sqlite_house.read(ledger.entries_of, [subject]) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("Call me on Monday. " * 500)

    with pytest.raises(RegisterError, match="not a database"):
        Register.open(f"sqlite:///{path}", RING)


def test_a_register_without_write_ahead_log_is_refused(sqlite_url: str) -> None:
    sqlite3.connect(path_of(sqlite_url)).execute("PRAGMA journal_mode=DELETE").close()

    with pytest.raises(RegisterError, match="WAL"):
        Register.open(sqlite_url, RING)


def test_a_server_that_answers_before_its_log_is_on_disk_is_refused(postgresql_url: str) -> None:
    execute(postgresql_url, "ALTER ROLE postgres SET synchronous_commit = off")
    try:
        with pytest.raises(RegisterError, match="synchronous_commit"):
            Register.open(postgresql_url, RING)
    finally:
        execute(postgresql_url, "ALTER ROLE postgres RESET synchronous_commit")


def test_a_read_only_server_is_refused(postgresql_url: str) -> None:
    with pytest.raises(RegisterError, match="read-only"):
        Register.open(f"{postgresql_url}&options=-c%20default_transaction_read_only%3Don", RING)


def test_a_server_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="does not answer"):
        Register.open(f"postgresql://nobody@/none?host={tmp_path}", RING)


def test_a_new_register_may_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    upgrade(f"sqlite:///{path}", RING)
    register = Register.open(f"sqlite:///{path}", RING)
    modes = {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()}
    register.close()

    assert modes == {0o600}


def test_errors_quote_neither_addresses_nor_numbers(sqlite_house: Workbench) -> None:
    def spoil(tx: Tx) -> None:
        tx.connection.execute(text("INSERT INTO nowhere VALUES (:it)"), {"it": EMAIL[1]})

    with pytest.raises(RegisterError) as raised:
        sqlite_house.write(spoil)

    assert EMAIL[1] not in str(raised.value) + repr(raised.value.__context__)
