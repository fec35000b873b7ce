"""Values as texts, as the contract wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contactable.connectors.protocol import ContactRecord


def text_of(value: Any) -> str:
    """A value as text: yes and no as ``true`` and ``false``, several joined by ``;``, what is no value as nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None or isinstance(value, dict) else str(value)


def record_of(id: Any, texts: Mapping[str, str], changed: str | None) -> ContactRecord:
    """A contact with the values that it has; ``changed`` is a moment as ISO 8601 writes it, with its zone."""
    at = datetime.fromisoformat(changed).astimezone(UTC) if changed else None
    return ContactRecord(str(id), {name: text for name, text in texts.items() if text}, at)
