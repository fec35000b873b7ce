"""Payloads that were seen in the wild, read in place: what each is to us stands in ``corpus_expected.tsv``."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest

from contactable.webhooks.captured import read_captured
from contactable.webhooks.events import Event
from contactable.webhooks.registry import find_provider

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def lines() -> list[tuple[str, list[tuple[str, ...]]]]:
    """The expected events of each file."""
    with (Path(__file__).parent / "corpus_expected.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table, delimiter="\t"))[1:]
    return [(file, [tuple(row[1:]) for row in found]) for file, found in groupby(rows, key=lambda row: row[0])]


@pytest.fixture
def corpus() -> Path:
    """The folder of payloads; a machine without one skips."""
    folder = os.environ.get("CONTACTABLE_CORPUS")
    if not folder:
        pytest.skip("CONTACTABLE_CORPUS is not set")
    return Path(folder)


@pytest.mark.parametrize(("file", "expected"), lines(), ids=[file for file, _ in lines()])
def test_a_payload_seen_in_the_wild_is_what_the_table_says(
    corpus: Path, file: str, expected: list[tuple[str, ...]]
) -> None:
    items = find_provider(file.partition("/")[0]).parse(read_captured(corpus / file, ARRIVAL))

    told = [
        (item.kind, item.on, item.reason, item.origin) if isinstance(item, Event) else ("problem", "", "", "")
        for item in items
    ]
    assert told == expected


def test_the_table_knows_every_payload_of_the_senders_it_names(corpus: Path) -> None:
    known = {file for file, _ in lines()}

    for sender in {file.partition("/")[0] for file in known}:
        assert {f"{sender}/{file.name}" for file in (corpus / sender).iterdir()} <= known
