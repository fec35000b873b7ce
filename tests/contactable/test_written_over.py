"""Somebody writes over our properties in HubSpot: stricter is an opposition, anything else is written again."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from contactable import Contactable
from contactable.loading import load
from contactable.register import Entry, ledger, outbox
from contactable.sandbox import HubSpotSandbox

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
}
FIRST = 151  # the id of the first contact


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Two contacts that may be written to by e-mail and not by SMS."""
    with HubSpotSandbox([{**AGREED, "email": f"p{number}@example.com"} for number in range(2)]) as sandbox:
        yield sandbox


@pytest.fixture
def kit(crm: HubSpotSandbox, connect: Connect) -> Contactable:
    kit = connect(crm)
    load(kit, "hubspot")
    load(kit, "hubspot")
    assert shown(crm)["contactable_email"] == "allowed"
    return kit


def shown(crm: HubSpotSandbox) -> Mapping[str, str]:
    return crm.contact(FIRST).properties


def entered(kit: Contactable) -> list[Entry]:
    with kit.register.read() as tx:
        return ledger.entries_of_contacts(tx, "hubspot", [str(FIRST)])[str(FIRST)]


def still_open(crm: HubSpotSandbox) -> str:
    return ";".join(each for each in shown(crm)["contactable_channels"].split(";") if each != "email")


def close_the_channel(crm: HubSpotSandbox) -> dict[str, str]:
    return {"contactable_email": "denied"}


def take_the_channel_away(crm: HubSpotSandbox) -> dict[str, str]:
    return {"contactable_channels": still_open(crm)}


@pytest.mark.parametrize("values", [close_the_channel, take_the_channel_away])
@pytest.mark.parametrize("by", ["a person", "another app"])
def test_a_channel_that_somebody_closed_by_hand_is_an_opposition(
    crm: HubSpotSandbox, kit: Contactable, by: str, values: Callable[[HubSpotSandbox], dict[str, str]]
) -> None:
    if by == "a person":
        crm.as_person(FIRST, values(crm))
    else:
        crm.as_app(FIRST, values(crm), app_id=7)

    load(kit, "hubspot")

    acts = {(each.kind, each.on, each.origin) for each in entered(kit)}
    assert acts == {("opposition", "email", "crm_user")}
    assert shown(crm)["contactable_email_reason"] == "opposition"
    assert "email" not in shown(crm)["contactable_channels"].split(";")


def test_it_is_entered_once_however_often_it_is_read(crm: HubSpotSandbox, kit: Contactable) -> None:
    crm.as_person(FIRST, {"contactable_email": "denied"})

    load(kit, "hubspot")
    once = entered(kit)

    for _ in range(2):
        load(kit, "hubspot", full=True)

    assert once
    assert entered(kit) == once


@pytest.mark.parametrize("by", ["a person", "another app"])
def test_a_channel_that_somebody_opened_by_hand_is_closed_again_and_told(
    crm: HubSpotSandbox, kit: Contactable, by: str
) -> None:
    before = dict(shown(crm))
    opened = {"contactable_sms": "allowed", "contactable_channels": before["contactable_channels"] + ";sms"}
    if by == "a person":
        crm.as_person(FIRST, opened)
    else:
        crm.as_app(FIRST, opened, app_id=7)

    told = load(kit, "hubspot")

    assert "1 whose values somebody had changed in the CRM, written again" in told
    assert {name: shown(crm)[name] for name in opened} == {name: before[name] for name in opened}
    assert not entered(kit)


def test_a_value_that_somebody_cleared_is_written_again(crm: HubSpotSandbox, kit: Contactable) -> None:
    crm.as_person(FIRST, {"contactable_email": ""})

    load(kit, "hubspot")

    assert shown(crm)["contactable_email"] == "allowed"
    assert not entered(kit)


def test_what_our_own_app_wrote_is_nobodys_act(crm: HubSpotSandbox, kit: Contactable) -> None:
    crm.as_app(FIRST, {"contactable_email": "denied"})

    load(kit, "hubspot")

    assert not entered(kit)
    assert shown(crm)["contactable_email"] == "allowed"


def test_a_write_that_is_still_under_way_is_neither_an_act_nor_written_again(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    crm.as_app(FIRST, {"contactable_email": "denied"})
    kit.register.write(lambda tx: outbox.promise(tx, "hubspot", [str(FIRST)]))

    summary = kit.reader("hubspot").sync()

    assert summary.written_over == 0
    assert not entered(kit)


def test_who_wrote_is_asked_only_where_something_differs(crm: HubSpotSandbox, kit: Contactable) -> None:
    crm.journal.clear()

    load(kit, "hubspot", full=True)

    assert crm.journal.count("batch_read") == 0
