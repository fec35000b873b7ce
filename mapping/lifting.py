"""Which consents on file must not lift an opposition: those that are not shown to be the person's own act.

The rules lift an opposition by a later consent, as the law does. Whether a consent is the person's own they cannot see:
a date in a CRM may have been typed by anybody, and an entry of the register by an operator.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from contactable.mapping.columns import CONSENT_CHANNELS
from contactable.rules import UNKNOWN_TIME
from contactable.rules.moments import at_the_latest, moment_of


def consents_to_drop(mapped: Mapping[str, Any], known: Mapping[str, Any], own: Collection[str]) -> Iterator[str]:
    """Yield the channels whose consent counts for nothing because an older opposition stands.

    ``mapped`` and ``known`` are facts by field name, from the CRM and from the register; ``own`` the channels whose
    consent in the register is the person's own act.
    """
    for channel in CONSENT_CHANNELS:
        entered = known.get(f"consent_{channel}_on")
        given = mapped.get(f"consent_{channel}_on") if entered is None else entered
        if given is None or (entered is not None and channel in own):
            continue
        # What the register's own entries lift among each other it has settled already.
        oppositions = [*_oppositions(channel, mapped), *(_oppositions(channel, known) if entered is None else ())]
        released = known.get(f"reopened_{channel}_on")
        if any(_would_lift(given, opposed, released) for opposed in oppositions):
            yield channel


def _oppositions(channel: str, facts: Mapping[str, Any]) -> list[Any]:
    names = (f"opposed_{channel}_on", "opposed_all_on", f"consent_{channel}_withdrawn_on")
    return [facts[name] for name in names if facts.get(name) is not None]


def _would_lift(given: date, opposed: Any, released: date | None) -> bool:
    """Whether the consent would end this opposition by its date, without the person having released the channel."""
    # At one instant, or on one day without a time, the opposition stands by itself.
    if opposed is UNKNOWN_TIME or at_the_latest(moment_of(opposed)) >= moment_of(given):
        return False
    return released is None or not at_the_latest(moment_of(opposed)) < moment_of(released) <= moment_of(given)
