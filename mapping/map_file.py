"""A map in a file of its own (``--map FILE.toml``): ``[mapping]`` and ``[[declare]]``, in the words of the settings.

``contactable check`` decides an export with it, without any CRM. ``--map hubspot-export`` takes a map that the kit
ships.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contactable.errors import SettingsError
from contactable.mapping.declarations import Declaration, declarations_from_settings
from contactable.mapping.definition import Mapping, shipped_maps
from contactable.mapping.offers import OfferSettings
from contactable.rules.wordings import Wording


@dataclass(frozen=True, slots=True)
class MapFile:
    """What such a file says."""

    mapping: Mapping
    declarations: tuple[Declaration, ...]


def read_map(name: str, *, offers: Iterable[OfferSettings] = (), wordings: Iterable[Wording] = ()) -> MapFile:
    """Read a map file, or a shipped map by its name; raise ``SettingsError`` naming file, table and mistake."""
    if name in shipped_maps():
        return MapFile(Mapping.from_settings({}, crm=name, offers=offers), ())
    path = Path(name)
    table = _read(path)
    if unknown := sorted(set(table) - {"mapping", "declare"}):
        raise SettingsError(f"{path}: `{unknown[0]}` is not known; a map holds [mapping] and [[declare]].")
    try:
        return MapFile(
            Mapping.from_settings(table.get("mapping", {}), crm="", offers=offers),
            declarations_from_settings(table.get("declare", []), folder=path.parent, wordings=wordings),
        )
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist; the kit ships the maps {', '.join(shipped_maps())}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from None
