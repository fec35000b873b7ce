"""What the contract cannot know of tables on disk: encodings, several exports, files in the making."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from contactable.connectors.csv import Tables, connect
from contactable.connectors.protocol import Change, Level, Result
from contactable.errors import Refused, Unavailable


def tables(path: Path, **settings: object) -> Tables:
    return connect("table", {"path": str(path), "settle": 0, **settings}, lambda reference: b"")


def test_a_table_from_a_french_spreadsheet_is_read_and_flagged_in_its_form(tmp_path: Path) -> None:
    (tmp_path / "clients.csv").write_bytes("id;prénom\n7;Cléo\n".encode("cp1252"))

    (outcome,) = tables(tmp_path / "clients.csv").write([Change("7", {"contactable_channels": "email"})])

    assert outcome.result is Result.WRITTEN
    flagged = (tmp_path / "clients.contactable.csv").read_text(encoding="utf-8-sig")
    assert flagged.splitlines() == ["id;prénom;contactable_channels", "7;Cléo;email"]


def test_of_two_exports_the_one_changed_last_counts(tmp_path: Path) -> None:
    for name, town, at in (("b-old.csv", "Brest", 1_000), ("a-new.csv", "Lyon", 2_000)):
        (tmp_path / name).write_text(f"id,town\n7,{town}\n")
        os.utime(tmp_path / name, (at, at))

    (record,) = tables(tmp_path).read(["7"], ["town"])

    assert record.properties["town"] == "Lyon"


def test_the_table_of_people_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text("id,town\n7,Brest\n")

    outcomes = list(tables(path).write([Change("7", {"town": "Lyon"})]))

    assert [each.result for each in outcomes] == [Result.REFUSED]
    assert path.read_text() == "id,town\n7,Brest\n"


def test_a_file_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text("id,town\n7,Br")
    writing = threading.Timer(0.2, lambda: path.write_text("id,town\n7,Brest\n"))
    writing.start()

    with pytest.raises(Unavailable, match="being written"):
        list(tables(tmp_path, settle=0.5).read(["7"], []))

    writing.join()
    assert [each.properties["town"] for each in tables(tmp_path, settle=0.5).read(["7"], [])] == ["Brest"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("name\nAda\n", "no column `id`"), ("id,name\n7,Ada\n7,Bea\n", "line 3"), ("id,name\n,Ada\n", "empty")],
)
def test_a_table_without_good_ids_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "clients.csv").write_text(text)

    with pytest.raises(Refused, match=why) as caught:
        list(tables(tmp_path).iter_ids())

    assert "Ada" not in str(caught.value)


def test_a_tick_that_people_make_in_their_table_is_read_although_we_flag_it(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text("id,contactable_oppose\n7,\n")
    connector = tables(path)
    list(connector.write([Change("7", {"contactable_channels": "email"})]))

    path.write_text("id,contactable_oppose\n7,calls\n")
    (record,) = connector.read(["7"], [])

    assert record.properties["contactable_oppose"] == "calls"


def test_an_empty_folder_is_a_warning_that_says_what_to_do(tmp_path: Path) -> None:
    (finding,) = tables(tmp_path).check()

    assert (finding.level, finding.mend) == (Level.WARNING, "put an export (.csv) there")


def test_every_word_of_a_name_finds_a_row_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,prenom,nom\n1,Odile,Tessier\n2,Odile,Martin\n3,Guy,Noël\n", "utf-8")
    tables = connect("csv", {"path": str(tmp_path / "people.csv"), "settle": 0}, lambda reference: b"")

    assert [each.id for each in tables.find_named("tessier ODILE", 5)] == ["1"]
    assert [each.id for each in tables.find_named("odile", 1)] == ["1"]
    assert list(tables.find_named("  ", 5)) == []
