"""A consent feed for CRMs that do not tell when an opt-out changed: all contacts are looked through, in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contactable.connectors.parts.windows import Fetch
from contactable.connectors.protocol import ContactRecord, Page


def in_turns(
    fetch: Fetch, cursor: Mapping[str, Any] | None, pages: int, is_wanted: Callable[[ContactRecord], bool]
) -> Iterator[Page]:
    """Yield whom we want of the next pages of all contacts, whatever their dates; after the end it begins anew."""
    for number, (records, place, _) in enumerate(fetch(None, (cursor or {}).get("place")), 1):
        yield Page([each for each in records if is_wanted(each)], {"place": place})
        if number == pages:
            return
    yield Page((), {"place": None})
