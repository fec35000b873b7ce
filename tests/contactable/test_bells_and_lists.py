"""A bell has a sender's lists read soon; what we put on a list ourselves comes back as no new fact."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from werkzeug import Request, Response
from werkzeug.test import create_environ

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.polling import answer_bell, poll, pollable, ringing
from contactable.register import Tx, inbox, journal, ledger, subjects
from contactable.register.testing import HandClock
from contactable.sandbox.loopback import served
from contactable.webhooks.hooks import hook
from contactable.webhooks.metrics import Outcome

Make = Callable[..., Contactable]
LOU, ADA = "+33639980001", "+33639980002"
KEY = "a-key-of-nobody-0123456789abcdef"
SETTINGS = """
[endpoints.ovh]
provider = "ovh"
path_secret = "env:KEY"
services = ["sms-1"]
api_url = "URL"
api = { application_key = "env:KEY", application_secret = "env:KEY", consumer_key = "env:KEY" }
[endpoints.partner]
provider = "smspartner"
path_secret = "env:KEY"
api_url = "URL"
api = { key = "env:KEY" }
"""


@dataclass
class Senders:
    """OVH and SMS Partner on loopback: a black list, replies (who, text) by their ids, a list of STOPs."""

    blacklist: list[str] = field(default_factory=list)
    replies: dict[int, tuple[str, str]] = field(default_factory=dict)
    stops: list[tuple[str, datetime]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    since: str = ""

    def answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/sms/sms-1")
        self.asked.append(path)
        self.since = request.args.get("creationDatetime.from", self.since)
        return Response(json.dumps(self._said(path)), content_type="application/json")

    def _said(self, path: str) -> object:
        if path == "/stop-sms/list":
            return {"success": True, "data": [_stop(*each) for each in enumerate(self.stops)]}
        if path in ("/blacklists", "/incoming"):
            return self.blacklist if path == "/blacklists" else list(self.replies)
        id = int(path.rpartition("/")[2])
        who, text = self.replies[id]
        return {"id": id, "sender": who, "message": text, "creationDatetime": "2026-11-24T10:00:00+01:00"}


def _stop(id: int, entry: tuple[str, datetime]) -> dict[str, object]:
    in_paris = entry[1] + timedelta(hours=1)  # it is winter
    return {"id": id, "phoneNumber": entry[0], "createdAt": f"{in_paris:%Y-%m-%d %H:%M:%S}"}


@pytest.fixture
def senders() -> Senders:
    return Senders()


@pytest.fixture
def kit(make_kit: Make, senders: Senders, monkeypatch: pytest.MonkeyPatch) -> Iterator[Contactable]:
    monkeypatch.setenv("KEY", KEY)
    with served(senders.answer) as url:
        yield make_kit(SETTINGS.replace("URL", url), clock=HandClock())


def closings(kit: Contactable, who: str) -> list[tuple[str, str, str]]:
    def read(tx: Tx) -> list[tuple[str, str, str]]:
        subject = subjects.find_subject(tx, IdentifierKind.PHONE, who)
        found = ledger.entries_of(tx, [subject] if subject else [])
        return [(entry.on, entry.origin, entry.proof_level) for entry in found if entry.kind == "opposition"]

    with kit.register.read() as tx:
        return read(tx)


def knock(kit: Contactable, query: str, secret: str = KEY) -> Outcome:
    environ = create_environ(f"/hooks/ovh/{secret}", query_string=query)
    return hook(kit.doors, environ, "ovh", secret, f"/hooks/ovh/{secret}").outcome


def test_the_lists_that_can_be_read_and_those_whose_sender_rings_are_told(kit: Contactable) -> None:
    assert (pollable(kit), ringing(kit)) == (["ovh", "partner"], ["ovh"])


def test_ovhs_black_list_and_replies_are_read_and_each_reply_once(kit: Contactable, senders: Senders) -> None:
    senders.blacklist = ["0033639980001"]
    senders.replies = {7: ("0033639980002", "arretez svp"), 8: ("0033639980003", "D'accord")}

    notes = [poll(kit, "ovh"), poll(kit, "ovh")]

    assert notes == ["2 entered, 0 known, 0 unreadable", "0 entered, 1 known, 0 unreadable"]
    assert senders.asked == ["/blacklists", "/incoming", "/incoming/7", "/incoming/8", "/blacklists", "/incoming"]
    assert closings(kit, LOU) == closings(kit, ADA) == [("sms", "recipient", "signed")]


def test_ovh_is_asked_for_the_replies_of_three_days(kit: Contactable, senders: Senders) -> None:
    poll(kit, "ovh")

    assert datetime.fromisoformat(senders.since) == kit.clock().replace(microsecond=0) - timedelta(days=3)


@pytest.mark.parametrize("query", ["", "anything=at+all", "number=0033639980003"])
def test_a_bell_of_ovh_has_its_lists_read_soon_and_once(kit: Contactable, senders: Senders, query: str) -> None:
    senders.blacklist = ["0033639980001"]

    assert answer_bell(kit, "ovh") == ""
    knock(kit, query)
    knock(kit, query)
    note = answer_bell(kit, "ovh")

    assert note.startswith("1 entered")
    assert answer_bell(kit, "ovh") == ""
    assert closings(kit, LOU) == [("sms", "recipient", "signed")]


@pytest.mark.parametrize(("query", "secret"), [("id=1&ptt=1", KEY), ("number=0033639980001", "guess"), ("", "guess")])
def test_a_delivery_report_or_a_stranger_rings_no_bell(
    kit: Contactable, senders: Senders, query: str, secret: str
) -> None:
    knock(kit, query, secret)

    assert answer_bell(kit, "ovh") == ""
    assert not senders.asked


def test_what_we_put_on_a_list_ourselves_comes_back_as_no_new_fact(kit: Contactable, senders: Senders) -> None:
    soon = kit.clock() + timedelta(seconds=5)
    kit.register.write(_blocked)
    senders.stops = [(LOU, soon), (ADA, soon)]

    poll(kit, "partner")

    assert closings(kit, LOU) == []
    assert closings(kit, ADA) == [("sms", "recipient", "signed")]


def test_who_stood_on_the_list_before_our_block_had_said_stop(kit: Contactable, senders: Senders) -> None:
    senders.stops = [(LOU, kit.clock() - timedelta(days=2))]
    kit.register.write(_blocked)

    poll(kit, "partner")

    assert closings(kit, LOU) == [("sms", "recipient", "signed")]


def test_who_is_on_the_list_again_after_a_person_lifted_our_block_has_said_stop(
    kit: Contactable, senders: Senders
) -> None:
    subject = kit.register.write(_blocked)
    kit.register.write(lambda tx: journal.lifted(tx, "partner:blocklist", subject, "sms"))
    senders.stops = [(LOU, kit.clock())]

    poll(kit, "partner")

    assert closings(kit, LOU) == [("sms", "recipient", "signed")]


def test_a_bell_is_kept_like_any_delivery(kit: Contactable) -> None:
    assert knock(kit, "number=0033639980003") is Outcome.ENTERED

    with kit.register.read() as tx:
        assert inbox.counts(tx) == {"done": 1}


def _blocked(tx: Tx) -> str:
    subject = subjects.subject_for(tx, IdentifierKind.PHONE, LOU)
    journal.add(tx, [journal.Written("partner:blocklist", subject, "sms")])
    return subject
