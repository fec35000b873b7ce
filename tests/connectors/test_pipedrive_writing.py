"""What the contract cannot know of Pipedrive: codes in brackets, numbers of choices, Campaigns, tokens of pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from contactable.connectors.contract.playing import COLOURS, Wanted
from contactable.connectors.pipedrive import Pipedrive, connect
from contactable.connectors.protocol import Change, Level, Result
from contactable.errors import LimitReached
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.pipedrive import MANNER, NOTE, told

COLOUR = Wanted("contactable_colour", "choice", COLOURS, label="Prospection : couleur")


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    people = ({"email": f"p{n}@example.com", "phone": f"+336399800{n:02}"} for n in range(3))
    with SmallCrm(MANNER, people, limits={}) as made:
        yield made


@pytest.fixture
def pipedrive(crm: SmallCrm) -> Iterator[Pipedrive]:
    made = connect("pipedrive", {**crm.access, "requests_per_2_s": 1_000}, lambda reference: reference.encode())
    yield made
    made.close()


def test_what_we_make_is_found_by_its_code_whatever_people_call_it(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    list(pipedrive.ensure_properties([COLOUR]))
    (field,) = [each for each in crm.own.fields.values() if "contactable_colour" in each["field_name"]]
    assert field["field_name"] == "Prospection : couleur [contactable_colour]"
    field["field_name"] = "Teinte [contactable_colour]"
    field["options"][0]["label"] = "Carmin [red]"

    assert list(pipedrive.ensure_properties([COLOUR])) == []
    assert [each.result for each in pipedrive.write([Change("1", {"contactable_colour": "red"})])] == [Result.WRITTEN]
    assert told(crm, "1")["contactable_colour"] == "red"


def test_a_field_of_people_goes_by_its_name_or_by_its_key(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    crm.contacts.change("1", {NOTE: "met at the fair"})

    (record,) = pipedrive.read(["1"], ["Remarque", NOTE])

    assert (record.properties["Remarque"], record.properties[NOTE]) == ("met at the fair", "met at the fair")


def test_a_status_that_may_not_change_is_told_as_refused(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    crm.contacts.change("2", {"marketing_status": "archived"})
    crm.contacts.change("3", {"email": None})

    outcomes = {each.id: each.result for each in pipedrive.opt_out(["1", "2", "3"])}

    assert outcomes == {"1": Result.WRITTEN, "2": Result.REFUSED, "3": Result.REFUSED}


def test_without_campaigns_everything_is_read_and_an_opt_out_is_refused(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    del crm.own.fields["marketing_status"]

    assert len(list(pipedrive.iter_ids())) == 3
    assert [each.result for each in pipedrive.opt_out(["1"])] == [Result.REFUSED]
    assert Level.WARNING in {each.level for each in pipedrive.check()}


def test_a_reading_whose_token_ended_begins_anew_and_loses_nobody(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    crm.add({"email": f"q{n}@example.com"} for n in range(1_100))
    first = next(iter(pipedrive.iter_changed(None, ["email"])))
    crm.own.tokens_end = True

    begun = next(iter(pipedrive.iter_changed(first.cursor, ["email"])))

    assert [each.id for each in begun.records] == [each.id for each in first.records]


def test_an_address_is_never_written_and_a_phone_tells_its_label(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    outcomes = list(pipedrive.write([Change("1", {"email": "ada@example.com"})]))

    assert [each.result for each in outcomes] == [Result.REFUSED]
    (record,) = pipedrive.read(["1"], [])
    assert (record.properties["email"], record.properties["phone_mobile"]) == ("p0@example.com", "+33639980000")


def test_our_fields_alone_are_taken_away(crm: SmallCrm, pipedrive: Pipedrive) -> None:
    list(pipedrive.ensure_properties([COLOUR]))

    assert list(pipedrive.remove_properties(["contactable_colour", "Remarque", "name"])) == ["contactable_colour"]
    assert NOTE in crm.own.fields


@responses.activate
def test_the_end_of_the_daily_budget_is_told_as_a_limit_of_an_hour() -> None:
    spent = {"x-daily-ratelimit-token-remaining": "0"}
    responses.get("https://api.pipedrive.com/api/v2/personFields", status=429, headers=spent, json={})
    pipedrive = connect("pipedrive", {"token": "env:KEY", "patience": 1}, lambda reference: b"key")

    with pytest.raises(LimitReached) as caught:
        pipedrive.property_names()

    assert caught.value.retry_after == 3_600
