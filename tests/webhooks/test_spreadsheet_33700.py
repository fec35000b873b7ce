"""Reports to 33700 in a spreadsheet: encodings, columns by any name, what Excel does to numbers, wrong lines."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.errors import Malformed
from contactable.webhooks.events import Event, Kind, On, Problem
from contactable.webhooks.spreadsheet33700 import read_spreadsheet

HEAD = "date_signalement;canal;numero_signalant;emetteur;texte;nb\n"


def events(raw: bytes) -> list[Event]:
    """The rows that could be read."""
    return [item for item in read_spreadsheet(raw) if isinstance(item, Event)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_table_is_read_in_any_usual_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = (HEAD + "23/11/2026 10:40;sms;0639980001;BOUTIQUE;Été promo;1\n").replace(";", delimiter)

    (event,) = events(text.encode(encoding))

    assert (event.kind, event.on, event.phone, event.text) == (Kind.OPPOSITION, On.SMS, "0639980001", "Été promo")
    assert event.occurred_at is not None
    assert event.occurred_at.hour == 9  # written as Paris time


@pytest.mark.parametrize("name", ["numero_signalant", "MSISDN", "Mobile", "Numéro", "numéro signalant"])
def test_a_column_is_known_by_its_synonyms_without_case_or_accents(name: str) -> None:
    (event,) = events(f"{name},Expéditeur\n0639980001,BOUTIQUE\n".encode())

    assert event.phone == "0639980001"


@pytest.mark.parametrize(
    ("cell", "phone"),
    [("639980001", "0639980001"), ("33639980001", "+33639980001"), ('"=""0639980001"""', "0639980001")],
)
def test_a_number_that_a_spreadsheet_changed_is_put_right(cell: str, phone: str) -> None:
    assert events(f"{HEAD};sms;{cell};BOUTIQUE;;\n".encode())[0].phone == phone


@pytest.mark.parametrize("before", ["\n\n", "sep=;\n", "Signalements, novembre 2026\n\n"])
def test_a_title_may_stand_before_the_head_and_lines_keep_their_numbers(before: str) -> None:
    good, bad = read_spreadsheet(f"{before}{HEAD};sms;0639980001;BOUTIQUE;;\n;fax;0639980002;BOUTIQUE;;\n".encode())

    assert isinstance(good, Event)
    assert good.phone == "0639980001"
    assert isinstance(bad, Problem)
    assert bad.why.startswith(f"line {before.count(chr(10)) + 3}:")


def test_who_reported_us_is_heard_though_nobody_wrote_which_sender_or_channel_it_was() -> None:
    heard, nobody = read_spreadsheet((HEAD + ";;0639980001;;;\n;sms;;;;3\n").encode())

    assert isinstance(heard, Event)
    assert (heard.kind, heard.on, heard.phone) == (Kind.OPPOSITION, On.SMS, "0639980001")
    assert isinstance(nobody, Problem)


def test_a_rounded_number_is_a_problem_of_its_line_and_the_rest_goes_on() -> None:
    raw = f"{HEAD};sms;3,36E+10;BOUTIQUE;;\n;;;;;\n;sms;;BOUTIQUE;;12\n;pigeon;0639980001;BOUTIQUE;;\n".encode()

    first, incident, third = read_spreadsheet(raw)

    assert isinstance(first, Problem)
    assert "line 2" in first.why
    assert isinstance(incident, Event)
    assert (incident.kind, incident.count) == (Kind.IGNORED, 12)
    assert isinstance(third, Problem)
    assert "0639980001" not in first.why + third.why


def test_a_file_imported_twice_has_the_same_keys_and_another_file_others() -> None:
    raw = f"{HEAD};sms;0639980001;BOUTIQUE;;\n;sms;0639980002;BOUTIQUE;;\n".encode()

    keys = [event.key for event in events(raw)]

    assert keys == [event.key for event in events(raw)]
    assert len(set(keys)) == 2
    assert not set(keys) & {event.key for event in events(raw + b";sms;0639980003;BOUTIQUE;;\n")}


def workbook(*rows: list[object]) -> bytes:
    """An XLSX file of these rows."""
    openpyxl = pytest.importorskip("openpyxl")
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def test_a_workbook_reads_like_the_table_it_shows() -> None:
    raw = workbook(["date", "canal", "mobile", "oadc"], [datetime(2026, 11, 23, 10, 40), "sms", 33639980001, "SHOP"])

    (event,) = events(raw)

    assert (event.phone, event.on) == ("+33639980001", On.SMS)
    assert event.occurred_at is not None
    assert event.occurred_at.isoformat() == "2026-11-23T09:40:00+00:00"


@pytest.mark.parametrize(
    "raw",
    [b"", b"PK\x03\x04 no workbook", b"\x00\x01\x02", b"a;b\n1;2\n", b'emetteur\n"open'],
    ids=["empty", "broken workbook", "binary", "other columns", "open quotation"],
)
def test_a_file_that_is_no_list_of_reports_is_refused_as_a_whole(raw: bytes) -> None:
    with pytest.raises(Malformed):
        list(read_spreadsheet(raw))


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_after_a_good_head_are_read_or_refused(raw: bytes) -> None:
    try:
        items = list(read_spreadsheet(HEAD.encode() + raw))
    except Malformed:
        items = []

    assert all(isinstance(item, Event | Problem) for item in items)
