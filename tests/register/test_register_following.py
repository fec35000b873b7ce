"""What senders are owed when a contact that an opposition binds gets another address or number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import blocks, mirror
from contactable.register.annulling import annul
from contactable.register.blocks import Owed
from contactable.register.renewing import renew
from contactable.register.testing import EMAIL, PHONE, Workbench

NEW = (IdentifierKind.EMAIL, "lou.new@example.com")
NEW_NUMBER = (IdentifierKind.PHONE, "+33639980002")


@pytest.fixture
def connected(house: Workbench) -> Workbench:
    house.write(blocks.connect, {"brevo": ["email", "sms"], "sendgrid": ["email"]}, ["news"])
    return house


def owed(house: Workbench, endpoint: str = "brevo") -> set[tuple[str, str]]:
    """The identifiers that one sender is owed now, with the channel of each, and take them."""
    taken: list[Owed] = house.write(blocks.claim, endpoint, 100, 60.0)
    house.write(blocks.kept, taken)
    return {(each.channel, each.identifier) for each in taken}


def oppose(house: Workbench, **values: Any) -> None:
    """The person objects, and every sender has been told already."""
    house.clock.move(seconds=1)
    entry = house.enter(**values)
    house.write(lambda tx: blocks.owe(tx, [entry] if entry else []))
    owed(house), owed(house, "sendgrid")
    house.clock.move(seconds=1)


def test_a_new_address_of_an_opposed_contact_is_owed_to_every_sender(connected: Workbench) -> None:
    connected.see("1", EMAIL)
    oppose(connected)

    connected.see("1", NEW)

    assert owed(connected) == owed(connected, "sendgrid") == {("email", NEW[1])}


def test_a_new_number_of_an_opposed_contact_is_owed_to_senders_of_sms(connected: Workbench) -> None:
    connected.see("1", EMAIL, PHONE)
    oppose(connected, subject=connected.subject(PHONE), on="sms")

    connected.see("1", EMAIL, NEW_NUMBER)

    assert (owed(connected), owed(connected, "sendgrid")) == ({("sms", NEW_NUMBER[1])}, set())


def test_an_address_that_comes_back_is_owed_again(connected: Workbench) -> None:
    connected.see("1", EMAIL)
    oppose(connected)
    connected.see("1", NEW)
    owed(connected)

    connected.see("1", EMAIL)

    assert owed(connected) == {("email", EMAIL[1])}


def test_the_same_contact_seen_again_owes_nothing_more(connected: Workbench) -> None:
    connected.see("1", EMAIL)
    oppose(connected)
    connected.see("1", NEW)
    owed(connected)

    connected.see("1", NEW, PHONE)
    connected.see("1", NEW)

    assert owed(connected) == set()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [("news", set()), ("unheard-of", {("email", NEW[1])})],
    ids=["a list that an offer names", "a list that no offer names"],
)
def test_only_what_closes_every_offer_follows_the_contact(
    connected: Workbench, scope: str, expected: set[tuple[str, str]]
) -> None:
    connected.see("1", EMAIL)
    oppose(connected, scope_kind="subscription", scope_id=scope)

    connected.see("1", NEW)

    assert owed(connected) == expected


def test_a_contact_met_for_the_first_time_is_not_owed_what_its_act_owed(connected: Workbench) -> None:
    oppose(connected)

    connected.see("1", EMAIL)

    assert owed(connected) == set()


def test_what_was_said_of_a_record_is_owed_once_its_address_is_known(connected: Workbench) -> None:
    oppose(connected, subject=connected.subject((IdentifierKind.RECORD, "crm:1")))

    connected.see("1", EMAIL)

    assert owed(connected) == {("email", EMAIL[1])}


def test_a_merge_owes_the_address_that_stays(connected: Workbench) -> None:
    connected.see("1", EMAIL)
    connected.see("2", NEW)
    oppose(connected)

    connected.write(mirror.merge, "crm", "2", ["1"])

    assert connected.read(blocks.waiting)["brevo"].blocks == 1
    assert owed(connected) == {("email", "")}  # read from the CRM when it is sent


def test_an_annulled_opposition_owes_the_new_address_nothing(connected: Workbench) -> None:
    connected.see("1", EMAIL)
    oppose(connected, proof_level="operator", origin="admin")
    connected.see("1", NEW)
    (entry,) = connected.entries("1")

    connected.write(annul, entry_id=entry.id, reason="a test", by="Ada")

    assert owed(connected) == set()


def test_an_annulment_names_the_block_that_followed_the_contact(connected: Workbench) -> None:
    connected.see("1", EMAIL)
    oppose(connected, proof_level="operator", origin="admin")
    connected.see("1", NEW)
    owed(connected)
    (entry,) = connected.entries("1")

    done = connected.write(annul, entry_id=entry.id, reason="a test", by="Ada")

    assert connected.subject(NEW) in {each.subject_id for each in done.by_hand}


def test_without_senders_nothing_is_owed(connected: Workbench) -> None:
    connected.write(blocks.connect, {})
    connected.see("1", EMAIL)
    oppose(connected)

    connected.see("1", NEW)

    assert connected.read(blocks.waiting) == {}


def sent_long_ago(connected: Workbench) -> None:
    """One opposed contact, blocked at every sender a season ago."""
    connected.see("1", EMAIL)
    connected.clock.move(seconds=1)
    entry = connected.enter()
    connected.write(lambda tx: blocks.owe(tx, [entry] if entry else []))
    owed(connected), owed(connected, "sendgrid")
    connected.clock.move(days=90)


def test_a_block_that_was_sent_long_ago_is_asked_for_again_once(connected: Workbench) -> None:
    sent_long_ago(connected)

    assert [connected.write(renew, "brevo") for _ in range(2)] == [1, 1]
    assert owed(connected) == {("email", "")}
    assert connected.write(renew, "brevo") == 0
    assert owed(connected, "sendgrid") == set()


def test_what_was_sent_lately_is_left_alone(connected: Workbench) -> None:
    sent_long_ago(connected)

    assert connected.write(renew, "brevo", age=timedelta(days=100)) == 0


def test_a_block_whose_opposition_ended_is_not_asked_for_again(connected: Workbench) -> None:
    sent_long_ago(connected)
    connected.enter("release")

    assert connected.write(renew, "brevo") == 0


def test_somebody_whom_no_crm_tells_is_not_asked_for_again(connected: Workbench) -> None:
    sent_long_ago(connected)
    connected.see("1", NEW)
    owed(connected)

    assert connected.write(renew, "brevo") == 0


def test_the_daily_looks_take_turns_until_all_were_asked_for(connected: Workbench) -> None:
    for n in range(5):
        who = (IdentifierKind.EMAIL, f"p{n}@example.com")
        connected.see(str(n), who)
        connected.clock.move(seconds=1)
        entry = connected.enter(subject=connected.subject(who))
        connected.write(lambda tx, entry=entry: blocks.owe(tx, [entry]))
        owed(connected)
    connected.clock.move(days=90)

    assert [connected.write(renew, "brevo", limit=2) for _ in range(4)] == [2, 2, 1, 2]
