"""The CRMs: every module of this folder that has ``connect``, and the entry points ``contactable.connectors``.

Built-in ones are found by scanning; nothing of a connector is imported before it is asked for.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from contactable.connectors.protocol import Capabilities, Connector
from contactable.errors import SettingsError

_NOT_CRMS = frozenset({"protocol", "contract"})


@cache
def connector_types() -> tuple[str, ...]:
    """The types that ``[connectors.NAME] type`` may name, in alphabetical order."""
    ours = {module.name for module in pkgutil.iter_modules(__path__)} - _NOT_CRMS
    return tuple(sorted({name for name in ours if "_" not in name} | set(entry_points(group=__name__).names)))


def connect(name: str, type: str, options: Mapping[str, Any], secret: Callable[[str], bytes]) -> Connector:
    """A connector of that type; raises ``SettingsError`` for an unknown type or option. Nothing is asked of the CRM."""
    connector: Connector = _module(type).connect(name, options, secret)
    return connector


def capabilities_of(type: str) -> Capabilities:
    """What connectors of that type can do."""
    capabilities: Capabilities = _module(type).CAPABILITIES
    return capabilities


def _module(type: str) -> ModuleType:
    if type not in connector_types():
        raise SettingsError(f"There is no connector of the type {type!r}; known are {', '.join(connector_types())}.")
    outside = entry_points(group=__name__, name=type)
    if outside:
        module: ModuleType = next(iter(outside)).load()
        return module
    return importlib.import_module(f"{__name__}.{type}")
