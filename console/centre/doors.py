"""What the public pages are given, so that they know neither settings nor CRMs nor mail servers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contactable.clock import Clock
from contactable.console.rates import Rates
from contactable.identifiers import IdentifierKind
from contactable.register import Register, Tx
from contactable.rules import Channel
from contactable.rules.labels import Language
from contactable.rules.wordings import Wording

PER_CLIENT, PER_ADDRESS, OVERALL = 10, 2, 120
"""Requests a minute of one client, links a minute to one address, and requests a minute of everybody."""

SendLink = Callable[[IdentifierKind, str, str, Language], None]
"""Sends a link to an address or a number: its kind, itself, the link, the reader's language."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the company's pages look like; ``introduction`` and ``contact`` are its own words, ``logo`` a file."""

    company: str = ""
    logo: Path | None = None
    colour: str = "#1f4e79"
    introduction: str = ""
    contact: str = ""
    framed_by: Sequence[str] = ()
    proxies: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How often the pages that know no token may be used."""

    client: Rates = field(default_factory=lambda: Rates(PER_CLIENT))
    address: Rates = field(default_factory=lambda: Rates(PER_ADDRESS))
    overall: Rates = field(default_factory=lambda: Rates(OVERALL))


@dataclass(frozen=True, slots=True)
class CentreDoors:
    """``open_channels`` tells on which channels a subject may be approached for any offer.

    ``proof`` is the proof of a consent by its entry, as data. ``reached`` are the kinds of identifiers to which a link
    can be sent; ``wordings`` the complete texts under which one may consent, by channel.
    """

    register: Callable[[], Register]
    public_url: str
    link_keys: tuple[bytes, ...]
    clock: Clock
    wake: Callable[[], None]
    language: Language
    look: Look
    open_channels: Callable[[Tx, str], Collection[Channel]]
    proof: Callable[[str], dict[str, Any]]
    send_link: SendLink
    reached: Collection[IdentifierKind]
    wordings: Mapping[Channel, Wording]
    limits: Limits = field(default_factory=Limits)
