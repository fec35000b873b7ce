"""In which order acts count, whom they bind, and which contacts they reach, from the HTTP request to the promise."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import permutations, product
from urllib.parse import urlencode

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import outbox
from contactable.rules.acts import opposed
from contactable.webhooks.request import Request
from contactable.webhooks.testing import Street

PHONE = (IdentifierKind.PHONE, "+33639980001")
EMAIL = (IdentifierKind.EMAIL, "lou@example.com")
STOP, START = "STOP", "START"
MINUTE = timedelta(minutes=1)


def vonage(street: Street, text: str, at: datetime, number: str = PHONE[1]) -> None:
    """A reply that Vonage signed, with the time at which it was written."""
    message = {
        "message_uuid": f"{number}-{at.isoformat()}-{text}",
        "channel": "sms",
        "from": number.removeprefix("+"),
        "to": "33639989000",
        "timestamp": at.isoformat(),
        "message_type": "text",
        "text": text,
    }
    assert street.deliver("vonage", Request(json.dumps(message).encode(), street.bench.clock())).status_code == 200


def twilio(street: Street, text: str, sid: str, number: str = PHONE[1]) -> None:
    """A reply that Twilio signed; it tells no time, so the arrival counts."""
    form = {"MessageSid": sid, "From": number, "To": "+33639989000", "Body": text, "OptOutType": text}
    assert street.deliver("twilio", Request(urlencode(form).encode(), street.bench.clock())).status_code == 200


def is_closed(street: Street, number: str = PHONE[1]) -> bool:
    """Whether SMS is opposed, by the entries as they stand."""
    return opposed(street.entries(IdentifierKind.PHONE, number), "sms")


@pytest.mark.parametrize("texts", list(product([STOP, START], repeat=3)), ids="-".join)
def test_the_latest_act_by_its_own_time_wins_in_whatever_order_the_three_arrive(
    texts: tuple[str, ...], street: Street
) -> None:
    first = street.bench.clock() - 10 * MINUTE
    acts = [(text, first + number * MINUTE) for number, text in enumerate(texts)]

    for case, order in enumerate(permutations(acts)):
        number = f"+3363998{case:04}"
        for text, at in order:
            vonage(street, text, at, number)

        assert is_closed(street, number) == (texts[-1] == STOP)


@pytest.mark.parametrize("order", list(permutations([STOP, START])), ids="-".join)
def test_two_acts_of_one_moment_leave_the_channel_closed(order: tuple[str, str], street: Street) -> None:
    at = street.bench.clock() - MINUTE

    for text in order:
        vonage(street, text, at)

    assert is_closed(street)


@pytest.mark.parametrize("order", list(permutations([STOP, START])), ids="-".join)
def test_acts_without_a_time_count_as_they_arrive(order: tuple[str, str], street: Street) -> None:
    for number, text in enumerate(order):
        twilio(street, text, f"SM{number}")

    assert is_closed(street) == (order[-1] == STOP)


def test_a_release_that_was_sent_before_an_opposition_without_time_arrived_lifts_nothing(street: Street) -> None:
    twilio(street, STOP, "SM1")

    vonage(street, START, street.bench.clock() - MINUTE)

    assert is_closed(street)


def test_a_release_replayed_after_a_new_opposition_opens_nothing(street: Street) -> None:
    twilio(street, STOP, "SM1")
    twilio(street, START, "SM2")
    twilio(street, STOP, "SM3")

    twilio(street, START, "SM2")

    assert is_closed(street)


def test_an_opposition_replayed_after_a_release_closes_again_rather_than_being_lost(street: Street) -> None:
    twilio(street, STOP, "SM1")
    twilio(street, START, "SM2")

    twilio(street, STOP, "SM1")

    assert is_closed(street)


def test_a_release_by_somebody_who_only_knew_a_secret_lifts_nothing(street: Street) -> None:
    twilio(street, STOP, "SM1")
    body = b'{"msg_status": "subscribe", "to": "33639980001", "messageId": 7, "date": "2026-11-24 10:29:00"}'

    street.deliver("brevo", Request(body, street.bench.clock()))

    assert is_closed(street)


def test_a_number_that_contacts_of_two_crms_carry_marks_both_of_them_stale(street: Street) -> None:
    street.bench.see("1", EMAIL, PHONE, connector="crm")
    street.bench.see("77", PHONE, connector="other")

    twilio(street, STOP, "SM1")

    promises = [street.bench.read(outbox.promised, *contact) for contact in (("crm", "1"), ("other", "77"))]
    assert [promise is not None and promise.urgent for promise in promises] == [True, True]
    assert street.woken == 1


def test_an_opposition_of_somebody_in_no_crm_binds_the_contact_made_tomorrow(street: Street) -> None:
    twilio(street, STOP, "SM1")
    street.bench.clock.move(days=1)

    street.bench.see("1", PHONE)

    assert [entry.kind for entry in street.bench.entries("1")] == ["opposition"]


def test_an_opposition_follows_the_contact_to_its_new_number(street: Street) -> None:
    street.bench.see("1", PHONE)
    twilio(street, STOP, "SM1")

    street.bench.see("1", (IdentifierKind.PHONE, "+33639980002"))

    assert opposed(street.bench.entries("1"), "sms")


def test_an_opposition_by_record_reaches_the_other_crm_through_the_address(street: Street) -> None:
    street.bench.see("1", EMAIL, connector="crm")
    street.bench.see("77", EMAIL, connector="other")
    change = {"objectId": 1, "propertyName": "hs_email_optout", "propertyValue": "true", "eventId": 5}
    body = [{**change, "subscriptionType": "contact.propertyChange", "occurredAt": 1795512600000}]

    street.deliver("hubspot", Request(json.dumps(body).encode(), street.bench.clock()))

    assert opposed(street.bench.entries("77", connector="other"), "email")
