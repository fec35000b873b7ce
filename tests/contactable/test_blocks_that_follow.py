"""A contact that objected gets another address in the CRM: the senders block the new one, over HTTP on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from contactable import Contactable
from contactable.loading import load
from contactable.outward import connected, counter, work
from contactable.register.renewing import renew
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.blocklists import BlocklistSandbox
from contactable.webhooks.events import Event, Kind, On
from contactable.webhooks.recording import Source, record

LOU, LATER = "lou@example.com", "lou.new@example.com"


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([{"email": LOU}]) as sandbox:
        yield sandbox


@pytest.fixture
def kit(connect_with_brevo: Callable[[HubSpotSandbox], Contactable], crm: HubSpotSandbox) -> Contactable:
    return connect_with_brevo(crm)


def hand_over(kit: Contactable) -> None:
    work(counter(kit, connected(kit)["brevo"]))


def test_an_address_that_changed_in_the_crm_is_blocked_at_the_sender_too(
    kit: Contactable, crm: HubSpotSandbox, lists: BlocklistSandbox
) -> None:
    event = Event(Kind.OPPOSITION, On.EMAIL, "1", "unsubscribe", email=LOU)
    kit.register.write(lambda tx: record(tx, [event], Source("elsewhere", "", "signed", kit.clock())))
    hand_over(kit)

    (id,) = crm.portal.contacts.by_id
    crm.as_person(id, {"email": LATER})
    load(kit, "hubspot")
    hand_over(kit)

    assert list(lists.lists["brevo"].blocked) == [LOU, LATER]


def test_a_block_that_the_sender_forgot_is_there_again_after_the_daily_look(
    kit: Contactable, crm: HubSpotSandbox, lists: BlocklistSandbox
) -> None:
    event = Event(Kind.OPPOSITION, On.EMAIL, "1", "unsubscribe", email=LOU)
    kit.register.write(lambda tx: record(tx, [event], Source("elsewhere", "", "signed", kit.clock())))
    hand_over(kit)
    lists.lists["brevo"].blocked.clear()

    kit.register.write(lambda tx: renew(tx, "brevo", age=timedelta(0)))
    hand_over(kit)

    assert list(lists.lists["brevo"].blocked) == [LOU]
