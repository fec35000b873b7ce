"""Many at once on one identifier: whatever the order, the derived state is what the rule says of it."""

from __future__ import annotations

import multiprocessing
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from contactable.errors import RegisterError
from contactable.register import Entry, Keyring, NewEntry, Register, Tx, ledger, outbox, subjects
from contactable.register.annulling import annul
from contactable.register.testing import EMAIL, KEY, Workbench
from contactable.rules.acts import opposed

RING = Keyring.from_secrets(KEY)
WORKERS = 8
ACTS = {
    ("opposition", "signed"): 6,
    ("release", "token"): 4,
    ("consent", "signed"): 4,
    ("opposition", "operator"): 5,
    ("end", ""): 1,
}
"""How often each is done; the end of a mistake reads the whole history and is the dear one."""


def act(register: Register, subject: str, chance: random.Random) -> None:
    """One of: an opposition, a release, a consent of the person; an operator's opposition; the end of one of those."""
    (kind, level), *_ = chance.choices(list(ACTS), list(ACTS.values()))
    if kind == "end":
        register.write(lambda tx: end_one(tx, subject))
        return
    key = f"{kind}:{chance.randrange(50)}" if kind == "release" else None
    new = NewEntry(kind=kind, subject_id=subject, on="email", proof_level=level, event_key=key)
    register.write(lambda tx: ledger.record(tx, [new]))


def end_one(tx: Tx, subject: str) -> None:
    mistaken = [entry for entry in ledger.entries_of(tx, [subject]) if entry.proof_level == "operator"]
    if mistaken and mistaken[-1].kind == "opposition":
        annul(tx, entry_id=mistaken[-1].id, reason="test", by="test")


def work(url: str, subject: str, seed: int, times: int) -> None:
    register = Register.open(url, RING)
    chance = random.Random(seed)
    for _ in range(times):
        act(register, subject, chance)
    register.close()


def said_by_the_rule(entries: list[Entry]) -> bool:
    """The last word, read in the order of arrival."""
    ended = {entry.ends for entry in entries}
    closed = False
    for entry in sorted(entries, key=lambda entry: entry.recorded_at):
        if entry.kind == "opposition" and entry.id not in ended:
            closed = True
        elif entry.kind in ("release", "consent"):
            closed = False
    return closed


def check(url: str, subject: str) -> None:
    register = Register.open(url, RING)
    with register.read() as tx:
        entries = ledger.entries_of(tx, [subject])
    register.close()
    arrivals = [entry.recorded_at for entry in entries]
    assert len(set(arrivals)) == len(arrivals)
    assert opposed(entries, "email") is said_by_the_rule(entries)
    for end in range(0, len(entries), max(len(entries) // 8, 1)):
        before = entries[:end]
        assert opposed(before, "email") is said_by_the_rule(before)


@pytest.mark.parametrize("times", [25, pytest.param(1250, marks=pytest.mark.slow)])
def test_eight_threads_on_sqlite_leave_the_state_that_the_rule_tells(sqlite_house: Workbench, times: int) -> None:
    subject = sqlite_house.subject()

    with ThreadPoolExecutor(WORKERS) as pool:
        chances = [random.Random(seed) for seed in range(WORKERS)]
        list(pool.map(lambda n: act(sqlite_house.register, subject, chances[n % WORKERS]), range(times * WORKERS)))

    sqlite_house.register.close()
    check(sqlite_house.url, subject)


@pytest.mark.parametrize("times", [25, pytest.param(1250, marks=pytest.mark.slow)])
def test_eight_processes_on_postgresql_leave_the_state_that_the_rule_tells(postgresql_url: str, times: int) -> None:
    register = Register.open(postgresql_url, RING)
    subject = register.write(lambda tx: subjects.subject_for(tx, *EMAIL))
    register.close()
    context = multiprocessing.get_context("fork")

    processes = [context.Process(target=work, args=(postgresql_url, subject, n, times)) for n in range(WORKERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * WORKERS
    check(postgresql_url, subject)


def test_one_identifier_met_by_many_at_once_is_one_subject(house: Workbench) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        found = set(pool.map(lambda _: house.subject(), range(64)))

    assert len(found) == 1


def test_one_event_told_to_many_at_once_is_entered_once(house: Workbench) -> None:
    subject = house.subject()

    with ThreadPoolExecutor(WORKERS) as pool:
        made = list(pool.map(lambda _: house.enter(subject=subject, event_key="same"), range(32)))

    assert len([entry for entry in made if entry]) == 1
    assert len(house.read(ledger.entries_of, [subject])) == 1


def test_one_promise_is_claimed_by_one_of_many(house: Workbench) -> None:
    house.write(outbox.promise, "crm", [str(n) for n in range(40)])

    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(lambda _: house.write(outbox.claim, "crm", 7, 600), range(12)))

    ids = [each.record_id for part in parts for each in part]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 40


def test_a_work_that_fails_undoes_itself_and_none_of_those_committed_with_it(house: Workbench) -> None:
    def fail(tx: Tx) -> None:
        subjects.subject_for(tx, EMAIL[0], "half@example.com")
        raise ValueError("on purpose")

    def once(n: int) -> bool:
        if n % 3:
            house.write(subjects.subject_for, EMAIL[0], f"p{n}@example.com")
            return True
        with pytest.raises(ValueError, match="on purpose"):
            house.write(fail)
        return False

    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(once, range(30)))

    assert house.read(subjects.find_subject, EMAIL[0], "half@example.com") is None
    assert done.count(True) == 20
    wanted = [(EMAIL[0], f"p{n}@example.com") for n in range(30) if n % 3]
    assert len(house.read(subjects.find_subjects, wanted)) == 20


def test_works_that_wait_together_are_committed_together(sqlite_house: Workbench) -> None:
    running, go = threading.Event(), threading.Event()
    seen: list[int] = []

    def hold(tx: Tx) -> None:
        running.set()
        go.wait()

    def note(tx: Tx) -> None:
        seen.append(id(tx.connection))

    with ThreadPoolExecutor(WORKERS) as pool:
        pool.submit(sqlite_house.write, hold)
        running.wait()
        waiting = [pool.submit(sqlite_house.write, note) for _ in range(WORKERS - 1)]
        while sqlite_house.register._writer and sqlite_house.register._writer._queue.qsize() < WORKERS - 1:
            pass
        go.set()
        for each in waiting:
            each.result()

    assert len(set(seen)) == 1


def test_a_work_cannot_wait_for_another_one(sqlite_house: Workbench) -> None:
    with pytest.raises(RegisterError, match="pass its transaction on"):
        sqlite_house.write(lambda tx: sqlite_house.write(lambda inner: None))


def test_a_closed_register_takes_no_more_work(sqlite_house: Workbench) -> None:
    sqlite_house.register.close()

    with pytest.raises(RegisterError, match="closed"):
        sqlite_house.write(lambda tx: None)
