"""What ``[connectors.<name>] type = "hubspot"`` may say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from contactable.connectors import parts
from contactable.connectors.hubspot.oauth import API
from contactable.connectors.parts import Count, Seconds
from contactable.errors import SettingsError


class OAuthOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An app that the account has installed. ``refresh_token`` begins; renewed tokens are kept by the token store."""

    client_id: str
    client_secret: str
    refresh_token: str = ""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One HubSpot account. ``token`` or ``oauth``; secrets as ``env:NAME`` or ``file:PATH``.

    ``requests_per_10_s`` is where we begin: HubSpot's answers name the plan's figure. ``index_lag``: how many seconds
    search may be late; windows overlap by it. ``patience``: seconds for one request with all its retries.
    ``consent_pages``: pages of 200 opted-out contacts looked through at each turn of the consent feed.
    """

    token: str = ""
    oauth: OAuthOptions | None = None
    base_url: str = API
    api: Literal["v3", "2026-03", "2026-09"] = "v3"
    requests_per_10_s: Count = 100
    searches_per_s: Count = 5
    in_flight: Count = 8
    index_lag: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 10


def read_options(settings: Mapping[str, Any]) -> Options:
    """Understand the settings; raise ``SettingsError`` naming what is wrong."""
    options = parts.read_options(Options, settings, "HubSpot")
    if bool(options.token) == bool(options.oauth):
        raise SettingsError("HubSpot needs a `token` (of a service key or a project app), or an `oauth` table: one.")
    return options
