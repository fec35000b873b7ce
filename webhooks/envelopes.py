"""The items of a delivery, in the sender's envelope or out of it.

A body that somebody captured, cut out of a log or of a vendor's page often lacks the envelope in which it was posted.
Reading it all the same costs nothing: what is posted to an endpoint was authenticated before.
"""

from __future__ import annotations

from typing import Any

from contactable.errors import Malformed


def items_in(document: Any, name: str) -> list[Any]:
    """The list under ``name`` of an object, or a bare list, or a bare item as a list of one."""
    # A bare item is told from an envelope by the one name that only the envelope has.
    if not isinstance(document, dict) or name not in document:
        return document if isinstance(document, list) else [document]
    items = document[name]
    if not isinstance(items, list):
        raise Malformed(f"{name} is not a list.")
    return items
