"""Libraries of the extra ``console``, loaded when they are first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from contactable.errors import SettingsError


def library(name: str) -> Any:
    """A module of the extra; raises ``SettingsError`` saying how to install it."""
    try:
        return import_module(name)
    except ImportError:
        raise SettingsError("The console needs: pip install 'contactable[console]'") from None
