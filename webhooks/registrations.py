"""What senders say of the URLs that they post to: whether ours stands with them, or was suspended, or is gone.

A provider whose API tells has ``REGISTRATIONS``. Its functions are pure: they give the requests to make, and read the
answers. Some senders keep a URL that they suspended and say so; others only list the URLs that they have. URLs hold
path secrets: they are compared here and shown nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from contactable.errors import Refused
from contactable.webhooks.blocking import Order, value_at
from contactable.webhooks.request import Secrets


class State(StrEnum):
    """How our URL stands with a sender."""

    STANDS = "stands"
    SUSPENDED = "suspended"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Registration:
    """One URL of an account; ``tells`` names what is posted there where a sender keeps a URL for each kind of event."""

    url: str = field(repr=False)
    active: bool = True
    tells: str = ""


Read = Callable[[Any], Iterable[Registration]]


@dataclass(frozen=True, slots=True)
class Registrations:
    """Where one sender's API tells its URLs: the address, the keys, the requests, and how their answers are read.

    ``needs`` and ``options`` are as for a blocklist. ``suspends`` says whether the API shows that a URL was suspended;
    else only that it is gone. ``says`` is one line for the documentation, ``page`` the vendor's page.
    """

    url: Callable[[Secrets], str]
    headers: Callable[[Secrets], Mapping[str, str]]
    needs: tuple[str, ...]
    orders: Callable[[Secrets], Iterable[Order]]
    read: Read
    suspends: bool
    says: str
    page: str
    options: tuple[str, ...] = ()

    def is_connected(self, secrets: Secrets) -> bool:
        """Whether the endpoint has the keys and settings that it takes to ask."""
        has_keys = all(name in secrets.api for name in self.needs)
        return has_keys and all(secrets.options.get(name) for name in self.options)


def get(path: str, *, expected: tuple[int, ...] = ()) -> Callable[[Secrets], Iterable[Order]]:
    """The one request of a sender whose list stands at a fixed path."""
    return lambda secrets: (Order("GET", path, expected=expected),)


def always(item: Any) -> bool:
    """For senders that list the URLs that they have, and no others."""
    return True


def listed(*path: str, url: Sequence[str] = ("url",), active: Callable[[Any], bool] = always, tells: str = "") -> Read:
    """Read the items of the list at ``path`` of an answer; ``url`` leads to the address in an item."""

    def read(answer: Any) -> Iterable[Registration]:
        items = value_at(answer, *path)
        if not isinstance(items, list):
            raise Refused("The list of URLs has another shape than the sender's page says.")
        for each in items:
            if isinstance(address := value_at(each, *url), str):
                yield Registration(address, active(each), str(value_at(each, tells) or ""))

    return read


def is_not(value: Any, *path: str) -> Callable[[Any], bool]:
    """Whether an item has anything but one value at a place: what is silent about being switched off is on."""
    return lambda item: value_at(item, *path) != value


def state_of(found: Iterable[Registration], ours: str) -> State:
    """How the URL ``ours`` (without its secret) stands: suspended where some kind of event has no active one left."""
    active: dict[str, bool] = {}
    for each in found:
        if _is_at(each.url, ours):
            active[each.tells] = active.get(each.tells, False) or each.active
    if not active:
        return State.ABSENT
    return State.STANDS if all(active.values()) else State.SUSPENDED


def _is_at(url: str, ours: str) -> bool:
    """Whether a URL is ours, whatever user, password, secret and query it carries."""
    try:
        there, here = urlsplit(url), urlsplit(ours)
        same = (there.hostname, there.port) == (here.hostname, here.port)
    except ValueError:
        return False
    return same and f"{there.path.rstrip('/')}/".startswith(f"{here.path.rstrip('/')}/")
