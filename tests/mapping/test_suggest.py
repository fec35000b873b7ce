"""Suggestions: what a CRM's own names and values seem to say."""

from __future__ import annotations

import tomllib

import pytest

from contactable.mapping import Mapping
from contactable.mapping.portal import Contact, Portal
from contactable.mapping.suggest import masked, suggest


def portal(*values: dict[str, str | None], lists: dict[str, int] | None = None) -> Portal:
    contacts = tuple(Contact(str(number), properties) for number, properties in enumerate(values))
    return Portal(contacts, lists or {})


def lines(found: Portal) -> list[str]:
    return [each.toml for each in suggest(found)]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("ne_pas_contacter", ["opposed_all_on"]),
        ("Ne plus nous appeler", ["opposed_phone_on", "opposed_robocall_on"]),
        ("optout_sms", ["opposed_sms_on"]),
        ("opt-out SMS", ["opposed_sms_on"]),
        ("sakari_opted_out", ["opposed_sms_on"]),
        ("refusCourrier", ["opposed_post_on"]),
        ("desinscrit_newsletter", ["opposed_email_on"]),
        ("do_not_call", ["opposed_phone_on", "opposed_robocall_on"]),
        ("rgpd_opposition", ["opposed_all_on"]),
        ("blacklist", ["opposed_all_on"]),
    ],
)
def test_a_property_that_is_named_like_a_refusal_is_suggested_as_one(name: str, columns: list[str]) -> None:
    assert sorted(each.column for each in suggest(portal({name: "Oui"}))) == columns


def test_a_list_that_nobody_is_to_be_called_from_is_suggested_with_its_size() -> None:
    found = suggest(portal({}, lists={"STOP prospection tél 2024": 312, "Salon 2026": 900}))

    assert {each.toml for each in found} == {
        'opposed_phone_on = { list = "STOP prospection tél 2024" }',
        'opposed_robocall_on = { list = "STOP prospection tél 2024" }',
    }
    assert {each.contacts for each in found} == {312}


def test_choices_of_one_refusal_are_suggested_channel_by_channel() -> None:
    assert lines(portal({"refus": "SMS;Courrier"}, {"refus": "SMS"})) == [
        'opposed_post_on = { property = "refus", contains = "Courrier" }',
        'opposed_sms_on = { property = "refus", contains = "SMS" }',
    ]


def test_a_box_with_a_date_beside_it_is_suggested_with_that_date() -> None:
    found = lines(portal({"optin_sms": "Oui", "optin_sms_date": "24/11/2026"}))

    assert 'consent_sms_on = { property = "optin_sms", at = "optin_sms_date" }' in found


def test_a_consent_without_a_date_is_suggested_with_the_remark_that_it_opens_nothing() -> None:
    (found,) = suggest(portal({"newsletter": "Oui"}))

    assert (found.column, bool(found.note)) == ("consent_email_on", True)


def test_the_opening_of_an_email_is_never_suggested_as_a_contact() -> None:
    assert lines(portal({"hs_email_last_open_date": "2026-01-01", "Date dernière ouverture": "2026-01-01"})) == []


def test_kinds_of_customers_are_translated_by_their_names() -> None:
    (found,) = suggest(portal({"type_client": "Particulier"}, {"type_client": "Pro B2B"}))

    assert (
        found.toml
        == 'audience = { property = "type_client", values = { Particulier = "consumer", "Pro B2B" = "professional" } }'
    )


def test_oppositions_come_first_and_then_what_tells_most() -> None:
    found = suggest(portal({"pays": "France", "stop": "x"}, {"pays": "France", "fonction": "Acheteur"}))

    assert [each.column for each in found] == ["opposed_all_on", "country", "trade"]


def test_every_suggestion_is_a_line_that_the_settings_accept() -> None:
    seen = portal(
        {"refus": "SMS", "type": "B2B", "b2b": "Pro", "newsletter": "1", "newsletter_on": "2026-01-01", 'fin"': "x"}
    )

    for each in suggest(seen):
        assert Mapping.from_settings(tomllib.loads(each.toml)).properties


def test_what_is_mapped_already_is_not_suggested_again() -> None:
    assert suggest(portal({"do_not_call": "yes"}), mapped=["do_not_call"]) == ()


@pytest.mark.parametrize(
    ("value", "choices", "shown"),
    [
        ("anne.exemple@example.com", True, "a***@e***.com"),
        ("0639980001", True, "0***"),
        ("Newsletter", True, "Newsletter"),
        ("Anne Exemple", False, "A***"),
        ("24/11/2026", False, "24/11/2026"),
    ],
)
def test_examples_show_choices_and_never_what_people_typed(value: str, choices: bool, shown: str) -> None:
    assert masked(value, choices=choices) == shown


def test_a_list_that_the_mapping_reads_already_is_not_suggested_again() -> None:
    found = portal({"pays": "France"}, lists={"Ne pas appeler": 3, "STOP SMS": 2})

    assert {each.column for each in suggest(found, lists=["ne pas appeler"])} == {"opposed_sms_on", "country"}
