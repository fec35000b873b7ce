"""What only one process may do at a time: it has the turn, keeps it, loses it when it dies, and gives it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactable import Contactable
from contactable.register import Tx, outbox
from contactable.register.testing import HandClock
from contactable.turns import LASTS, Turn

Make = Callable[..., Contactable]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def kit(make_kit: Make, clock: HandClock) -> Contactable:
    return make_kit("", clock=clock)


def turn(kit: Contactable, taken: Callable[[Tx], object] = lambda tx: None) -> Turn:
    return Turn(kit.register, "crm hubspot", kit.clock, taken)


def test_only_one_of_two_processes_has_the_turn(kit: Contactable) -> None:
    first, second = turn(kit), turn(kit)

    assert [first.is_mine(), second.is_mine(), first.is_mine()] == [True, False, True]


def test_a_turn_that_is_kept_up_does_not_end(kit: Contactable, clock: HandClock) -> None:
    first, second = turn(kit), turn(kit)

    for _ in range(10):
        clock.move(seconds=LASTS / 2)
        assert (first.is_mine(), second.is_mine()) == (True, False)


def test_a_process_that_died_loses_its_turn_by_itself(kit: Contactable, clock: HandClock) -> None:
    first, second = turn(kit), turn(kit)
    first.is_mine()

    clock.move(seconds=LASTS + 1)

    assert second.is_mine()
    assert not first.is_mine()


def test_a_turn_that_was_given_back_is_free_at_once(kit: Contactable) -> None:
    first, second = turn(kit), turn(kit)
    first.is_mine()

    first.give_back()

    assert second.is_mine()


def test_what_the_dead_process_had_claimed_is_free_for_the_next(kit: Contactable, clock: HandClock) -> None:
    turn(kit).is_mine()
    kit.register.write(lambda tx: outbox.promise(tx, "hubspot", ["7"]))
    kit.register.write(lambda tx: outbox.claim(tx, "hubspot", 10, 600))
    clock.move(seconds=LASTS + 1)

    turn(kit, lambda tx: outbox.free(tx, "hubspot")).is_mine()

    (again,) = kit.register.write(lambda tx: outbox.claim(tx, "hubspot", 10, 600))
    assert again.record_id == "7"


def test_other_turns_are_free_while_one_is_taken(kit: Contactable) -> None:
    assert turn(kit).is_mine()
    assert Turn(kit.register, "crm brevo", kit.clock).is_mine()
