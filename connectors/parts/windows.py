"""What changed since the last time, where a CRM lists contacts by the moment of their change.

A window ends at a moment of the server's clock that was read before its first request, and the next one begins a little
earlier: readers may learn of a change late, and many contacts may share a moment. While a window is read, the cursor
keeps its place, so that a reading that died is taken up where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from contactable.connectors.protocol import ContactRecord, Page

Fetch = Callable[[datetime | None, Any], Iterator[tuple[Sequence[ContactRecord], Any, int | None]]]
"""``fetch(since, place)`` yields records, the place (JSON-able) from which to go on after them, and the total, if told.

``since`` None is everything; ``place`` None is the beginning. Pages must be in an order that later changes do not
disturb: by id, or by the moment of change, in which what changes meanwhile moves behind the place.
"""


def window_from(moment: datetime) -> dict[str, Any]:
    """The cursor whose window begins at a moment."""
    return {"since": moment.isoformat()}


def iter_windows(
    cursor: Mapping[str, Any] | None, fetch: Fetch, now: Callable[[], datetime], *, overlap: float
) -> Iterator[Page]:
    """Yield the pages of one window. ``overlap``: seconds by which it reaches back before the end of the last one.

    ``now`` asks for the server's time; it makes a request where none was made yet.
    """
    state = dict(cursor or {})
    since = datetime.fromisoformat(state["since"]) if state.get("since") else None
    until = state.get("until") or now().isoformat()
    reach = since - timedelta(seconds=overlap) if since else None
    for records, place, total in fetch(reach, state.get("place")):
        yield Page(records, {"since": state.get("since"), "until": until, "place": place}, total)
    yield Page((), {"since": until})


def ids_of(fetch: Fetch) -> Iterator[str]:
    """The id of every contact, once each."""
    told: set[str] = set()
    for records, _, _ in fetch(None, None):
        new = dict.fromkeys(each.id for each in records if each.id not in told)
        yield from new
        told.update(new)


def changed_since(records: Iterable[ContactRecord], since: datetime | None) -> list[ContactRecord]:
    """Those that changed since a moment, and those of which nobody tells when: for CRMs that cannot be asked so."""
    return [each for each in records if not since or not each.changed_at or each.changed_at >= since]
