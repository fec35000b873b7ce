"""A person who presses the refusing key of an automated call, or says so to a machine, is called no more by anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, Tx, calls, subjects
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.testing import SECRET, Street

PERSON = "+33639980001"
OUTWARD = {"CallSid": "CA1", "From": "+33199000001", "To": PERSON, "Direction": "outbound-api"}
INWARD = {"CallSid": "CA2", "From": PERSON, "To": "+33199000001", "Direction": "inbound"}


def told(street: Street, call: dict[str, str], **said: str) -> None:
    request = Request(urlencode(call | said).encode(), street.bench.clock())
    assert street.deliver("twilio", request).status_code == 200


def closed(street: Street) -> list[Entry]:
    found = street.entries(IdentifierKind.PHONE, PERSON)
    return sorted((entry for entry in found if entry.kind == "opposition"), key=lambda entry: entry.on)


@pytest.mark.parametrize("call", [OUTWARD, INWARD])
def test_the_refusing_key_closes_calls_by_persons_and_by_machines_as_the_persons_own_act(
    street: Street, call: dict[str, str]
) -> None:
    told(street, call, Digits="9")
    told(street, call, Digits="9")

    entries = closed(street)
    assert [entry.on for entry in entries] == ["phone", "robocall"]
    assert {(entry.origin, entry.proof_level, entry.confidence) for entry in entries} == {
        ("recipient", "signed", "certain")
    }


@pytest.mark.parametrize("said", [{"Digits": "1"}, {"Digits": ""}, {"SpeechResult": "Oui, d'accord."}, {}])
def test_another_key_or_another_word_closes_nothing(street: Street, said: dict[str, str]) -> None:
    told(street, OUTWARD, CallStatus="in-progress", **said)

    assert closed(street) == []


@pytest.mark.parametrize("words", ["Stop.", "Ne m'appelez plus !", "Je ne veux plus être appelé"])
def test_words_that_refuse_close_calls_and_are_marked_as_heard_by_a_machine(street: Street, words: str) -> None:
    told(street, OUTWARD, SpeechResult="Oui ?")
    told(street, OUTWARD, SpeechResult=words)

    entries = closed(street)
    assert [entry.on for entry in entries] == ["phone", "robocall"]
    assert {entry.confidence for entry in entries} == {"probable"}


def test_a_refusal_by_key_counts_as_a_refusal_in_a_call(street: Street) -> None:
    street.bench.write(lambda tx: calls.hear(tx, "twilio", tx.now - timedelta(days=400)))

    told(street, OUTWARD, Digits="9")

    assert len(street.bench.read(_history).refusals or ()) == 1


def test_a_sender_that_posts_keys_alone_is_not_believed_to_tell_of_every_call(street: Street) -> None:
    told(street, OUTWARD, Digits="9")
    assert not street.bench.read(calls.is_heard, "twilio")

    told(street, OUTWARD, CallStatus="completed")
    assert street.bench.read(calls.is_heard, "twilio")


def _history(tx: Tx) -> calls.History:
    subject = subjects.find_subject(tx, IdentifierKind.PHONE, PERSON)
    assert subject
    return calls.history(tx, [subject], ["twilio"])


@pytest.mark.parametrize(("digits", "channels"), [("9", ["phone", "robocall"]), ("1", []), (None, [])])
def test_any_other_sender_of_keys_is_described_in_the_settings(
    street: Street, digits: str | None, channels: list[str]
) -> None:
    fields = {"phone": "call.to", "event": "dtmf.digits", "id": "call.id"}
    options = {"channel": "voice", "fields": fields, "events": {"9": "opposition", "": "ignored"}}
    street.endpoints["generic"] = replace(street.open("generic"), secrets=Secrets(path=(SECRET,), options=options))
    body = {"call": {"to": PERSON, "id": "c1"}, "dtmf": {"digits": digits}}

    answer = street.deliver("generic", Request(json.dumps(body).encode(), street.bench.clock()))

    assert answer.status_code == 200
    assert [entry.on for entry in closed(street)] == channels
