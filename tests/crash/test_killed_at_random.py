"""``serve`` is killed (SIGKILL) at a random moment under load, again and again; senders come again until answered.

``make crash ROUNDS=n``. After each round every event that it answered with success is in the register. At the end each
event, however often it was sent, is there exactly once, the contact of every person in the CRM says so, and both of the
other senders hold every person on their blocklists, each as one member however often it was asked.
"""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from tests.installing import install_and_load
from tests.installing import serving as run_serve

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.register import ledger, subjects
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.blocklists import Blocklist, BlocklistSandbox, serve
from contactable.sandbox.persistent import PersistentSender, address
from contactable.settings import load as load_settings

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "3"))
PEOPLE_A_ROUND = 60 if ROUNDS <= 50 else 20  # who objects is to be on a blocklist that takes ten a second
SECRET = "a-secret-of-mailersend"
OTHERS = ("brevo", "sendgrid")  # senders whose blocklists must hold everybody
REASON = "contactable_email_reason"
SETTINGS = """
public_url = "https://crm.example.com/kit"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
[endpoints.mail]
provider = "mailersend"
secret = "env:MAIL_SECRET"
"""
Serving = Callable[[], AbstractContextManager[tuple[subprocess.Popen[str], str]]]


@pytest.fixture(scope="session")
def crm() -> Iterator[HubSpotSandbox]:
    """A portal in which everybody who will object is a contact; writes take a while, so that kills meet them."""
    people = ({"email": address(number), "country": "FR"} for number in range(ROUNDS * PEOPLE_A_ROUND))
    with HubSpotSandbox(people, latency=0.05) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def lists() -> Iterator[BlocklistSandbox]:
    """The blocklists of two other senders, which answer slowly, so that kills meet requests under way."""
    # As quick as the test can: what limits do to a queue is measured in bench/outward.py.
    slow = {name: Blocklist(most=10_000, latency=0.05, knows_everybody=True) for name in OTHERS}
    with serve(BlocklistSandbox(slow)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory, crm: HubSpotSandbox, lists: BlocklistSandbox) -> Iterator[Path]:
    """The settings of an installation whose first sync is done, with two more senders connected."""
    folder = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HUBSPOT_TOKEN", crm.token)
        environment.setenv("MAIL_SECRET", SECRET)
        environment.setenv("CONTACTABLE_LOG", "error")
        yield install_and_load(folder, SETTINGS.format(url=crm.url) + lists.settings("env:MAIL_SECRET"))


@pytest.fixture(scope="session")
def serving(settings: Path) -> Serving:
    """Runs ``contactable serve`` as a process of its own; gives it and its address, and kills it at the end."""
    return partial(run_serve, settings)


@contextmanager
def opened(settings: Path) -> Iterator[Contactable]:
    """The kit, while nobody serves."""
    kit = Contactable(load_settings(settings))
    try:
        yield kit
    finally:
        kit.close()


def entered(settings: Path, numbers: Sequence[int]) -> dict[int, int]:
    """How many entries the register holds for each person."""
    people = {(IdentifierKind.EMAIL, address(number)): number for number in numbers}
    with opened(settings) as kit, kit.register.read() as tx:
        found = subjects.find_subjects(tx, people)
        return {number: len(ledger.entries_of(tx, [found[who]])) for who, number in people.items() if who in found}


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def opposed_in(crm: HubSpotSandbox) -> int:
    """How many contacts of the CRM show that their person objected to e-mail."""
    contacts = crm.portal.contacts.by_id.values()
    return sum(contact.properties.get(REASON) == "opposition" for contact in contacts)


def blocked_at(lists: BlocklistSandbox) -> dict[str, int]:
    """How many people each of the other senders holds."""
    return {name: len(each.blocked) for name, each in lists.lists.items()}


def test_no_event_that_was_answered_is_lost_or_counted_twice_by_killing_the_server(
    crm: HubSpotSandbox, lists: BlocklistSandbox, settings: Path, serving: Serving
) -> None:
    post, dice = PersistentSender(SECRET), random.Random(2026)

    for number in range(ROUNDS):
        before = set(post.answered)
        post.add(range(number * PEOPLE_A_ROUND, (number + 1) * PEOPLE_A_ROUND))
        _round(post, serving, dice.uniform(0.05, 0.8))
        answered = post.answered - before
        assert answered <= entered(settings, sorted(answered)).keys()
    with serving() as (_, url):
        post.deliver([url])
        everybody = ROUNDS * PEOPLE_A_ROUND
        reached = wait_until(lambda: opposed_in(crm) == everybody, seconds=60 + everybody / 50)
        # Brevo is asked ten times a second at most.
        wait_until(lambda: set(blocked_at(lists).values()) == {everybody}, seconds=60 + everybody / 5)

    assert post.waiting == []
    assert entered(settings, range(everybody)) == dict.fromkeys(range(everybody), 1)
    assert reached
    assert {name: sorted(each.blocked) for name, each in lists.lists.items()} == dict.fromkeys(
        OTHERS, sorted(map(address, range(everybody)))
    )


def _round(post: PersistentSender, serving: Serving, seconds: float) -> None:
    """Serve under load and kill the server after so many seconds."""
    with serving() as (process, url):
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        post.deliver([url])
        killer.join()
