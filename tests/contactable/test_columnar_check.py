"""Large tables are decided by columns: the same cells, the same refusals, the same ends as row by row."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contactable.files.columns import COLUMNS, Column, Kind
from contactable.files.contacts import Question
from contactable.files.sheets import open_sheet
from contactable.files.verdicts import Decided, decide_sheet
from contactable.rules import DEFAULT_READINGS, Readings

pytest.importorskip("numpy", reason="the extra bulk is not installed")
pytest.importorskip("pyarrow", reason="the extra bulk is not installed")

DAYS = ["", "", "2023-08-11", "2023-11-24", "2025-09-01", "2026-02-28", "2026-08-11", "2026-11-20", "2027-02-01"]
TIMES = ["2026-11-20T10:00", "2026-11-20T10:00:00Z", "2026-11-23T23:59:59+01:00"]
CELLS = {
    Kind.FLAG: ["", "yes", "no"],
    Kind.COUNTRY: ["FR", "FR", "", "RE", "BE"],
    Kind.TEXT: ["", "97400"],
    Kind.EMAIL: ["", "a@example.com", "info@example.org", "@"],
    Kind.PHONE: ["", "+33639980001", "0199000001", "+32470000001", "1"],
    Kind.DATE: [*DAYS, *TIMES],
    Kind.DAY: ["", "", "2026-11-30", "2026-08-31"],
    Kind.OBJECTION: ["", "", "", "", *DAYS, "no", "yes", TIMES[0]],
}
OTHER_READINGS = Readings("open", "yes", "close", "open")


def cell(column: Column) -> st.SearchStrategy[str]:
    """A good cell of a column."""
    return st.sampled_from(["", *column.values] if column.kind is Kind.CHOICE else CELLS[column.kind])


NAMES = [name for name in COLUMNS if name != "id"]
GOOD_ROWS = st.tuples(*(cell(COLUMNS[name]) for name in NAMES))


@st.composite
def contact_rows(draw: st.DrawFn) -> tuple[str, ...]:
    """A row, one in six with a cell that is not accepted."""
    row = draw(GOOD_ROWS)
    spoilt = draw(st.sampled_from([None] * 5 + ["any"])) and draw(st.sampled_from(NAMES))
    return tuple("maybe" if name == spoilt else text for name, text in zip(NAMES, row, strict=True))


def write(folder: Path, rows: list[tuple[str, ...]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows([("id", *NAMES), *((str(number), *row) for number, row in enumerate(rows))])
    path = folder / "contacts.csv"
    path.write_text(text.getvalue(), "utf-8")
    return path


def both_ways(path: Path, question: Question) -> tuple[Decided, Decided]:
    [one_by_one] = decide_sheet(open_sheet(path), question, by_columns=False)
    [by_columns] = decide_sheet(open_sheet(path), question, by_columns=True)
    return one_by_one, by_columns


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    rows=st.lists(contact_rows(), min_size=1, max_size=12),
    on=st.sampled_from(
        [date(2026, 11, 23), date(2026, 7, 1), datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Europe/Paris"))]
    ),
    readings=st.sampled_from([DEFAULT_READINGS, OTHER_READINGS]),
)
def test_deciding_by_columns_gives_what_deciding_row_by_row_gives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], on: date, readings: Readings
) -> None:
    path = write(tmp_path_factory.mktemp("files"), rows)

    one_by_one, by_columns = both_ways(path, Question(on, readings))

    assert [list(cells) for cells in by_columns.cells] == [list(cells) for cells in one_by_one.cells]
    assert list(by_columns.ids) == list(one_by_one.ids)
    assert (by_columns.refused, by_columns.warnings) == (one_by_one.refused, one_by_one.warnings)
    assert by_columns.ends == one_by_one.ends


@pytest.mark.parametrize("given_values", [{}, {"customer": True, "last_contact_on": date(2026, 1, 1)}])
def test_what_is_set_for_all_rows_counts_by_columns_too(tmp_path: Path, given_values: dict[str, object]) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("id,country,email,informed\na,FR,a@example.com,yes\nb,BE,b@example.com,\n", "utf-8")

    one_by_one, by_columns = both_ways(path, Question(date(2026, 11, 23), DEFAULT_READINGS, given_values))

    assert [list(cells) for cells in by_columns.cells] == [list(cells) for cells in one_by_one.cells]


def test_a_period_that_ends_before_its_consent_refuses_the_row_in_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(
        "id,consent_phone_on,consent_phone_until\na,2026-03-02,2026-03-01\nb,2026-03-02,2026-03-02\n", "utf-8"
    )

    one_by_one, by_columns = both_ways(path, Question(date(2026, 11, 23), DEFAULT_READINGS))

    assert [remark.place for remark in by_columns.refused] == [2]
    assert by_columns.refused == one_by_one.refused


def test_a_table_becomes_large_with_its_size(tmp_path: Path) -> None:
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text("id\na\n", "utf-8")
    large.write_text("id\n" + "".join(f"{number}\n" for number in range(200_000)), "utf-8")

    assert (open_sheet(small).large, open_sheet(large).large) == (False, True)
