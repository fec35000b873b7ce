"""A locked register, a full disk, a clock set back: nothing that was answered with success is lost or reordered."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import Register, inbox, mirror, outbox, subjects
from contactable.webhooks.oneclick import unsubscribe_url
from contactable.webhooks.request import Request
from contactable.webhooks.testing import LINK_KEYS, Street

LOU = (IdentifierKind.EMAIL, "lou@example.com")


def brevo(street: Street, key: str = "1", event: str = "unsubscribed") -> Request:
    """What Brevo tells when somebody unsubscribes; it sends no time here, so the arrival counts."""
    body = b'{"event": "%s", "email": "lou@example.com", "message-id": "<%s@example.net>"}'
    return Request(body % (event.encode(), key.encode()), street.bench.clock())


@contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """No file may grow beyond what the register's log has already."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(file.stat().st_size for file in (path, Path(f"{path}-wal")) if file.exists())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def path_of(street: Street) -> Path:
    """The register's file."""
    return Path(street.bench.url.removeprefix("sqlite:///"))


def test_while_the_disk_is_full_the_sender_must_come_again_and_then_it_is_entered(street: Street) -> None:
    large = b'{"event": "unsubscribed", "email": "lou@example.com", "tag": "%s"}' % (b"x" * 4_000_000)
    request = Request(large, street.bench.clock())

    with full_disk(path_of(street)):
        refused = street.deliver("brevo", request)
    taken = street.deliver("brevo", request)

    assert (refused.status_code, taken.status_code) == (429, 200)
    assert street.states() == {inbox.DONE: 1}
    assert len(street.entries(*LOU)) == 1


def test_a_register_locked_by_another_process_makes_the_sender_come_again(street: Street) -> None:
    with closing(sqlite3.connect(path_of(street), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = street.deliver("brevo", brevo(street))
        other.execute("ROLLBACK")

    taken = street.deliver("brevo", brevo(street))

    assert (refused.status_code, taken.status_code) == (429, 200)
    assert len(street.entries(*LOU)) == 1


def test_a_clock_that_is_set_back_does_not_turn_the_order_of_arrivals(street: Street) -> None:
    street.deliver("brevo", brevo(street))
    street.bench.clock.move(days=-30)

    street.deliver("brevo", brevo(street, key="2", event="spam"))

    first, second = street.entries(*LOU)
    assert (first.reason, second.reason) == ("unsubscribe", "complaint")
    assert first.recorded_at < second.recorded_at


@pytest.mark.parametrize("days", [-3650, 3650])
def test_a_sender_with_a_wrong_clock_is_entered_at_the_latest_now(street: Street, days: int) -> None:
    at = street.bench.clock().timestamp() + days * 86_400
    body = b'{"event": "unsub", "email": "lou@example.com", "time": %d}' % at

    street.deliver("mailjet", Request(body, street.bench.clock()))

    (entry,) = street.entries(*LOU)
    assert entry.occurred_at is not None
    assert entry.occurred_at <= entry.recorded_at


def test_a_mistake_of_ours_makes_the_sender_come_again_and_is_no_500(street: Street) -> None:
    def broken() -> Register:
        raise ZeroDivisionError("lou@example.com")

    doors, street.doors = street.doors, replace(street.doors, register=broken)
    refused = street.deliver("brevo", brevo(street))
    street.doors = doors
    del street.client

    assert (refused.status_code, street.deliver("brevo", brevo(street)).status_code) == (429, 200)


def test_while_no_worker_lives_acts_are_taken_and_their_contacts_wait(street: Street) -> None:
    lou = mirror.SeenContact("7", [LOU], {}, b"hash")
    street.bench.write(mirror.remember, "crm", [lou])

    assert street.deliver("brevo", brevo(street)).status_code == 200

    waiting = street.bench.read(outbox.pending)["crm"]
    assert (waiting.contacts, waiting.urgent) == (1, 1)


def test_a_mistake_of_ours_tells_whoever_pressed_unsubscribe_to_press_again(street: Street) -> None:
    street.bench.see("1", LOU)
    subject = street.bench.read(subjects.find_subject, *LOU)
    assert subject is not None
    link = urlsplit(unsubscribe_url("https://hooks.example.com", LINK_KEYS, subject)).path
    form = {"List-Unsubscribe": "One-Click"}

    def broken() -> Register:
        raise ZeroDivisionError("lou@example.com")

    doors, street.doors = street.doors, replace(street.doors, register=broken)
    failed = street.client.post(link, data=form)
    street.doors = doors
    del street.client

    assert (failed.status_code, street.client.post(link, data=form).status_code) == (503, 200)
    assert "lou" not in failed.text
