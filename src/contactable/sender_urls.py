"""Whether senders still post to our URLs: asked of their APIs each hour, where these tell (``webhooks.registrations``).

What was found is kept in the register, for the alerts. A URL that a sender never showed us is no trouble: something in
between may post it on. One that was there and is gone is as bad as one that was suspended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from contactable.connectors.protocol import Finding, Level
from contactable.errors import Refused
from contactable.register import Tx, cursors
from contactable.transport import Transport
from contactable.webhooks.registrations import Registration, Registrations, State, state_of

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.webhooks.receiver import Endpoint

EVERY = 3600.0  # seconds
PATIENCE = 30.0  # seconds for one request, its retries included
PLACE: Final = "url"
"""The cursor that keeps how an endpoint's URL stands, and whether it ever stood."""
MAY_NOT_ASK: Final = "the key may not ask for the webhooks"


def askable(kit: Contactable) -> dict[str, Endpoint]:
    """The endpoints of whose URL the sender's API tells, and to which we have the keys."""
    return {
        name: endpoint
        for name, endpoint in kit.endpoints.items()
        if endpoint.provider.registrations and endpoint.provider.registrations.is_connected(endpoint.secrets)
    }


def ask(kit: Contactable, name: str) -> State:
    """How the URL of one endpoint stands with its sender; raises as the transport does."""
    endpoint = kit.endpoints[name]
    told = endpoint.provider.registrations
    if told is None:
        raise Refused(f"{endpoint.provider.title} does not tell its URLs.")
    return state_of(_registered(endpoint, told), f"{kit.settings.public_url.rstrip('/')}/hooks/{name}")


def remember(kit: Contactable, name: str) -> str:
    """Ask, and keep what was told; return a note. A key that may block and not ask this is no failure."""
    try:
        found = ask(kit, name)
    except Refused:
        return MAY_NOT_ASK
    kit.register.write(lambda tx: _keep(tx, name, found))
    return str(found)


def lost(tx: Tx, names: Iterable[str]) -> Iterator[tuple[str, State]]:
    """The endpoints to whose URL their sender posts no more, as it was told last."""
    for name in names:
        kept = cursors.get(tx, name, PLACE) or {}
        state = kept.get("state")
        if state == State.SUSPENDED or (state == State.ABSENT and kept.get("stood")):
            yield name, State(state)


def findings(kit: Contactable, name: str) -> Iterator[Finding]:
    """What ``doctor`` says of one sender's side of the URL."""
    if name not in askable(kit):
        return
    try:
        state = ask(kit, name)
    except Refused as error:
        told = "Give the key the right to read webhooks; until then nobody hears when the URL is suspended."
        yield Finding(f"{name}: {MAY_NOT_ASK}", Level.WARNING, f"{error} {told}")
        return
    if state is State.STANDS:
        yield Finding(f"{name}: the sender posts to our URL", Level.OK)
    elif state is State.SUSPENDED:
        told = "Switch it on again in the sender's console: what people refuse there does not arrive."
        yield Finding(f"{name}: the sender has suspended our URL", Level.ERROR, told)
    else:
        told = "Paste the URL into the sender's console, unless something in between posts it on."
        yield Finding(f"{name}: the sender's account has no webhook to our URL", Level.WARNING, told)


def _registered(endpoint: Endpoint, told: Registrations) -> Iterator[Registration]:
    secrets = endpoint.secrets
    transport = Transport(endpoint.name, told.url(secrets), headers=lambda: told.headers(secrets), patience=PATIENCE)
    try:
        for order in told.orders(secrets):
            answer = transport.call(order.method, order.path, expected=order.expected)
            yield from told.read(answer.json)
    finally:
        transport.close()


def _keep(tx: Tx, name: str, found: State) -> None:
    stood = found is not State.ABSENT or bool((cursors.get(tx, name, PLACE) or {}).get("stood"))
    cursors.set(tx, name, PLACE, {"state": str(found), "stood": stood})
