"""Declarations: signed statements, the weakest of all sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contactable.errors import SettingsError
from contactable.mapping import Mapping, declarations_from_settings, facts_of, map_record, offers_from_settings
from contactable.mapping.records import Mapped
from contactable.rules.wordings import read_wording

MAIN = offers_from_settings({})["main"]
MAPPING = Mapping.from_settings({})
TOLD = {
    "name": "demo-form",
    "form": "Demande de démo",
    "facts": {"informed": True, "source": "person"},
    "evidence": "form v3, folder 12",
    "by": "Anne Exemple",
    "on": date(2026, 11, 1),
}


def mapped(properties: dict[str, str | None], *tables: dict[str, Any], **more: Any) -> Mapped:
    return map_record("1", properties, MAPPING, declarations=declarations_from_settings(tables), **more)


def test_a_declaration_fills_what_nothing_else_says_and_is_named() -> None:
    facts = mapped({"first_conversion_event_name": "Page d'accueil: Demande de démo"}, TOLD).facts

    assert facts["informed"] == ("yes", "declaration:demo-form")


def test_a_property_that_says_otherwise_is_believed_before_a_declaration() -> None:
    facts = mapped({"first_conversion_event_name": "Demande de démo", "informed": "non"}, TOLD).facts

    assert facts["informed"] == ("no", "property:informed")


@pytest.mark.parametrize(
    ("about", "properties", "lists", "covered"),
    [
        ({"form": "Demande*"}, {"recent_conversion_event_name": "Demande de démo"}, (), True),
        ({"form": "Autre"}, {"recent_conversion_event_name": "Demande de démo"}, (), False),
        ({"list": ["Salon 2025", "Salon 2026"]}, {}, ("Salon 2026",), True),
        ({"source": "IMPORT"}, {"hs_object_source_label": "Import"}, (), True),
        ({"owner": "42"}, {"hubspot_owner_id": "42"}, (), True),
        ({"created_from": date(2024, 3, 1)}, {"createdate": "2024-03-01T09:00:00Z"}, (), True),
        ({"created_from": date(2024, 3, 1)}, {"createdate": "2024-02-29T09:00:00Z"}, (), False),
        ({"created_until": date(2024, 3, 1)}, {}, (), False),
        ({"all": True}, {}, (), True),
        ({"owner": "42", "form": "Autre"}, {"hubspot_owner_id": "42"}, (), False),
    ],
)
def test_a_declaration_speaks_only_of_the_contacts_that_it_names(
    about: dict[str, Any], properties: dict[str, str | None], lists: tuple[str, ...], covered: bool
) -> None:
    table = {**{key: value for key, value in TOLD.items() if key != "form"}, **about}

    assert ("informed" in mapped(properties, table, lists=lists).facts) is covered


def test_of_two_declarations_that_contradict_each_other_neither_counts() -> None:
    other = {**TOLD, "name": "other", "facts": {"informed": False}}

    found = mapped({"first_conversion_event_name": "Demande de démo"}, TOLD, other)

    assert found.facts["informed"] == ("", f"contradiction:{TOLD['name']}+other")
    assert facts_of(found.facts, MAIN, {}).informed is None
    assert f"informed:declarations_contradict:{TOLD['name']}+other" in found.warnings


def test_a_declared_country_is_weaker_than_a_numbers_prefix() -> None:
    home = {**TOLD, "form": [], "all": True, "facts": {"country": "FR"}}

    assert mapped({"phone": "0639980001"}, home).facts["country"].value == "FR"
    assert mapped({"phone": "+3225550000"}, home).facts["country"].value == "BE"
    assert mapped({"phone": "+3225550000", "mobilephone": "+33639980001"}, home).facts["country"].value == ""


def test_withdrawing_a_declaration_takes_its_facts_away_at_once() -> None:
    facts = mapped({"first_conversion_event_name": "Demande de démo"}, TOLD).facts

    assert facts_of(facts, MAIN, {}, in_force=["demo-form"]).informed is True
    assert facts_of(facts, MAIN, {}, in_force=[]).informed is None


def test_the_digest_of_the_evidence_file_is_kept(tmp_path: Path) -> None:
    (tmp_path / "form.pdf").write_bytes(b"%PDF")

    (found,) = declarations_from_settings([{**TOLD, "evidence": "form.pdf"}], folder=tmp_path)

    assert len(found.evidence_digest) == 64
    assert found.to_json()["evidence_digest"] == found.evidence_digest


def test_the_fingerprint_changes_when_the_declaration_does() -> None:
    one, other = (declarations_from_settings([{**TOLD, "by": by}])[0] for by in ("Anne Exemple", "Jean Exemple"))

    assert one.fingerprint != other.fingerprint


def test_a_declaration_that_ran_out_is_no_longer_in_force() -> None:
    (found,) = declarations_from_settings([{**TOLD, "valid_until": date(2027, 1, 1)}])

    assert [found.in_force(date(2026, 10, 31)), found.in_force(date(2027, 1, 1)), found.in_force(date(2027, 1, 2))] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"evidence": " "}, "`evidence` is missing"),
        ({"by": ""}, "`by` is missing"),
        ({"by": None}, "`by` is missing"),
        ({"on": None}, "`on` is missing"),
        ({"form": []}, "say about whom"),
        ({"all": True}, "stands alone"),
        ({"facts": {"opposed_sms_on": "no"}}, "cannot be declared"),
        ({"facts": {"consent_email_on": "2026-01-01"}}, "cannot be declared"),
        ({"facts": {"audience": "b2b"}}, "consumer or professional"),
        ({"wording": "v9"}, "no .* is called `v9`"),
        ({"facts": {"consent_phone_complete": "yes"}}, "needs a `wording`"),
        ({"on": "bientôt"}, "demo-form"),
        ({"page": "x"}, "page"),
    ],
)
def test_a_declaration_without_author_evidence_or_contacts_is_refused(change: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        declarations_from_settings([{**TOLD, **change}])


def test_calls_are_not_declared_complete_with_a_text_that_lacks_a_statement() -> None:
    text = {"kind": "consent_to_calls", "version": "v1", "text": "Oui, appelez-moi.", "says": {"choice": "Oui"}}
    table = {**TOLD, "facts": {"consent_phone_complete": "yes"}, "wording": "v1"}

    with pytest.raises(SettingsError, match="v1 does not say who, goods, period"):
        declarations_from_settings([table], wordings=[read_wording(text)])


def test_two_declarations_of_one_name_are_refused() -> None:
    with pytest.raises(SettingsError, match="Two declarations are called `demo-form`"):
        declarations_from_settings([TOLD, TOLD])
