"""What ``check`` and ``ensure_properties`` of most connectors do alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from contactable.connectors.protocol import Finding, Level
from contactable.errors import ContactableError, Refused


def looked_at(who: str, looks: Iterable[tuple[str, Callable[[], object]]]) -> Iterator[Finding]:
    """Look at one thing after the other and tell; what raises is told as an error, and is the last that is looked at.

    ``looks``: what is read ("contacts"), and what reads it.
    """
    for what, look in looks:
        try:
            look()
        except ContactableError as error:
            yield Finding(f"{who} lets us read {what}", Level.ERROR, str(error))
            return
        yield Finding(f"{who} lets us read {what}", Level.OK)


def refuse_other_types(who: str, names: Iterable[str]) -> None:
    """Raise ``Refused`` where properties of ours exist with another type."""
    if listed := ", ".join(names):
        raise Refused(f"{who} has {listed} with another type than ours: rename or delete it there.")
