"""What lifts an opposition, and what does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from contactable.rules import UNKNOWN_TIME, Channel, Facts, Mailbox, Offer, Reason, decide_channel
from contactable.rules.act import is_after
from contactable.rules.acts import Act, OfferScopes, consents_by_the_person, known, opposed

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_ids = count(1)


def act(kind: str, at: date | None, *, recorded: datetime | None = None, **values: Any) -> Act:
    instant = at if isinstance(at, datetime) else NOON
    given = {"on": "email", "id": f"{next(_ids):032x}", **values}
    return Act(kind=kind, occurred_at=at, recorded_at=recorded or instant, **given)


def opposition(at: date | None = NOON, **values: Any) -> Act:
    return act("opposition", at, **values)


def release(at: date | None = NOON, **values: Any) -> Act:
    return act("release", at, **values)


def consent(at: date | None = NOON, **values: Any) -> Act:
    said = {"act": "positive", "to": "us", "proof": True}
    return act("consent", at, **{"details": said, **values})


def test_an_opposition_alone_is_a_fact_with_its_time() -> None:
    assert known([opposition()]) == {"opposed_email_on": NOON}


def test_a_later_release_of_the_person_lifts_an_opposition() -> None:
    facts = known([opposition(), release(NOON + HOUR)])

    assert facts == {"opposed_email_on": NOON, "reopened_email_on": NOON + HOUR}


@pytest.mark.parametrize(
    "values",
    [
        {"proof_level": "operator"},
        {"proof_level": "path_secret"},
        {"proof_level": "open_form"},
        {"origin": "admin"},
        {"origin": "api"},
        {"origin": "provider"},
        {"origin": "crm_user"},
        {"origin": "link_click"},
        {"origin": "complaint"},
        {"on": "sms"},
        {"time_quality": "unknown"},
        {"scope_kind": "list", "scope_id": "7"},
    ],
    ids=lambda values: "-".join(map(str, values.values())),
)
def test_a_release_that_is_not_shown_to_be_the_persons_on_that_channel_lifts_nothing(values: dict[str, Any]) -> None:
    acts = [opposition(), release(NOON + HOUR, **values)]

    assert opposed(acts, "email")
    assert "reopened_email_on" not in known(acts)


@pytest.mark.parametrize("proof_level", ["signed", "token"])
def test_signed_and_tokened_releases_both_count(proof_level: str) -> None:
    assert not opposed([opposition(), release(NOON + HOUR, proof_level=proof_level)], "email")


def test_an_opposition_and_a_release_at_one_instant_leave_the_opposition() -> None:
    assert opposed([opposition(), release()], "email")


@pytest.mark.parametrize(
    ("objected", "released"),
    [(date(2026, 11, 1), NOON + HOUR), (NOON, date(2026, 11, 1)), (date(2026, 11, 1), date(2026, 11, 1))],
)
def test_on_one_day_of_which_a_time_is_missing_the_opposition_stands(objected: date, released: date) -> None:
    assert opposed([opposition(objected), release(released)], "email")


def test_events_that_arrive_in_the_wrong_order_are_put_right_by_their_times() -> None:
    late = opposition(NOON, recorded=NOON + DAY)

    assert not opposed([release(NOON + HOUR), late], "email")


def test_an_opposition_timed_by_arrival_is_lifted_by_a_later_record_only() -> None:
    arrived = opposition(None, recorded=NOON, time_quality="arrival")

    assert opposed([arrived, release(NOON + HOUR, recorded=NOON - HOUR)], "email")
    assert not opposed([arrived, release(NOON + HOUR, recorded=NOON + 2 * HOUR)], "email")


def test_when_an_act_happened_is_known_of_events_alone() -> None:
    arrived = NOON + HOUR

    times = [
        act("opposition", NOON, recorded=arrived, time_quality=each).when for each in ("event", "arrival", "unknown")
    ]

    assert times == [NOON, arrived, arrived]


def test_of_two_records_of_one_instant_none_is_the_later() -> None:
    objected = opposition(NOON, time_quality="arrival")

    assert not is_after(release(NOON + HOUR, recorded=NOON), objected)
    assert is_after(release(NOON + HOUR, recorded=NOON + HOUR), objected)


def test_a_release_timed_by_arrival_does_not_lift_what_is_recorded_after_it() -> None:
    arrived = release(None, recorded=NOON + HOUR, time_quality="arrival")

    assert opposed([opposition(NOON, recorded=NOON + 2 * HOUR), arrived], "email")
    assert not opposed([opposition(NOON, recorded=NOON), arrived], "email")


def test_an_opposition_of_unknown_time_may_be_lifted_by_what_is_recorded_later() -> None:
    unknown = opposition(None, recorded=NOON, time_quality="unknown")

    assert known([unknown, release(NOON + HOUR)])["reopened_email_on"] == NOON + HOUR


def test_an_opposition_of_unknown_time_stands_at_every_earlier_moment_too() -> None:
    unknown = opposition(None, recorded=NOON, time_quality="unknown")

    facts = known([unknown, release(NOON - 2 * DAY)], as_of=NOON - DAY)

    assert facts == {"opposed_email_on": UNKNOWN_TIME}


def test_what_lies_after_the_moment_asked_about_is_not_known() -> None:
    acts = [opposition(), release(NOON + DAY)]

    assert known(acts, as_of=NOON - HOUR) == {}
    assert known(acts, as_of=date(2026, 11, 1)) == {"opposed_email_on": NOON}


def test_an_opposition_to_all_is_lifted_on_the_released_channel_alone() -> None:
    acts = [opposition(on="all"), release(NOON + HOUR, on="sms")]

    assert known(acts) == {"opposed_all_on": NOON, "reopened_sms_on": NOON + HOUR}
    assert opposed(acts, "all") is False
    assert [channel for channel in Channel if opposed(acts, channel)] == ["email", "phone", "robocall", "post"]


def test_every_opposition_must_be_lifted_before_a_channel_is_released() -> None:
    acts = [opposition(), release(NOON + HOUR), opposition(NOON + 2 * HOUR)]

    assert known(acts) == {"opposed_email_on": NOON + 2 * HOUR}


def test_a_later_consent_of_the_person_stands_on_file_beside_the_opposition() -> None:
    facts = known([opposition(), consent(NOON + HOUR)])

    assert facts["consent_email_on"] == NOON + HOUR
    assert facts["opposed_email_on"] == NOON


@pytest.mark.parametrize("values", [{"proof_level": "operator"}, {"proof_level": "path_secret"}, {"origin": "api"}])
def test_a_consent_recorded_by_others_does_not_lift_an_opposition(values: dict[str, Any]) -> None:
    assert known([opposition(), consent(NOON + HOUR, **values)]) == {"opposed_email_on": NOON}


def test_a_consent_recorded_by_others_counts_where_nobody_objected() -> None:
    assert known([consent(proof_level="operator")])["consent_email_on"] == NOON


def test_a_consent_recorded_by_others_counts_again_after_the_person_released_the_channel() -> None:
    acts = [opposition(), release(NOON + 2 * HOUR)]

    before = known([*acts, consent(NOON + HOUR, proof_level="operator")])
    after = known([*acts, consent(NOON + 3 * HOUR, proof_level="operator")])

    assert "consent_email_on" not in before
    assert after["consent_email_on"] == NOON + 3 * HOUR


def test_a_consent_from_before_an_opposition_stays_withdrawn_after_a_release() -> None:
    assert "consent_email_on" not in known([consent(NOON - HOUR), opposition(), release(NOON + HOUR)])


def test_only_the_persons_own_consents_are_said_to_lift_what_others_know() -> None:
    own, recorded = consent(on="sms"), consent(proof_level="operator")

    assert consents_by_the_person([own, recorded]) == {Channel.SMS}


def test_the_better_of_two_consents_is_taken_whole() -> None:
    good = consent(NOON, details={"act": "positive", "to": "us", "proof": True})
    ticked = consent(NOON + HOUR, details={"act": "preticked", "to": "us", "proof": True, "minor": True})

    facts = known([good, ticked])

    assert (facts["consent_email_on"], facts["consent_email_act"]) == (NOON, "positive")
    assert "minor_at_consent" not in facts


@pytest.mark.parametrize(
    "worse",
    [
        {"act": "preticked"},
        {"to": "third_party"},
        {"minor": True},
        {"proof": False},
        {"complete": False},
    ],
    ids=lambda worse: next(iter(worse)),
)
def test_of_two_consents_the_one_with_fewer_faults_counts_though_it_is_older(worse: dict[str, Any]) -> None:
    said = {"act": "positive", "to": "us", "proof": True, "complete": True, "minor": False}
    older, newer = consent(on="phone", details=said), consent(NOON + HOUR, on="phone", details=said | worse)

    assert known([newer, older])["consent_phone_on"] == NOON


@pytest.mark.parametrize(
    ("worse", "better"),
    [({"to": "third_party"}, {"to": "third_party_named_us"}), ({"minor": True}, {"minor": True, "parental": True})],
)
def test_what_cures_a_fault_makes_a_consent_as_good_as_any(worse: dict[str, Any], better: dict[str, Any]) -> None:
    said = {"act": "positive", "to": "us", "proof": True}
    older, newer = consent(details=said | worse), consent(NOON + HOUR, details=said | better)

    assert known([older, newer])["consent_email_on"] == NOON + HOUR
    assert known([consent(details=said), newer])["consent_email_on"] == NOON + HOUR


def test_of_two_consents_that_are_as_good_the_later_counts() -> None:
    assert known([consent(NOON + HOUR), consent()])["consent_email_on"] == NOON + HOUR


def test_a_consent_with_evidence_is_proved_unless_it_says_that_it_is_not() -> None:
    said = {"act": "positive", "to": "us"}

    assert known([consent(details=said, evidence="e1")])["consent_email_proof"] is True
    assert known([consent(details=said)])["consent_email_proof"] is False
    assert known([consent(details=said | {"proof": False}, evidence="e1")])["consent_email_proof"] is False


def test_of_several_requests_for_a_call_the_last_is_the_one_that_counts() -> None:
    asked = [
        act("information", NOON + hours * HOUR, on="phone", details={"what": "callback", "proof": hours == 2})
        for hours in (2, 0, 1)
    ]

    facts = known(asked)

    assert (facts["callback_requested_on"], facts["callback_proof"]) == (NOON + 2 * HOUR, True)


def test_a_consent_of_unknown_time_is_no_consent_that_could_be_judged() -> None:
    assert known([consent(time_quality="unknown")]) == {}


def test_nobody_consents_to_post() -> None:
    assert known([consent(on="post")]) == {}


def test_an_annulment_ends_an_act_that_is_not_shown_to_be_the_persons() -> None:
    mistaken = opposition(origin="crm_user", proof_level="operator")
    ended = act("annulment", NOON + HOUR, origin="admin", proof_level="operator", ends=mistaken.id)

    assert known([mistaken, ended]) == {}
    assert known([mistaken, ended], as_of=NOON) == {"opposed_email_on": NOON}


@pytest.mark.parametrize("origin", ["recipient", "complaint"])
@pytest.mark.parametrize("proof_level", ["signed", "token"])
def test_an_annulment_never_ends_the_persons_own_act(origin: str, proof_level: str) -> None:
    own = opposition(origin=origin, proof_level=proof_level)

    assert opposed([own, act("annulment", NOON + HOUR, ends=own.id)], "email")


@pytest.mark.parametrize(
    ("done", "undone", "stands"),
    [
        ({"proof_level": "token"}, {}, False),
        ({"proof_level": "token"}, {"origin": "admin"}, True),
        ({"proof_level": "token"}, {"proof_level": "operator"}, True),
        ({"proof_level": "token"}, {"subject_id": "somebody else"}, True),
        ({"proof_level": "signed"}, {}, True),
        ({"proof_level": "token", "origin": "complaint"}, {}, True),
    ],
)
def test_only_the_person_takes_back_what_they_did_on_our_page(
    done: dict[str, Any], undone: dict[str, Any], stands: bool
) -> None:
    closed = opposition(subject_id="they", **done)
    said: dict[str, Any] = {"origin": "recipient", "proof_level": "token", "subject_id": "they", **undone}

    assert opposed([closed, act("annulment", NOON + HOUR, ends=closed.id, **said)], "email") is stands


@pytest.mark.parametrize(
    ("scope", "closes"), [(("list", "7"), True), (("list", "8"), False), (("list", "9"), True), (("global", ""), True)]
)
def test_an_opposition_bound_to_a_list_closes_offers_that_name_it_or_all_if_none_does(
    scope: tuple[str, str], closes: bool
) -> None:
    kind, id = scope
    scopes = OfferScopes(named=frozenset({"7"}), elsewhere=frozenset({"8"}))

    assert opposed([opposition(scope_kind=kind, scope_id=id)], "email", scopes) is closes


def test_a_complaint_about_one_list_closes_every_offer() -> None:
    complaint = opposition(origin="complaint", scope_kind="list", scope_id="8")

    assert opposed([complaint], "email", OfferScopes(elsewhere=frozenset({"8"})))


def test_a_release_of_a_list_lifts_only_what_was_bound_to_that_list() -> None:
    bound: dict[str, Any] = {"scope_kind": "list", "scope_id": "7"}
    back = release(NOON + HOUR, **bound)

    assert not opposed([opposition(**bound), back], "email")
    assert opposed([opposition(), back], "email")
    assert opposed([opposition(scope_kind="list", scope_id="8"), back], "email")


def test_a_consent_given_for_a_list_opens_no_offer_that_does_not_name_it() -> None:
    bound = consent(scope_kind="subscription", scope_id="7")

    assert "consent_email_on" in known([bound], offer_scopes=OfferScopes(named=frozenset({"7"})))
    assert "consent_email_on" not in known([bound])


def test_information_and_requests_become_facts_of_their_own() -> None:
    told = act("information", NOON, on="all")
    asked = act("information", NOON + HOUR, on="phone", details={"what": "callback", "proof": True})
    written = act("information", NOON + DAY, on="email", details={"what": "first_message"})

    assert known([asked, told, written]) == {
        "informed": True,
        "callback_requested_on": NOON + HOUR,
        "callback_proof": True,
        "first_message_on": NOON + DAY,
    }


def test_a_child_whose_parent_agreed_once_and_not_twice_agreed_alone() -> None:
    said = {"act": "positive", "to": "us", "minor": True}
    acts = [consent(details=said | {"parental": True}), consent(on="sms", details=said)]

    facts = known(acts)

    assert (facts["minor_at_consent"], facts["parental_authorisation"]) == (True, False)


def test_a_consent_to_calls_brings_its_period_and_completeness() -> None:
    said = {"act": "positive", "to": "us", "proof": True, "complete": True, "until": "2027-03-01"}

    facts = known([consent(on="phone", details=said)])

    assert facts["consent_phone_complete"] is True
    assert facts["consent_phone_until"] == date(2027, 3, 1)


def verdict(acts: list[Act], on: date) -> tuple[bool, Reason]:
    facts = Facts(country="FR", email=Mailbox.PERSONAL, mobile=True, last_contact_on=NOON, **known(acts, as_of=on))
    answer = decide_channel(Channel.PHONE if acts[0].on == "phone" else Channel.EMAIL, facts, Offer(), on)
    return answer.allowed, answer.reason


def test_when_a_consent_that_lifted_an_opposition_ends_the_opposition_stands_again() -> None:
    said = {"act": "positive", "to": "us", "proof": True, "complete": True}
    acts = [opposition(on="phone"), consent(NOON + DAY, on="phone", details=said)]

    assert verdict(acts, date(2026, 11, 3)) == (True, Reason.CONSENT)
    assert verdict(acts, date(2027, 11, 2)) == (False, Reason.OPPOSITION)


def test_a_release_opens_nothing_by_itself() -> None:
    acts = [consent(NOON - DAY), opposition(), release(NOON + HOUR)]

    assert verdict(acts, date(2026, 11, 3)) == (False, Reason.CONSENT_REQUIRED)


def test_an_act_later_by_its_date_and_recorded_earlier_does_not_open_through_the_dates() -> None:
    arrived = opposition(None, recorded=NOON, time_quality="arrival")
    skewed = consent(NOON + HOUR, recorded=NOON - HOUR)

    assert verdict([arrived, skewed], date(2026, 11, 3)) == (False, Reason.OPPOSITION)
