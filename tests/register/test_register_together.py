"""Items that wait side by side are written together: each has its own result, and spoils nothing for the others."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from contactable.errors import RegisterError
from contactable.register import Register, Tx, marks
from contactable.register.testing import Workbench

ITEMS = [f"item {number}" for number in range(20)]


def put_all(tx: Tx, names: Sequence[str]) -> list[str]:
    """Keep a mark for each; a bad one is refused after some were written."""
    for name in names:
        marks.put(tx, name, str(len(names)))
        if name == "bad":
            raise RegisterError("A bad item.")
    return [name.upper() for name in names]


def together(register: Register, names: Sequence[str]) -> list[str | RegisterError]:
    """Hand all in while the writer is held up; what each got."""
    held, gone_on = Event(), Event()

    def hold(tx: Tx) -> None:
        held.set()
        gone_on.wait(10)

    def one(name: str) -> str | RegisterError:
        try:
            return register.write_together(put_all, name)
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
