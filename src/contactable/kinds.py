"""Whether a property of the CRM is still the one that the mapping meant: what it was is kept when it is first met.

Somebody deletes a property and makes another of the same name, or gives it another type: what it held is gone, and
nobody withdrew anything. An opposition that stood there stands on, as that of a property that was deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from contactable.connectors.protocol import Connector, KnowsKinds, NamesProperties
from contactable.mapping import Mapping as FactMapping
from contactable.register import Register, Tx, cursors

KINDS = "kinds"
"""The cursor that keeps what each property was, and the fingerprint of the mapping that was looked at last."""


def meet(register: Register, connector: Connector, mapping: FactMapping, *, again: bool = False) -> None:
    """Keep what the mapping's properties are, those excepted that were met before; asks the CRM once a mapping.

    ``again`` asks in any case: properties that were made since are met then.
    """
    if not isinstance(connector, KnowsKinds):
        return
    with register.read() as tx:
        kept = cursors.get(tx, connector.name, KINDS) or {}
    if kept.get("mapping") == mapping.fingerprint and not again:
        return
    before: Mapping[str, str] = kept.get("kinds", {})
    known = {**connector.property_kinds(), **before}
    kinds = {name: known[name] for name in mapping.properties if name in known}
    if kinds != before or kept.get("mapping") != mapping.fingerprint:
        value = {"mapping": mapping.fingerprint, "kinds": kinds}
        register.write(lambda tx: cursors.set(tx, connector.name, KINDS, value))


def met(tx: Tx, connector: str) -> Mapping[str, str]:
    """What each property was when it was met."""
    kept = cursors.get(tx, connector, KINDS)
    return dict(kept["kinds"]) if kept else {}


def replaced(connector: Connector, met: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """The properties that are others than those that were ``met``, with what they were and what they are."""
    return _replaced(connector.property_kinds(), met) if isinstance(connector, KnowsKinds) else {}


def property_names(connector: Connector) -> frozenset[str] | None:
    """The properties that a CRM's contacts have; None where the connector cannot tell."""
    return connector.property_names() if isinstance(connector, NamesProperties) else None


def unchanged_properties(connector: Connector, met: Mapping[str, str]) -> frozenset[str] | None:
    """As ``property_names``, without those that were replaced since they were ``met``."""
    if not isinstance(connector, KnowsKinds):
        return property_names(connector)
    now = connector.property_kinds()
    return frozenset(now.keys() - _replaced(now, met).keys())


def _replaced(now: Mapping[str, str], met: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (was, now[name]) for name, was in met.items() if now.get(name, was) != was}
