"""The untouched portal: eight answers and two declarations leave little closed for a missing fact."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "mapping.py"


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    command = [sys.executable, str(BENCH), "--json", "--contacts", "3000"]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def test_less_than_a_fifth_is_closed_for_a_missing_fact_after_eight_answers(figures: dict[str, float]) -> None:
    assert figures["closed_for_missing_fact_share"] < 0.2
    assert figures["closed_for_missing_fact_share_untouched"] > 0.4


def test_nobody_is_open_against_an_opposition_that_only_a_list_knows(figures: dict[str, float]) -> None:
    assert figures["open_against_hidden_opposition"] == 0
