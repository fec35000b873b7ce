"""Whom may we approach, where, and why: French prospecting law inside the CRM.

``from contactable import Contactable`` is the way in; everything else is imported on first use, so that
``import contactable.rules`` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contactable.kit import Contactable as Contactable

__all__ = ["Contactable"]


def __getattr__(name: str) -> Any:
    if name == "Contactable":
        from contactable.kit import Contactable

        return Contactable
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
