"""Contacts as they should not be: never an exception, never a channel open by mistake, and the summary counts each."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest

from contactable import Contactable
from contactable.errors import Refused
from contactable.loading import load
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.tokens import SCOPES

Connect = Callable[..., Contactable]
AGREED = {
    "country": "FR",
    "audience": "consumer",
    "informed": "yes",
    "last_contact_on": "2026-10-01",
    "consent_email_on": "2026-05-02",
    "consent_email_act": "positive",
    "consent_email_to": "us",
    "consent_email_proof": "yes",
    "consent_sms_on": "2026-05-02",
    "consent_sms_act": "positive",
    "consent_sms_to": "us",
    "consent_sms_proof": "yes",
}
FIRST = 151  # the id of the first contact


@pytest.fixture
def synced(connect: Connect) -> Iterator[Callable[..., tuple[str, list[Mapping[str, str]]]]]:
    """Sync a CRM of these contacts; give what the sync told, and the contacts' properties."""
    opened: list[HubSpotSandbox] = []

    def sync(*people: Mapping[str, str]) -> tuple[str, list[Mapping[str, str]]]:
        crm = HubSpotSandbox([{**AGREED, **each} for each in people])
        opened.append(crm)
        crm.start()
        told = load(connect(crm), "hubspot")
        return told, [each.properties for each in crm.portal.contacts.by_id.values()]

    yield sync
    for crm in opened:
        crm.stop()


Sync = Callable[..., tuple[str, list[Mapping[str, str]]]]


def test_a_contact_as_it_should_be_is_open(synced: Sync) -> None:
    told, (person,) = synced({"email": "camille@example.com", "mobilephone": "+33639980001"})

    assert (person["contactable_email"], person["contactable_sms"]) == ("allowed", "allowed")
    assert "not understood" not in told


def test_a_contact_without_an_address_is_closed_by_email_alone_and_counted(synced: Sync) -> None:
    told, (person, _) = synced({"mobilephone": "+33639980001"}, {"email": "camille@example.com"})

    assert person["contactable_email_reason"] == "no_address"
    assert person["contactable_sms"] == "allowed"
    assert "1 without an e-mail address" in told


def test_two_contacts_of_one_number_are_both_closed_by_what_was_said_of_one(connect: Connect) -> None:
    number = {**AGREED, "mobilephone": "+33639980001"}
    with HubSpotSandbox([{**number, "email": "a@example.com"}, {**number, "email": "b@example.com"}]) as crm:
        kit = connect(crm)
        load(kit, "hubspot")
        crm.as_person(FIRST, {"contactable_oppose": "sms"})

        told = load(kit, "hubspot")

        reasons = [each.properties["contactable_sms_reason"] for each in crm.portal.contacts.by_id.values()]
        assert reasons == ["opposition", "opposition"]
        assert "2 share a number with another" in told


@pytest.mark.parametrize("column", ["opposed_sms_on", "consent_sms_withdrawn_on"])
def test_an_opposition_in_a_box_of_one_contact_closes_the_other_of_its_number_until_it_is_taken_back(
    connect: Connect, column: str
) -> None:
    number = {**AGREED, "mobilephone": "+33639980001"}
    people = [{**number, "email": "a@example.com"}, {**number, "email": "b@example.com", column: "2026-06-01"}]
    with HubSpotSandbox([*people, {**AGREED, "mobilephone": "+33639980002", "email": "c@example.com"}]) as crm:
        kit, contacts = connect(crm), crm.portal.contacts.by_id

        def shown(name: str) -> list[str]:
            return [each.properties[name] for each in contacts.values()]

        load(kit, "hubspot")
        closed, emails = shown("contactable_sms_reason"), shown("contactable_email")
        crm.as_person(list(contacts)[1], {column: ""})
        load(kit, "hubspot")

        assert closed == ["opposition", "opposition", "consent"]
        assert emails == ["allowed"] * 3
        assert shown("contactable_sms_reason") == ["consent"] * 3


def test_a_number_with_a_remark_behind_it_is_understood(synced: Sync) -> None:
    told, (person,) = synced({"email": "camille@example.com", "mobilephone": "06.39.98.00.12 (perso)"})

    assert person["contactable_sms"] == "allowed"
    assert told.startswith("1 contacts read, 1 brought up to date")
    assert "not understood" not in told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("camille@example.com; dominique@example.com", "email:unreadable 1"),
        ("camille@", "email:unreadable 1"),
        ("camille @example com", "email:unreadable 1"),
    ],
    ids=["a list in one field", "cut off", "spaces"],
)
def test_an_address_that_is_none_closes_email_and_is_counted(synced: Sync, text: str, code: str) -> None:
    told, (person,) = synced({"email": text, "mobilephone": "+33639980001"})

    assert person["contactable_email"] == "denied"
    assert code in told


@pytest.mark.parametrize("text", ["zoé.dupré@example.com", "Zoé@exâmple.com", "ZOÉ@XN--EXMPLE-XTA.com"])
def test_an_address_with_accents_is_one_address_however_it_is_written(connect: Connect, text: str) -> None:
    with HubSpotSandbox([{**AGREED, "email": text}, {**AGREED, "email": "b@example.com"}]) as crm:
        kit = connect(crm)
        told = load(kit, "hubspot")
        before = crm.contact(FIRST).properties["contactable_email"]
        crm.as_person(FIRST, {"contactable_oppose": "email"})
        load(kit, "hubspot")

        assert (before, crm.contact(FIRST).properties["contactable_email_reason"]) == ("allowed", "opposition")
        assert told.startswith("2 contacts read, 2 brought up to date")
        assert "not understood" not in told


def test_a_number_that_is_none_closes_sms_and_is_counted(synced: Sync) -> None:
    told, (person,) = synced({"email": "camille@example.com", "mobilephone": "voir fiche"})

    assert person["contactable_sms_reason"] == "no_address"
    assert "number:unreadable 1" in told


@pytest.mark.parametrize("text", ["2999-01-01", "demain", "2026-13-45T99:00", "0000-00-00"])
def test_a_date_that_is_none_opens_nothing_and_is_counted(synced: Sync, text: str) -> None:
    told, (person,) = synced({"email": "camille@example.com", "consent_email_on": text})

    assert person["contactable_email"] == "denied"
    assert "consent_email_on:unreadable 1" in told


@pytest.mark.parametrize("days", [1, 40])
def test_a_consent_of_a_day_to_come_opens_nothing_and_an_opposition_of_one_closes(synced: Sync, days: int) -> None:
    """Somebody mistyped it, or wrote it where it is tomorrow already."""
    day = (datetime.now(UTC) + timedelta(days=days, hours=2)).date().isoformat()
    told, (consented, opposed) = synced(
        {"email": "a@example.com", "consent_email_on": day}, {"email": "b@example.com", "opposed_email_on": day}
    )

    assert consented["contactable_email"] == "denied"
    assert opposed["contactable_email_reason"] == "opposition"
    assert "opposed_email_on:to_come 1" in told


@pytest.mark.parametrize("zone", ["+99:00", "Z+02:00", "Europe/Mars"])
def test_a_moment_of_no_zone_that_there_is_closes_and_is_counted(synced: Sync, zone: str) -> None:
    told, (person,) = synced({"email": "camille@example.com", "opposed_email_on": f"2026-11-01T00:30:00{zone}"})

    assert person["contactable_email_reason"] == "opposition"
    assert "opposed_email_on:unreadable 1" in told


@pytest.mark.parametrize("zone", ["+14:00", "-12:00", "Z"])
def test_an_opposition_counts_whatever_the_zone_of_its_moment(synced: Sync, zone: str) -> None:
    _, (person,) = synced({"email": "camille@example.com", "opposed_email_on": f"2026-11-01T00:30:00{zone}"})

    assert person["contactable_email_reason"] == "opposition"


def test_a_very_long_text_is_read_like_any_other(synced: Sync) -> None:
    long = {"address": "x" * 65_536, "audience": "y" * 65_536, "opposed_email_on": "z" * 65_536}
    told, (person,) = synced({"email": "camille@example.com", **long})

    assert person["contactable_email"] == "denied"
    assert "audience:unreadable 1, opposed_email_on:unreadable 1" in told


@pytest.mark.parametrize(("column", "code"), [("email", "email"), ("mobilephone", "number"), ("country", "country")])
def test_a_very_long_address_number_or_country_is_none(synced: Sync, column: str, code: str) -> None:
    told, (person,) = synced({"email": "camille@example.com", "mobilephone": "+33639980001", column: "0" * 65_536})

    assert "denied" in (person["contactable_email"], person["contactable_sms"]) or column == "country"
    assert f"{code}:unreadable 1" in told


def test_a_contact_that_is_archived_in_the_middle_of_a_sync_is_left_alone(connect: Connect) -> None:
    with HubSpotSandbox([{**AGREED, "email": f"p{n}@example.com"} for n in range(3)]) as crm:
        kit = connect(crm)

        def archive_one(done: int, total: int | None) -> None:
            if crm.portal.contacts.by_id[FIRST].living:
                crm.archive(FIRST)

        told = load(kit, "hubspot", progress=archive_one)
        again = load(kit, "hubspot")

        reasons = [each.properties.get("contactable_email") for each in crm.portal.contacts.by_id.values()]
        assert reasons == [None, "allowed", "allowed"]
        assert told.startswith("3 contacts read, 2 brought up to date")
        assert "1 gone from the CRM" in told
        assert "put off" not in told + again


def test_a_property_of_another_type_is_refused_by_name_before_anything_is_written(connect: Connect) -> None:
    with HubSpotSandbox([{**AGREED, "email": "camille@example.com"}]) as crm:
        theirs = {"name": "contactable_email", "label": "x", "type": "number", "fieldType": "number"}
        crm.portal.definitions.create({**theirs, "groupName": "contactinformation"}, crm.portal.now)

        with pytest.raises(Refused, match="contactable_email"):
            load(connect(crm), "hubspot")

        assert crm.journal.count(route="batch_update") == 0


def test_a_quota_that_is_used_up_is_refused_with_what_to_do(connect: Connect) -> None:
    with HubSpotSandbox([{"email": "camille@example.com"}], quota=2) as crm:
        kit = connect(crm)

        with pytest.raises(Refused, match="custom properties"):
            load(kit, "hubspot")


MAPS = """
[connectors.hubspot.mapping]
{mapping}
"""


@pytest.mark.parametrize(
    ("scope", "mapping", "code"),
    [
        ("forms", "", "forms:unreadable 1"),
        ("crm.lists.read", 'informed = { list = "Clients", value = "yes" }', "lists:unreadable 1"),
    ],
)
def test_a_scope_that_is_missing_is_counted_and_the_contacts_are_read_all_the_same(
    connect: Connect, scope: str, mapping: str, code: str
) -> None:
    with HubSpotSandbox([{**AGREED, "email": "camille@example.com"}]) as crm:
        crm.portal.lists.add("Clients", "MANUAL", crm.portal.now)
        crm.token = crm.portal.tokens.service_key([each for each in SCOPES if each != scope])

        told = load(connect(crm, MAPS.format(mapping=mapping)), "hubspot")

        assert told.startswith("1 contacts read, 1 brought up to date")
        assert code in told
        assert crm.contact(FIRST).properties["contactable_email"] in ("allowed", "denied")


def test_a_list_of_oppositions_that_may_not_be_read_stops_before_anybody_is_opened(connect: Connect) -> None:
    with HubSpotSandbox([{**AGREED, "email": "camille@example.com"}]) as crm:
        crm.portal.lists.put_in(crm.portal.lists.add("STOP", "MANUAL", crm.portal.now), [FIRST], crm.portal.now)
        crm.token = crm.portal.tokens.service_key([each for each in SCOPES if each != "crm.lists.read"])
        kit = connect(crm, MAPS.format(mapping='opposed_all_on = { list = "STOP" }'))

        with pytest.raises(Refused, match="holds oppositions and cannot be read"):
            load(kit, "hubspot")

        assert "contactable_email" not in crm.contact(FIRST).properties
