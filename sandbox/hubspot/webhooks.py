"""The sender of HubSpot's webhooks: batches of at most 100, signed anew at each attempt, sent again on any failure.

An event names the contact by ``objectId``, never by address. ``eventId`` is not unique and order is not promised, there
as here. The older signature is sent beside version 3, which alone holds a time. Waits between attempts are short here;
HubSpot spreads ten of them over 24 hours. What takes longer than five seconds has failed.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from contactable.sandbox.hubspot.contacts import Event
from contactable.signing import sign_hubspot, sign_hubspot_v1

PATIENCE = 5.0  # seconds
MOST = 100
GATHERS = 0.05  # seconds for which events are gathered into one request
WAITS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0)  # seconds before each further attempt
PROPERTIES = (
    "contactable_oppose",
    "email",
    "phone",
    "mobilephone",
    "country",
    "lifecyclestage",
    "recent_conversion_date",
    "hs_email_hard_bounce_reason_enum",
    "hs_email_quarantined_reason",
)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What an app is told of: changes of these properties, and the life of contacts as a whole."""

    properties: tuple[str, ...] = PROPERTIES
    lifecycle: tuple[str, ...] = ("creation", "deletion", "restore", "merge", "privacyDeletion")

    def id_of(self, kind: str, name: str = "") -> int:
        """The id of one subscription, the same at each run."""
        known = [*self.lifecycle, *self.properties]
        return 4_840_001 + known.index(name or kind)


USUAL = Subscriptions()


@dataclass(slots=True)
class _Batch:
    """Events that travel together, and when they may next."""

    events: list[dict[str, Any]]
    due: float
    attempt: int = 0


@dataclass(slots=True)
class Sender:
    """Posts what happens to one URL. ``delivered`` counts events answered 2xx, ``given_up`` those that never were."""

    url: str
    client_secret: bytes = field(repr=False)
    portal_id: int
    app_id: int
    subscriptions: Subscriptions = USUAL
    gathers: float = GATHERS
    waits: Sequence[float] = WAITS
    delivered: int = 0
    given_up: int = 0
    _fresh: list[dict[str, Any]] = field(default_factory=list)
    _again: list[_Batch] = field(default_factory=list)
    _busy: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _stopped: bool = False
    _thread: threading.Thread | None = None
    _session: requests.Session = field(default_factory=requests.Session)
    _dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - ids of events, no secret

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop; what was not sent is lost."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def hear(self, event: Event) -> None:
        """Take note of something that happened, where somebody subscribed to it."""
        said = list(self._events(event))
        with self._changed:
            self._fresh += said
            self._changed.notify_all()

    def drain(self, timeout: float = 10.0) -> bool:
        """Wait until everything was delivered or given up; False where that took too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not (self._fresh or self._again or self._busy), timeout)

    def _events(self, event: Event) -> Iterator[dict[str, Any]]:
        if event.kind == "propertyChange" or event.kind == "creation":
            for name, value in event.values.items():
                if name in self.subscriptions.properties:
                    told = {"propertyName": name, "propertyValue": value}
                    yield {**self._event(event, "propertyChange", name), **told}
        if event.kind in self.subscriptions.lifecycle:
            yield {**self._event(event, event.kind), **_about(event)}

    def _event(self, event: Event, kind: str, name: str = "") -> dict[str, Any]:
        return {
            "eventId": self._dice.randrange(1, 4_294_967_295),
            "subscriptionId": self.subscriptions.id_of(kind, name),
            "portalId": self.portal_id,
            "appId": self.app_id,
            "occurredAt": event.at,
            "subscriptionType": f"contact.{kind}",
            "attemptNumber": 0,
            "objectId": event.contact.id,
            "changeSource": event.by.change_source,
            "sourceId": event.by.source_id,
        }

    def _run(self) -> None:
        while self._wait():
            time.sleep(self.gathers)  # what happens together travels together
            with self._changed:
                batch = self._next()
                self._busy += 1
            done = self._post(batch)
            with self._changed:
                self._busy -= 1
                self._settle(batch, done)
                self._changed.notify_all()

    def _wait(self) -> bool:
        """Wait for something to send; False when stopped."""
        with self._changed:
            while not self._stopped and not self._fresh:
                due = min((batch.due for batch in self._again), default=None)
                if due is not None and due <= time.monotonic():
                    break
                self._changed.wait(None if due is None else due - time.monotonic())
            return not self._stopped

    def _next(self) -> _Batch:
        if self._fresh:
            taken, self._fresh = self._fresh[:MOST], self._fresh[MOST:]
            return _Batch(taken, 0.0)
        self._again.sort(key=lambda batch: batch.due)
        return self._again.pop(0)

    def _settle(self, batch: _Batch, done: bool) -> None:
        if done:
            self.delivered += len(batch.events)
        elif batch.attempt >= len(self.waits):
            self.given_up += len(batch.events)
        else:
            batch.due = time.monotonic() + self.waits[batch.attempt]
            batch.attempt += 1
            self._again.append(batch)

    def _post(self, batch: _Batch) -> bool:
        # The time is fresh at each attempt, or a receiver would refuse a late one as a replay.
        events = [{**event, "attemptNumber": batch.attempt} for event in batch.events]
        body = json.dumps(events, separators=(",", ":"), ensure_ascii=False).encode()
        headers = signed_headers(self.client_secret, self.url, body, int(time.time() * 1000))
        try:
            answer = self._session.post(self.url, data=body, headers=headers, timeout=PATIENCE, allow_redirects=False)
        except requests.RequestException:
            return False
        return answer.ok


def signed_headers(client_secret: bytes, url: str, body: bytes, at: int) -> dict[str, str]:
    """The headers of one request; ``at`` is its time in milliseconds."""
    return {
        "Content-Type": "application/json;charset=utf-8",
        "User-Agent": "HubSpot Webhooks",
        "X-HubSpot-Signature": sign_hubspot_v1(client_secret, body),
        "X-HubSpot-Signature-Version": "v1",
        "X-HubSpot-Request-Timestamp": str(at),
        "X-HubSpot-Signature-v3": sign_hubspot(client_secret, "POST", url, body, str(at)),
    }


def _about(event: Event) -> dict[str, Any]:
    if event.kind == "merge":
        return {
            "primaryObjectId": event.merged[0],
            "mergedObjectIds": list(event.merged[1:]),
            "newObjectId": event.contact.id,
            "numberOfPropertiesMoved": len(event.values),
        }
    flags = {"creation": "NEW", "deletion": "DELETED", "restore": "RESTORED", "privacyDeletion": "DELETED"}
    return {"changeFlag": flags[event.kind]}
