"""Every code has its words in French and in English."""

from __future__ import annotations

from enum import StrEnum

import pytest

from contactable.rules import COLUMNS, Channel, Condition, Reason
from contactable.rules.calling import CallReason, CallStatus
from contactable.rules.display import DisplayReason
from contactable.rules.label_calling import CALL_REASONS, DISPLAY_REASONS, STATUSES
from contactable.rules.label_columns import COLUMNS as COLUMN_LABELS
from contactable.rules.label_readings import READINGS
from contactable.rules.label_sources import SOURCES as SOURCE_LABELS
from contactable.rules.labels import (
    CHANNELS,
    CONDITIONS,
    REASONS,
    Language,
    column_label,
    label,
    reading_label,
    source_label,
)
from contactable.rules.readings import DOUBTS
from contactable.rules.sources import SOURCES

VOCABULARIES = [
    (Channel, CHANNELS),
    (Reason, REASONS),
    (Condition, CONDITIONS),
    (CallStatus, STATUSES),
    (CallReason, CALL_REASONS),
    (DisplayReason, DISPLAY_REASONS),
]


@pytest.mark.parametrize(("codes", "labels"), VOCABULARIES)
def test_each_code_of_a_vocabulary_has_a_label_and_none_is_left_over(
    codes: type[StrEnum], labels: dict[str, object]
) -> None:
    assert set(labels) == set(codes)


def test_each_source_has_a_label_in_both_languages() -> None:
    assert set(SOURCE_LABELS) - {"gdpr-30"} == set(SOURCES) - {"gdpr-30"}


def test_each_doubt_of_the_law_is_told_in_both_languages() -> None:
    assert list(READINGS) == [doubt.name for doubt in DOUBTS]
    assert reading_label("robinson", "fr").startswith("La liste Robinson")


def test_each_column_that_advice_may_name_has_a_label() -> None:
    assert set(COLUMNS) <= set(COLUMN_LABELS)


@pytest.mark.parametrize("labels", [*(labels for _, labels in VOCABULARIES), COLUMN_LABELS, SOURCE_LABELS, READINGS])
def test_no_label_is_empty_and_no_two_are_the_same(labels: dict[str, tuple[str, str]]) -> None:
    for language in (0, 1):
        texts = [text[language] for text in labels.values()]

        assert all(text.strip() for text in texts)
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ("Appel", "Consentement nécessaire", "Dire qui appelle et pour qui")),
        ("en", ("Phone call", "Consent required", "Say who calls and for whom")),
    ],
)
def test_a_code_is_said_in_the_language_asked_for(language: Language, expected: tuple[str, ...]) -> None:
    said = tuple(label(code, language) for code in (Channel.PHONE, Reason.CONSENT_REQUIRED, Condition.SAY_WHO_CALLS))

    assert said == expected


def test_columns_and_sources_are_said_by_their_names() -> None:
    assert column_label("consent_phone_on", "fr") == "date du consentement aux appels"
    assert source_label("conso-r223-4") == "Code de la consommation art. R223-4 (requested call-back)"
