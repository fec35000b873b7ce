"""How old each secret of the settings is: of a file its date, of an environment variable nobody can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from contactable.settings import Settings

_REFERENCE: Final = re.compile(r"(env|file):\S.*")


@dataclass(frozen=True, slots=True)
class Age:
    """One secret: where the settings name it (``connectors.hubspot.token``), and since when its file is as it is."""

    where: str
    reference: str
    since: datetime | None


def ages(settings: Settings) -> list[Age]:
    """The secrets that the settings name, in their order."""
    tables = msgspec.to_builtins(settings, builtin_types=(Path, datetime), enc_hook=str)
    return [Age(where, reference, _since(reference, settings.folder)) for where, reference in _named(tables, "")]


def _named(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            # What only a connector or a sender understands is kept apart, and written beside the rest.
            yield from _named(each, where if name == "options" else f"{where}.{name}".strip("."))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _named(each, where)
    elif isinstance(value, str) and _REFERENCE.fullmatch(value):
        yield where, value


def _since(reference: str, folder: Path) -> datetime | None:
    kind, _, name = reference.partition(":")
    try:
        return datetime.fromtimestamp((folder / name).stat().st_mtime, UTC) if kind == "file" else None
    except OSError:
        return None
