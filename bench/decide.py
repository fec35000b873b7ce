"""How quickly the law is decided: one contact, millions, a file; beside other engines on the same contacts.

``bench/decide.py [--json] [--contacts N] [--file-rows N]``. Everything runs on one core, medians of rounds, ratios
within a round. Other engines decide one channel (``email``); their rules are written by hand (``elsewhere``) and must
give the same reasons.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from typing import Any

if hasattr(os, "sched_setaffinity"):  # one core for all, also for those that would take more
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
os.environ |= {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}

import numpy as np
import polars as pl
from elsewhere import in_cel, in_openfisca, in_polars
from measuring.clock import median_of, peak, seconds, timed, together
from measuring.people import ON, in_columns, one_by_one
from measuring.processes import check_a_file, import_seconds

from contactable.rules import Channel, Facts, Offer, decide, decide_channel, decide_many
from contactable.rules.decision import forget
from contactable.rules.sources import FIRST_DAY

OFFER = Offer()
EMAIL = (Channel.EMAIL,)
ONE_BY_ONE = 1_000
FEW = 20  # OpenFisca takes milliseconds for one contact
BESIDE = 1_000_000
Figures = dict[str, float]

BUDGETS = {
    "decide_us": "<= 6",
    "times_faster_than_fastest_engine": ">= 2.5",
    "bulk_ns_per_verdict": "<= 15",
    "bulk_until_ns_per_verdict": "<= 60",
    "times_openfisca": ">= 7",
    "times_slower_than_polars": "<= 3",
    "bytes_per_contact": "<= 100",
    "import_ms": "<= 60",
    "compile_s": "<= 2",
}


def one_contact() -> Figures:
    """``decide`` with full verdicts, on 1,000 contacts: known cases, with the making of facts, and at first sight."""
    values = one_by_one(ONE_BY_ONE)
    contacts = [Facts(**each) for each in values]
    forget()
    first_sight = timed(lambda: [decide(facts, OFFER, ON) for facts in contacts])
    return {
        "decide_us": seconds(lambda: [decide(facts, OFFER, ON) for facts in contacts], 31) * 1e3,
        "decide_and_read_facts_us": seconds(lambda: [decide(Facts(**each), OFFER, ON) for each in values]) * 1e3,
        "decide_at_first_sight_us": first_sight * 1e3,
    }


def one_channel_beside_others() -> Figures:
    """One contact after the other, one channel, beside the fastest rules engine on PyPI and OpenFisca."""
    contacts = [Facts(**each) for each in one_by_one(ONE_BY_ONE)]
    evaluate, variables = in_cel.compiled(), [in_cel.as_variables(facts) for facts in contacts]
    for facts, each in zip(contacts, variables, strict=True):
        assert evaluate(each) == decide_channel(Channel.EMAIL, facts, OFFER, ON).reason
    columns, system = in_columns(FEW), in_openfisca.system()
    each_alone = [{name: column[row : row + 1] for name, column in columns.items()} for row in range(FEW)]
    rounds = together(
        {
            "ours": lambda: [decide_channel(Channel.EMAIL, facts, OFFER, ON) for facts in contacts],
            "cel": lambda: [evaluate(each) for each in variables],
        },
        31,
    )
    return {
        "one_channel_us": median_of(rounds, "ours") / ONE_BY_ONE * 1e6,
        "one_channel_cel_us": median_of(rounds, "cel") / ONE_BY_ONE * 1e6,
        "one_channel_openfisca_us": seconds(lambda: [in_openfisca.decided(system, one) for one in each_alone], 3)
        / FEW
        * 1e6,
        "times_faster_than_fastest_engine": median_of(rounds, "cel", over="ours"),
    }


def many_contacts(count: int) -> Figures:
    """``decide_many`` on columns in memory, all channels; ``compile_s`` is every version of the law, once a process."""
    columns = in_columns(count)
    first = {name: column[:1] for name, column in columns.items()}
    compiled = timed(lambda: decide_many(first, OFFER, FIRST_DAY))
    verdicts = count * len(Channel)
    return {
        "compile_s": compiled,
        "bulk_ns_per_verdict": seconds(lambda: _reasons(columns), 5) / verdicts * 1e9,
        "bulk_until_ns_per_verdict": seconds(lambda: decide_many(columns, OFFER, ON), 3) / verdicts * 1e9,
        "bytes_per_contact": peak(lambda: decide_many(columns, OFFER, ON)) / count,
        "input_bytes_per_contact": float(sum(column.itemsize for column in columns.values())),
    }


def one_channel_of_many_beside_others() -> Figures:
    """One channel, the same million contacts in columns, three engines, the same reasons."""
    columns, system = in_columns(BESIDE), in_openfisca.system()
    frame = pl.DataFrame({name: columns[name] for name in in_openfisca.INPUTS})
    ours = _reasons(columns, EMAIL)["email_reason"]
    assert np.array_equal(ours, in_polars.decided(frame)["reason"].to_numpy())
    assert np.array_equal(ours, in_openfisca.decided(system, columns))
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: _reasons(columns, EMAIL),
        "openfisca": lambda: in_openfisca.decided(system, columns),
        "polars": lambda: in_polars.decided(frame),
    }
    rounds = together(works, 9)
    return {
        **{f"bulk_one_channel_{name}_ns": median_of(rounds, name) / BESIDE * 1e9 for name in works},
        "times_openfisca": median_of(rounds, "openfisca", over="ours"),
        "times_slower_than_polars": median_of(rounds, "ours", over="polars"),
    }


def _reasons(columns: dict[str, Any], channels: tuple[Channel, ...] = tuple(Channel)) -> dict[str, Any]:
    return decide_many(columns, OFFER, ON, channels=channels, answers=("allowed", "reason"))


def _print(figures: Figures) -> None:
    """Every figure with what was asked of it, then the engines side by side."""
    for name, figure in figures.items():
        asked = BUDGETS.get(name, "")
        print(f"{name:36} {figure:14,.3f}  {asked:8}{'' if not asked or _met(figure, asked) else 'MISSED'}")
    print(f"\n{'one channel':32} {'one contact':>14} {'of a million':>14}")
    for engine, alone, many in (
        ("contactable", "one_channel_us", "bulk_one_channel_ours_ns"),
        ("CEL in C++ (cel-expr-python)", "one_channel_cel_us", ""),
        ("OpenFisca", "one_channel_openfisca_us", "bulk_one_channel_openfisca_ns"),
        ("Polars, when/then by hand", "", "bulk_one_channel_polars_ns"),
    ):
        print(f"{engine:32} {_cell(figures, alone, 'µs'):>14} {_cell(figures, many, 'ns'):>14}")


def _met(figure: float, asked: str) -> bool:
    sign, bound = asked.split()
    return figure <= float(bound) if sign == "<=" else figure >= float(bound)


def _cell(figures: Figures, name: str, unit: str) -> str:
    return f"{figures[name]:,.1f} {unit}" if name else "–"


def main() -> None:
    """Measure, and print tables or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--contacts", type=int, default=10_000_000, help="contacts in columns (default 10,000,000)")
    parser.add_argument("--file-rows", type=int, default=1_000_000, help="rows of a file (default 1,000,000)")
    options = parser.parse_args()
    figures = (
        {"import_ms": import_seconds() * 1e3}
        | one_contact()
        | one_channel_beside_others()
        | many_contacts(options.contacts)
        | one_channel_of_many_beside_others()
        | check_a_file(options.file_rows)
    )
    if options.json:
        print(json.dumps({name: round(figure, 3) for name, figure in figures.items()}))
    else:
        _print(figures)


if __name__ == "__main__":
    main()
