"""The console with a million mirrored contacts: how long its pages and a what-if take. ``--json`` prints figures.

``page_median_ms`` is the slowest page's median, of server time, over several looks; ``what_if_s`` is how long somebody
waits for the page of a what-if, which is then a job with progress; ``what_if_job_s`` is how long that job takes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, Tx, accounts, ledger, mirror, subjects, summary, upgrade
from contactable.register.mirror import SeenContact
from contactable.register.schema import carried, contacts
from contactable.rules import Channel
from contactable.rules.calendar import paris_day
from contactable.serving import make_app
from contactable.settings import parse
from contactable.supposing import Wish, suppose

PASSWORD = "a password of the benchmark"
LOOKS = 15
SETTINGS = """
public_url = "http://127.0.0.1/contactable"
[register]
url = "sqlite:///contactable.db"
[keys]
current = { id = "k1", secret = "env:BENCH_KEY" }
links = "env:BENCH_KEY"
seals = "env:BENCH_KEY"
[connectors.crm]
type = "csv"
path = "contacts.csv"
"""
REASONS = ("consent", "consent_required", "opposition", "existing_customer", "last_contact_unknown")


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--opposed", type=float, default=0.03, help="the share of contacts that opposed")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.environ["BENCH_KEY"] = "M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M2M="
    with tempfile.TemporaryDirectory(prefix="bench-console-") as folder:
        figures = measure(Path(folder), asked.contacts, asked.opposed)
    print(json.dumps(figures) if asked.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


def measure(folder: Path, count: int, share: float) -> dict[str, Any]:
    """All figures."""
    kit = Contactable(parse(SETTINGS, folder / "contactable.toml"), works=False)
    upgrade(kit.settings.register_url, kit.keyring)
    fill(kit, count)
    oppose(kit, int(count * share))
    began = time.perf_counter()
    summary.count(kit.register, paris_day(kit.clock()))
    counted = time.perf_counter() - began
    pages = look(kit)
    began = time.perf_counter()
    wish = Wish("main", change="consent_sms_on", to=paris_day(kit.clock()).isoformat())
    suppose(kit, wish, lambda done, total: None)
    job = time.perf_counter() - began
    kit.close()
    slowest = max((value for name, value in pages.items() if name != "what if begun"))
    return {
        "contacts": count,
        "page_median_ms": slowest,
        "what_if_s": round(pages["what if begun"] / 1000, 3),
        "what_if_job_s": round(job, 1),
        "summary_s": round(counted, 1),
        **{f"{name}_ms": value for name, value in pages.items()},
    }


def fill(kit: Contactable, count: int) -> None:
    """Mirror invented contacts; the first is known by its address."""
    facts = {"audience": ["consumer", "property"], "country": ["FR", "property"], "email": ["personal", "property"]}
    known = [(IdentifierKind.RECORD, "crm:first"), (IdentifierKind.EMAIL, "first@example.com")]
    kit.register.write(lambda tx: mirror.remember(tx, "crm", [SeenContact("first", known, facts, b"1", "F***")]))
    kit.register.write(lambda tx: subjects.subject_for(tx, *known[1]))
    for start in range(0, count, 20_000):
        rows = [row(number, kit) for number in range(start, min(start + 20_000, count))]
        kit.register.write(lambda tx, rows=rows: tx.connection.execute(insert(contacts), rows))


def oppose(kit: Contactable, count: int) -> None:
    """Let the first contacts have opposed: their facts are judged one by one."""
    for start in range(0, count, 1_000):
        names = [f"crm:{number}" for number in range(start, min(start + 1_000, count))]
        kit.register.write(lambda tx, names=names: opposed(tx, names))


def opposed(tx: Tx, names: list[str]) -> None:
    """An opposition to one channel of each of these records."""
    known = subjects.subjects_for(tx, [(IdentifierKind.RECORD, name) for name in names])
    common = {"connector": "crm", "kind": "record", "since": tx.now}
    links = [{**common, "record_id": id.partition(":")[2], "subject_id": who} for (_, id), who in known.items()]
    tx.connection.execute(insert(carried), links)
    new = [NewEntry(kind="opposition", subject_id=each, on="sms", origin="recipient") for each in known.values()]
    ledger.record(tx, new)


def row(number: int, kit: Contactable) -> dict[str, Any]:
    """One contact as a sync and a worker leave it."""
    audience = "professional" if number % 3 else "consumer"
    facts = {
        "audience": [audience, "property:audience"],
        "country": ["FR", "property:country"],
        "email": ["personal", "property:email"],
        "mobile": ["yes", "property:mobilephone"],
        "last_contact_on": [f"2026-{number % 10 + 1:02}-{number % 28 + 1:02}", "property:last"],
    }
    reasons = {f"contactable_{each}_reason": REASONS[(number + n) % len(REASONS)] for n, each in enumerate(Channel)}
    until = {f"contactable_{each}_until": f"2027-01-{number % 28 + 1:02}" for each in Channel}
    states = {f"contactable_{each}": "denied" for each in Channel}
    now = kit.clock()
    return {
        "connector": "crm",
        "record_id": str(number),
        "facts": facts,
        "input_hash": b"1",
        "written": {"properties": {**reasons, **until, **states}},
        "written_at": now,
        "until": "2027-01-01",
        "seen_at": now,
    }


def look(kit: Contactable) -> dict[str, float]:
    """The median of each page, in milliseconds of server time."""
    from contactable.console.private import passwords

    kept = passwords.hashed(PASSWORD)
    kit.register.write(lambda tx: accounts.add(tx, "bench", "administrator", kept))
    client = make_app(kit).test_client()
    prefix = "/contactable/console"

    def post(path: str, page: str, **fields: str) -> Any:
        secret = re.search(r'name="csrf" value="(\w+)"', client.get(f"{prefix}{page}").text)
        began = time.perf_counter()
        answer = client.post(f"{prefix}{path}", data={"csrf": secret and secret[1], **fields})
        took = (time.perf_counter() - began) * 1000
        assert answer.status_code in (200, 303), answer.status_code
        return took

    def get(path: str) -> float:
        began = time.perf_counter()
        assert client.get(f"{prefix}{path}").status_code == 200
        return (time.perf_counter() - began) * 1000

    post("/login", "/login", name="bench", password=PASSWORD)
    paths = {
        "overview": "/",
        "what_if": "/what-if",
        "decisions": "/decisions",
        "review": "/review",
        "operations": "/operations",
    }
    found = {name: statistics.median(get(path) for _ in range(LOOKS)) for name, path in paths.items()}
    found["contact"] = statistics.median(post("/contact", "/contact", who="first@example.com") for _ in range(LOOKS))
    said = {"offer": "main", "set": "consent_sms_on", "to": "2026-11-01"}
    found["what if begun"] = statistics.median(post("/what-if", "/what-if", **said) for _ in range(3))
    return {name: round(value, 1) for name, value in found.items()}


if __name__ == "__main__":
    main()
