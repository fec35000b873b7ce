"""Phone systems: what the kit tells the agent whose call begins, and the two tags by which agents tell the kit.

A provider of a phone system may have a ``PHONE``. Its functions are pure: each gives the request to make, or reads the
answer. What a card says is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contactable.webhooks.blocking import Order
from contactable.webhooks.refusals import plain
from contactable.webhooks.request import Secrets

REFUSING_TAGS: Mapping[str, str] = {
    "Ne plus appeler": "La personne refuse les appels : ferme les appels et les automates.",
    "Ne plus contacter": "La personne refuse tout contact : ferme tous les canaux.",
}
"""The two tags that close, each with what agents read beside it."""


@dataclass(frozen=True, slots=True)
class PhoneSystem:
    """One phone system's API: where it is, its keys and its requests.

    ``rings`` is the reason of the event on which an agent is shown a card; ``card`` takes the call's id and the line to
    show; ``tags`` reads a page of the account's tags (from 1), ``names`` the names on it and whether more follow.
    """

    url: Callable[[Secrets], str]
    headers: Callable[[Secrets], Mapping[str, str]]
    needs: tuple[str, ...]
    rings: str
    card: Callable[[str, str], Order]
    tags: Callable[[int], Order]
    names: Callable[[Any], tuple[list[str], bool]]
    make_tag: Callable[[str, str], Order]

    def is_connected(self, secrets: Secrets) -> bool:
        """Whether the endpoint has the keys of the API."""
        return all(name in secrets.api for name in self.needs)


def missing_tags(there: list[str]) -> list[str]:
    """Which of the two refusing tags an account has not, whatever their case and accents."""
    known = {plain(name) for name in there}
    return [name for name in REFUSING_TAGS if plain(name) not in known]
