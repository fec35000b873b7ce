"""Reading contacts one by one, for CRMs that give no more at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from contactable.connectors.parts.outcomes import in_groups
from contactable.connectors.protocol import ContactRecord
from contactable.transport import pipelined

MOST = 100  # contacts that are held until their turn comes


def one_by_one(read: Callable[[str], ContactRecord], ids: Sequence[str], *, in_flight: int) -> Iterator[ContactRecord]:
    """Yield what ``read`` gives for each id, in their order, several requests in flight; ``ids`` hold none twice."""
    for group in in_groups(ids, MOST):
        records = {each.id: each for each in pipelined(read, group, at_once=in_flight)}
        yield from (records[id] for id in group)
