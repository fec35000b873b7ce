"""A sender that comes again until it was answered, as those of webhooks do: one unsubscription a person, signed.

For harnesses that kill servers: what was answered with success must be known afterwards, and everything in the end.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import requests

from contactable.signing import sign_hmac

SENDERS = 6  # requests side by side
PATIENCE = 10.0  # seconds


def address(number: int) -> str:
    """The e-mail address of one invented person."""
    return f"person{number}@example.com"


class PersistentSender:
    """Delivers MailerSend's events to servers; ``answered`` are the people of whom one was answered with success."""

    def __init__(self, secret: str, *, endpoint: str = "mail") -> None:
        self.waiting: list[int] = []
        self.answered: set[int] = set()
        self._secret = secret.encode()
        self._endpoint = endpoint

    def add(self, numbers: Iterable[int]) -> None:
        """Let more people unsubscribe."""
        self.waiting += numbers

    def deliver(self, urls: Sequence[str]) -> None:
        """Send what waits once, in a random order, each to one of the servers."""
        random.shuffle(self.waiting)
        with ThreadPoolExecutor(SENDERS) as pool:
            sent = pool.map(lambda number: (number, self._send(random.choice(urls), number)), self.waiting)  # noqa: S311
            self.answered.update(number for number, answered in sent if answered)
        self.waiting = [number for number in self.waiting if number not in self.answered]

    def _send(self, url: str, number: int) -> bool:
        data = {"id": f"event-{number}", "type": "unsubscribed", "email": {"recipient": {"email": address(number)}}}
        body = json.dumps({"type": "activity.unsubscribed", "data": data}).encode()
        signature = sign_hmac("sha256", self._secret, body).hex()
        headers = {"Signature": signature, "Content-Type": "application/json"}
        try:
            return requests.post(f"{url}/hooks/{self._endpoint}", data=body, headers=headers, timeout=PATIENCE).ok
        except requests.RequestException:
            return False
