"""How long things are kept: what goes, what stays, and what an erasure leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary

from contactable.register import Delivery, Keyring, consents, inbox, ledger, mirror, subjects, tokens
from contactable.register.consents import Consent
from contactable.register.erasing import Erased, erase
from contactable.register.resealing import SEALED, rekey
from contactable.register.retention import purge
from contactable.register.schema import metadata
from contactable.register.testing import EMAIL, KEY, NEWER, PHONE, Workbench
from contactable.rules.acts import known


def consent(house: Workbench, channel: str = "email", proof: bytes = b"proof") -> None:
    given = Consent(subject_id=house.subject(), channel=channel, given_at=house.clock.now, proof=proof)
    house.write(consents.give, given)


def deliver(house: Workbench) -> str:
    delivery = Delivery(
        endpoint="e", provider="p", received_at=house.clock.now, headers={}, raw=b"raw", sha256=b"s" * 32
    )
    return house.write(inbox.keep, delivery)


def test_bodies_go_thirty_days_after_they_were_settled(house: Workbench) -> None:
    settled, unsettled = deliver(house), deliver(house)
    house.write(inbox.settle, settled, inbox.DONE)
    house.clock.move(days=31)

    assert purge(house.register).bodies == 1

    bodies = [house.read(inbox.read_delivery, id) for id in (settled, unsettled)]
    assert [each and each.raw for each in bodies] == [None, b"raw"]


def test_proofs_go_after_three_years_and_not_a_day_before(house: Workbench) -> None:
    consent(house)
    house.clock.now = house.clock.now.replace(year=2029) - timedelta(days=1)
    early = purge(house.register).proofs
    house.clock.move(days=1)

    assert (early, purge(house.register).proofs) == (0, 1)


def test_prospects_whom_no_crm_carries_go_after_three_years(house: Workbench) -> None:
    consent(house)
    house.clock.move(days=3 * 366)

    done = purge(house.register)

    assert (done.proofs, done.entries, done.identifiers) == (1, 1, 1)
    assert house.read(subjects.find_subject, *EMAIL) is None


def test_prospects_whom_a_crm_still_carries_stay(house: Workbench) -> None:
    house.see("1", EMAIL)
    consent(house)
    house.clock.move(days=3 * 366)

    assert purge(house.register).entries == 0
    assert "consent_email_on" in known(house.entries("1"))


def test_oppositions_are_never_let_go_of(house: Workbench) -> None:
    house.enter()
    consent(house)
    house.clock.move(days=40 * 366)

    purge(house.register)

    left = house.read(ledger.entries_of, [house.subject()])
    assert [entry.kind for entry in left] == ["opposition"]


def test_contacts_that_are_gone_for_three_years_leave_the_mirror_and_their_oppositions_stay(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.enter()
    house.write(mirror.forget, "crm", ["1"])
    house.clock.move(days=3 * 366)

    done = purge(house.register)

    assert (done.contacts, done.carried) == (1, 2)
    house.see("2", EMAIL)
    assert "opposed_email_on" in known(house.entries("2"))


def test_a_dry_run_counts_and_lets_go_of_nothing(house: Workbench) -> None:
    house.write(tokens.issue, "confirm", ["a" * 32], expires_at=house.clock.now)
    house.clock.move(days=60)

    assert purge(house.register, dry_run=True).tokens == 1
    assert purge(house.register).tokens == 1
    assert purge(house.register).tokens == 0


def test_what_was_let_go_of_is_an_entry(house: Workbench) -> None:
    consent(house)
    house.clock.move(days=3 * 366)
    purge(house.register)

    with house.register.read() as tx:
        rows = tx.connection.execute(metadata.tables["entries"].select()).all()

    assert [(row.kind, row.details["proofs"]) for row in rows] == [("purged", 1)]


def test_thousands_of_rows_are_let_go_of_a_part_at_a_time(house: Workbench) -> None:
    def issue(tx: object) -> None:
        for _ in range(5200):
            tokens.issue(tx, "confirm", [], expires_at=house.clock.now)  # type: ignore[arg-type]

    house.write(issue)
    house.clock.move(days=60)
    heard: list[int] = []

    done = purge(house.register, tell=lambda name, count: heard.append(count))

    assert (done.tokens, heard) == (5200, [5000, 5200])


def erased(house: Workbench) -> Erased:
    return house.write(erase, [house.subject()])


def test_an_erasure_leaves_oppositions_and_nothing_else(house: Workbench) -> None:
    house.see("1", EMAIL, PHONE)
    house.enter()
    consent(house)

    done = erased(house)

    assert (done.entries, done.proofs, done.oppositions_kept, done.contacts) == (1, 1, 1, [("crm", "1")])
    assert [entry.kind for entry in house.read(ledger.entries_of, [house.subject()])] == ["opposition"]
    assert house.read(mirror.contact, "crm", "1") is None
    assert house.read(subjects.find_subject, *PHONE) is None


def test_who_never_objected_is_forgotten_whole(house: Workbench) -> None:
    consent(house)

    erased(house)

    assert house.read(subjects.find_subject, *EMAIL) is None


def test_the_proof_of_a_consent_to_calls_outlives_an_erasure_for_as_long_as_the_law_says(house: Workbench) -> None:
    consent(house, channel="phone")

    done = erased(house)

    assert done.proofs_kept_until == house.clock.now.replace(year=2029)
    assert len(house.read(consents.proofs_of, [house.subject()])) == 1


def test_after_an_erasure_the_person_is_still_not_approached(house: Workbench) -> None:
    house.enter()
    erased(house)

    house.see("7", EMAIL)

    assert "opposed_email_on" in known(house.entries("7"))


def test_everything_sealed_is_sealed_anew_and_the_older_key_goes_when_nobody_needs_it(house: Workbench) -> None:
    house.see("1", EMAIL)
    consent(house)
    deliver(house)
    house.enter(note="said on the phone")
    house.reopen(Keyring.from_secrets(NEWER, [KEY]))

    first = rekey(house.register)
    house.write(subjects.subjects_for, [EMAIL, (PHONE[0].RECORD, "crm:1")])
    second = rekey(house.register)

    assert (first.resealed, first.dropped) == (5, [])
    assert (second.resealed, second.dropped) == (0, ["k1"])
    house.reopen(Keyring.from_secrets(NEWER))
    row = house.read(mirror.contact, "crm", "1")
    assert row is not None
    assert row.label == "L***"
    assert house.enter(event_key="again") is not None


def test_every_sealed_column_is_known_to_the_rekeying() -> None:
    blobs = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if type(column.type) is LargeBinary and not column.primary_key
    }
    open_ones = {"facts.value", "keys.check_value", "entries.event_key", "deliveries.sha256", "contacts.input_hash"}
    open_ones |= {"leaves.leaf", "leaves.tag", "leaves.salt", "kept.sealed", "api_tokens.sha256"}

    assert blobs - open_ones == set(SEALED)


@pytest.mark.parametrize("subject", ["0" * 32])
def test_erasing_somebody_unknown_erases_nobody(house: Workbench, subject: str) -> None:
    done = house.write(erase, [subject])

    assert (done.entries, done.contacts, done.oppositions_kept) == (0, [], 0)
