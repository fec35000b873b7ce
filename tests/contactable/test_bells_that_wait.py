"""A bell has rung until its sender's lists were read: a dead sender is asked again, ever more seldom, and it shows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug import Request, Response
from werkzeug.test import create_environ

from contactable import Contactable
from contactable.commands.status import look, show
from contactable.errors import Refused, Unavailable
from contactable.health import examine
from contactable.identifiers import IdentifierKind
from contactable.mounting import metrics_of
from contactable.polling import answer_bell, waiting_bells
from contactable.register import cursors, ledger, subjects
from contactable.register.testing import HandClock
from contactable.sandbox.loopback import served
from contactable.transport import hurried
from contactable.webhooks.bells import Bell
from contactable.webhooks.hooks import hook

Make = Callable[..., Contactable]
LOU = "+33639980001"
KEY = "a-key-of-nobody-0123456789abcdef"
SETTINGS = """
[endpoints.ovh]
provider = "ovh"
path_secret = "env:KEY"
services = ["sms-1"]
api_url = "URL"
api = { application_key = "env:KEY", application_secret = "env:KEY", consumer_key = "env:KEY" }
"""


@dataclass
class Ovh:
    """OVHcloud on loopback: a black list, no reply, and the status that it answers."""

    blacklist: list[object] = field(default_factory=list)
    status: int = 200
    asked: int = 0
    meanwhile: Callable[[], object] = int  # what happens while a list is read

    def answer(self, request: Request) -> Response:
        self.asked += 1
        self.meanwhile()
        listed = self.blacklist if request.path.endswith("/blacklists") else []
        return Response(json.dumps(listed), self.status, content_type="application/json")


@pytest.fixture
def ovh() -> Ovh:
    return Ovh()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kit(make_kit: Make, ovh: Ovh, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Contactable]:
    monkeypatch.setenv("KEY", KEY)
    with served(ovh.answer) as url:
        yield make_kit(SETTINGS.replace("URL", url), clock=clock)


def knock(kit: Contactable, query: str) -> None:
    environ = create_environ(f"/hooks/ovh/{KEY}", query_string=query)
    hook(kit.doors, environ, "ovh", KEY, f"/hooks/ovh/{KEY}")


def bells_of(kit: Contactable) -> dict[str, Bell]:
    with kit.register.read() as tx:
        return waiting_bells(kit, tx)


def is_opposed(kit: Contactable, who: str) -> bool:
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.PHONE, who)
        return any(entry.kind == "opposition" for entry in ledger.entries_of(tx, [subject] if subject else []))


@pytest.mark.parametrize("status", [401, 503])
def test_a_bell_has_rung_until_its_lists_were_read(kit: Contactable, clock: HandClock, ovh: Ovh, status: int) -> None:
    ovh.blacklist, ovh.status = ["0033639980001"], status
    knock(kit, "number=0033639980003")

    with pytest.raises((Refused, Unavailable)), hurried(0.1):
        answer_bell(kit, "ovh")
    ovh.status = 200
    too_soon = answer_bell(kit, "ovh")
    clock.move(minutes=1)

    assert too_soon == ""
    assert answer_bell(kit, "ovh").startswith("1 entered")
    assert answer_bell(kit, "ovh") == ""
    assert is_opposed(kit, LOU)


def test_a_list_that_cannot_be_understood_was_not_read(kit: Contactable, ovh: Ovh) -> None:
    ovh.blacklist = [7]
    knock(kit, "")

    assert answer_bell(kit, "ovh") == "0 entered, 0 known, 1 unreadable"
    assert bells_of(kit)["ovh"].tries == 1


def test_a_sender_that_does_not_answer_is_asked_ever_more_seldom_however_often_it_rings(
    kit: Contactable, clock: HandClock, ovh: Ovh
) -> None:
    ovh.status = 401
    asked: list[int] = []

    for _ in range(60):  # one hour
        knock(kit, f"id={len(asked)}")
        try:
            answer_bell(kit, "ovh")
        except Refused:
            asked.append(clock().minute)
        clock.move(minutes=1)

    assert asked == [0, 1, 3, 7, 15, 30, 45]


def test_a_bell_that_rings_while_the_lists_are_read_has_them_read_again(kit: Contactable, ovh: Ovh) -> None:
    knock(kit, "number=0033639980003")
    ovh.meanwhile = lambda: knock(kit, "number=0033639980004")

    answer_bell(kit, "ovh")
    ovh.meanwhile = int

    assert answer_bell(kit, "ovh") == "0 entered, 0 known, 0 unreadable"
    assert bells_of(kit) == {}


def test_a_bell_of_an_older_version_is_answered_once(kit: Contactable) -> None:
    kit.register.write(lambda tx: cursors.set(tx, "ovh", "bell", {"rung": True}))

    assert answer_bell(kit, "ovh") != ""
    assert answer_bell(kit, "ovh") == ""


def test_a_bell_that_waits_is_told_by_status_doctor_and_metrics(
    kit: Contactable, clock: HandClock, ovh: Ovh, capsys: pytest.CaptureFixture[str]
) -> None:
    app = Flask("metrics")
    app.register_blueprint(metrics_of(kit))
    ovh.status = 401
    knock(kit, "")
    with pytest.raises(Refused):
        answer_bell(kit, "ovh")
    found = look(kit)
    show(found)

    assert found["bells"] == {"ovh": {"tries": 1, "again_at": clock() + timedelta(minutes=1)}}
    assert "ovh rang, and its lists are still to be read (1 tries" in " ".join(capsys.readouterr().out.split())
    assert any(each.what.startswith("endpoint ovh: it rang") for each in examine(kit))
    assert 'contactable_bells{endpoint="ovh"} 1.0' in app.test_client().get("/metrics").text


def test_a_bell_whose_lists_nothing_reads_is_told_by_doctor(
    make_kit: Make, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", KEY)
    kit = make_kit('[endpoints.ovh]\nprovider = "ovh"\npath_secret = "env:KEY"\n', clock=clock)
    quiet = [each.what for each in examine(kit) if "rang" in each.what]
    knock(kit, "")

    (rung,) = (each for each in examine(kit) if "rang" in each.what)

    assert quiet == []
    assert "nothing reads its lists" in rung.what
    assert "docs/providers/ovh.md" in rung.mend


def test_a_server_that_stops_waits_for_no_sender_and_the_bell_is_kept(kit: Contactable, ovh: Ovh) -> None:
    ovh.status = 503
    knock(kit, "")
    kit.service.start()

    end = time.monotonic() + 30
    while ovh.asked < 2 and time.monotonic() < end:  # by the poll and by the bell
        time.sleep(0.05)
    kit.service.stop()

    assert ovh.asked >= 2
    assert bells_of(kit)["ovh"].tries == 1
