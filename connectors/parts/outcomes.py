"""Writing in groups: several requests in flight, one outcome for each contact whatever becomes of its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from contactable.connectors.protocol import Change, Outcome, Result
from contactable.errors import Refused, Unavailable
from contactable.transport import Answer, pipelined

Item = TypeVar("Item")


def in_groups(items: Sequence[Item], most: int) -> Iterator[Sequence[Item]]:
    """Groups of at most so many."""
    yield from (items[start : start + most] for start in range(0, len(items), most))


def one_change_a_contact(changes: Sequence[Change]) -> list[Change]:
    """Later values go over earlier ones: no CRM is to be trusted with one contact twice in a request."""
    merged: dict[str, dict[str, str]] = {}
    for change in changes:
        merged.setdefault(change.id, {}).update(change.properties)
    return [Change(id, properties) for id, properties in merged.items()]


def not_here(ids: Iterable[str], channel: str) -> Iterator[Outcome]:
    """Refuse each contact: the CRM has no opt-out of this channel."""
    return (Outcome(id, Result.REFUSED, f"this CRM has no opt-out of {channel}") for id in dict.fromkeys(ids))


def write_in_groups(
    write: Callable[[Sequence[Change]], Iterable[Outcome]],
    groups: Iterable[Sequence[Change]],
    *,
    in_flight: int,
) -> Iterator[Outcome]:
    """Yield the outcomes of every group, in the order in which they end.

    ``write`` gives the outcomes of one group. Where it raises ``Unavailable`` its contacts come later; where it raises
    ``Refused``, all the others are still told before that is raised.
    """
    refused: Refused | None = None
    for outcomes in pipelined(lambda group: _careful(write, group), groups, at_once=in_flight):
        if isinstance(outcomes, Refused):
            refused = outcomes
        else:
            yield from outcomes
    if refused is not None:
        raise refused


def write_each(write: Callable[[Change], Outcome], changes: Sequence[Change], *, in_flight: int) -> Iterator[Outcome]:
    """The same for CRMs that take one contact a request."""
    groups = [[change] for change in one_change_a_contact(changes)]
    return write_in_groups(lambda group: [write(group[0])], groups, in_flight=in_flight)


def opt_out_each(opt_out: Callable[[str], Outcome], ids: Iterable[str], *, in_flight: int) -> Iterator[Outcome]:
    """Opt contacts out, one a request; ``opt_out`` takes an id."""
    return write_each(lambda change: opt_out(change.id), [Change(id, {}) for id in ids], in_flight=in_flight)


def outcome_of(id: str, answer: Answer, who: str) -> Outcome:
    """What an answer to the writing of one contact says: 404 and 410 gone, 400 a refused value, else written."""
    if answer.status in (404, 410):
        return Outcome(id, Result.GONE, "deleted")
    if answer.status == 400:
        return Outcome(id, Result.REFUSED, f"{who} refuses a value")
    return Outcome(id, Result.WRITTEN)


def _careful(
    write: Callable[[Sequence[Change]], Iterable[Outcome]], group: Sequence[Change]
) -> list[Outcome] | Refused:
    try:
        return list(write(group))
    except Refused as error:
        return error
    except Unavailable as error:
        return [Outcome(change.id, Result.LATER, str(error)) for change in group]
