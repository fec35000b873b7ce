"""Texts are held to their kind's list: a statement counts when it is declared and the words stand in the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from contactable.errors import Malformed
from contactable.rules.sources import SOURCES
from contactable.rules.wordings import STATEMENTS, Box, Flaw, Wording, WordingKind, gaps_of, read_wording


def complete(kind: WordingKind) -> Wording:
    """A text of a kind that says everything, each statement in words of its own."""
    says = {statement.code: f"the words on {statement.code}" for statement in STATEMENTS[kind]}
    text = ". ".join(says.values())
    return Wording(kind, "1", text, says, period_months=12, box=Box.UNTICKED)


@pytest.mark.parametrize("kind", WordingKind)
def test_a_text_that_says_everything_of_its_kind_lacks_nothing(kind: WordingKind) -> None:
    assert gaps_of(complete(kind)) == ()


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, statement.code) for kind, statements in STATEMENTS.items() for statement in statements]
)
def test_each_statement_that_is_not_declared_is_named(kind: WordingKind, code: str) -> None:
    whole = complete(kind)
    lacking = replace(whole, says={each: quote for each, quote in whole.says.items() if each != code})

    gaps = gaps_of(lacking)

    assert [(gap.statement, gap.flaw) for gap in gaps] == [(code, Flaw.NOT_DECLARED)]


@pytest.mark.parametrize("kind", WordingKind)
def test_words_that_are_declared_but_not_in_the_text_do_not_count(kind: WordingKind) -> None:
    last = STATEMENTS[kind][-1].code
    whole = complete(kind)
    lying = replace(whole, says={**whole.says, last: "words that nobody reads"})

    assert Flaw.NOT_IN_THE_TEXT in [gap.flaw for gap in gaps_of(lying) if gap.statement == last]


def test_a_request_for_calls_makes_the_five_statements_of_the_decree() -> None:
    numbers = {statement.fr[:2] for statement in STATEMENTS[WordingKind.CONSENT_TO_CALLS]}

    assert numbers == {"1°", "2°", "3°", "4°", "5°"}


@pytest.mark.parametrize(("months", "flaws"), [(1, []), (12, []), (13, ["too_long"]), (None, ["not_declared"])])
def test_a_consent_to_calls_is_asked_for_a_year_at_most(months: int | None, flaws: list[str]) -> None:
    asked = replace(complete(WordingKind.CONSENT_TO_CALLS), period_months=months)

    assert [gap.flaw for gap in gaps_of(asked)] == flaws


@pytest.mark.parametrize("kind", [WordingKind.CONSENT_TO_CALLS, WordingKind.CONSENT_TO_MESSAGES])
@pytest.mark.parametrize(
    ("box", "flaw"), [(Box.PRETICKED, "not_a_positive_act"), (Box.NONE, "not_a_positive_act"), (None, "not_declared")]
)
def test_a_consent_needs_a_box_that_one_ticks_oneself(kind: WordingKind, box: Box | None, flaw: str) -> None:
    gaps = gaps_of(replace(complete(kind), box=box))

    assert [(gap.statement, gap.flaw) for gap in gaps] == [("box", flaw)]


def test_a_stop_line_begins_with_the_name_of_the_sender() -> None:
    line = Wording(
        WordingKind.STOP_LINE, "1", "Bonjour ! Exemple. STOP 36000", {"sender": "Exemple", "stop": "STOP 36000"}
    )

    assert [(gap.statement, gap.flaw) for gap in gaps_of(line)] == [("sender", Flaw.NOT_FIRST)]


def test_line_breaks_case_and_apostrophes_do_not_part_words() -> None:
    mention = Wording(
        WordingKind.PHONE_MENTION,
        "1",
        "Pas d’appel\n   sans votre ACCORD.",
        {"prior_consent": "pas d'appel sans votre accord"},
    )

    assert gaps_of(mention) == ()


def test_every_statement_cites_a_source_that_exists() -> None:
    cited = {statement.source for statements in STATEMENTS.values() for statement in statements}

    assert cited - {"gdpr-30"} <= set(SOURCES)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "poem"}, "kind = 'poem'"),
        ({"version": ""}, "version"),
        ({"text": 3}, "text = 3"),
        ({"says": {"rhyme": "x"}}, "says.rhyme"),
        ({"says": ["x"]}, "says"),
        ({"period_months": "twelve"}, "period_months = 'twelve'"),
        ({"period_months": True}, "period_months"),
        ({"period_months": 0}, "period_months = 0"),
        ({"box": "maybe"}, "box = 'maybe'"),
        ({"colour": "red"}, "colour is no field"),
        ({"size": "12", "colour": "red"}, "colour is no field"),
    ],
)
def test_a_table_that_cannot_be_understood_names_field_and_value(change: dict[str, Any], words: str) -> None:
    table = {"kind": "consent_to_calls", "version": "1", "text": "Un texte.", **change}

    with pytest.raises(Malformed, match=words):
        read_wording(table)
