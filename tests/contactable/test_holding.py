"""Who holds a name keeps it while they live, also through a moment in which the register cannot be written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from contactable import Contactable, holding
from contactable.errors import Conflict
from contactable.register import leases

Make = Callable[..., Contactable]


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not what():
        assert time.monotonic() < until, "it did not come about in thirty seconds"
        time.sleep(0.01)


def test_a_register_that_fails_for_a_moment_takes_the_name_from_nobody(
    make_kit: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    register, renew, asked = make_kit("").register, leases.renew, list[float]()

    def watched(*args: Any) -> bool:
        asked.append(time.monotonic())
        return renew(*args)

    monkeypatch.setattr(holding, "LEASE", 0.3)
    monkeypatch.setattr(leases, "renew", watched)
    with holding.holding(register, "sync hubspot"):
        register.write(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE leases RENAME TO elsewhere"))
        asked.clear()
        wait_for(lambda: len(asked) >= 2)
        register.write(lambda tx: tx.connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO leases"))

        assert "holds-sync hubspot" in {thread.name for thread in threading.enumerate()}
        asked.clear()
        wait_for(lambda: len(asked) >= 2)

    with holding.holding(register, "sync hubspot"):
        pass


def test_a_name_that_is_held_is_refused_and_free_afterwards(make_kit: Make) -> None:
    register = make_kit("").register

    with (
        holding.holding(register, "sync hubspot"),
        pytest.raises(Conflict, match="under way already"),
        holding.holding(register, "sync hubspot"),
    ):
        raise AssertionError("two of them went on")

    with holding.holding(register, "sync hubspot"):
        pass
