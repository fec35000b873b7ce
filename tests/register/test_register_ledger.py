"""The ledger: entries are added once, duplicates do nothing, and an opposition is never lost to one."""

from __future__ import annotations

import hmac
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from contactable.errors import RegisterError
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, Tx, ledger, subjects, upgrade
from contactable.register.schema import entries
from contactable.register.testing import Workbench
from contactable.rules.acts import opposed

T0 = datetime(2026, 11, 24, 8, tzinfo=UTC)


def is_opposed(house: Workbench, subject: str, on: str = "email") -> bool:
    return opposed(house.read(ledger.entries_of, [subject]), on)


def test_an_entry_comes_back_as_it_was_entered(house: Workbench) -> None:
    subject = house.subject()
    said = {"act": "positive", "to": "us"}

    made = house.enter("consent", subject, occurred_at=T0, event_key="a:1", details=said, evidence="e", reason="form")

    assert house.read(ledger.entries_of, [subject]) == [made]
    assert made is not None
    assert house.read(ledger.find, made.id) == made
    assert (made.occurred_at, made.details, made.recorded_at >= house.clock.now) == (T0, said, True)


def test_a_day_without_a_time_stays_a_day(house: Workbench) -> None:
    subject = house.subject()

    house.enter(subject=subject, occurred_at=date(2026, 3, 29))

    assert house.read(ledger.entries_of, [subject])[0].occurred_at == date(2026, 3, 29)


def test_an_event_told_twice_is_entered_once(house: Workbench) -> None:
    subject = house.subject()

    assert house.enter(subject=subject, event_key="brevo:1") is not None
    assert house.enter(subject=subject, event_key="brevo:1") is None
    assert len(house.read(ledger.entries_of, [subject])) == 1


def test_an_event_told_twice_in_one_delivery_is_entered_once(house: Workbench) -> None:
    new = NewEntry(kind="opposition", subject_id=house.subject(), on="sms", event_key="x", proof_level="signed")

    made = house.write(ledger.record, [new, new])

    assert [entry is not None for entry in made] == [True, False]


def test_a_duplicate_key_does_not_suppress_an_opposition_while_the_channel_is_open(house: Workbench) -> None:
    subject = house.subject()
    house.enter(subject=subject, event_key="day:1")
    house.enter("release", subject)

    again = house.enter(subject=subject, event_key="day:1")
    once_more = house.enter(subject=subject, event_key="day:1")

    assert again is not None
    assert is_opposed(house, subject)
    assert once_more is None


def test_a_replayed_opposition_from_before_a_release_has_no_effect(house: Workbench) -> None:
    subject = house.subject()
    house.enter(subject=subject, event_key="1", occurred_at=T0)
    house.enter("release", subject, occurred_at=T0 + timedelta(minutes=1))

    assert house.enter(subject=subject, event_key="1", occurred_at=T0) is None
    assert not is_opposed(house, subject)


def test_the_key_of_a_release_counts_once_for_ever(house: Workbench) -> None:
    subject = house.subject()
    house.enter("release", subject, event_key="r")
    house.enter(subject=subject)

    assert house.enter("release", subject, event_key="r") is None
    assert is_opposed(house, subject)


def test_a_duplicate_on_one_list_is_judged_by_what_stands_on_that_list(house: Workbench) -> None:
    subject = house.subject()
    seven = {"scope_kind": "list", "scope_id": "7"}
    house.enter(subject=subject, event_key="7", **seven)
    house.enter(subject=subject, scope_kind="list", scope_id="8")
    house.enter("release", subject, **seven)

    assert house.enter(subject=subject, event_key="7", **seven) is not None


def test_an_echo_counts_only_where_no_opposition_is_known(house: Workbench) -> None:
    subject = house.subject()

    first = house.enter(subject=subject, origin="echo", event_key="1")
    second = house.enter(subject=subject, origin="echo", event_key="2")
    house.enter("release", subject)
    third = house.enter(subject=subject, origin="echo", event_key="1")

    assert [first is not None, second, third] == [True, None, None]


@pytest.mark.parametrize(
    "wrong", [{"on": "fax"}, {"proof_level": "none"}, {"time_quality": "soon"}, {"kind": "wish"}, {"subject_id": None}]
)
def test_a_word_that_the_ledger_does_not_know_is_refused(house: Workbench, wrong: dict[str, Any]) -> None:
    values: dict[str, Any] = {"kind": "opposition", "subject_id": house.subject(), "on": "email", **wrong}

    with pytest.raises(RegisterError):
        house.write(ledger.record, [NewEntry(**values)])


def test_arrival_times_never_run_backwards_when_the_clock_does(house: Workbench) -> None:
    subject = house.subject()
    times = []
    for hours in (0, -5, -1, 0):
        house.clock.move(hours=hours)
        entry = house.enter("release", subject)
        times.append(entry.recorded_at if entry else None)
    house.reopen()
    last = house.enter("release", subject)

    assert last is not None
    assert sorted(set(times)) == times  # type: ignore[type-var]
    assert last.recorded_at > max(time for time in times if time)


def test_ids_sort_in_the_order_of_arrival(house: Workbench) -> None:
    subject = house.subject()
    made = []
    for _ in range(5):
        house.clock.move(seconds=1)
        made.append(house.enter("release", subject))

    ids = [entry.id for entry in made if entry]

    assert ids == sorted(ids)
    assert all(id[12] == "7" for id in ids)


def test_senders_ids_are_not_kept_in_clear(sqlite_house: Workbench) -> None:
    sqlite_house.enter(event_key="mailjet:lou@example.com")
    sqlite_house.register.close()

    path = sqlite_house.url.removeprefix("sqlite:///")
    with open(path, "rb") as file:
        assert b"lou@example.com" not in file.read()


def test_thousands_of_entries_are_recorded_and_read_at_once(house: Workbench) -> None:
    def enter(tx: Tx) -> list[str]:
        numbers = [(IdentifierKind.PHONE, f"+3363998{n:04d}") for n in range(2500)]
        found = list(subjects.subjects_for(tx, numbers).values())
        ledger.record(tx, [NewEntry(kind="opposition", subject_id=id, event_key=f"i:{id}") for id in found])
        return found

    assert len(house.read(ledger.entries_of, house.write(enter))) == 2500


def test_closings_of_an_unverified_source_are_grouped_by_the_hour(house: Workbench) -> None:
    group = ledger.hourly_group("brevo", house.clock.now)
    house.enter(proof_level="path_secret", batch=group)
    house.enter(proof_level="path_secret", batch=ledger.hourly_group("brevo", house.clock.now + timedelta(hours=1)))

    assert house.read(ledger.count_batch, group) == 1


def test_what_was_entered_before_keys_had_todays_form_is_recognised(house: Workbench) -> None:
    """Told again as new, an old release would open what was closed since."""
    subject = house.subject()
    told = f"sender:7:email:{subject}"
    released = house.enter("release", subject, event_key=told)
    assert released is not None

    def make_old(tx: Tx) -> None:
        key = hmac.digest(tx.event_salt, told.encode(), "sha256")[:16]
        of_today = tx.connection.execute(select(entries.c.event_key)).scalar_one()
        assert bytes(of_today) != key
        tx.connection.execute(update(entries).values(event_key=key))
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0010'"))

    house.write(make_old)
    upgrade(house.url, house.keyring)
    house.reopen()
    house.enter(subject=subject, event_key=f"sender:8:email:{subject}")

    assert house.read(ledger.is_known, told)
    assert house.enter("release", subject, event_key=told) is None
    assert is_opposed(house, subject)


def test_a_new_register_looks_for_keys_of_todays_form_alone(house: Workbench) -> None:
    upgrade(house.url, house.keyring)

    with house.register.read() as tx:
        assert not tx.has_older_event_keys


@pytest.mark.parametrize(
    "key", ["", "a", "not hexadecimal at the end, but long", "é" * 40, "12 " * 20, "0" * 32, "f" * 31]
)
def test_a_key_of_any_text_is_recognised_and_no_other_for_it(house: Workbench, key: str) -> None:
    subject = house.subject()

    assert house.enter(subject=subject, event_key=f"a:{key}") is not None
    assert house.read(ledger.is_known, f"a:{key}")
    assert not house.read(ledger.is_known, f"b:{key}")
