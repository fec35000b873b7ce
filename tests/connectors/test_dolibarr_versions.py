"""What the contract cannot know of Dolibarr: versions, time zones, its module of mailings, third parties."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from contactable.connectors.contract.playing import SCHEMA
from contactable.connectors.dolibarr import Dolibarr, connect
from contactable.connectors.protocol import Change, Result
from contactable.errors import Refused
from contactable.sandbox.dolibarr import MANNER
from contactable.sandbox.front import SmallCrm

TEXT, CHOICE = SCHEMA[0].name, SCHEMA[1].name


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER) as crm:
        yield crm


@pytest.fixture
def connected(crm: SmallCrm) -> Iterator[Callable[..., Dolibarr]]:
    made: list[Dolibarr] = []

    def make(**settings: Any) -> Dolibarr:
        given = {"base_url": crm.url, "token": "env:TOKEN", **settings}
        made.append(connect("dolibarr", given, lambda reference: crm.token.encode()))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("version", ["16.0.3", "22.0.1"])
def test_attributes_of_the_company_stay_whatever_the_version(crm: SmallCrm, connected: Any, version: str) -> None:
    crm.own.version = version
    dolibarr = connected()
    list(dolibarr.ensure_properties(SCHEMA))
    (person,) = crm.add([{"email": "ada@example.com", CHOICE: "red"}])

    list(dolibarr.write([Change(person.id, {TEXT: "new"})]))

    assert (person.values[TEXT], person.values[CHOICE]) == ("new", "red")


def test_an_opt_out_that_dolibarr_did_not_keep_is_told_as_refused(crm: SmallCrm, connected: Any) -> None:
    (person,) = crm.add([{"email": "ada@example.com"}])
    crm.own.mailing = False

    assert [each.result for each in connected().opt_out([person.id])] == [Result.REFUSED]


def test_whoever_shares_an_address_is_found_opted_out_though_no_date_moved(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add([{"email": "shared@example.com"}] * 2, days_ago=30)]

    list(connected().opt_out(ids[:1]))
    found = {record.id for page in connected().iter_consent_changes(None) for record in page.records}

    assert found == set(ids)


@pytest.mark.parametrize("zone", ["", "Europe/Paris"])
def test_changes_are_found_whatever_the_time_zone_of_the_database(crm: SmallCrm, connected: Any, zone: str) -> None:
    old, new = crm.add([{"lastname": "Old"}], days_ago=0.3), crm.add([{"lastname": "New"}])
    since = datetime.fromtimestamp(time.time(), UTC) - timedelta(minutes=5)

    pages = connected(time_zone=zone).iter_changed({"since": since.isoformat()}, [])

    assert [each.id for page in pages for each in page.records] == [new[0].id]
    assert old[0].id != new[0].id


@pytest.mark.parametrize("name", ["email", "no_email", "stcomm_id", "contactable_unknown"])
def test_addresses_opt_outs_and_unknown_fields_are_not_written(crm: SmallCrm, connected: Any, name: str) -> None:
    (person,) = crm.add([{"email": "ada@example.com"}])
    crm.opt_out(person.id)

    (outcome,) = connected().write([Change(person.id, {name: "0", "note_private": "x"})])

    assert outcome.result is Result.REFUSED
    assert crm.is_opted_out(person.id)


@responses.activate
def test_a_dolibarr_that_is_too_old_names_the_attribute_to_make_by_hand() -> None:
    site = "https://dolibarr.example.com/api/index.php"
    responses.get(f"{site}/setup/extrafields", json=[])
    responses.post(f"{site}/setup/extrafields/societe/{CHOICE}", status=404, json={"error": {"code": 404}})
    given = {"base_url": "https://dolibarr.example.com/", "token": "env:T", "records": "thirdparties"}
    dolibarr = connect("dolibarr", given, lambda reference: b"key")

    with pytest.raises(Refused, match=f"Make {CHOICE} by hand, of the type select"):
        list(dolibarr.ensure_properties([SCHEMA[1]]))
