"""Blocklists of senders: how an opposition is put where messages leave, so that nobody who forgets to filter writes.

A provider with a list has a ``BLOCKLIST``. Its ``block`` is a pure generator: it yields the requests to make, is sent
the JSON of each answer, and ends when the block stands. A sender that answered success and did nothing shows in the
answer, where it tells (``must``). Nothing here ever lifts a block: what may be somebody else's is theirs to lift.
Addresses and numbers go into bodies; a path takes a digest at most, since paths end in logs.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from contactable.errors import Refused
from contactable.webhooks.request import Secrets


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to block: a channel (``email``, ``sms``) and the normalised address or E.164 number; ``at`` is now.

    ``id`` is opaque (the register's subject), for senders that want a reference.
    """

    channel: str
    text: str = field(repr=False)
    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """One request to a sender's API, below its base address; ``expected`` are statuses beyond 2xx that are fine.

    ``wait`` is how many seconds to let pass before: for senders that work on it behind their answer.
    """

    method: str
    path: str
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    expected: tuple[int, ...] = ()
    wait: float = 0.0


Steps: TypeAlias = Generator[Order, Any, None]
Block: TypeAlias = Callable[[Person, Secrets], Steps]


@dataclass(frozen=True, slots=True)
class Blocklist:
    """One sender's list: its channels, address, rate (``most`` requests in ``seconds``), keys and requests.

    ``needs`` are the names under ``api`` of the endpoint without which it is not connected, ``options`` the settings
    beside it that are compulsory. ``url`` and ``headers`` are functions of the secrets: some accounts have a host of
    their own. ``says`` is one line for the documentation, ``page`` the vendor's page.
    """

    channels: tuple[str, ...]
    url: Callable[[Secrets], str]
    headers: Callable[[Secrets], Mapping[str, str]]
    block: Block
    most: int
    seconds: float
    needs: tuple[str, ...]
    says: str
    page: str
    options: tuple[str, ...] = ()

    def is_connected(self, secrets: Secrets) -> bool:
        """Whether the endpoint has all that its list needs, and ``blocklist = false`` does not keep it out."""
        has_all = all(name in secrets.api for name in self.needs) and all(
            secrets.options.get(name) for name in self.options
        )
        return has_all and secrets.options.get("blocklist", True) is not False


def at(url: str) -> Callable[[Secrets], str]:
    """The address of an API; ``api_url`` of the endpoint replaces it: another region, or a trial."""
    return lambda secrets: str(secrets.options.get("api_url", url)).rstrip("/")


def basic(user: str, password: str) -> dict[str, str]:
    """The header of basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def must(stands: bool, what: str) -> None:
    """Raise ``Refused`` unless an answer shows that the block stands; ``what`` says what it showed, nobody's name."""
    if not stands:
        raise Refused(f"The blocklist answered success and the block does not stand: {what}.")


def value_at(document: Any, *path: str | int) -> Any:
    """What stands at a place of an answer; None where it has another shape."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document
