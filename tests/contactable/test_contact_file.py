"""The contact file: cells read exactly, rows refused or warned of by name, the result in the order of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from contactable.errors import Malformed
from contactable.files.columns import COLUMNS, RESULT_COLUMNS
from contactable.files.contacts import Question, read_given
from contactable.files.seen import SeenIds
from contactable.files.sheets import open_sheet
from contactable.files.values import Unreadable, read_cell, read_moment, shown
from contactable.files.verdicts import Decided, decide_sheet
from contactable.rules import COLUMNS as FACTS
from contactable.rules import DEFAULT_READINGS, UNKNOWN_TIME, Audience, Channel

ON = date(2026, 11, 23)


@pytest.fixture
def decided(tmp_path: Path) -> Any:
    """Decide the lines of a CSV written for the test, in one chunk."""

    def decide(*lines: str, **given: str) -> Decided:
        file = tmp_path / "contacts.csv"
        file.write_text("\n".join(lines) + "\n", "utf-8")
        question = Question(ON, DEFAULT_READINGS, read_given(given.items()))
        [answer] = decide_sheet(open_sheet(file), question)
        return answer

    return decide


def reasons(answer: Decided, channel: Channel = Channel.EMAIL) -> list[str]:
    return list(answer.cells[RESULT_COLUMNS.index(f"{channel}_reason") - 1])


def said(remarks: Sequence[Any]) -> list[tuple[int, str]]:
    return [(remark.place, remark.column) for remark in remarks]


def test_the_columns_are_the_facts_and_four_of_the_file() -> None:
    assert set(COLUMNS) == {*FACTS, "id", "postcode", "purpose", "sector"}


def test_the_result_has_an_id_and_five_columns_a_channel() -> None:
    assert RESULT_COLUMNS[:7] == (
        *("id", "email_allowed", "email_reason", "email_until", "email_advice", "email_readings"),
        "sms_allowed",
    )
    assert len(RESULT_COLUMNS) == 26


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("audience", "consumer", Audience.CONSUMER),
        ("audience", "", None),
        ("customer", "yes", True),
        ("customer", "no", False),
        ("country", "RE", "RE"),
        ("last_contact_on", "2026-02-28", date(2026, 2, 28)),
        ("last_contact_on", "2026-02-28T10:00:00Z", datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ("last_contact_on", "2026-07-01T10:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("last_contact_on", "2026-01-01 10:00:00.5", datetime(2026, 1, 1, 9, 0, 0, 500_000, UTC)),
        ("consent_phone_until", "2026-08-31T23:30:00Z", date(2026, 9, 1)),
    ],
)
def test_a_cell_has_the_value_that_its_column_says(column: str, text: str, value: object) -> None:
    assert read_cell(COLUMNS[column], text) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *(("customer", text) for text in ("Yes", "oui", "1", "true", " ", "yes ", "unknown")),
        *(("audience", text) for text in ("Consumer", "b2b", "particulier")),
        *(("country", text) for text in ("fr", "France", "UK", "ZZ", "FRA")),
        *(("last_contact_on", text) for text in ("2026-02-30", "23/11/2026", "20261123", "2026-W10-1", "45000", "no")),
        *(
            ("last_contact_on", text)
            for text in ("2026-01-01T25:00", "0001-01-01T00:00:00+14:00", "2026-1-1", "٢٠٢٦-01-01")
        ),
        ("consent_phone_until", "forever"),
        ("sector", "none"),
    ],
)
def test_a_cell_that_is_not_accepted_is_never_guessed(column: str, text: str) -> None:
    assert isinstance(read_cell(COLUMNS[column], text), Unreadable)


@pytest.mark.parametrize("column", ["opposed_all_on", "opposed_sms_on", "consent_email_withdrawn_on"])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, None) for text in ("", "no", "NON", "False", "0", "-", "N/A", " no ")),
        *((text, UNKNOWN_TIME) for text in ("yes", "oui", "23/11/2026", "2026-02-30", "x", "1", "null")),
        ("2026-01-02", date(2026, 1, 2)),
        (" 2026-01-02 ", date(2026, 1, 2)),
    ],
)
def test_what_is_no_date_in_an_objection_is_one_of_unknown_time(column: str, text: str, value: object) -> None:
    assert read_cell(COLUMNS[column], text) == value


@pytest.mark.parametrize("year", ["0001", "1899", "9999"])
def test_days_far_away_are_days_and_decide_without_failing(decided: Any, year: str) -> None:
    columns = [name for name, column in COLUMNS.items() if "date" in column.kind]

    answer = decided(f"id,country,email,{','.join(columns)}", f"a,FR,a@example.com{f',{year}-12-31' * len(columns)}")

    assert len(answer.ids) == 1


def test_rows_come_back_in_their_order_with_their_ids(decided: Any) -> None:
    answer = decided("email;id;country", "a@example.com;second;FR", ";first;BE", "b@example.com;third;")

    assert list(answer.ids) == ["second", "first", "third"]
    assert reasons(answer) == ["last_contact_unknown", "outside_scope", "place_unknown"]


def test_a_refused_row_is_named_with_line_column_and_value_and_the_others_go_on(decided: Any) -> None:
    answer = decided("id,country,customer,sale", "a,FR,yes,", 'b,"F\nR",maybe,gift', "c,FR,no,")

    assert answer.ids == ["a", "c"]
    assert said(answer.refused) == [(3, "country"), (3, "customer"), (3, "sale")]
    assert "'maybe' is not accepted; write yes, no" in answer.refused[1].message


def test_a_line_number_counts_the_lines_of_the_file(decided: Any) -> None:
    answer = decided("id,street,customer", 'a,"1 rue\nde l\'Exemple",yes', "", "b,,perhaps")

    assert said(answer.refused) == [(5, "customer")]


@pytest.mark.parametrize(("line", "cells"), [("a,FR,x", 3), ("a", 1)])
def test_a_row_of_another_width_is_refused(decided: Any, line: str, cells: int) -> None:
    answer = decided("id,country", line, "b,FR")

    assert list(answer.ids) == ["b"]
    assert answer.refused[0].message == f"{cells} cells where the header has 2"


@pytest.mark.parametrize(("id_", "words"), [("", "empty"), ("a", "'a' was used")])
def test_an_id_is_there_and_used_once(decided: Any, id_: str, words: str) -> None:
    answer = decided("id,country", "a,FR", f"{id_},FR", "b,FR")

    assert answer.ids == ["a", "b"]
    assert words in answer.refused[0].message


@pytest.mark.parametrize("run", [1, 2, 1000])
def test_ids_are_remembered_over_chunks_and_runs(run: int) -> None:
    seen = SeenIds(run)

    assert seen.refused(["a", "b", "a"]) == [2]
    assert seen.refused(["c", "b"]) == [1]
    assert seen.refused(["c", "", "d", "d"]) == [0, 1, 3]


@pytest.mark.parametrize(
    ("cells", "email", "sms", "phone"),
    [
        ("a@example.com,,", True, False, False),
        ("a@example,,", False, False, False),
        (",+33639980001,", False, True, True),
        (",,0639980001", False, True, True),
        (",0199000001,", False, False, True),
        (",12,3", False, False, False),
        (",0199000001,06 39 98 00 01", False, True, True),
    ],
)
def test_addresses_are_judged_by_what_they_are(decided: Any, cells: str, email: bool, sms: bool, phone: bool) -> None:
    answer = decided("id,country,last_contact_on,email,mobile,landline", f"a,FR,2026-01-01,{cells}")

    there = {channel: reasons(answer, channel) != ["no_address"] for channel in Channel}
    assert there == {"email": email, "sms": sms, "phone": phone, "robocall": phone, "post": False}


def test_a_malformed_address_is_a_warning_that_does_not_print_it(decided: Any) -> None:
    answer = decided("id,country,email,mobile,landline", "a,FR,jean@@example.com,06399800,abc")

    assert said(answer.warnings) == [(2, "email"), (2, "mobile"), (2, "landline")]
    assert {remark.message for remark in answer.warnings} == {"malformed; counts as none"}


def test_an_objection_of_unknown_date_is_a_warning_and_closes(decided: Any) -> None:
    answer = decided("id,country,email,opposed_all_on", "a,FR,a@example.com,yes")

    assert reasons(answer) == ["opposition"]
    assert said(answer.warnings) == [(2, "opposed_all_on")]


@pytest.mark.parametrize(
    ("mobile", "landline", "reason"),
    [
        ("+33639980001", "", "last_contact_unknown"),
        ("0033639980001", "", "last_contact_unknown"),
        ("+262692000001", "", "last_contact_unknown"),
        ("+33639980001", "+262262000001", "last_contact_unknown"),
        ("+32470000001", "", "outside_scope"),
        ("+37760000001", "", "outside_scope"),
        ("+687750001", "", "outside_scope"),
        ("+32470000001", "+33199000001", "place_unknown"),
        ("0639980001", "", "place_unknown"),
        ("+32 1", "", "place_unknown"),
        ("", "", "place_unknown"),
    ],
)
def test_without_a_country_international_prefixes_tell_it(
    decided: Any, mobile: str, landline: str, reason: str
) -> None:
    answer = decided("id,country,email,mobile,landline", f"a,,a@example.com,{mobile},{landline}")

    assert reasons(answer) == [reason]


def test_the_country_of_the_row_wins_over_its_prefixes(decided: Any) -> None:
    answer = decided("id,country,email,mobile", "a,BE,a@example.com,+33639980001")

    assert reasons(answer) == ["outside_scope"]


@pytest.mark.parametrize(
    ("header", "line", "given", "reason"),
    [
        ("id", "a", {"purpose": "non_commercial"}, "non_commercial"),
        ("id,purpose", "a,", {"purpose": "non_commercial"}, "consent_required"),
        ("id,purpose", "a,non_commercial", {"purpose": "commercial"}, "non_commercial"),
        ("id", "a", {"sector": "training_account"}, "sector_ban"),
        ("id,sector", "a,", {"sector": "training_account"}, "consent_required"),
    ],
)
def test_a_column_wins_over_what_is_set_for_all_rows(
    decided: Any, header: str, line: str, given: dict[str, str], reason: str
) -> None:
    columns, cells = "country,email,last_contact_on,informed", "FR,a@example.com,2026-01-01,yes"

    assert reasons(decided(f"{header},{columns}", f"{line},{cells}", **given)) == [reason]


@pytest.mark.parametrize(
    ("name", "text"), [("customer", "oui"), ("email", "a@example.com"), ("id", "a"), ("nothing", "x")]
)
def test_only_a_good_value_of_a_column_can_be_set_for_all_rows(name: str, text: str) -> None:
    with pytest.raises(Malformed) as error:
        read_given([(name, text)])

    assert "example.com" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["jean@example.com", "06 39 98 00 01", "+33639980001", "tel: 0639980001", "06.39.98.00.01 (perso)"]
)
def test_a_message_never_shows_what_may_be_an_address_or_a_number(text: str) -> None:
    assert not any(part in shown(text) for part in ("example", "98", "jean"))


@pytest.mark.parametrize("text", ["2026-13-45", "Consumer", "yes "])
def test_a_message_shows_other_values_as_they_are(text: str) -> None:
    assert shown(text) == repr(text)


def test_a_moment_without_zone_is_one_of_europe_paris() -> None:
    assert read_moment("2026-07-01T00:30") == datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
