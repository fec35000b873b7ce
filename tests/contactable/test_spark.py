"""The rules run unchanged in Spark: the example of docs/spark.md, on PySpark in local mode."""

from __future__ import annotations

import os
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contactable.rules import Channel, Facts, Mailbox, Offer, decide

sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
pytest.importorskip("pandas", reason="pandas, which PySpark needs, is not installed")
pytestmark = pytest.mark.skipif(not shutil.which("java"), reason="Java is not installed")

PAGE = Path(__file__).parents[2] / "docs" / "spark.md"


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A Spark of one thread on this machine, with the Python that runs the tests."""
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    session = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    yield session
    session.stop()


def test_the_example_of_the_page_decides_as_one_machine_does(spark: Any) -> None:
    rows = [("told", "FR", "personal", "2026-01-01", "yes"), ("abroad", "BE", "generic", "2026-01-01", "yes")]
    contacts = spark.createDataFrame(
        rows, "id string, country string, email string, last_contact_on string, informed string"
    )
    [example] = re.findall("```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"contacts": contacts}

    exec(example, names)

    here = {
        id_: decide(
            Facts(country=country, email=Mailbox(email), last_contact_on=date(2026, 1, 1), informed=True),
            Offer(),
            date(2026, 11, 23),
        )
        for id_, country, email, _, _ in rows
    }
    for row in names["verdicts"].collect():
        for channel in Channel:
            verdict = here[row["id"]][channel]
            there = tuple(row[f"{channel}_{answer}"] for answer in ("allowed", "reason", "until"))
            assert there == (verdict.allowed, verdict.reason, verdict.until)
