"""To whom we called and when, from all phone systems and CRMs together: what ``may_call_at`` must know of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactable.identifiers import IdentifierKind
from contactable.register import Tx, calls, subjects
from contactable.register.calls import NOT_KNOWN, History
from contactable.webhooks.events import On
from contactable.webhooks.persons import subjects_of_contact

if TYPE_CHECKING:
    from contactable.kit import Contactable

PHONE_SYSTEMS = frozenset({"aircall", "ringover"})
"""Providers that tell of calls and of nothing else: until each has for a month, nobody knows of all calls."""


def call_history(kit: Contactable, kind: IdentifierKind, text: str) -> History:
    """The calls to a person, named by a number or a record (normalised); None in it for what nobody knows.

    All that their contacts are reached by counts together: a person is called, not a number.
    """
    with kit.register.read() as tx:
        sources = call_sources(kit, tx)
        if not sources:
            return NOT_KNOWN
        subject = subjects.find_subject(tx, kind, text)
        known = subjects_of_contact(tx, subject, On.PHONE) if subject else []
        return calls.history(tx, known, sources)


def call_sources(kit: Contactable, tx: Tx) -> list[str]:
    """The endpoints and CRMs of the settings that tell of calls, or should."""
    named = [*kit.settings.endpoints, *kit.settings.connectors]
    phones = {name for name, each in kit.settings.endpoints.items() if each.provider in PHONE_SYSTEMS}
    return [name for name in named if name in phones or calls.is_heard(tx, name)]
