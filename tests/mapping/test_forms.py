"""Form submissions as consents and information, by the text that stood there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contactable.identifiers import IdentifierKind
from contactable.mapping.forms import (
    ConsentBox,
    FormDefinition,
    Submission,
    changed_texts,
    entries_of,
    version_of,
)
from contactable.rules import Channel
from contactable.rules.wordings import read_wording

CALLS = "J'accepte qu'Exemple SA m'appelle sur ses vélos, pendant six mois. Retrait à tout moment. Preuve sur demande."
BOX = ConsentBox("appels", CALLS, (Channel.PHONE,))
FORM = FormDefinition("f1", "Devis", (BOX,), notice="Vos données servent à vous prospecter ; opposez-vous ici.")
SENT = Submission(
    "s1",
    "f1",
    {"email": "anne@example.com", "telephone": "0639980001", "appels": "Checked", "message": "Bonjour"},
    datetime(2026, 9, 30, 22, 30, tzinfo=UTC),
    "https://www.example.com/devis?email=anne@example.com",
)
WORDING = read_wording(
    {
        "kind": "consent_to_calls",
        "version": "appels-v1",
        "text": CALLS,
        "box": "unticked",
        "period_months": 6,
        "says": {
            "who": "Exemple SA",
            "goods": "ses vélos",
            "choice": "J'accepte",
            "period": "six mois",
            "withdrawal": "Retrait à tout moment",
            "proof": "Preuve sur demande",
        },
    }
)


def test_a_ticked_box_is_a_consent_and_the_notice_an_information() -> None:
    assert [(entry.kind, entry.on) for entry in entries_of(SENT, FORM)] == [
        ("information", "all"),
        ("consent", "phone"),
    ]


@pytest.mark.parametrize("value", ["", "Not checked", "false", "non"])
def test_a_box_that_was_left_alone_is_no_consent(value: str) -> None:
    sent = replace(SENT, values={**SENT.values, "appels": value})

    assert [entry.kind for entry in entries_of(sent, FORM)] == ["information"]


def test_a_declared_text_that_says_everything_makes_a_complete_consent_with_its_period() -> None:
    consent = list(entries_of(SENT, FORM, [WORDING]))[1]

    assert consent.details["complete"] is True
    assert consent.details["wording"] == "appels-v1"
    # The first of October in Paris; six months later is the first of April.
    assert date.fromisoformat(consent.details["until"]) == date(2027, 3, 31)


def test_a_text_that_nobody_declared_makes_no_complete_consent() -> None:
    consent = list(entries_of(SENT, FORM))[1]

    assert consent.details["complete"] is False


def test_a_box_that_was_ticked_in_advance_says_so() -> None:
    form = replace(FORM, boxes=(replace(BOX, ticked_in_advance=True),))

    assert list(entries_of(SENT, form))[1].details["act"] == "preticked"


def test_the_entry_names_the_person_by_address_and_number_and_keeps_neither_in_the_page() -> None:
    consent = list(entries_of(SENT, FORM))[1]

    assert consent.identifiers == ((IdentifierKind.EMAIL, "anne@example.com"), (IdentifierKind.PHONE, "+33639980001"))
    assert consent.page == "https://www.example.com/devis"


def test_a_submission_without_address_or_number_is_nobodys() -> None:
    assert list(entries_of(replace(SENT, values={"appels": "Checked"}), FORM)) == []


def test_the_same_submission_has_the_same_keys_each_time_it_is_read() -> None:
    first, second = ([entry.event_key for entry in entries_of(SENT, FORM)] for _ in range(2))

    assert first == second
    assert len(set(first)) == 2


def test_a_text_that_changed_is_named_and_line_breaks_are_no_change() -> None:
    reflowed = replace(FORM, boxes=(replace(BOX, text=CALLS.replace(" ", "\n ")),))
    reworded = replace(FORM, boxes=(replace(BOX, text=CALLS + " !"),))

    assert list(changed_texts(FORM, reflowed)) == []
    assert list(changed_texts(FORM, reworded)) == ["appels"]
    assert version_of(CALLS) != version_of(CALLS + " !")
