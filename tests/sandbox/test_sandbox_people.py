"""Invented people: nobody's address, nobody's number, the same at each run, and enough of every kind."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contactable.sandbox.columns import columns
from contactable.sandbox.demo_stories import STORIES
from contactable.sandbox.people import PROFILES, invent
from contactable.sandbox.population import Population
from contactable.sandbox.records import records, write_records

NOW = 1_795_500_000_000
FICTION = re.compile(r"\+33(63998|19900|26191|35301|46571|53649)\d{4}")


def _numbers(population: Population) -> list[str]:
    written = [person.properties.get(name, "") for person in population.people for name in ("phone", "mobilephone")]
    digits = [re.sub(r"[ .]|\(perso\)", "", number) for number in written if number]
    return [f"+33{number[1:]}" if number.startswith("0") else number for number in digits]


@pytest.mark.parametrize("profile", PROFILES)
def test_equal_seeds_give_equal_people_and_others_differ(profile: str) -> None:
    first, again, other = (invent(profile, 60, seed, now=NOW) for seed in (1, 1, 2))

    assert first == again
    assert first.people != other.people


@pytest.mark.parametrize("profile", PROFILES)
def test_every_address_and_number_is_nobodys(profile: str) -> None:
    population = invent(profile, 400, now=NOW)

    emails = [person.properties["email"] for person in population.people if "email" in person.properties]
    assert len(emails) > 350
    assert all(re.fullmatch(r"[a-z.\d-]+@([a-z\d-]+\.)?example\.(com|org|net)", email) for email in emails)
    assert all(FICTION.fullmatch(number) for number in _numbers(population))


@pytest.mark.parametrize("profile", PROFILES)
def test_no_two_people_share_an_address(profile: str) -> None:
    emails = Counter(person.properties.get("email") for person in invent(profile, 2_000, now=NOW).people)
    del emails[None]

    assert max(emails.values()) == 1


def test_numbers_of_the_demonstration_are_given_once() -> None:
    numbers = Counter(_numbers(invent("demo", 2_000, now=NOW)))

    assert max(numbers.values()) == 1


def test_every_story_is_told_among_the_first_contacts() -> None:
    people = invent("demo", len(STORIES), now=NOW).people

    audiences = Counter(person.properties.get("audience") for person in people)
    assert audiences["consumer"] >= 15
    assert audiences["professional"] >= 5
    assert audiences[None] >= 1


@pytest.mark.parametrize(
    ("name", "value", "at_least"),
    [
        ("consent_email_act", "preticked", 5),
        ("consent_email_to", "third_party", 5),
        ("country", "La Réunion", 1),
        ("country", "Belgique", 1),
        ("lifecyclestage", "customer", 50),
        ("sole_trader", "yes", 3),
        ("minor_at_consent", "yes", 3),
    ],
)
def test_five_hundred_contacts_hold_enough_of_each_kind(name: str, value: str, at_least: int) -> None:
    people = invent("demo", 500, now=NOW).people

    assert sum(person.properties.get(name) == value for person in people) >= at_least


def test_the_demonstrations_portal_has_a_property_for_every_fact_that_it_uses(start: Any) -> None:
    portal = start(500).portal
    used = {name for contact in portal.contacts.by_id.values() for name in contact.properties}

    assert used - portal.definitions.by_name.keys() == set()


def test_every_value_of_a_choice_is_one_of_its_options(start: Any) -> None:
    portal = start(500).portal

    wrong = [
        (name, value)
        for contact in portal.contacts.by_id.values()
        for name, value in contact.properties.items()
        if (options := portal.definitions.by_name[name].options)
        and value not in {option["value"] for option in options}
    ]

    assert wrong == []


def test_the_columns_have_labels_in_french_and_no_name_twice() -> None:
    made = list(columns())

    assert len({each["name"] for each in made}) == len(made) == 50
    assert next(each["label"] for each in made if each["name"] == "opposed_sms_on") == "Opposition – SMS"


def test_the_untouched_portal_has_no_property_of_its_own_and_people_in_lists_of_refusals(start: Any) -> None:
    portal = start(1_000, profile="untouched").portal

    sizes = {each.name: len(each.members) for each in portal.lists.by_id.values()}
    assert portal.definitions.custom == 0
    assert sizes["NE PLUS CONTACTER (2023)"] > 0
    assert sizes["Stop appels – commercial"] > 0
    assert len(portal.forms.by_id) == 4


def test_about_half_of_the_untouched_portal_has_no_country() -> None:
    people = invent("untouched", 4_000, now=NOW).people

    without = sum("country" not in person.properties for person in people) / len(people)

    assert 0.45 < without < 0.55


def test_a_submission_is_the_contacts_recent_conversion(start: Any, api_of: Any) -> None:
    api = api_of(start(200, profile="untouched"))
    form = api.get("/marketing/v3/forms")["results"][2]

    sent = api.get(f"/form-integrations/v1/submissions/forms/{form['id']}", limit=50)["results"]

    values = {each["name"]: each["value"] for each in sent[0]["values"]}
    contact = api.get(
        f"/crm/v3/objects/contacts/{values['email']}", idProperty="email", properties="recent_conversion_event_name"
    )
    assert contact["properties"]["recent_conversion_event_name"] == "Site: Newsletter"
    assert values["LEGAL_CONSENT.subscription_type_1601"] in ("Checked", "Not Checked")
    assert [each["submittedAt"] for each in sent] == sorted((each["submittedAt"] for each in sent), reverse=True)


def test_a_form_that_somebody_sends_changes_the_contact_and_makes_unknown_ones(start: Any) -> None:
    hubspot = start(10, profile="untouched")
    form = next(iter(hubspot.portal.forms.by_id))

    contact = hubspot.submit_form(form, {"email": "new@example.com", "firstname": "New"})

    assert contact.history("firstname")[0]["sourceType"] == "FORM"
    assert contact.properties["recent_conversion_event_name"] == "Demande de devis"
    assert hubspot.portal.forms.newest_first(form)[0].values["email"] == "new@example.com"


def test_a_records_file_has_a_line_for_everything_and_names_its_kinds(tmp_path: Path) -> None:
    population = invent("untouched", 300, now=NOW)

    lines = write_records(tmp_path / "records.jsonl", population)

    read = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = Counter(record["kind"] for record in read)
    assert len(read) == lines
    assert kinds["contact"] == 300
    assert (kinds["list"], kinds["form"], kinds["submission"]) == (6, 4, len(population.submissions))


def test_the_records_of_a_list_and_a_submission_name_contacts_that_are_there() -> None:
    found = list(records(invent("untouched", 300, now=NOW)))
    ids = {record["id"] for record in found if record["kind"] == "contact"}

    members = {id for record in found if record["kind"] == "list" for id in record["members"]}
    senders = {record["contact"] for record in found if record["kind"] == "submission"}
    assert members <= ids
    assert senders <= ids
