"""Arrays of answers, and the quickest way to look up a million of them at once.

An array has one axis for each fact on which its answers hang. Values of a fact that always meet the same answers share
a place on its axis. Where one code holds for all contacts (a column is missing, the campaign has no sector) the array
is cut down to it first; where only one place differs from all others, comparing is quicker than gathering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Codes = Any
"""An array of codes, or one code (an int or a bool) that all contacts share."""

_FEW: Final = 2  # values that differ from the common one: beyond this a look-up is quicker than comparing
_WRAP: Final = 1 << 16  # places wrap around, so that a step back is a step forward


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What each value of a fact adds to the place of an answer: most add ``common``, the ``others`` so much more."""

    of: NDArray[np.uint16]
    common: int
    others: tuple[tuple[int, np.uint16], ...]


@dataclass(frozen=True, slots=True, eq=False)
class OddPlace:
    """The one place whose answer is not ``common``, as what each fact is, or is not, there."""

    answer: int
    common: int
    facts: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Answers by place; ``places`` say for each fact where each of its values lies on its axis."""

    answers: NDArray[np.uint8]
    places: Mapping[str, NDArray[np.intp]]
    steps: Mapping[str, Steps]
    odd: OddPlace | None


def as_table(answers: NDArray[np.uint8], names: list[str]) -> Table:
    """A table of an array whose axes are the values of the facts with these names."""
    import numpy as np

    return _table(answers, {name: np.arange(width) for name, width in zip(names, answers.shape, strict=True)})


def _table(answers: NDArray[np.uint8], places: Mapping[str, NDArray[np.intp]]) -> Table:
    """Give values that make no difference one place, and leave out facts of which no value makes one."""
    import numpy as np

    merged = {}
    for axis, (name, place) in enumerate(places.items()):
        rows = [answers.take(value, axis).tobytes() for value in range(answers.shape[axis])]
        different = list(dict.fromkeys(rows))
        merged[name] = np.array([different.index(row) for row in rows]).take(place)
        answers = answers.take([rows.index(row) for row in different], axis)
    hanging = {name: place for name, place in merged.items() if place.any()}
    answers = np.array(answers.reshape([width for width in answers.shape if width > 1]), order="C")
    return _one_of_a_kind(answers, hanging)


_tables: dict[Any, Table] = {}


def _one_of_a_kind(answers: NDArray[np.uint8], places: Mapping[str, NDArray[np.intp]]) -> Table:
    """The table, or an equal one made before: what two channels share is then looked up once."""
    key = answers.tobytes(), answers.shape, tuple((name, place.tobytes()) for name, place in places.items())
    if key not in _tables:
        _tables[key] = Table(answers, places, _steps(answers, places), _odd(answers, places))
    return _tables[key]


def _steps(answers: NDArray[np.uint8], places: Mapping[str, NDArray[np.intp]]) -> dict[str, Steps]:
    import numpy as np

    steps, stride = {}, answers.size
    for (name, place), width in zip(places.items(), answers.shape, strict=True):
        stride //= width
        added = [int(each) * stride for each in place]
        common = max(added, key=added.count)
        others = tuple(
            (value, np.uint16((step - common) % _WRAP)) for value, step in enumerate(added) if step != common
        )
        steps[name] = Steps(np.array(added, np.uint16), common, others)
    return steps


def _odd(answers: NDArray[np.uint8], places: Mapping[str, NDArray[np.intp]]) -> OddPlace | None:
    import numpy as np

    counted = np.bincount(answers.reshape(-1), minlength=2)
    found, common = np.flatnonzero(counted == 1), int(counted.argmax())
    if len(np.flatnonzero(counted)) != 2 or not len(found):
        return None
    answer = int(found[0]) if int(found[0]) != common else int(found[-1])
    where = np.argwhere(answers == answer)[0]
    facts = []
    for (name, place), at in zip(places.items(), where, strict=True):
        inside, outside = np.flatnonzero(place == at), np.flatnonzero(place != at)
        if len(inside) > 1 and len(outside) > 1:
            return None
        facts.append((name, int(inside[0]), True) if len(inside) == 1 else (name, int(outside[0]), False))
    return OddPlace(answer, common, tuple(facts))


@lru_cache(maxsize=4096)
def given(whole: Table, known: tuple[tuple[str, int], ...]) -> Table:
    """A table cut down to facts of which the code is known."""
    codes = dict(known)
    cut = tuple(int(place[codes[name]]) if name in codes else slice(None) for name, place in whole.places.items())
    return _table(whole.answers[cut], {name: place for name, place in whole.places.items() if name not in codes})


def look_up(whole: Table, fact: Callable[[str], Codes]) -> Codes:
    """The answer for each contact, whose codes ``fact`` tells; one answer where it is the same for all."""
    import numpy as np

    codes = {name: fact(name) for name in whole.places}
    known = tuple((name, int(code)) for name, code in codes.items() if not isinstance(code, np.ndarray))
    cut = given(whole, known) if known else whole
    if not cut.places:
        return int(cut.answers)
    return _compared(cut.odd, codes) if cut.odd else _gathered(cut, codes)


def _compared(odd: OddPlace, codes: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    import numpy as np

    masks = (_is(codes[name], value) if positive else codes[name] != value for name, value, positive in odd.facts)
    here = reduce(np.logical_and, masks)
    if odd.common == 0:
        return here if odd.answer == 1 else np.multiply(here, np.uint8(odd.answer))
    return np.where(here, np.uint8(odd.answer), np.uint8(odd.common))


def _gathered(cut: Table, codes: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    """Pack the codes into places, and take the answers from there."""
    import numpy as np

    start, added = 0, list[Any]()
    for name, steps in cut.steps.items():
        if len(steps.others) > _FEW:
            added.append(steps.of.take(codes[name]))
        else:
            start += steps.common
            added += [np.multiply(_is(codes[name], value), more) for value, more in steps.others]
    places = reduce(lambda places, more: np.add(places, more, out=places), added)
    answers: NDArray[np.uint8] = cut.answers.reshape(-1).take(np.add(places, np.uint16(start % _WRAP), out=places))
    return answers


def _is(codes: NDArray[Any], value: int) -> NDArray[Any]:
    return codes if value == 1 and codes.dtype == bool else codes == value
