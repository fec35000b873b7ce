"""How quickly the law is decided: one contact, millions, a file; beside other engines on the same contacts.

``bench/decide.py [--json] [--contacts N]``. Everything runs on one core and in one process, medians of rounds, ratios
within a round. Other engines decide one channel (``email``); their rules are written by hand (``elsewhere``) and must
give the same reasons.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median
from subprocess import run
from time import perf_counter
from typing import Any

if hasattr(os, "sched_setaffinity"):  # one core for all, also for those that would take more
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ |= {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from elsewhere import in_cel, in_openfisca, in_polars
from elsewhere.people import ON, in_columns, one_by_one

from contactable.rules import Channel, Facts, Offer, decide, decide_channel, decide_many
from contactable.rules.columns import NO_DAY
from contactable.rules.decision import forget
from contactable.rules.packing import VALUES

OFFER = Offer()
ROUNDS = 7
ROWS_OF_A_FILE = 1_000_000
Figures = dict[str, float]


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median time of some work."""
    return median(_timed(work) for _ in range(rounds))


def ratio(work: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS) -> float:
    """How many times longer the other work takes: the median of the ratios within each round."""
    return median(_timed(other) / _timed(work) for _ in range(rounds))


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    begun = perf_counter()
    work()
    return perf_counter() - begun


def one_contact() -> Figures:
    """``decide`` with full verdicts, on 1,000 contacts; and one channel beside the fastest rules engine."""
    values = one_by_one(1_000)
    contacts = [Facts(**each) for each in values]
    evaluate = in_cel.compiled()
    variables = [in_cel.as_variables(facts) for facts in contacts]
    for facts, each in zip(contacts, variables, strict=True):
        assert evaluate(each) == decide_channel(Channel.EMAIL, facts, OFFER, ON).reason
    forget()
    first_sight = _timed(lambda: [decide(facts, OFFER, ON) for facts in contacts])
    return {
        "decide_us": seconds(lambda: [decide(facts, OFFER, ON) for facts in contacts], 31) * 1e3,
        "decide_and_read_facts_us": seconds(lambda: [decide(Facts(**each), OFFER, ON) for each in values]) * 1e3,
        "decide_at_first_sight_us": first_sight * 1e3,
        "times_faster_than_fastest_engine": ratio(
            lambda: [decide_channel(Channel.EMAIL, facts, OFFER, ON) for facts in contacts],
            lambda: [evaluate(each) for each in variables],
            31,
        ),
    }


def many_contacts(count: int) -> Figures:
    """``decide_many`` on columns in memory; and one channel beside OpenFisca and Polars on the same columns."""
    columns = in_columns(count)
    begun = perf_counter()
    decide_many({name: column[:1] for name, column in columns.items()}, OFFER, ON)
    compiled = perf_counter() - begun
    verdicts = count * len(Channel)
    figures = {
        "compile_s": compiled,
        "bulk_ns_per_verdict": seconds(lambda: _reasons(columns), 5) / verdicts * 1e9,
        "bulk_until_ns_per_verdict": seconds(lambda: decide_many(columns, OFFER, ON), 3) / verdicts * 1e9,
        "bytes_per_contact": _peak(lambda: decide_many(columns, OFFER, ON)) / count,
        "input_bytes_per_contact": float(sum(column.itemsize for column in columns.values())),
    }
    return figures | beside_others(columns)


def _reasons(columns: dict[str, Any], channels: tuple[Channel, ...] = tuple(Channel)) -> dict[str, Any]:
    return decide_many(columns, OFFER, ON, channels=channels, answers=("allowed", "reason"))


def _peak(work: Callable[[], object]) -> int:
    """The most memory (bytes) that some work holds at a time, its result included."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def beside_others(columns: dict[str, Any]) -> Figures:
    """One channel, the same columns, three engines, the same reasons."""
    few = {name: column[:1_000_000] for name, column in columns.items()}
    frame = pl.DataFrame({name: few[name] for name in in_openfisca.INPUTS})
    ours = _reasons(few, (Channel.EMAIL,))["email_reason"]
    system = in_openfisca.system()
    assert np.array_equal(ours, in_polars.decided(frame)["reason"].to_numpy())
    assert np.array_equal(ours, in_openfisca.decided(system, few))
    return {
        "times_openfisca": ratio(lambda: _reasons(few, (Channel.EMAIL,)), lambda: in_openfisca.decided(system, few)),
        "times_slower_than_polars": 1
        / ratio(lambda: _reasons(few, (Channel.EMAIL,)), lambda: in_polars.decided(frame)),
    }


def a_file() -> Figures:
    """``contactable check`` on a Parquet file, reading and writing included, beside DuckDB that only copies it."""
    with tempfile.TemporaryDirectory() as folder:
        source, checked, copied = (Path(folder, f"{name}.parquet") for name in ("contacts", "checked", "copied"))
        pq.write_table(_as_contact_file(in_columns(ROWS_OF_A_FILE)), source)
        command = [sys.executable, "-m", "contactable", "check", str(source), "--on", str(ON), "--out", str(checked)]
        check = _timed(lambda: run(command, check=True, capture_output=True))
        rows = pq.read_metadata(checked).num_rows
        assert rows == ROWS_OF_A_FILE
        copy = seconds(lambda: duckdb.sql(f"copy (from '{source}') to '{copied}'"), 3)
    return {"check_s": check, "check_times_duckdb_copy": check / copy}


def _as_contact_file(columns: dict[str, Any]) -> pa.Table:
    """The columns as the contact file has them: words, dates, and addresses of invented people."""
    count = len(columns["email"])
    written: dict[str, Any] = {"id": pa.array(np.arange(count)).cast(pa.string())}
    for name, column in columns.items():
        if column.dtype == np.int32:
            written[name] = pa.array(np.where(column == NO_DAY, 0, column), mask=column == NO_DAY).cast(pa.date32())
        else:
            written[name] = pa.DictionaryArray.from_arrays(column, _words(name)).cast(pa.string())
    return pa.table(written)


def _words(name: str) -> list[str | None]:
    addresses = {
        "country": [None, "FR", "BE"],
        "email": [None, "jeanne@example.com", "contact@example.com"],
        "mobile": [None, "+33639981234", None],
        "landline": [None, "+33139981234", None],
        "street": [None, "1 rue de l'Exemple", None],
    }
    words = [
        None if value is None else {True: "yes", False: "no"}.get(value, str(value)) for value in VALUES.get(name, ())
    ]
    return addresses.get(name, words)


BUDGETS = {
    "decide_us": "<= 6",
    "times_faster_than_fastest_engine": ">= 2.5",
    "bulk_ns_per_verdict": "<= 15",
    "bulk_until_ns_per_verdict": "<= 60",
    "times_openfisca": ">= 7",
    "times_slower_than_polars": "<= 3",
    "bytes_per_contact": "<= 100",
    "compile_s": "<= 2",
}


def main() -> None:
    """Measure, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--contacts", type=int, default=10_000_000, help="contacts in columns (default 10,000,000)")
    options = parser.parse_args()
    figures = one_contact() | many_contacts(options.contacts) | a_file()
    if options.json:
        print(json.dumps({name: round(figure, 3) for name, figure in figures.items()}))
        return
    for name, figure in figures.items():
        print(f"{name:36} {figure:12.3f}  {BUDGETS.get(name, '')}")


if __name__ == "__main__":
    main()
