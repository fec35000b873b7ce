"""Items that wait side by side are written together: each has its own result, and spoils nothing for the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from contactable.errors import RegisterError
from contactable.register import NewEntry, Register, Tx, ledger, marks
from contactable.register.testing import Workbench

ITEMS = [f"item {number}" for number in range(20)]


Work = Callable[[Tx, Sequence[str]], list[str]]


def put_all(tx: Tx, names: Sequence[str]) -> list[str]:
    """Keep a mark for each; a bad one is refused after some were written."""
    for name in names:
        marks.put(tx, name, str(len(names)))
        if name == "bad":
            raise RegisterError("A bad item.")
    return [name.upper() for name in names]


def together(register: Register, names: Sequence[str], works: Mapping[str, Work] = {}) -> list[str | RegisterError]:
    """Hand all in while the writer is held up; what each got."""
    held, gone_on = Event(), Event()

    def hold(tx: Tx) -> None:
        held.set()
        gone_on.wait(10)

    def one(name: str) -> str | RegisterError:
        try:
            return register.write_together(works.get(name, put_all), name)
        except RegisterError as error:
            return error

    with ThreadPoolExecutor(len(names) + 1) as pool:
        holding = pool.submit(register.write, hold)
        held.wait(10)
        waiting = [pool.submit(one, name) for name in names]
        gone_on.set()
        holding.result()
        return [each.result() for each in waiting]


def test_each_of_many_that_wait_has_its_own_result(house: Workbench) -> None:
    assert together(house.register, ITEMS) == [name.upper() for name in ITEMS]
    assert all(house.read(marks.get, name) for name in ITEMS)


@pytest.mark.parametrize("place", [0, 7, 20])
def test_one_that_fails_is_undone_alone_and_raised_to_its_caller(house: Workbench, place: int) -> None:
    results = together(house.register, [*ITEMS[:place], "bad", *ITEMS[place:]])

    assert [isinstance(result, RegisterError) for result in results].count(True) == 1
    assert isinstance(results[place], RegisterError)
    assert house.read(marks.get, "bad") is None
    assert all(house.read(marks.get, name) for name in ITEMS)


def test_nobody_is_told_that_it_is_kept_where_the_disk_was_full(sqlite_house: Workbench) -> None:
    limit = sqlite_house.write(lambda tx: tx.connection.scalar(text("PRAGMA page_count")))
    sqlite_house.write(lambda tx: tx.connection.execute(text(f"PRAGMA max_page_count={limit}")).close())
    subject = sqlite_house.subject()
    wishes = [NewEntry(kind="opposition", subject_id=subject, event_key=str(n)) for n in range(2000)]

    def fill(tx: Tx, names: Sequence[str]) -> list[str]:
        ledger.record(tx, wishes)
        return list(names)

    results = together(sqlite_house.register, ["first", "bad", "last"], {"bad": fill})

    kept = [name for name in ("first", "last") if sqlite_house.read(marks.get, name)]
    assert [result for result in results if isinstance(result, str)] == [name.upper() for name in kept]
    assert sqlite_house.read(ledger.entries_of, [subject]) == []
