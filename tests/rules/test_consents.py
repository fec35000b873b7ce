"""What a valid consent is: each fault by itself, the order of several, and how long it lasts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contactable.rules import Channel, Facts, Offer, decide_channel

TODAY = date(2026, 11, 23)
GIVEN: dict[str, Any] = {"on": date(2026, 3, 2), "act": "positive", "to": "us", "proof": True}
FAULTY: dict[str, Any] = {"on": date(2025, 3, 2), "act": "preticked", "to": "third_party", "proof": False}
CURES: list[tuple[str, dict[str, Any]]] = [
    ("consent_invalid_preticked", {"act": "bundled"}),
    ("consent_invalid_bundled", {"act": "positive"}),
    ("consent_invalid_third_party", {"to": "us"}),
    ("consent_invalid_minor", {"minor_at_consent": None}),
    ("consent_unproved", {"proof": True}),
    ("consent_incomplete", {"complete": True}),
    ("consent_expired", {"on": date(2026, 3, 2)}),
    ("consent", {}),
]


def facts(channel: str, **changes: Any) -> Facts:
    """A consumer whose consent on a channel is as given, but for some changes; unnamed channels have none."""
    own = {name: changes.pop(name) for name in list(changes) if "_" in name}
    said = {f"consent_{channel}_{what}": value for what, value in (GIVEN | changes).items()}
    return Facts(country="FR", email="personal", mobile=True, last_contact_on=date(2026, 3, 2), **said | own)  # type: ignore[arg-type]


def reason(channel: str, day: date = TODAY, **changes: Any) -> str:
    return decide_channel(Channel(channel), facts(channel, **changes), Offer(), day).reason


@pytest.mark.parametrize("channel", ["email", "sms", "robocall"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "consent"),
        ({"to": "third_party_named_us"}, "consent"),
        ({"on": date(2024, 1, 15)}, "consent"),  # only consents to calls end after a year
        ({"act": "preticked"}, "consent_invalid_preticked"),
        ({"act": "bundled"}, "consent_invalid_bundled"),
        ({"to": "third_party"}, "consent_invalid_third_party"),
        ({"minor_at_consent": True}, "consent_invalid_minor"),
        ({"minor_at_consent": True, "parental_authorisation": False}, "consent_invalid_minor"),
        ({"minor_at_consent": True, "parental_authorisation": True}, "consent"),
        ({"minor_at_consent": False}, "consent"),
        ({"proof": False}, "consent_unproved"),
        ({"proof": None}, "consent_unproved"),
        ({"act": None}, "consent_unproved"),
        ({"to": None}, "consent_unproved"),
        ({"on": date(2026, 11, 24)}, "consent_required"),  # not known yet
    ],
)
def test_each_fault_of_a_consent_is_told_by_its_own_reason(
    channel: str, changes: dict[str, Any], expected: str
) -> None:
    assert reason(channel, **changes) == expected


@pytest.mark.parametrize("cured", range(len(CURES)), ids=[fault for fault, _ in CURES])
def test_of_several_faults_the_first_in_the_order_of_the_law_is_told(cured: int) -> None:
    changes: dict[str, Any] = FAULTY | {"minor_at_consent": True, "complete": False}
    for _, cure in CURES[:cured]:
        changes |= cure

    assert reason("phone", **changes) == CURES[cured][0]


@pytest.mark.parametrize("channel", ["email", "sms", "phone", "robocall"])
def test_a_consent_opens_its_own_channel_only(channel: str) -> None:
    given = facts(channel, **({"complete": True} if channel == "phone" else {}))

    opened = [each for each in Channel if decide_channel(each, given, Offer(), TODAY).reason == "consent"]

    assert opened == [channel]


def test_the_year_of_a_consent_to_calls_counts_from_august_2026_on_whenever_it_was_given() -> None:
    given = facts("phone", on=date(2024, 5, 1), complete=True)

    before = decide_channel(Channel.PHONE, given, Offer(), date(2026, 8, 10))
    after = decide_channel(Channel.PHONE, given, Offer(), date(2026, 8, 11))

    assert (before.reason, before.until) == ("consent", date(2026, 8, 11))
    assert (after.reason, after.sources) == ("consent_expired", ("conso-l223-1-2026", "conso-r223-1", "gdpr-4-11"))


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 6, 1), "consent"), (date(2026, 6, 2), "bloctel_unchecked")])
def test_a_stated_period_binds_at_any_date(day: date, expected: str) -> None:
    assert reason("phone", day, until=date(2026, 6, 1)) == expected


def test_growing_up_does_not_cure_the_consent_of_a_child() -> None:
    assert reason("email", date(2028, 3, 1), minor_at_consent=True) == "consent_invalid_minor"
