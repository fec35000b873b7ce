"""From answers to settings: nothing is opened before every suggested opposition was taken or declined."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.errors import SettingsError
from contactable.mapping import Mapping, offers_from_settings
from contactable.mapping.portal import Contact, Portal
from contactable.mapping.questions import QUESTIONS, tables_from_answers, undecided
from contactable.mapping.suggest import suggest

SUGGESTED = suggest(Portal((Contact("1", {"stop_sms": "Oui", "pays": "France"}),), {"Ne pas contacter": 7}))
DECIDED = {"list:Ne pas contacter": "take", "property:stop_sms": "decline"}


def test_there_are_at_most_eight_questions_in_both_languages() -> None:
    assert len(QUESTIONS) <= 8
    assert all(question.fr and question.en for question in QUESTIONS)


def test_an_opposition_that_was_taken_is_mapped_and_one_that_was_declined_is_not() -> None:
    tables = tables_from_answers({"oppositions": DECIDED}, SUGGESTED)

    assert tables.mapping == {"opposed_all_on": [{"list": "Ne pas contacter"}], "declined": ["property:stop_sms"]}


@pytest.mark.parametrize("left_out", sorted(DECIDED))
def test_an_opposition_that_nobody_decided_is_named_and_nothing_is_made(left_out: str) -> None:
    decided = {name: answer for name, answer in DECIDED.items() if name != left_out}

    assert undecided({"oppositions": decided}, SUGGESTED) == [left_out]
    with pytest.raises(SettingsError, match=left_out):
        tables_from_answers({"oppositions": decided}, SUGGESTED)


@pytest.mark.parametrize(
    ("answers", "named"),
    [({"colour": "red"}, "`colour`"), ({"oppositions": {**DECIDED, "list:Ne pas contacter": "maybe"}}, "`maybe`")],
)
def test_an_answer_to_no_question_is_refused(answers: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        tables_from_answers(answers, SUGGESTED)


def test_the_tables_are_settings_that_are_understood() -> None:
    answers = {"oppositions": DECIDED, "trades": "all", "country": "pays", "sector": "training_account"}

    tables = tables_from_answers(answers, SUGGESTED)

    assert "pays" in Mapping.from_settings(tables.mapping).properties
    assert offers_from_settings({"main": tables.main})["main"].offer.sector == "training_account"
