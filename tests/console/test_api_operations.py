"""What the API decides, enters and tells, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, accesses, consents, ledger, subjects
from contactable.rules import Channel, Reason

LOU, NUMBER = "lou@example.com", "+33639980001"
AGREED = {"channel": "email", "given_at": "2026-01-02T10:00:00+01:00", "act": "positive", "to": "us"}


def subject(desk: Any, kind: str = "email", text: str = LOU) -> str:
    found: str = desk.kit.register.write(lambda tx: subjects.subject_for(tx, IdentifierKind(kind), text))
    return found


def entries(desk: Any, of: str) -> list[Entry]:
    with desk.kit.register.read() as tx:
        return ledger.entries_of(tx, [of])


def test_an_opposition_told_closes_and_is_worth_what_an_operator_says(desk: Any) -> None:
    answer = desk.ask("oppositions", {"phone": "06 39 98 00 01", "channel": "sms", "reason": "letter"})

    (entry,) = entries(desk, subject(desk, "phone", NUMBER))
    assert answer.status_code == 201
    assert (entry.on, entry.origin, entry.proof_level, entry.reason) == ("sms", "api", "operator", "letter")
    assert entry.batch == answer.json["group"]
    assert desk.kit.may_contact("sms", phone=NUMBER).reason is Reason.OPPOSITION


def test_an_opposition_told_again_under_its_key_is_entered_once(desk: Any) -> None:
    told = {"email": LOU, "channel": "all", "key": "ticket 17", "occurred_at": "2026-03-01T08:00:00Z"}

    answers = [desk.ask("oppositions", told) for _ in range(2)]

    assert [(each.status_code, each.json["entered"]) for each in answers] == [(201, 1), (200, 0)]


def test_an_opposition_to_one_subscription_leaves_the_other_offers(desk: Any) -> None:
    desk.ask("oppositions", {"email": LOU, "channel": "email", "subscription": "news"})

    closed = {offer: desk.kit.verdicts(email=LOU, offer=offer)[Channel.EMAIL].reason for offer in ("main", "news")}
    assert closed == {"main": Reason.PLACE_UNKNOWN, "news": Reason.OPPOSITION}


def test_a_consent_told_is_kept_with_its_proof_and_lifts_no_opposition(desk: Any) -> None:
    desk.ask("oppositions", {"email": LOU, "channel": "email", "occurred_at": "2025-01-01T00:00:00Z"})

    answer = desk.ask("consents", {"email": LOU, **AGREED, "wording": "form-1", "proof": "box ticked on /offers"})

    assert (answer.status_code, len(answer.json["entry"])) == (201, 32)
    assert desk.kit.may_contact("email", email=LOU).reason is Reason.OPPOSITION
    with desk.kit.register.read() as tx:
        (proof,) = consents.proofs_of(tx, [subject(desk)])
    assert proof.content == b"box ticked on /offers"


def test_a_consent_told_again_under_its_key_is_entered_once(desk: Any) -> None:
    answers = [desk.ask("consents", {"email": LOU, **AGREED, "key": "form:12"}) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 200]
    assert answers[1].json["entry"] is None


def test_verdicts_come_in_the_order_in_which_people_were_named(desk: Any) -> None:
    desk.ask("oppositions", {"email": LOU, "channel": "email"})

    answer = desk.ask("verdicts", {"people": [{"phone": NUMBER}, {"email": "LOU@example.com"}]})

    reasons = [each["email"]["reason"] for each in answer.json["people"]]
    assert reasons == ["place_unknown", "opposition"]
    assert set(answer.json["people"][0]) == set(Channel)


def test_every_read_of_a_person_leaves_a_row_that_names_the_token(desk: Any) -> None:
    who, token = subject(desk), desk.token("verdicts:read")

    desk.ask("verdicts", {"people": [{"email": LOU}, {"email": "max@example.com"}]}, token)

    with desk.kit.register.read() as tx:
        (row,) = accesses.of_person(tx, [who])
        (used,) = accesses.last_of_tokens(tx)
    assert (row.what, row.token_id) == ("verdicts", used)


def test_a_scrub_tells_which_lines_go_and_leaves_a_receipt(desk: Any) -> None:
    desk.ask("oppositions", {"email": LOU, "channel": "all"})
    lines = ["max@example.com", LOU, "", "nobody"]

    answer = desk.ask("scrub", {"channel": "email", "people": lines, "only_oppositions": True}).json

    reasons = {each["line"]: each["reason"] for each in answer["removed"]}
    assert (answer["kept"], reasons) == (1, {1: "opposition", 2: "no_address", 3: "not_readable"})
    with desk.kit.register.read() as tx:
        receipt = ledger.find(tx, answer["receipt"])
        (row,) = accesses.of_person(tx, [subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""])
    assert receipt is not None
    assert receipt.details["reasons"] == {"no_address": 1, "not_readable": 1, "opposition": 1}
    assert row.what == "scrub"


def test_what_is_told_about_a_closed_channel_never_repeats_who_it_is(desk: Any) -> None:
    answer = desk.ask("verdicts", {"people": [{"email": LOU}]})

    assert LOU not in answer.text


@pytest.mark.parametrize("days", [{"until": "2025-01-01"}, {"until": "9999-12-31"}])
def test_a_stated_period_that_cannot_be_is_refused(desk: Any, days: dict[str, str]) -> None:
    answer = desk.ask("consents", {"email": LOU, **AGREED, **days})

    assert (answer.status_code, answer.json["invalid"][0]["where"]) == (422, "$.until")


def test_a_consent_from_tomorrow_is_refused(desk: Any) -> None:
    tomorrow = (desk.kit.clock() + timedelta(days=1)).isoformat()

    answer = desk.ask("consents", {"email": LOU, **AGREED, "given_at": tomorrow})

    assert (answer.status_code, answer.json["invalid"][0]["where"]) == (422, "$.given_at")
