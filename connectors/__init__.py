"""CRMs behind one small contract (``protocol``): each is one module here, found by its name, imported when asked for.

Third parties add one by an entry point ``contactable.connectors``, whose name is the type written in the settings and
whose value is a module that offers ``connect`` and ``CAPABILITIES``. What stands here wins over an entry point.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from contactable.connectors.protocol import Capabilities, Connector, Setting
from contactable.errors import SettingsError

GROUP = "contactable.connectors"
NO_CRMS = frozenset({"protocol", "contract", "parts"})


class ConnectorModule(Protocol):
    """What a connector's module offers.

    It may further offer ``SETTINGS`` (what ``init`` asks) and ``MAPPING`` (what the CRM's own properties mean, as a
    mapping in the settings says it), which for the kit's own connectors stands in ``mapping/maps/<type>.toml``.
    """

    CAPABILITIES: Capabilities

    def connect(self, name: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes]) -> Connector:
        """Connect to the account of ``settings``; raises ``SettingsError``."""
        ...


def types() -> tuple[str, ...]:
    """The types of CRM that there are connectors for."""
    return tuple(sorted({*_built_in(), *(each.name for each in entry_points(group=GROUP))}))


def find(type: str) -> ConnectorModule:
    """Import the connector of a type; raises ``SettingsError`` naming those there are."""
    if type in _built_in():
        return cast(ConnectorModule, importlib.import_module(f"{__name__}.{type}"))
    for each in entry_points(group=GROUP, name=type):
        return cast(ConnectorModule, each.load())
    raise SettingsError(f"There is no connector of type {type!r}; there are {', '.join(types())}.")


def settings_of(type: str) -> tuple[Setting, ...]:
    """What must be known to connect to a CRM of this type."""
    return tuple(getattr(find(type), "SETTINGS", ()))


def mapping_of(type: str) -> Mapping[str, Any]:
    """What the properties of a CRM of this type mean by themselves, where its connector says so."""
    found: Mapping[str, Any] = getattr(find(type), "MAPPING", {})
    return found


def connect(
    name: str, type: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes], **more: Any
) -> Connector:
    """Connect to a CRM under the name that it has in the settings; nothing is asked of it yet.

    ``secrets`` reads a reference such as ``env:HUBSPOT_TOKEN``; ``more`` goes to connectors that know it (``tokens``,
    ``stopping``). Raises ``SettingsError``.
    """
    return find(type).connect(name, settings, secrets, **more)


def _built_in() -> list[str]:
    return [each.name for each in pkgutil.iter_modules(__path__) if each.name not in NO_CRMS]
