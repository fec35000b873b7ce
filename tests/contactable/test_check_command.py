"""``contactable check``: a file in, verdicts out; what is data goes to standard output, what is talk does not."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.cli import group
from contactable.errors import Malformed, SettingsError
from contactable.files.columns import COLUMNS, RESULT_COLUMNS, Kind

HEADER = (
    "id,audience,country,email,last_contact_on,consent_email_on,consent_email_act,consent_email_to,consent_email_proof"
)
OPEN = "open,consumer,FR,a@example.com,2026-03-02,2026-03-02,positive,us,yes"
TICKED = "ticked,consumer,FR,b@example.com,2026-03-02,2026-03-02,preticked,us,yes"


def write(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    file = folder / "contacts.csv"
    file.write_bytes("\n".join(lines).encode(encoding))
    return file


def check(*options: object) -> Result:
    return CliRunner().invoke(group, ["check", *map(str, options)])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_file_is_decided_row_by_row_into_another(tmp_path: Path) -> None:
    result = check(write(tmp_path, HEADER, OPEN, TICKED), "--on", "2026-11-23", "--out", tmp_path / "out.csv")

    rows = rows_of((tmp_path / "out.csv").read_text("utf-8"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert tuple(rows[0]) == RESULT_COLUMNS
    assert [(row["id"], row["email_allowed"], row["email_reason"]) for row in rows] == [
        ("open", "yes", "consent"),
        ("ticked", "no", "consent_invalid_preticked"),
    ]


def test_json_gives_one_object_a_row_with_the_cells_of_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, OPEN, TICKED)
    check(file, "--on", "2026-11-23", "--out", tmp_path / "out.csv")

    result = check(file, "--on", "2026-11-23", "--json")

    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert objects == rows_of((tmp_path / "out.csv").read_text("utf-8"))


def test_without_out_the_terminal_shows_a_table(tmp_path: Path) -> None:
    result = check(write(tmp_path, HEADER, OPEN), "--on", "2026-11-23")

    assert "yes consent" in result.stdout
    assert "contacts decided" not in result.stdout


def test_an_id_is_shown_as_it_is_and_never_as_markup(tmp_path: Path) -> None:
    result = check(write(tmp_path, "id,country", "[/x] [bold]a,BE"), "--on", "2026-11-23")

    assert "[/x] [bold]a" in result.stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_separators_and_line_ends_change_nothing(
    tmp_path: Path, encoding: str, separator: str, line_end: str
) -> None:
    file = tmp_path / "contacts.csv"
    file.write_bytes(line_end.join((HEADER, OPEN, TICKED, "")).replace(",", separator).encode(encoding))

    result = check(file, "--on", "2026-11-23", "--json")

    assert [json.loads(line)["email_allowed"] for line in result.stdout.splitlines()] == ["yes", "no"]


def test_refused_rows_end_with_exit_code_one_and_the_others_are_written(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, OPEN, TICKED.replace("preticked", "cochée"))

    result = check(file, "--on", "2026-11-23", "--out", tmp_path / "out.csv")

    assert result.exit_code == 1
    assert "refused: line 3, column consent_email_act: 'cochée' is not accepted" in result.stderr
    assert [row["id"] for row in rows_of((tmp_path / "out.csv").read_text("utf-8"))] == ["open"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"id,country\n", "no row"),
        (b"id,contry\na,FR", "'contry' is unknown (is it country?)"),
        (b"country\nFR", "Column id is missing"),
        (b"id,country,country\na,FR,FR", "country is there twice"),
        ("id,street\na,1 allée".encode("cp1252"), "iconv -f cp1252"),
        ("id,street\na,1 allée".encode("utf-16"), "not UTF-8"),
        (b'id,street\na,"never closed\nb,x', "near line"),
        (b"a@example.com,0639980001\nb@example.com,0639980002", "looks like an address"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, content: bytes, words: str) -> None:
    file, out = tmp_path / "contacts.csv", tmp_path / "out.csv"
    file.write_bytes(content)

    error = check(file, "--out", out).exception

    assert isinstance(error, Malformed)
    assert words in str(error)
    assert error.exit_code == 2
    assert list(tmp_path.iterdir()) == [file]


def test_unknown_columns_are_left_out_when_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path, "id,shoe_size,country", "a,43,BE")

    result = check(file, "--ignore-unknown", "--json")

    assert json.loads(result.stdout)["post_reason"] == "outside_scope"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--on", "2018-05-24"), "2018-05-25"),
        (("--on", "yesterday"), "'yesterday'"),
        (("--reading", "robinson=maybe"), "robinson"),
        (("--reading", "bloctel=open"), "'bloctel' is no reading"),
        (("--reading", "robinson"), "NAME=VALUE"),
        (("--set", "customer=oui"), "customer"),
        (("--set", "customr=yes"), "customr"),
    ],
)
def test_a_wrong_option_is_an_error_that_names_it(tmp_path: Path, options: tuple[str, str], words: str) -> None:
    error = check(write(tmp_path, HEADER, OPEN), *options).exception

    assert isinstance(error, Malformed)
    assert words in str(error)


def test_the_day_may_be_a_moment_of_europe_paris(tmp_path: Path) -> None:
    header, row = "id,country,email,last_contact_on,informed,opposed_email_on", "a,FR,a@example.com,2026-01-01,yes"
    file = write(tmp_path, header, f"{row},2026-11-23T12:00:00+01:00")

    before, after = (json.loads(check(file, "--on", f"2026-11-23T{at}", "--json").stdout) for at in ("11:59", "12:00"))

    assert (before["email_reason"], after["email_reason"]) == ("consent_required", "opposition")


def test_a_reading_opens_what_it_governs_and_is_named(tmp_path: Path) -> None:
    header = "id,country,mobile,last_contact_on,sale,collected_at_sale,similar_offer,informed"
    file = write(tmp_path, header, "a,FR,+33639980001,2026-01-01,sale,yes,yes,yes")

    [closed, opened] = (
        json.loads(
            check(file, "--on", "2026-11-23", "--json", "--reading", f"robocall_existing_customer={value}").stdout
        )
        for value in ("closed", "open")
    )

    assert (closed["robocall_allowed"], opened["robocall_allowed"]) == ("no", "yes")
    assert closed["robocall_readings"] == opened["robocall_readings"] == "robocall_existing_customer"


def test_an_offer_of_the_settings_gives_purpose_and_sector(tmp_path: Path) -> None:
    (tmp_path / "contactable.toml").write_text('[offers.training]\nsector = "training_account"\n')
    file = write(tmp_path, HEADER, OPEN)
    options = ["--settings", str(tmp_path / "contactable.toml"), "check", str(file), "--json", "--on", "2026-11-23"]

    banned = CliRunner().invoke(group, [*options, "--offer", "training"])
    lifted = CliRunner().invoke(group, [*options, "--offer", "training", "--set", "sector="])
    unknown = CliRunner().invoke(group, [*options, "--offer", "shoes"])

    assert [json.loads(each.stdout)["email_reason"] for each in (banned, lifted)] == ["sector_ban", "consent"]
    assert isinstance(unknown.exception, SettingsError)


def test_the_file_that_is_read_is_never_overwritten(tmp_path: Path) -> None:
    file = write(tmp_path, HEADER, OPEN)

    result = check(file, "--out", file)

    assert result.exit_code == 2
    assert file.read_text("utf-8").startswith(HEADER)


def test_no_address_or_number_leaves_the_file_in_any_message(tmp_path: Path) -> None:
    header = "id,country,email,mobile,customer,opposed_all_on"
    rows = (
        "a,jean.dupont@example.com,0639980001,x,,",
        "b,FR,jean.dupont@@example.com,06399800,0639980001,jean.dupont@example.com",
    )

    result = check(write(tmp_path, header, *rows, "jean.dupont@example.com,FR"), "--json")

    assert result.exit_code == 1
    assert "jean.dupont" not in result.output
    assert "399800" not in result.output


def test_the_example_is_a_file_that_every_row_of_can_be_decided(tmp_path: Path) -> None:
    file = write(tmp_path, check("--example").stdout)

    result = check(file, "--on", "2026-11-23", "--json")

    opened = {
        row["id"]: [key for key in row if row[key] == "yes"] for row in map(json.loads, result.stdout.splitlines())
    }
    assert result.exit_code == 0
    assert all(opened.values())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_columns_are_printed_with_values_and_meaning(language: str) -> None:
    rows = json.loads(check("--columns", "--json", "--language", language).stdout)

    assert [row["column"] for row in rows] == list(COLUMNS)
    assert all(row["accepted"] and row["meaning"] for row in rows)


# Cells of every kind, good ones most of the time, for rows that nobody thought of.
_CELLS = {
    Kind.FLAG: st.sampled_from(["", "yes", "no"]),
    Kind.COUNTRY: st.sampled_from(["", "FR", "RE", "BE"]),
    Kind.TEXT: st.sampled_from(["", "97400"]),
    Kind.EMAIL: st.sampled_from(["", "a@example.com", "info@example.org", "info@gmail.com", "@"]),
    Kind.PHONE: st.sampled_from(["", "+33639980001", "0199000001", "+32470000001", "1"]),
    Kind.DATE: st.sampled_from(["", "2023-11-24", "2026-01-31", "2026-09-07", "2026-11-23T10:00", "2027-01-01"]),
    Kind.DAY: st.sampled_from(["", "2026-09-01", "2027-01-01"]),
    Kind.OBJECTION: st.sampled_from(["", "", "", "no", "2025-01-01", "yes"]),
}


@st.composite
def contact_rows(draw: st.DrawFn) -> dict[str, str]:
    """One row, every column filled."""
    cells = {
        name: draw(st.sampled_from(["", *column.values]) if column.kind is Kind.CHOICE else _CELLS[column.kind])
        for name, column in COLUMNS.items()
        if name != "id"
    }
    return {"id": "x", **cells}


@settings(max_examples=8, deadline=None)
@given(rows=st.lists(contact_rows(), min_size=1, max_size=4), on=st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_a_row_is_decided_the_same_alone_and_among_others_and_from_parquet(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], on: date
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("files")
    named = [{**row, "id": str(number)} for number, row in enumerate(rows)]
    lines = [",".join(COLUMNS), *(",".join(row.values()) for row in named)]
    parquet.write_table(pa.Table.from_pylist(named), folder / "contacts.parquet")

    together = check(write(folder, *lines), "--on", on, "--json").stdout.splitlines()
    alone = [check(write(folder, lines[0], line), "--on", on, "--json").stdout.strip() for line in lines[1:]]
    columnar = check(folder / "contacts.parquet", "--on", on, "--json").stdout.splitlines()

    assert together == [line for line in alone if line] == columnar


def test_parquet_may_hold_real_dates_and_booleans_and_gives_dates_back(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    row = {"id": 7, "country": "FR", "mobile": "+33639980001", "informed": True, "customer": None}
    consent = {"consent_phone_on": datetime(2026, 3, 2, 10), "consent_phone_act": "positive", "consent_phone_to": "us"}
    proof = {"consent_phone_proof": True, "consent_phone_complete": True, "last_contact_on": date(2026, 3, 2)}
    parquet.write_table(pa.Table.from_pylist([{**row, **consent, **proof}]), tmp_path / "in.parquet")

    result = check(tmp_path / "in.parquet", "--on", "2026-11-23", "--out", tmp_path / "out.parquet")

    [answer] = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert result.exit_code == 0
    assert (answer["id"], answer["phone_reason"], answer["phone_until"]) == ("7", "consent", date(2027, 3, 2))
    assert answer["post_until"] is None


@pytest.mark.parametrize(
    ("consented", "reason"), [(datetime(2026, 3, 2), "opposition"), (datetime(2026, 3, 2, 0, 0, 1), "consent")]
)
def test_a_timestamp_at_midnight_stands_for_its_day_as_pandas_has_no_dates(
    tmp_path: Path, consented: datetime, reason: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    row = {"id": "a", "country": "FR", "email": "a@example.com", "last_contact_on": "2026-03-02"}
    consent = {"consent_email_act": "positive", "consent_email_to": "us", "consent_email_proof": True}
    times = {"consent_email_on": consented, "opposed_email_on": "2026-03-02T00:00:00"}
    parquet.write_table(pa.Table.from_pylist([{**row, **consent, **times}]), tmp_path / "in.parquet")

    result = check(tmp_path / "in.parquet", "--on", "2026-11-23", "--json")

    assert json.loads(result.stdout)["email_reason"] == reason


@pytest.mark.parametrize("value", [1.5, b"a", ["a"]])
def test_parquet_of_another_type_is_refused_by_its_name(tmp_path: Path, value: object) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    pa = pytest.importorskip("pyarrow")
    parquet.write_table(pa.Table.from_pylist([{"id": "a", "mobile": value}]), tmp_path / "in.parquet")

    error = check(tmp_path / "in.parquet", "--json").exception

    assert isinstance(error, Malformed)
    assert "mobile" in str(error)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.parquet").write_text("id\n")

    assert isinstance(check(tmp_path / "in.parquet").exception, Malformed)
