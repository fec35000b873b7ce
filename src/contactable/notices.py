"""CRMs that notify an address for a while only: their channel is opened, and opened anew long before it ends.

Nothing is lost without it, the next sync finds what changed; with it an opposition counts within seconds. A channel
that is opened anew shows the endpoint's current secret: one that was exchanged is taken over without anybody's doing,
and until then the old one fits as long as the settings list it. What shows another is answered 401 and not believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from contactable.connectors.protocol import Finding, KeepsNotified, Level
from contactable.errors import Refused
from contactable.register import cursors
from contactable.sync import CHANGES

if TYPE_CHECKING:
    from contactable.kit import Contactable

EVERY = 4 * 3600.0  # seconds


def renewable(kit: Contactable) -> dict[str, KeepsNotified]:
    """The endpoints whose CRM must be asked again and again to notify them, each with its connector."""
    found: dict[str, KeepsNotified] = {}
    for name, endpoint in kit.endpoints.items():
        connector = kit.connectors.get(endpoint.connector)
        of_it = endpoint.connector in kit.settings.connectors and (
            kit.settings.connectors[endpoint.connector].type == endpoint.provider.id
        )
        if of_it and endpoint.secrets.keys and isinstance(connector, KeepsNotified):
            found[name] = connector
    return found


def renew(kit: Contactable, name: str) -> str:
    """Open the channel of an endpoint, or let it live on; return a note. Raises as the CRM does."""
    endpoint, connector = kit.endpoints[name], renewable(kit)[name]
    with kit.register.read() as tx:
        if cursors.get(tx, endpoint.connector, CHANGES) is None:
            return "waits for the first sync"
    path = f"/{endpoint.secrets.path[0].value.decode()}" if endpoint.secrets.path else ""
    until = connector.notify(
        _address(kit, name), f"{_address(kit, name)}{path}", endpoint.secrets.keys[0].value.decode()
    )
    if until - kit.clock() < timedelta(seconds=EVERY):
        raise Refused(f"The channel of {name} ends before it would be opened anew.")
    return f"open until {until:%Y-%m-%d %H:%M} UTC"


def findings(kit: Contactable, name: str) -> Iterator[Finding]:
    """What ``doctor`` says of an endpoint's channel."""
    connector = renewable(kit).get(name)
    if connector is None:
        return
    until, what = connector.notified_until(_address(kit, name)), f"endpoint {name}: notifications"
    if until is None or until <= kit.clock():
        yield Finding(what, Level.WARNING, "None arrive: `contactable serve` opens their channel after the first sync.")
    else:
        yield Finding(f"{what} until {until:%Y-%m-%d %H:%M} UTC", Level.OK)


def _address(kit: Contactable, name: str) -> str:
    return f"{kit.settings.public_url.rstrip('/')}/hooks/{name}"
