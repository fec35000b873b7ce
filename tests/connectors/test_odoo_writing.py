"""What the contract cannot know of Odoo: groups, halves, rows of black lists, boxes, and two ways to call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import responses

from contactable.connectors.contract.playing import Wanted
from contactable.connectors.odoo import Odoo, connect
from contactable.connectors.protocol import Change, Level, Option, Result
from contactable.errors import Refused, SettingsError, Unavailable
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.odoo import DATABASE, LOGIN, MANNER
from contactable.sandbox.odoo.models import put_on

OPPOSE = Wanted("contactable_oppose", "choices", (Option("email", "E-mail"), Option("all", "Tout")), for_people=True)
STATE = Wanted("contactable_email", "choice", (Option("allowed", "Oui"), Option("denied", "Non")))


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    people = ({"email": f"P{n} <P{n}@Example.com>", "phone": f"+336399800{n:02}"} for n in range(12))
    with SmallCrm(MANNER, people, limits={}) as made:
        yield made


@pytest.fixture
def open_odoo() -> Iterator[Callable[..., Odoo]]:
    made: list[Odoo] = []

    def connected(settings: Mapping[str, Any], **more: Any) -> Odoo:
        asked = {"token": "env:KEY", **settings, **more}
        key = asked["token"]
        made.append(connect("odoo", {**asked, "token": "env:KEY"}, lambda reference: key.encode()))
        return made[-1]

    yield connected
    for each in made:
        each.close()


@pytest.fixture
def odoo(crm: SmallCrm, open_odoo: Callable[..., Odoo]) -> Odoo:
    return open_odoo(crm.access)


def test_contacts_that_get_the_same_values_are_written_by_one_call(crm: SmallCrm, odoo: Odoo) -> None:
    changes = [Change(str(n), {"function": "baker" if n < 10 else "gardener"}) for n in range(1, 13)]

    assert {each.result for each in odoo.write(changes)} == {Result.WRITTEN}
    assert crm.journal.count("partner_write") == 2


def test_one_wrong_value_is_found_by_halves_and_the_others_are_written(crm: SmallCrm, odoo: Odoo) -> None:
    list(odoo.ensure_properties([STATE]))
    changes = [Change(str(n), {"contactable_email": "denied"}) for n in range(1, 13)]
    crm.contacts.delete("7")

    outcomes = {each.id: each.result for each in odoo.write([*changes, Change("3", {"contactable_email": "perhaps"})])}

    assert (outcomes["3"], outcomes["7"]) == (Result.REFUSED, Result.GONE)
    assert [id for id, result in outcomes.items() if result is Result.WRITTEN] != []
    assert crm.contacts.by_id["12"].values["x_contactable_email"] == "denied"


def test_a_contact_deleted_between_looking_and_writing_is_gone_alone(crm: SmallCrm, odoo: Odoo) -> None:
    call = odoo.rpc.call

    def delete_and_call(model: str, method: str, *rest: Any, **named: Any) -> Any:
        if method == "write" and crm.contacts.get("4"):
            crm.contacts.delete("4")
        return call(model, method, *rest, **named)

    odoo.rpc.call = delete_and_call  # type: ignore[method-assign, unused-ignore]
    outcomes = {each.id: each.result for each in odoo.write([Change(str(n), {"function": "x"}) for n in range(1, 9)])}

    assert outcomes == {str(n): Result.GONE if n == 4 else Result.WRITTEN for n in range(1, 9)}


def test_what_people_tick_is_a_box_each_and_reads_as_one_property(crm: SmallCrm, odoo: Odoo) -> None:
    assert list(odoo.ensure_properties([OPPOSE])) == ["contactable_oppose"]
    assert "contactable_oppose" in odoo.property_names()

    crm.contacts.change("1", {"x_contactable_oppose_email": True, "x_contactable_oppose_all": True})

    told = {
        each.id: each.properties.get("contactable_oppose") for each in odoo.read(["1", "2"], ["contactable_oppose"])
    }
    assert told == {"1": "email;all", "2": None}


def test_a_row_that_was_made_inactive_counts_again_when_we_opt_out(crm: SmallCrm, odoo: Odoo) -> None:
    put_on(crm, "mail.blacklist", "p0@example.com")
    crm.own.rows["mail.blacklist"][0]["active"] = False

    assert [each.result for each in odoo.opt_out(["1", "2"])] == [Result.WRITTEN] * 2
    assert [row["active"] for row in crm.own.rows["mail.blacklist"]] == [True, True]


def test_an_address_that_the_black_list_does_not_take_stops_no_other(crm: SmallCrm, odoo: Odoo) -> None:
    nobody = crm.contacts.add({"phone": "01 99 00 00 00"}).id

    outcomes = {each.id: each.result for each in odoo.opt_out([nobody, "1", "2"])}

    assert outcomes == {nobody: Result.REFUSED, "1": Result.WRITTEN, "2": Result.WRITTEN}


def test_leaving_one_list_alone_is_refused_and_puts_nobody_on_a_black_list(crm: SmallCrm, odoo: Odoo) -> None:
    assert [each.result for each in odoo.opt_out(["1"], scope_id="12")] == [Result.REFUSED]
    assert crm.own.rows["mail.blacklist"] == []


def test_a_row_made_inactive_is_told_by_the_consent_feed_too(crm: SmallCrm, odoo: Odoo) -> None:
    put_on(crm, "mail.blacklist", "p3@example.com")
    pages = list(odoo.iter_consent_changes(None, ["email"]))
    crm.own.rows["mail.blacklist"][0] |= {"active": False, "at": crm.clock()}

    (told,) = [each for page in odoo.iter_consent_changes(pages[-1].cursor, ["email"]) for each in page.records]

    assert (told.id, told.properties["is_blacklisted"]) == ("4", "false")


def test_pictures_are_no_properties_and_are_not_read_unasked(crm: SmallCrm, odoo: Odoo) -> None:
    crm.own.fields["image_1920"] = {"type": "binary"}

    assert "image_1920" not in odoo.property_names()
    assert {"email", "function", "is_blacklisted"} <= odoo.property_names()


def test_archived_contacts_are_read_and_written_like_any_other(crm: SmallCrm, odoo: Odoo) -> None:
    crm.contacts.change("5", {"active": False})

    assert "5" in odoo.iter_ids()
    assert [each.result for each in odoo.write([Change("5", {"function": "baker"})])] == [Result.WRITTEN]


def test_our_fields_go_with_all_they_hold_and_nothing_else_goes(crm: SmallCrm, odoo: Odoo) -> None:
    list(odoo.ensure_properties([STATE, OPPOSE]))

    assert list(odoo.remove_properties(["contactable_email", "contactable_oppose", "function"])) == [
        "contactable_email",
        "contactable_oppose",
    ]
    assert [each for each in crm.own.fields if each.startswith("x_")] == []
    assert "function" in crm.own.fields


def test_without_the_module_of_sms_its_black_list_is_a_warning_and_email_goes_on(crm: SmallCrm, odoo: Odoo) -> None:
    del crm.own.fields["phone_sanitized_blacklisted"]
    put_on(crm, "mail.blacklist", "p3@example.com")

    told = [each.id for page in odoo.iter_consent_changes(None, []) for each in page.records]

    assert [each.level for each in odoo.check()] == [Level.OK, Level.OK, Level.WARNING]
    assert told == ["4"]


def test_by_json_rpc_a_wrong_key_is_refused_and_its_settings_are_asked_for(
    crm: SmallCrm, open_odoo: Callable[..., Odoo]
) -> None:
    rpc = {**crm.access, "api": "rpc", "database": DATABASE, "login": LOGIN}

    with pytest.raises(Refused, match="API key"):
        list(open_odoo(rpc, token="wrong").iter_ids())
    with pytest.raises(SettingsError, match="login"):
        open_odoo({**rpc, "login": ""})
    assert len(list(open_odoo(rpc).iter_ids())) == 12


@responses.activate
def test_an_error_of_the_server_is_for_later_and_repeats_nothing_that_it_said(open_odoo: Callable[..., Odoo]) -> None:
    said = {"name": "psycopg2.errors.SerializationFailure", "message": "ada@example.com", "debug": "ada@example.com"}
    responses.post("https://odoo.example.com/json/2/res.partner/search", json=said, status=500)
    odoo = open_odoo({"base_url": "https://odoo.example.com"})

    with pytest.raises(Unavailable) as caught:
        list(odoo.iter_ids())

    assert "ada" not in str(caught.value)
