"""HubSpot tells by webhook what we wrote there ourselves: our unsubscribe comes back and is nobody's new act."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import requests
from msgspec import structs

from contactable import Contactable
from contactable.demo.stage import answering
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.register import Entry, NewEntry, Tx, annulling, inbox, ledger, outbox, subjects
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.webhooks import PROPERTIES, Sender, Subscriptions, signed_headers

Connect = Callable[..., Contactable]
ADDRESS = "camille@example.com"
ENDPOINT = """
[schedule]
forms = 600
sync = 600
consent_feed = 600
[endpoints.hubspot]
provider = "hubspot"
connector = "hubspot"
secret = "env:HUBSPOT_SECRET"
"""
TOLD = Subscriptions((*PROPERTIES, "hs_email_optout"))  # as where a workflow copies it, or HubSpot offers it one day


@dataclass(frozen=True)
class Heard:
    """A kit that hears HubSpot's webhooks over HTTP, and who sends them."""

    crm: HubSpotSandbox
    kit: Contactable
    sender: Sender

    def tell(self, **said: object) -> int:
        """Send one more event of the opt-out, signed, as HubSpot may name its source; give the answer's status."""
        now = int(time.time() * 1000)
        event = {"subscriptionType": "contact.propertyChange", "propertyName": "hs_email_optout", "objectId": 151}
        event |= {"propertyValue": "true", "eventId": 77, "occurredAt": now, "appId": self.crm.app_id, **said}
        body = json.dumps([event]).encode()
        headers = signed_headers(self.crm.client_secret.encode(), self.sender.url, body, now)
        return requests.post(self.sender.url, data=body, headers=headers, timeout=10).status_code

    def settle(self) -> None:
        """Wait until every delivery was worked on, and what follows from it was written by whoever took it first."""
        wait_while(self._owes)  # whoever serves may be at it still
        assert self.sender.drain()
        wait_while(self._waits)
        drain(self.kit, "hubspot")
        wait_while(self._owes)

    def _waits(self) -> bool:
        with self.kit.register.read() as tx:
            return bool(inbox.deliveries(tx, inbox.NEW, limit=1))

    def _owes(self) -> bool:
        with self.kit.register.read() as tx:
            return "hubspot" in outbox.pending(tx)

    def entries(self) -> list[Entry]:
        with self.kit.register.read() as tx:
            subject = subjects.find_subject(tx, IdentifierKind.EMAIL, ADDRESS) or ""
            record = subjects.find_subject(tx, IdentifierKind.RECORD, "hubspot:151") or ""
            return [each for each in ledger.entries_of(tx, [subject, record]) if each.kind == "opposition"]

    def reason(self) -> str:
        return self.crm.contact(151).properties["contactable_email_reason"]


def wait_while(condition: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while condition() and time.monotonic() < ends:
        time.sleep(0.05)


@pytest.fixture
def heard(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    with HubSpotSandbox([{"email": ADDRESS, "country": "FR", "audience": "consumer"}]) as crm:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        monkeypatch.setenv("HUBSPOT_SECRET", crm.client_secret)
        kit = connect(crm, ENDPOINT)
        kit.settings = structs.replace(kit.settings, public_url=f"http://127.0.0.1:{port}/contactable")
        load(kit, "hubspot")
        with answering(kit, port):
            yield Heard(crm, kit, crm.send_webhooks_to(f"{kit.settings.public_url}/hooks/hubspot", TOLD))


@pytest.fixture
def unsubscribed(heard: Heard) -> Heard:
    """Somebody objected elsewhere, and we unsubscribed the address in HubSpot; its webhook of that has come."""

    def objects(tx: Tx) -> None:
        subject = subjects.subject_for(tx, IdentifierKind.EMAIL, ADDRESS)
        told = {"kind": "opposition", "origin": "import", "time_quality": "arrival"}
        ledger.record(tx, [NewEntry(subject_id=subject, on="email", **told)])  # type: ignore[arg-type]
        outbox.stale_for(tx, [subject], urgent=True)

    heard.kit.register.write(objects)
    drain(heard.kit, "hubspot")
    heard.settle()
    return heard


def test_our_own_unsubscribe_comes_back_by_webhook_and_is_no_act(unsubscribed: Heard) -> None:
    assert unsubscribed.crm.portal.preferences.may_receive(ADDRESS, 1601) is False
    assert unsubscribed.sender.delivered >= 1
    assert [each.origin for each in unsubscribed.entries()] == ["import"]


@pytest.mark.parametrize("source", ["API", "INTEGRATION"])
def test_an_echo_that_names_its_source_otherwise_is_known_by_what_we_wrote(unsubscribed: Heard, source: str) -> None:
    status = unsubscribed.tell(changeSource=source, sourceId="9")
    unsubscribed.settle()

    assert status == 200
    assert [each.origin for each in unsubscribed.entries()] == ["import"]


def test_after_an_annulment_the_echo_closes_nothing_again(unsubscribed: Heard) -> None:
    (entry,) = unsubscribed.entries()
    annul = annulling.annul
    unsubscribed.kit.register.write(lambda tx: annul(tx, entry_id=entry.id, reason="a mistake", by="me"))

    unsubscribed.tell(changeSource="API")
    unsubscribed.settle()

    assert unsubscribed.reason() != "opposition"


def test_who_leaves_in_hubspot_without_us_is_closed_by_the_same_webhook(heard: Heard) -> None:
    heard.crm.unsubscribe(151)
    heard.settle()

    assert {each.origin for each in heard.entries()} == {"recipient"}
    assert heard.reason() == "opposition"
