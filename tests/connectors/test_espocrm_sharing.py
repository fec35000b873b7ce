"""What the contract cannot know of EspoCRM: addresses that several contacts share, seconds, administrators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contactable.connectors.contract.playing import SCHEMA
from contactable.connectors.espocrm import EspoCrm, connect
from contactable.connectors.espocrm.fields import field_of, property_of
from contactable.connectors.protocol import Change, Result
from contactable.errors import Refused
from contactable.mapping.properties import schema
from contactable.sandbox.espocrm import ADMIN, MANNER
from contactable.sandbox.front import SmallCrm

SHARED = {"emailAddress": "shared@example.com", "phoneNumber": "+33639981000"}


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER) as crm:
        yield crm


@pytest.fixture
def connected(crm: SmallCrm) -> Iterator[Callable[..., EspoCrm]]:
    made: list[EspoCrm] = []

    def make(**settings: Any) -> EspoCrm:
        secrets = {"env:TOKEN": crm.token, "env:ADMIN": ADMIN}
        given = {"base_url": crm.url, "token": "env:TOKEN", **settings}
        made.append(connect("espocrm", given, lambda reference: secrets[reference].encode()))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_whoever_shares_an_address_is_found_opted_out_though_no_date_moved(
    crm: SmallCrm, connected: Any, channel: str
) -> None:
    ids = [each.id for each in crm.add([SHARED, SHARED, {"emailAddress": "ada@example.com"}], days_ago=30)]
    cursor = [each.cursor for each in connected().iter_consent_changes(None)][-1]

    list(connected().opt_out(ids[:1], channel=channel))
    found = {record.id for page in connected().iter_consent_changes(cursor) for record in page.records}

    assert found == set(ids[:2])
    assert crm.contacts.by_id[ids[1]].changed_at == crm.contacts.by_id[ids[2]].changed_at


def test_an_address_is_never_written_since_that_may_lift_an_opt_out(crm: SmallCrm, connected: Any) -> None:
    (person,) = crm.add([SHARED])
    crm.opt_out(person.id, "email")

    (outcome,) = connected().write([Change(person.id, {"emailAddress": "new@example.com", "description": "x"})])

    assert outcome.result is Result.REFUSED
    assert crm.is_opted_out(person.id, "email")


def test_a_contact_without_a_number_cannot_be_opted_out_of_sms(crm: SmallCrm, connected: Any) -> None:
    (person,) = crm.add([{"emailAddress": "ada@example.com"}])

    assert [each.result for each in connected().opt_out([person.id], channel="sms")] == [Result.REFUSED]
    assert [each.result for each in connected().opt_out([person.id], channel="email")] == [Result.WRITTEN]


def test_who_is_deleted_between_two_pages_of_one_second_hides_nobody(crm: SmallCrm, connected: Any) -> None:
    ids = [each.id for each in crm.add({"lastName": f"P{number}"} for number in range(650))]
    found: set[str] = set()

    for page in connected().iter_changed(None, []):
        found |= {each.id for each in page.records}
        for id in ids[:15]:
            crm.contacts.delete(id)
        ids = ids[15:]

    assert found >= {each.id for each in crm.contacts.living()}


def test_without_an_administrator_the_fields_to_make_by_hand_are_named(connected: Any) -> None:
    with pytest.raises(Refused, match=r"cContactableContractText \(text\), cContactableContractChoice \(enum\)"):
        list(connected().ensure_properties(SCHEMA))


def test_with_fields_made_by_hand_no_administrator_is_needed(connected: Any) -> None:
    list(connected(admin="env:ADMIN").ensure_properties(SCHEMA))

    assert list(connected().ensure_properties(SCHEMA)) == []


def test_choices_are_shown_to_people_by_their_labels(crm: SmallCrm, connected: Any) -> None:
    list(connected(admin="env:ADMIN").ensure_properties(SCHEMA))

    made = crm.own.fields["cContactableContractChoice"]
    assert made["translatedOptions"] == {"": "", "red": "Rouge", "green": "Vert", "blue": "Bleu"}


def test_each_name_of_ours_comes_back_from_the_name_it_has_there() -> None:
    names = [each.name for each in schema({})]

    assert len(names) > 10
    assert [property_of(field_of(name)) for name in names] == names
