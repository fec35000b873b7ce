"""Options of a connector: what ``[connectors.<name>] type = …`` may say beside ``type`` and ``mapping``.

Names that all connectors share: ``token`` (or what the CRM calls its credentials), ``base_url``, ``in_flight``,
``patience``. A secret is a reference, ``env:NAME`` or ``file:PATH``, which ``secrets`` of ``connect`` reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from contactable.errors import SettingsError

Count = Annotated[int, msgspec.Meta(gt=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Options = TypeVar("Options", bound=msgspec.Struct)


def read_options(kind: type[Options], settings: Mapping[str, Any], who: str) -> Options:
    """Understand the settings of a connector; raise ``SettingsError`` naming what is wrong and what is known."""
    try:
        return msgspec.convert(dict(settings), kind)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__)
        raise SettingsError(f"{who}'s settings: {error} (known: {known}).") from None
