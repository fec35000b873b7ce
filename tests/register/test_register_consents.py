"""Consents with what proves them, and annulments: what may be ended, and what never is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contactable.errors import RegisterError
from contactable.register import consents, journal, ledger, outbox
from contactable.register.annulling import annul
from contactable.register.consents import Consent
from contactable.register.journal import Written
from contactable.register.testing import EMAIL, Workbench
from contactable.rules.acts import known
from contactable.rules.wording_lists import STATEMENTS
from contactable.rules.wordings import Box, Wording, WordingKind

CALLS = [statement.code for statement in STATEMENTS[WordingKind.CONSENT_TO_CALLS]]


def wording(version: str, says: list[str]) -> Wording:
    """A text that makes exactly some statements."""
    text = " ".join(f"statement {name}." for name in says) or "We shall call you."
    quoted = {name: f"statement {name}." for name in says}
    return Wording(WordingKind.CONSENT_TO_CALLS, version, text, quoted, "fr", 12, Box.UNTICKED)


def give(house: Workbench, **values: Any) -> Any:
    given = {"subject_id": house.subject(), "channel": "email", "given_at": house.clock.now, **values}
    return house.write(consents.give, Consent(**given))


def test_a_consent_becomes_facts_with_its_proof(house: Workbench) -> None:
    entry = give(house, proof=b"box ticked on /newsletter", proof_level="signed", form="newsletter")

    facts = known(house.read(ledger.entries_of, [house.subject()]))

    assert (facts["consent_email_on"], facts["consent_email_proof"]) == (house.clock.now, True)
    (proof,) = house.read(consents.proofs_of, [house.subject()])
    assert proof.content == b"box ticked on /newsletter"
    assert entry.evidence == f"proof:{proof.id}"


def test_a_proof_is_kept_three_years_from_collection(house: Workbench) -> None:
    given = house.clock.now.replace(year=2024, month=2, day=29)
    give(house, proof=b"x", given_at=given)

    (proof,) = house.read(consents.proofs_of, [house.subject()])

    assert proof.keep_until.date() == date(2027, 2, 28)


@pytest.mark.parametrize("says", [CALLS, CALLS[:-1], []], ids=["all", "one-missing", "none"])
def test_the_wording_decides_whether_a_consent_to_calls_is_complete(house: Workbench, says: list[str]) -> None:
    text = wording("v1", says)
    house.write(consents.add_wording, text)

    entry = give(house, channel="phone", wording="v1")

    assert entry.details["complete"] is (says == CALLS)


def test_a_wording_that_the_register_does_not_have_is_refused(house: Workbench) -> None:
    with pytest.raises(RegisterError, match="wording"):
        give(house, channel="phone", wording="nobody wrote it")


def test_a_version_of_a_wording_keeps_its_text_for_ever(house: Workbench) -> None:
    house.write(consents.add_wording, wording("v1", CALLS))
    house.write(consents.add_wording, wording("v1", CALLS))

    with pytest.raises(RegisterError, match="new"):
        house.write(consents.add_wording, wording("v1", []))


def test_a_consent_told_twice_is_entered_once(house: Workbench) -> None:
    assert give(house, event_key="form:1") is not None
    assert give(house, event_key="form:1") is None


def test_a_consent_makes_the_contacts_of_the_person_stale(house: Workbench) -> None:
    house.see("1", EMAIL)
    give(house)

    assert house.read(outbox.promised, "crm", "1") is not None


def test_a_consent_that_waits_for_its_link_counts_from_the_moment_it_is_followed(house: Workbench) -> None:
    asked = Consent(subject_id=house.subject(), channel="email", given_at=house.clock.now, proof=b"asked")
    token = house.write(consents.ask_to_confirm, asked)
    before = known(house.read(ledger.entries_of, [house.subject()]))
    house.clock.move(hours=2)

    entry = house.write(consents.confirm, token)

    assert before == {}
    assert entry is not None
    assert (entry.proof_level, entry.is_own, entry.evidence is not None) == ("token", True, True)
    assert house.write(consents.confirm, token) is None


def test_a_link_that_nobody_followed_in_a_week_confirms_nothing(house: Workbench) -> None:
    asked = Consent(subject_id=house.subject(), channel="email", given_at=house.clock.now)
    token = house.write(consents.ask_to_confirm, asked)
    house.clock.move(days=8)

    assert house.write(consents.confirm, token) is None


def end(house: Workbench, **named: Any) -> Any:
    return house.write(annul, **{"reason": "a test list", "by": "Sam", **named})


def test_an_import_can_be_ended_as_a_whole_and_opens_what_it_closed(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.enter(proof_level="operator", origin="admin", batch="import-1")
    house.enter(proof_level="operator", origin="admin", batch="import-1", on="sms")

    done = end(house, batch="import-1")

    assert len(done.ended) == 2
    assert known(house.entries("1")) == {}
    assert house.read(outbox.promised, "crm", "1") is not None


def test_ending_something_twice_ends_it_once(house: Workbench) -> None:
    entry = house.enter(proof_level="operator")
    assert entry is not None
    end(house, entry_id=entry.id)

    assert end(house, entry_id=entry.id).ended == []


@pytest.mark.parametrize("proof_level", ["signed", "token"])
def test_a_persons_own_act_is_never_ended(house: Workbench, proof_level: str) -> None:
    entry = house.enter(proof_level=proof_level)
    assert entry is not None

    done = end(house, entry_id=entry.id)

    assert (done.ended, done.own) == ([], [entry])
    assert "opposed_email_on" in known(house.read(ledger.entries_of, [house.subject()]))


def test_an_annulment_names_the_blocks_that_a_person_must_lift_elsewhere(house: Workbench) -> None:
    entry = house.enter(proof_level="operator")
    assert entry is not None
    ours = [Written("crm:opt_out", house.subject(), "email"), Written("crm:property", house.subject(), "email")]
    house.write(journal.add, ours)

    assert [each.target for each in end(house, entry_id=entry.id).by_hand] == ["crm:opt_out"]
    house.write(journal.lifted, "crm:opt_out", house.subject(), "email")
    assert house.read(journal.standing, [house.subject()]) == []


def test_a_look_before_an_annulment_changes_nothing(house: Workbench) -> None:
    entry = house.enter(proof_level="operator")
    assert entry is not None

    done = end(house, entry_id=entry.id, dry_run=True)

    assert len(done.ended) == 1
    assert len(house.read(ledger.entries_of, [house.subject()])) == 1


@pytest.mark.parametrize(
    "named", [{}, {"entry_id": "0" * 32}, {"batch": "nothing"}, {"entry_id": "0" * 32, "reason": " "}]
)
def test_an_annulment_without_a_name_a_finding_or_a_reason_is_refused(house: Workbench, named: dict[str, str]) -> None:
    with pytest.raises(RegisterError):
        end(house, **named)


def test_the_reason_of_an_annulment_is_kept_sealed_and_can_be_read(house: Workbench) -> None:
    entry = house.enter(proof_level="operator")
    assert entry is not None
    end(house, entry_id=entry.id)
    annulment = house.read(ledger.entries_of, [house.subject()])[-1]

    assert house.read(ledger.notes, [annulment.id]) == {annulment.id: "Sam: a test list"}
    assert house.clock.now - annulment.recorded_at < timedelta(seconds=1)
