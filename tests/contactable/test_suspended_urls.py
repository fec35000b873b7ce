"""A sender that posts to our URL no more is noticed by asking it, told once, and told once more when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from contactable import Contactable
from contactable.alerts import look
from contactable.connectors.protocol import Level
from contactable.errors import Unavailable
from contactable.incidents import troubles
from contactable.register import marks
from contactable.register.testing import HandClock
from contactable.sandbox.blocklists import BlocklistSandbox, serve
from contactable.sender_urls import MAY_NOT_ASK, askable, findings, remember
from contactable.tasks import tasks

Make = Callable[..., Contactable]
URL = "https://crm.example.com/contactable/hooks"
TWILIO = """
[endpoints.twilio]
provider = "twilio"
secret = "env:KEY"
"""


@pytest.fixture
def senders() -> Iterator[BlocklistSandbox]:
    with serve(BlocklistSandbox()) as served:
        for name, listed in served.lists.items():
            listed.urls = {f"{URL}/{name}/a-path-secret": True, "https://elsewhere.example.com/": True}
        yield served


def settings_on(senders: BlocklistSandbox) -> str:
    return TWILIO + senders.settings("env:KEY", "brevo", "sendgrid")


@pytest.fixture
def kit(make_kit: Make, senders: BlocklistSandbox, monkeypatch: pytest.MonkeyPatch) -> Contactable:
    monkeypatch.setenv("KEY", "a-key-of-nobody-0123456789abcdef")
    made = make_kit(settings_on(senders), clock=HandClock())
    made.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
    return made


def told(kit: Contactable) -> list[str]:
    return [each.id for each in troubles(kit)]


def test_each_sender_that_can_be_asked_is_asked_each_hour(kit: Contactable) -> None:
    assert list(askable(kit)) == ["brevo", "sendgrid"]
    assert {task.name for task in tasks(kit, lambda: None)} >= {"url brevo", "url sendgrid"}


def test_a_url_that_the_sender_suspended_is_one_message_and_one_all_clear(
    kit: Contactable, senders: BlocklistSandbox
) -> None:
    box: list[tuple[str, str]] = []
    for is_on in (True, False, False, True, True):
        senders.lists["sendgrid"].urls[f"{URL}/sendgrid/a-path-secret"] = is_on
        remember(kit, "sendgrid")
        look(kit, lambda title, text: box.append((title, text)))

    assert [title for title, _ in box] == [
        "contactable: sendgrid has suspended our URL: what people refuse there does not arrive.",
        "contactable: over",
    ]
    assert "a-path-secret" not in str(box)


def test_a_url_that_was_there_and_is_gone_is_told_and_one_that_never_was_is_not(
    kit: Contactable, senders: BlocklistSandbox
) -> None:
    senders.lists["sendgrid"].urls = {}
    remember(kit, "sendgrid")
    remember(kit, "brevo")
    before = told(kit)

    senders.lists["brevo"].urls = {}
    remember(kit, "brevo")

    assert (before, told(kit)) == ([], ["suspended:brevo"])


def test_a_key_that_may_not_ask_is_no_failure_and_the_doctor_says_so(
    kit: Contactable, senders: BlocklistSandbox
) -> None:
    senders.lists["sendgrid"].urls_status = 403

    assert remember(kit, "sendgrid") == MAY_NOT_ASK
    assert [each.level for each in findings(kit, "sendgrid")] == [Level.WARNING]
    assert told(kit) == []


def test_what_was_told_last_stands_while_the_sender_does_not_answer(
    kit: Contactable, senders: BlocklistSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactable.sender_urls.PATIENCE", 0.0)
    senders.lists["sendgrid"].urls[f"{URL}/sendgrid/a-path-secret"] = False
    remember(kit, "sendgrid")
    senders.lists["sendgrid"].urls_status = 503

    with pytest.raises(Unavailable):
        remember(kit, "sendgrid")
    assert told(kit) == ["suspended:sendgrid"]


def test_a_sender_whose_keys_were_taken_away_is_told_no_more(
    kit: Contactable, senders: BlocklistSandbox, make_kit: Make
) -> None:
    senders.lists["sendgrid"].urls[f"{URL}/sendgrid/a-path-secret"] = False
    remember(kit, "sendgrid")
    kit.close()

    without = make_kit(settings_on(senders).replace('api = { key = "env:KEY" }', ""))

    assert "suspended:sendgrid" not in told(without)


@pytest.mark.parametrize(
    ("urls", "level"),
    [
        ({f"{URL}/sendgrid/a-path-secret": True}, Level.OK),
        ({f"{URL}/sendgrid/a-path-secret": False}, Level.ERROR),
        ({}, Level.WARNING),
    ],
)
def test_the_doctor_says_how_the_url_stands_with_the_sender(
    kit: Contactable, senders: BlocklistSandbox, urls: dict[str, bool], level: Level
) -> None:
    senders.lists["sendgrid"].urls = urls

    (finding,) = findings(kit, "sendgrid")

    assert finding.level is level
    assert bool(finding.mend) is (level is not Level.OK)


def test_of_a_sender_that_does_not_tell_the_doctor_says_nothing(kit: Contactable) -> None:
    assert list(findings(kit, "twilio")) == []
