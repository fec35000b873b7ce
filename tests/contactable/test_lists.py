"""Lists from elsewhere and to elsewhere: what is recognised, what is refused, and what an import or a scrub leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from contactable.errors import Malformed
from contactable.lists.importing import Preview, look_at
from contactable.lists.layouts import Flag, recognise
from contactable.lists.scrubbing import Wish, scrub
from contactable.lists.tables import read_table, write_table

ADDRESS, NUMBER = "lou@example.com", "+33639980001"


def look(folder: Path, text: str, kind: str = "opposition", channel: str | None = None) -> Preview:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return look_at(path, partial(recognise, consents=kind == "consent"), kind, channel)


@pytest.mark.parametrize(
    ("header", "name", "channels"),
    [
        ("Email Address,First Name,UNSUB_TIME,LEID", "mailchimp", ["email"]),
        ("CONTACT ID;EMAIL;SMS;EMAIL_BLACKLISTED;SMS_BLACKLISTED", "brevo or odoo", ["email", "sms"]),
        ("Record ID,Email,Unsubscribed from all email", "hubspot", ["email"]),
        ("Record ID,Email,Opted out of email: Newsletter", "hubspot", ["email"]),
        ("Nom,E-mail,Blacklist", "brevo or odoo", ["email"]),
        ("Adresse e-mail,Créé le", "list", ["email"]),
    ],
)
def test_an_export_is_recognised_by_its_header(header: str, name: str, channels: list[str | None]) -> None:
    layout = recognise(header.replace(";", ",").split(","))

    assert layout.name == name
    assert ([flag.channel for flag in layout.flags] or [str(layout.channel)]) == channels


def test_an_opt_out_of_one_type_is_bound_to_that_type() -> None:
    assert recognise(["Email", "Opted out of email: Newsletter"]).flags == [Flag(1, "email", "newsletter")]


@pytest.mark.parametrize(
    ("header", "consents"),
    [
        (["Email Address", "MEMBER_RATING", "OPTIN_TIME", "LEID"], False),
        (["Email Address", "UNSUB_TIME", "LEID"], True),
        (["Email Address", "CLEAN_TIME", "LEID"], False),
        (["Email", "Unsubscribed from all email"], True),
        (["Name", "City"], False),
    ],
    ids=["subscribed", "unsubscribed", "cleaned", "who-is-out", "nobody"],
)
def test_a_list_of_the_other_kind_is_refused(header: list[str], consents: bool) -> None:
    with pytest.raises(Malformed):
        recognise(header, consents=consents)


def test_lines_say_who_where_and_since_when(tmp_path: Path) -> None:
    preview = look(tmp_path, f"Email Address,UNSUB_TIME,LEID\n{ADDRESS},2025-03-04 10:11:12,1\n")

    (line,) = preview.lines
    assert (line.identifier[1], line.channel, line.place) == (ADDRESS, "email", 2)
    assert line.when == datetime(2025, 3, 4, 9, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize("damaged", ["3,36E+10", "3.36E+10", "33E+9", "12345", "perhaps"])
def test_a_number_that_a_spreadsheet_spoilt_is_refused_with_its_line(tmp_path: Path, damaged: str) -> None:
    preview = look(tmp_path, f'mobile;date\n"{damaged}";2025-03-04\n{NUMBER};2025-03-04\n', channel="sms")

    assert [refused.place for refused in preview.refused] == [2]
    assert damaged not in preview.refused[0].why.replace("3,36E+10", "")
    assert len(preview.lines) == 1


@pytest.mark.parametrize("written", ["0639980001", "639980001", "33639980001", "+33639980001", "06 39 98 00 01"])
def test_a_number_that_lost_its_zero_or_its_plus_is_understood(tmp_path: Path, written: str) -> None:
    preview = look(tmp_path, f"mobile;date\n{written};2025-03-04\n", channel="sms")

    assert [line.identifier[1] for line in preview.lines] == [NUMBER]


def test_an_opposition_without_a_date_is_taken_and_a_consent_is_not(tmp_path: Path) -> None:
    text = f"email,date\n{ADDRESS},soon\n"

    assert look(tmp_path, text).undated == 1
    assert len(look(tmp_path, text, "consent").refused) == 1


def test_rows_that_nothing_says_are_out_are_left_alone(tmp_path: Path) -> None:
    preview = look(
        tmp_path, "Email,Unsubscribed from all email\na@example.com,false\nb@example.com,true\nc@example.com,\n"
    )

    assert [line.identifier[1] for line in preview.lines] == ["b@example.com"]


def test_a_list_of_numbers_must_be_told_its_channel(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="--channel"):
        look(tmp_path, f"mobile\n{NUMBER}\n")


def test_the_same_file_is_the_same_import(tmp_path: Path) -> None:
    text = f"email\n{ADDRESS}\n"

    assert look(tmp_path, text).batch == look(tmp_path, text).batch
    assert look(tmp_path, text).batch != look(tmp_path, text + "b@example.com\n").batch


@pytest.mark.parametrize(("contacts", "asks"), [(5, False), (6, True)], ids=["five-per-cent", "more"])
def test_an_import_asks_beyond_five_per_cent_of_the_mirror(contacts: int, asks: bool) -> None:
    assert Preview("import-x", "list", contacts=contacts, mirrored=100).asks is asks


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00bad\n", b'email\n"never closed'])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)

    with pytest.raises(Malformed):
        list(read_table(path).rows)


def save_csv(path: Path, rows: list[list[str]]) -> None:
    path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8-sig")


def save_alike(path: Path, rows: list[list[str]]) -> None:
    with write_table(path, rows[0], path) as write:
        for row in rows[1:]:
            write(row)


@pytest.mark.parametrize(("ending", "save"), [("csv", save_csv), ("xlsx", save_alike), ("parquet", save_alike)])
def test_a_scrub_writes_the_kind_of_file_it_read_and_loses_no_line(
    tmp_path: Path, ending: str, save: Callable[..., Any]
) -> None:
    rows = [["name", "mobile"], ["Lou", NUMBER], ["=1+1", "+33639980002"], ["Max", "3,36E+10"], ["Zoe", ""]]
    source, cleaned, removed = (tmp_path / f"{name}.{ending}" for name in ("list", "cleaned", "removed"))
    save(source, rows)

    receipt = scrub(Wish(source, "mobile", "sms"), cleaned, removed, judge_of(NUMBER))

    assert (receipt.rows, receipt.kept, receipt.removed) == (4, 1, 3)
    assert receipt.reasons == {"no_address": 1, "not_readable": 1, "opposition": 1}
    assert [list(row) for _, row in read_table(cleaned).rows] == [["=1+1", "+33639980002"]]
    assert [row[1] for _, row in read_table(removed).rows] == ["opposition", "not_readable", "no_address"]


def judge_of(opposed: str) -> Callable[..., list[str | None]]:
    return lambda part: ["opposition" if number == opposed else None for _, number in part]


def test_a_scrub_that_breaks_leaves_no_half_written_file(tmp_path: Path) -> None:
    save_csv(tmp_path / "list.csv", [["mobile"], [NUMBER]])

    def broken(part: object) -> list[str | None]:
        raise Malformed("on purpose")

    with pytest.raises(Malformed, match="on purpose"):
        scrub(Wish(tmp_path / "list.csv", "mobile", "sms"), tmp_path / "a.csv", tmp_path / "b.csv", broken)

    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
