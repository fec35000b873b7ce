"""The wire: what every request must have and must not have, seen where Python's own HTTP client sends it.

Clients that do not stand on ``http.client`` are not seen; the test says so rather than pass.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from contactable.connectors.contract.crm import Crm
from contactable.connectors.contract.playing import SCHEMA, consents, needs, people, write_text
from contactable.connectors.contract.reading import read_on

LONGEST = 300.0  # seconds; beyond it a hung server stops the kit


@dataclass(slots=True)
class Wire:
    """What was sent: the timeout that its socket had, and the first line."""

    timeouts: list[float | None] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Look at each request from now on."""
        begin: Callable[..., Any] = http.client.HTTPConnection.putrequest
        end: Callable[..., Any] = http.client.HTTPConnection.getresponse

        def putrequest(connection: Any, method: str, url: str, *rest: Any, **more: Any) -> Any:
            self.lines.append(url)
            return begin(connection, method, url, *rest, **more)

        def getresponse(connection: Any, *rest: Any, **more: Any) -> Any:
            self.timeouts.append(connection.sock.gettimeout())
            return end(connection, *rest, **more)

        patch.setattr(http.client.HTTPConnection, "putrequest", putrequest)
        patch.setattr(http.client.HTTPConnection, "getresponse", getresponse)


def _use_everything(crm: Crm) -> None:
    ids = people(crm, 3)
    crm.settle()
    connector = crm.connect()
    list(connector.check())
    list(connector.ensure_properties(SCHEMA))
    read_on(crm, connector)
    consents(crm, connector)
    list(connector.iter_ids())
    list(connector.read(ids, [crm.email]))
    write_text(connector, crm, ids)
    for channel in connector.capabilities.opt_out:
        list(connector.opt_out(ids[:1], channel=channel))  # type: ignore[attr-defined]  # declared


def test_every_request_has_a_timeout(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(crm, "http")
    wire = Wire()
    wire.watch(monkeypatch)

    _use_everything(crm)

    assert wire.timeouts
    assert all(each is not None and 0 < each <= LONGEST for each in wire.timeouts)


def test_no_address_stands_in_a_url(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(crm, "http")
    wire = Wire()
    wire.watch(monkeypatch)

    _use_everything(crm)

    assert wire.lines
    assert [each for each in wire.lines if "@" in each or "%40" in each] == []


__all__ = [name for name in dir() if name.startswith("test_")]
