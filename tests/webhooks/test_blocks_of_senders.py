"""What each sender is asked so that it writes to a person no more, and what counts as its yes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import responses

from contactable.errors import ContactableError, LimitReached, Refused, SettingsError, Unavailable
from contactable.signing import Secret
from contactable.transport import Transport
from contactable.webhooks.blocking import Blocklist, Order, Person
from contactable.webhooks.registry import all_providers, find_provider
from contactable.webhooks.request import Secrets

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LOU, LOUS_NUMBER = "lou@example.com", "+33639980001"
LOUS_DIGITS = LOUS_NUMBER.removeprefix("+")
BLOCKING = tuple(provider.id for provider in all_providers() if provider.blocklist)
SETTINGS: dict[str, dict[str, Any]] = {
    "mailchimp": {"audience": "a1"},
    "mailgun": {"domain": "mg.example.com"},
    "twilio": {"senders": ["MG00000000000000000000000000000001"]},
}
DONE: dict[str, list[tuple[str, str, Any]]] = {  # method, path (a pattern) and answer of each request, in order
    "brevo": [("POST", "/contacts", {"id": 7}), ("GET", "/contacts/7", {"emailBlacklisted": True})],
    "klaviyo": [
        ("POST", "/profile-suppression-bulk-create-jobs", {"data": {"id": "j9"}}),
        (
            "GET",
            "/profile-suppression-bulk-create-jobs/j9",
            {"data": {"attributes": {"status": "complete", "completed_count": 1}}},
        ),
    ],
    "mailchimp": [("PUT", "/lists/a1/members/[0-9a-f]{32}", {"status": "unsubscribed"})],
    "mailgun": [("POST", "/mg.example.com/unsubscribes", {"message": "Address has been added"})],
    "mailjet": [
        ("POST", "/REST/contact/managemanycontacts", {"Data": [{"JobID": 9}]}),
        ("GET", "/REST/contact/managemanycontacts/9", {"Data": [{"Status": "Completed", "Error": ""}]}),
    ],
    "postmark": [("POST", "/message-streams/broadcast/suppressions", {"Suppressions": [{"Status": "Suppressed"}]})],
    "sendgrid": [("POST", "/asm/suppressions/global", {"recipient_emails": [LOU]})],
    "smspartner": [("POST", "/stop-sms/add", {"success": True, "code": 200})],
    "sparkpost": [("PUT", "/suppression-list", {"results": {"message": "updated"}})],
    "twilio": [("POST", "/v1/Consents/Bulk", {"items": [{"error_code": 0, "error_messages": []}]})],
}
NOTHING_DONE: dict[str, list[Any]] = {  # answers of success behind which nothing happened
    "brevo": [{"id": 7}, {"emailBlacklisted": False}],
    "klaviyo": [{"data": {"id": "j9"}}, {"data": {"attributes": {"status": "cancelled"}}}],
    "mailchimp": [{"status": "subscribed"}],
    "mailgun": [{}],
    "mailjet": [{"Data": []}],
    "postmark": [{"Suppressions": [{"Status": "Failed"}]}],
    "sendgrid": [{"recipient_emails": []}],
    "smspartner": [{"success": False, "code": 9}],
    "sparkpost": [{}],
    "twilio": [{"items": [{"error_code": 30646}]}],
}


def blocklist(id: str) -> Blocklist:
    found = find_provider(id).blocklist
    assert found is not None
    return found


def secrets_of(id: str, **options: Any) -> Secrets:
    keys = {name: Secret(name, b"key-us1") for name in blocklist(id).needs}
    return Secrets(api=keys, options={**SETTINGS.get(id, {}), **options})


def person(channel: str) -> Person:
    return Person(channel, LOU if channel == "email" else LOUS_NUMBER, "0" * 32, NOW)


def ask(id: str, answers: list[Any], *, channel: str = "", **options: Any) -> list[Order]:
    """The requests of one block, each given the next answer."""
    steps = blocklist(id).block(person(channel or blocklist(id).channels[0]), secrets_of(id, **options))
    made = [next(steps)]
    for answer in answers:
        try:
            made.append(steps.send(answer))
        except StopIteration:
            break
    return made


def answers_of(id: str) -> list[Any]:
    return [answer for _, _, answer in DONE[id]]


def test_every_blocklist_has_its_example_here() -> None:
    assert set(BLOCKING) == set(DONE) == set(NOTHING_DONE)


@pytest.mark.parametrize("id", BLOCKING)
def test_each_sender_is_asked_over_http_as_its_page_says(id: str) -> None:
    listed, secrets = blocklist(id), secrets_of(id)
    transport = Transport(id, listed.url(secrets), headers=lambda: listed.headers(secrets))

    with responses.RequestsMock(assert_all_requests_are_fired=True) as server:
        for method, path, answer in DONE[id]:
            server.add(method, re.compile(re.escape(listed.url(secrets)) + path + "$"), json=answer)
        for order in ask(id, answers_of(id)):
            transport.call(order.method, order.path, json=order.json, form=order.form)
        sent = [call.request for call in server.calls]

    assert [request.method for request in sent] == [method for method, _, _ in DONE[id]]
    assert not [request.url for request in sent if LOU in unquote(request.url or "")]
    assert not [request.url for request in sent if LOUS_DIGITS in (request.url or "")]


@pytest.mark.parametrize("id", BLOCKING)
def test_a_success_behind_which_nothing_happened_is_refused(id: str) -> None:
    with pytest.raises(Refused, match="does not stand"):
        ask(id, NOTHING_DONE[id])


@pytest.mark.parametrize("id", BLOCKING)
@pytest.mark.parametrize("odd", [None, [], "no", 5, {"Data": None, "items": {}, "Suppressions": "x", "results": []}])
def test_an_answer_of_another_shape_is_refused_or_waited_for(id: str, odd: Any) -> None:
    if id == "brevo":  # 204 has no body: a contact that was there is updated, and says nothing
        assert len(ask(id, [odd])) == 1
    else:
        with pytest.raises((Refused, Unavailable)):
            ask(id, [odd] * 9)


@pytest.mark.parametrize("id", BLOCKING)
def test_no_error_of_a_block_quotes_the_person(id: str) -> None:
    with pytest.raises(ContactableError) as raised:
        ask(id, NOTHING_DONE[id])

    assert LOU not in str(raised.value)
    assert LOUS_NUMBER not in str(raised.value)


@pytest.mark.parametrize("id", BLOCKING)
@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, Refused), (403, Refused), (422, Refused), (429, LimitReached), (500, Unavailable), (503, Unavailable)],
)
def test_a_fault_or_a_limit_of_a_sender_is_told_apart_and_quotes_nobody(
    id: str, status: int, expected: type[ContactableError]
) -> None:
    listed, secrets = blocklist(id), secrets_of(id)
    transport = Transport(id, listed.url(secrets), headers=lambda: listed.headers(secrets), patience=0.0)
    order = ask(id, [])[0]

    with responses.RequestsMock() as server:
        server.add(order.method, listed.url(secrets) + order.path, status=status, json={"message": LOU})
        with pytest.raises(expected) as raised:
            transport.call(order.method, order.path, json=order.json, form=order.form, expected=order.expected)

    assert not any(secret in str(raised.value) for secret in (LOU, LOUS_NUMBER, "key-us1"))


@pytest.mark.parametrize("id", BLOCKING)
def test_a_sender_without_its_keys_is_not_connected(id: str) -> None:
    assert blocklist(id).is_connected(secrets_of(id))
    assert not blocklist(id).is_connected(Secrets(options=SETTINGS.get(id, {})))


@pytest.mark.parametrize("id", sorted(SETTINGS))
def test_a_sender_without_its_compulsory_settings_is_not_connected(id: str) -> None:
    assert not blocklist(id).is_connected(Secrets(api=secrets_of(id).api))


def test_a_blocklist_that_is_switched_off_is_not_connected() -> None:
    assert not blocklist("brevo").is_connected(secrets_of("brevo", blocklist=False))


def test_a_key_that_is_missing_is_named_and_nothing_else() -> None:
    with pytest.raises(SettingsError, match="`key`"):
        blocklist("brevo").headers(Secrets())


@pytest.mark.parametrize(("channel", "said"), [
    ("email", {"email": LOU, "emailBlacklisted": True, "updateEnabled": True}),
    ("sms", {"attributes": {"SMS": LOUS_NUMBER}, "smsBlacklisted": True, "updateEnabled": True}),
])  # fmt: skip
def test_brevo_blacklists_an_address_and_a_number_apart(channel: str, said: dict[str, Any]) -> None:
    (order,) = ask("brevo", [{}], channel=channel)

    assert order.json == said


def test_sendgrid_is_asked_for_one_unsubscribe_group_where_the_settings_name_it() -> None:
    (order,) = ask("sendgrid", answers_of("sendgrid"), group=12)

    assert order.path == "/asm/groups/12/suppressions"


def test_postmark_suppresses_in_each_stream_that_carries_prospecting() -> None:
    done = {"Suppressions": [{"Status": "Suppressed"}]}

    orders = ask("postmark", [done, done], streams=["broadcast", "offers"])

    assert [order.path.split("/")[2] for order in orders] == ["broadcast", "offers"]


def test_mailchimps_member_who_was_deleted_for_good_counts_as_blocked() -> None:
    (order,) = ask("mailchimp", [{"status": 400, "title": "Forgotten Email Not Subscribed"}])

    assert order.expected == (400,)


def test_mailchimps_address_is_taken_from_the_end_of_the_key() -> None:
    assert blocklist("mailchimp").url(secrets_of("mailchimp")) == "https://us1.api.mailchimp.com/3.0"


def test_mailjets_job_is_looked_for_until_it_is_done_and_not_for_ever() -> None:
    working = {"Data": [{"Status": "Upload", "Error": ""}]}

    with pytest.raises(Unavailable):
        ask("mailjet", [{"Data": [{"JobID": 9}]}, *[working] * 9])


def test_klaviyos_job_is_looked_for_until_it_is_done_and_not_for_ever() -> None:
    running = {"data": {"id": "j9", "attributes": {"status": "processing"}}}

    with pytest.raises(Unavailable):
        ask("klaviyo", [running] * 20)


def test_twilio_is_told_the_number_the_sender_and_the_moment() -> None:
    (order,) = ask("twilio", answers_of("twilio"))

    said = json.loads((order.form or {})["Items"])
    assert (said["contact_id"], said["status"], said["date_of_consent"]) == (LOUS_NUMBER, "opt-out", NOW.isoformat())


def test_another_region_of_a_sender_is_named_in_the_settings() -> None:
    assert blocklist("mailgun").url(secrets_of("mailgun", api_url="https://api.eu.example.com/v3/")).endswith("/v3")


def test_a_number_on_the_stop_list_already_is_as_good_as_new() -> None:
    assert len(ask("smspartner", [{"success": False, "code": 3}])) == 1


@pytest.mark.parametrize("id", BLOCKING)
def test_the_page_about_blocklists_tells_what_each_sender_is_asked(id: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "blocklists.md").read_text(encoding="utf-8")
    listed = blocklist(id)
    keys = ", ".join(f"`{name}`" for name in listed.needs)

    assert f"| {find_provider(id).title} | {', '.join(listed.channels)} | {listed.says} | {keys} |" in page
    assert f"| {listed.most} in {listed.seconds:g} s | {listed.page} |" in page
