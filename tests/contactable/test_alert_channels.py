"""Where troubles are told: mail, the channels of the notification library, the heartbeat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug import Request, Response

from contactable import Contactable
from contactable.alerts import beat, look, teller
from contactable.errors import SettingsError, Unavailable
from contactable.register import jobs, marks
from contactable.register.testing import HandClock
from contactable.sandbox.loopback import served

Make = Callable[..., Contactable]


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A server that keeps the method and body of what it is asked."""
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(f"{request.method} {request.get_data(as_text=True)}")
        return Response()

    with served(answer) as url:
        yield url.removeprefix("http://"), asked


def test_the_heartbeat_beats_at_each_look(make_kit: Make, server: tuple[str, list[str]]) -> None:
    where, asked = server

    beat(make_kit(f'[alerts]\nheartbeat_url = "http://{where}/ping"'))

    assert asked == ["HEAD "]


def test_a_channel_of_the_notification_library_is_told(make_kit: Make, server: tuple[str, list[str]]) -> None:
    pytest.importorskip("apprise")
    where, asked = server

    teller(make_kit(f'[alerts]\nto = ["json://{where}/"]'))("a title", "a text")

    assert json.loads(asked[0].removeprefix("POST "))["title"] == "a title"


def test_one_channel_that_is_down_silences_not_the_others(make_kit: Make, server: tuple[str, list[str]]) -> None:
    pytest.importorskip("apprise")
    where, asked = server

    teller(make_kit(f'[alerts]\nto = ["json://127.0.0.1:1/", "json://{where}/"]'))("a title", "a text")

    assert len(asked) == 1


def test_when_no_channel_takes_it_the_next_look_tells_it(make_kit: Make) -> None:
    pytest.importorskip("apprise")

    with pytest.raises(Unavailable):
        teller(make_kit('[alerts]\nto = ["json://127.0.0.1:1/"]'))("a title", "a text")


def test_an_address_that_is_none_is_a_mistake_of_the_settings(make_kit: Make) -> None:
    pytest.importorskip("apprise")

    with pytest.raises(SettingsError, match=r"\[alerts\]"):
        teller(make_kit('[alerts]\nto = ["nowhere://x"]'))("a title", "a text")


MAIL = """
[alerts]
to = ["ops@example.com"]
[mail]
host = "127.0.0.1"
port = {port}
sender = "contactable@example.com"
tls = "none"
"""


def test_a_mail_server_that_is_down_is_told_once_it_is_back(make_kit: Make, mailbox: tuple[Any, int]) -> None:
    box, port = mailbox
    with make_kit_on(make_kit, 1) as down, pytest.raises(Unavailable):
        look(down)

    with make_kit_on(make_kit, port) as up:
        look(up)
        look(up)

    assert [message["Subject"] for message in box.messages] == ["contactable: `poll ovh` failed: ovh answers 401."]


@contextmanager
def make_kit_on(make_kit: Make, port: int) -> Iterator[Contactable]:
    """A kit whose mail server answers, or does not, on that port; its register is the same each time."""
    made = make_kit(MAIL.format(port=port), clock=HandClock())
    made.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
    made.register.write(lambda tx: jobs.ran(tx, "poll ovh", tx.now, False, "ovh answers 401."))
    yield made
    made.close()
