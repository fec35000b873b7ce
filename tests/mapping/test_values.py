"""Values as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactable.mapping.columns import COLUMNS, UNKNOWN_TIME, Kind
from contactable.mapping.values import (
    NOT_AN_OPPOSITION,
    plain,
    read_country,
    read_date,
    read_opposition,
    read_postcode,
    read_yes_no,
    reader_of,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Oui", "yes"),
        ("TRUE", "yes"),
        (" 1 ", "yes"),
        ("coché", "yes"),
        ("Cochée", "yes"),
        ("x", "yes"),
        ("vrai", "yes"),
        ("Non", "no"),
        ("false", "no"),
        ("0", "no"),
        ("décoché", "no"),
        ("", ""),
        ("ouais", ""),
        ("2", ""),
    ],
)
def test_a_box_is_read_as_the_french_write_it(text: str, meaning: str) -> None:
    assert read_yes_no(text).value == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("24/11/2026", "2026-11-24"),
        ("3/4/2026", "2026-04-03"),
        ("24-11-26", "2026-11-24"),
        ("24.11.2026", "2026-11-24"),
        ("1er mars 2026", "2026-03-01"),
        ("le 24 août 2026", "2026-08-24"),
        ("24 nov. 2026", "2026-11-24"),
        ("24/11/2026 10:30", "2026-11-24T09:30:00+00:00"),
        ("24/07/2026 à 10h30", "2026-07-24T08:30:00+00:00"),
        ("2026-11-24", "2026-11-24"),
        ("20261124", "2026-11-24"),
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00+00:00"),
        ("1795478400000", "2026-11-24"),
        ("1795474800000", "2026-11-23T23:00:00+00:00"),
    ],
)
def test_a_date_is_read_as_the_french_and_hubspot_write_it(text: str, meaning: str) -> None:
    assert read_date(text).value == meaning


@pytest.mark.parametrize(
    "text",
    [
        "11/24/2026",
        "31/02/2026",
        "hier",
        "06 39 98 00 01",
        "0639980001",
        "33639980001",
        "24/11/2026 bientôt",
        "1/1/0001",
        "9" * 14,
        "NaN",
    ],
)
def test_what_is_no_date_is_unreadable(text: str) -> None:
    assert read_date(text) == ("", False)


@given(DAYS)
def test_each_way_of_writing_a_day_gives_the_same_day(day: date) -> None:
    milliseconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    written = {day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day.day}-{day.month}-{day.year}"}
    if day.year >= 2002:  # a smaller number has too few digits to be told from a telephone's
        written.add(str(milliseconds))

    assert {read_date(text).value for text in written} == {day.isoformat()}


@given(st.text(max_size=40))
def test_any_text_but_a_known_no_is_an_opposition(text: str) -> None:
    says_no = plain(text) in NOT_AN_OPPOSITION or not plain(text)

    assert bool(read_opposition(text).value) is not says_no


@given(st.text(max_size=40))
def test_no_text_makes_a_reader_raise_or_answer_outside_its_vocabulary(text: str) -> None:
    for column in COLUMNS.values():
        if column.values:
            assert reader_of(column)(text).value in {"", *column.values}
        elif column.kind in (Kind.DATE, Kind.OPPOSITION):
            value = reader_of(column)(text).value
            assert value in ("", UNKNOWN_TIME) or datetime.fromisoformat(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("France", "FR"),
        ("fr", "FR"),
        ("FRANCE MÉTROPOLITAINE", "FR"),
        ("La Réunion", "RE"),
        ("Nouvelle-Calédonie", "NC"),
        ("Côte d’Ivoire", "CI"),
        ("Belgique", "BE"),
        ("United Kingdom", "GB"),
        ("Wakanda", ""),
        ("Europe", ""),
        ("Union européenne", ""),
        ("", ""),
    ],
)
def test_a_country_is_read_by_code_or_name(text: str, code: str) -> None:
    assert read_country(text).value == code


@pytest.mark.parametrize(
    ("text", "kept"), [("75011", "75000"), ("97 410", "97400"), ("1000", "01000"), ("SW1A 1AA", ""), ("", "")]
)
def test_of_a_postcode_the_department_alone_is_kept(text: str, kept: str) -> None:
    assert read_postcode(text).value == kept
