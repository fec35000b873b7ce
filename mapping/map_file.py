"""A map in a file of its own (``--map FILE.toml``), in the words of the settings.

It holds ``[mapping]``, and where need be ``[offers.NAME]`` and ``[[declare]]``.

``contactable check`` decides an export with it, without any CRM. ``--map hubspot-export`` takes a map that the kit
ships.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contactable.errors import SettingsError
from contactable.mapping.declarations import Declaration
from contactable.mapping.declare_tables import declarations_from_settings
from contactable.mapping.definition import Mapping, shipped_maps
from contactable.mapping.offers import OfferSettings, offers_from_settings
from contactable.rules.wordings import Wording


@dataclass(frozen=True, slots=True)
class MapFile:
    """What such a file says; its offers take the place of those of the settings."""

    mapping: Mapping
    declarations: tuple[Declaration, ...]
    offers: Table[str, OfferSettings]

    def offer(self, name: str) -> OfferSettings:
        """The offer of that name; raise ``SettingsError`` naming those that there are."""
        if name not in self.offers:
            raise SettingsError(f"There is no offer `{name}`; known: {', '.join(self.offers)}.")
        return self.offers[name]


def read_map(name: str, *, offers: Table[str, OfferSettings], wordings: Iterable[Wording] = ()) -> MapFile:
    """Read a map file, or a shipped map by its name; raise ``SettingsError`` naming file, table and mistake."""
    if name in shipped_maps():
        return MapFile(Mapping.from_settings({}, crm=name, offers=offers.values()), (), offers)
    path = Path(name)
    table = _read(path)
    if unknown := sorted(set(table) - {"mapping", "offers", "declare"}):
        raise SettingsError(
            f"{path}: `{unknown[0]}` is not known; a map holds [mapping], [offers.NAME] and [[declare]]."
        )
    try:
        offers = offers_from_settings(table["offers"]) if "offers" in table else offers
        return MapFile(
            Mapping.from_settings(table.get("mapping", {}), crm="", offers=offers.values()),
            declarations_from_settings(table.get("declare", []), folder=path.parent, wordings=wordings),
            offers,
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
