"""The mirror: which contacts carry whom, and what follows a person whose address changes."""

from __future__ import annotations

from datetime import date, timedelta

from contactable.identifiers import IdentifierKind
from contactable.register import SeenContact, ledger, mirror
from contactable.register.annulling import annul
from contactable.register.testing import EMAIL, PHONE, Workbench
from contactable.rules.acts import opposed

OTHER = (IdentifierKind.EMAIL, "new@example.org")


def kinds(house: Workbench, record_id: str) -> list[str]:
    return [entry.kind for entry in house.entries(record_id)]


def test_only_contacts_that_changed_are_reported(house: Workbench) -> None:
    assert house.see("1", EMAIL) == ["1"]
    assert house.see("1", EMAIL) == []
    assert house.see("1", EMAIL, PHONE) == ["1"]


def test_a_contact_comes_back_as_it_was_seen(house: Workbench) -> None:
    facts = {"audience": ["consumer", "property:type"]}
    house.write(mirror.remember, "crm", [SeenContact("1", [EMAIL], facts, b"hash", "l***@e***.com")])

    row = house.read(mirror.contact, "crm", "1")

    assert row is not None
    assert (row.facts, row.label, row.input_hash, row.gone_at) == (facts, "l***@e***.com", b"hash", None)


def test_an_opposition_binds_every_contact_of_every_crm_that_carries_the_identifier(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.see("9", EMAIL, connector="other")
    house.enter()

    assert kinds(house, "1") == ["opposition"]
    assert [entry.kind for entry in house.entries("9", "other")] == ["opposition"]
    assert sorted(house.read(mirror.contacts_with, [house.subject()])) == [("crm", "1"), ("other", "9")]


def test_an_opposition_recorded_before_the_contact_was_seen_binds_it(house: Workbench) -> None:
    house.enter()
    house.see("1", EMAIL)

    assert kinds(house, "1") == ["opposition"]


def test_a_changed_address_does_not_shake_off_an_opposition(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.enter()

    house.see("1", OTHER)

    assert kinds(house, "1") == ["opposition"]


def test_what_is_recorded_of_an_address_after_it_left_does_not_bind_the_contact(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.see("1", OTHER)

    house.enter()

    assert kinds(house, "1") == []


def test_a_mistake_that_is_ended_after_the_address_left_binds_no_longer(house: Workbench) -> None:
    house.see("1", EMAIL)
    entry = house.enter(proof_level="operator")
    assert entry is not None
    house.see("1", OTHER)

    house.write(annul, entry_id=entry.id, reason="test", by="test")

    assert not opposed(house.entries("1"), "email")


def test_an_address_that_comes_back_binds_again_with_all_that_was_recorded(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.see("1", OTHER)
    house.enter()
    house.see("1", EMAIL)

    assert kinds(house, "1") == ["opposition"]


def test_an_opposition_of_a_record_stays_with_the_record(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.enter(subject=house.subject((IdentifierKind.RECORD, "crm:1")), on="all")
    house.see("1", OTHER)

    assert kinds(house, "1") == ["opposition"]


def test_a_merge_takes_the_union_of_what_binds(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.see("2", PHONE)
    house.enter(on="email")
    house.enter(subject=house.subject((IdentifierKind.RECORD, "crm:1")), on="post")

    house.write(mirror.merge, "crm", "2", ["1", "2"])
    house.see("2", PHONE, OTHER)

    assert sorted(entry.on for entry in house.entries("2")) == ["email", "post"]
    assert house.read(mirror.contacts_with, [house.subject()]) == [("crm", "2")]


def test_a_contact_that_is_gone_keeps_what_binds_it_and_nothing_of_its_facts(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.enter()

    house.write(mirror.forget, "crm", ["1"])

    row = house.read(mirror.contact, "crm", "1")
    assert row is not None
    assert (row.facts, row.label, row.gone_at is None) == ({}, "", False)
    assert house.read(mirror.counts) == {}
    assert house.see("1", EMAIL) == ["1"]
    assert kinds(house, "1") == ["opposition"]


def test_contacts_are_due_on_the_day_on_which_a_verdict_changes_by_itself(house: Workbench) -> None:
    day = date(2026, 12, 1)
    house.see("1", EMAIL)
    house.see("2", PHONE)
    house.write(mirror.written, "crm", "1", {"main": {"email": "open"}}, day, house.clock.now)
    house.write(mirror.checked, "crm", "2", day + timedelta(days=1))

    assert house.read(mirror.due, day - timedelta(days=1)) == []
    assert house.read(mirror.due, day) == [("crm", "1")]


def test_ids_are_listed_a_page_at_a_time(house: Workbench) -> None:
    rows = [SeenContact(f"{n:05d}", [], {}, b"x") for n in range(25)]
    house.write(mirror.remember, "crm", rows)

    first = house.read(mirror.contact_ids, "crm", limit=20)
    rest = house.read(mirror.contact_ids, "crm", after=first[-1], limit=20)

    assert first + rest == [row.record_id for row in rows]


def test_thousands_of_contacts_are_mirrored_at_once(house: Workbench) -> None:
    rows = [
        SeenContact(str(n), [(IdentifierKind.EMAIL, f"p{n}@example.com")], {"audience": ["consumer", "x"]}, b"1")
        for n in range(2300)
    ]

    assert len(house.write(mirror.remember, "crm", rows)) == 2300
    assert house.write(mirror.remember, "crm", rows) == []
    assert house.read(mirror.counts) == {"crm": 2300}
    assert len(house.read(ledger.entries_of_contacts, "crm", [row.record_id for row in rows])) == 2300
