"""Many rows at once: what goes in comes out again, whatever they have in common and whatever each has of its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from contactable.errors import RegisterError
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, ledger, mirror, subjects
from contactable.register.entering import CHANNELS, PROOF_LEVELS, TIME_QUALITIES
from contactable.register.mirror import SeenContact
from contactable.register.schema import identifiers
from contactable.register.statements import MOST, insert_new, rows_among
from contactable.register.testing import Workbench

TEXT = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
OFTEN_THE_SAME = some.sampled_from(["", "a", "b"]) | TEXT
MOMENT = some.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=some.just(UTC))
DAY = some.dates(date(1990, 1, 1), date(2100, 1, 1))
NEW = some.fixed_dictionaries(
    {
        "kind": some.sampled_from(["opposition", "release", "consent", "declaration"]),
        "on": some.sampled_from(sorted(CHANNELS)),
        "proof_level": some.sampled_from(sorted(PROOF_LEVELS)),
        "time_quality": some.sampled_from(sorted(TIME_QUALITIES)),
        "scope_kind": some.sampled_from(["global", "list"]),
        "scope_id": OFTEN_THE_SAME,
        "reason": OFTEN_THE_SAME,
        "batch": OFTEN_THE_SAME,
        "evidence": some.none() | TEXT,
        "occurred_at": some.none() | MOMENT | DAY,
        "details": some.dictionaries(some.sampled_from(["act", "to"]), TEXT, max_size=2),
        "ends": some.none() | some.just("0f" * 16),
        "note": OFTEN_THE_SAME,
        "with_key": some.booleans(),
    }
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(news=some.lists(NEW, min_size=1, max_size=12))
def test_entries_that_go_in_together_come_back_as_each_was_given(house: Workbench, news: list[dict[str, Any]]) -> None:
    subject, told = house.subject(), []
    for place, values in enumerate(news):
        with_key = values.pop("with_key")
        key = f"{house.clock.now:%H%M%S%f}:{place}" if with_key else None
        whom = None if values["kind"] == "declaration" and place % 2 else subject
        told.append(NewEntry(subject_id=whom, event_key=key, **values))
    house.clock.move(seconds=1)

    made = house.write(ledger.record, told)

    for new, entry in zip(told, made, strict=True):
        assert entry is not None
        assert house.read(ledger.find, entry.id) == entry
        assert (entry.subject_id, entry.occurred_at, entry.reason) == (new.subject_id, new.occurred_at, new.reason)
        assert house.read(ledger.notes, [entry.id]).get(entry.id, "") == new.note
        assert new.event_key is None or house.read(ledger.is_known, new.event_key)


def test_a_word_that_the_ledger_does_not_know_undoes_the_whole_batch(house: Workbench) -> None:
    subject = house.subject()
    told = [NewEntry(kind="opposition", subject_id=subject), NewEntry(kind="opposition", subject_id=subject, on="fax")]

    with pytest.raises(RegisterError, match="on is one of"):
        house.write(ledger.record, told)

    assert house.read(ledger.entries_of, [subject]) == []


def test_more_people_than_fit_into_one_statement_are_found_again_each_as_the_same(house: Workbench) -> None:
    many = [(IdentifierKind.RECORD, f"crm:{number}") for number in range(MOST + 700)]
    many += [(IdentifierKind.EMAIL, f"person{number}@example.com") for number in range(30)]

    made = house.write(subjects.subjects_for, many)

    assert len(set(made.values())) == len(many)
    assert house.read(subjects.find_subjects, many) == made
    assert house.write(subjects.subjects_for, many) == made


@pytest.mark.parametrize(
    "id", ["plain", "with 'quotes' and \"more\"", "é 🙂", "back\\slash", r"not \u0000 a null", "12"]
)
def test_a_record_is_found_by_the_whole_of_its_id(house: Workbench, id: str) -> None:
    who = (IdentifierKind.EMAIL, "lou@example.com")
    house.write(mirror.remember, "crm", [SeenContact(id, [who], {}, b"1", "L***")])

    assert list(house.read(mirror.subjects_of_contacts, "crm", [id, "another"])) == [id]


def test_what_follows_a_null_is_not_cut_off(sqlite_house: Workbench) -> None:
    """PostgreSQL keeps none, and SQLite's reader of lists ends a text there: another record would be taken for it."""
    who = (IdentifierKind.EMAIL, "lou@example.com")
    sqlite_house.write(mirror.remember, "crm", [SeenContact("12", [who], {}, b"1", "L***")])

    assert sqlite_house.read(mirror.subjects_of_contacts, "crm", ["12\x00345"]) == {}


def test_rows_whose_values_differ_in_length_are_refused_and_not_cut_up_wrongly(sqlite_house: Workbench) -> None:
    rows = [(b"d" * 32, b"s" * 16), (b"d" * 31, b"s" * 16)]

    with pytest.raises(ValueError, match="different lengths"):
        sqlite_house.write(insert_new, identifiers, ("digest", "subject_id"), rows, (1, "email"))
    with sqlite_house.register.read() as tx, pytest.raises(ValueError, match="different lengths"):
        list(rows_among(tx.connection, "SELECT digest FROM identifiers WHERE digest IN ({many})", [b"12", b"123"]))
