"""Reading again what changed since a moment, whatever was read before: after a mistake, or when a feed was cut off.

Its pages carry no cursor, so that what was read stays where it stands: it never goes back, and never skips either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from contactable.connectors.protocol import Connector, Page, ReadsSince
from contactable.errors import Refused


def pages_since(connector: Connector, moment: datetime, properties: Sequence[str]) -> Iterator[Page]:
    """Yield contacts changed since a moment (aware); raise ``Refused`` where the CRM cannot tell them."""
    if not isinstance(connector, ReadsSince):
        raise Refused(f"{connector.name} cannot tell what changed since a date: read everything with --full.")
    for page in connector.iter_changed(connector.cursor_at(moment), properties):
        yield replace(page, cursor=None)
