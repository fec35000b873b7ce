"""Looking up many answers at once gives what each array holds, however few or many of its answers differ."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest

from contactable.rules.lookup import as_table, look_up

SHAPES = [(2,), (3,), (2, 2), (3, 2), (4, 3), (2, 3, 4), (5, 4, 3)]
NAMES = ["first", "second", "third"]


@pytest.mark.parametrize("odd", [0, 1, 2, 3, 50], ids=lambda odd: f"{odd}-odd-answers")
@pytest.mark.parametrize("common", [0, 1, 9])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_place_of_a_table_gives_the_answer_that_was_put_there(
    shape: tuple[int, ...], common: int, odd: int
) -> None:
    chance = Random(odd)
    for _ in range(5):
        answers = np.full(shape, common, np.uint8)
        for _ in range(odd):
            answers[tuple(chance.randrange(width) for width in shape)] = chance.choice([0, 1, 7] if odd > 3 else [7])
        places = np.array(list(product(*map(range, shape))), np.int8)
        names = NAMES[: len(shape)]

        found = look_up(as_table(answers.copy(), names), dict(zip(names, places.T.copy(), strict=True)).__getitem__)

        assert (np.broadcast_to(found, len(places)) == answers.reshape(-1)).all()


@pytest.mark.parametrize("known", range(4))
def test_a_code_that_all_contacts_share_cuts_the_table_down(known: int) -> None:
    answers = np.arange(12, dtype=np.uint8).reshape(4, 3)
    table = as_table(answers.copy(), NAMES[:2])

    found = look_up(table, {"first": known, "second": np.arange(3, dtype=np.int8)}.__getitem__)

    assert found.tolist() == answers[known].tolist()
    assert [look_up(table, {"first": known, "second": code}.__getitem__) for code in range(3)] == answers[
        known
    ].tolist()
