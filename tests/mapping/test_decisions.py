"""The decisions of a company in plain words, and what changed since somebody approved them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contactable.mapping import Mapping, declarations_from_settings, offers_from_settings
from contactable.mapping.decisions import Approval, Decision, decisions, last_approval, render, unapproved
from contactable.rules import DEFAULT_READINGS, DOUBTS, Readings
from contactable.rules.labels import Language

OFFERS = offers_from_settings({"main": {"trades": ["Achats"], "subscriptions": ["10"]}})
TOLD = {
    "name": "demo-form",
    "form": "Devis",
    "facts": {"informed": True},
    "evidence": "folder 12",
    "by": "Anne Exemple",
    "on": date(2026, 11, 1),
}


def all_of(language: Language = "fr", readings: Readings = DEFAULT_READINGS) -> tuple[Decision, ...]:
    mapping = Mapping.from_settings({"opposed_phone_on": {"list": "Ne pas appeler"}})
    declared = declarations_from_settings([TOLD])
    return decisions(readings, OFFERS.values(), declared, (), {"hubspot": mapping}, language=language)


def approved(found: tuple[Decision, ...]) -> list[Approval]:
    return [Approval(each.name, each.fingerprint, "Anne Exemple", "2026-11-20T10:00:00+00:00") for each in found]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_decision_is_on_the_page_with_its_doubt(language: Language) -> None:
    page = render(all_of(language), language=language)

    assert all(f"reading:{doubt.name}" in page for doubt in DOUBTS)
    assert all(text in page for text in ("demo-form", "folder 12", "Anne Exemple", "achats", "list:Ne pas appeler"))


def test_french_puts_a_space_before_a_colon() -> None:
    french, english = (render(all_of(language), [], language=language) for language in ("fr", "en"))
    assert "Types d'abonnement qui la portent : " in french
    assert "- Doute : " in french
    assert "Subscription types that carry it: " in english


def test_nothing_is_approved_before_somebody_does() -> None:
    found = all_of()

    assert list(unapproved(found, [])) == list(found)
    assert list(unapproved(found, approved(found))) == []


def test_a_decision_that_changed_since_its_approval_is_marked() -> None:
    before, now = all_of(), all_of(readings=Readings(robinson="close"))

    assert [each.name for each in unapproved(now, approved(before))] == ["reading:robinson"]
    assert "**Modifiée depuis** (Approuvée par Anne Exemple, le 2026-11-20)" in render(now, approved(before))


def test_the_language_of_the_page_changes_no_fingerprint() -> None:
    assert list(unapproved(all_of("en"), approved(all_of("fr")))) == []


def test_the_latest_of_several_approvals_counts() -> None:
    decision = all_of()[0]
    first = approved((decision,))[0]
    later = replace(first, by="Jean Exemple", on="2026-11-22T10:00:00+00:00")

    assert last_approval(decision, [later, first]) == later


def test_a_declaration_says_about_whom_it_is_and_until_when() -> None:
    period = {"created_from": date(2025, 1, 1), "valid_until": date(2027, 1, 1), "name": "of-2025"}
    without_form = {key: value for key, value in TOLD.items() if key != "form"}
    (found,) = decisions(DEFAULT_READINGS, (), declarations_from_settings([{**without_form, **period}]))[len(DOUBTS) :]

    assert "créés du 2025-01-01 au …" in found.says
    assert "Valable jusqu'au 2027-01-01." in found.says
    assert "tous les contacts" not in found.says


def test_a_mapping_names_what_is_written_and_not_what_is_read_for_its_name_alone() -> None:
    says = next(each.says for each in all_of() if each.name == "mapping:hubspot").splitlines()

    assert says[0] == "- `country`: property:country"
    assert "- `opposed_email_on`: property:hs_email_optout_… (pour chaque type d'abonnement)" in says
    assert "- `informed`: property:informed" not in says
