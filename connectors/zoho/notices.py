"""Zoho's notifications: a channel that ends by itself, after an hour unless more is asked for, after a week at most.

Opened anew under its number it lives on, with the address and the token that were given last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contactable.connectors.parts import Account
from contactable.errors import Refused

PATH = "/actions/watch"
LASTS = timedelta(hours=23)  # older versions of the interface take a day at most, and make an hour of more
LONGEST_TOKEN = 50


def open_channel(account: Account, module: str, channel: str, url: str, token: str) -> datetime:
    """Open a channel, or let it live on, and give the moment at which it ends. Raises ``Refused``."""
    if len(token) > LONGEST_TOKEN:
        raise Refused(f"Zoho takes tokens of {LONGEST_TOKEN} letters at most: make the endpoint's secret shorter.")
    wanted = {
        "channel_id": number_of(module, channel),
        "events": [f"{module}.all"],
        "channel_expiry": (account.clock.now + LASTS).isoformat(),
        "token": token,
        "notify_url": url,
        "return_affected_field_values": True,
        "notify_on_related_action": False,
    }
    # Which of the two renews a channel that is open, Zoho's pages do not agree about.
    if not (done := _sent(account, "POST", wanted)) and not (done := _sent(account, "PUT", wanted)):
        raise Refused("Zoho opens no channel: is the address https and public, and has the token the scope for it?")
    told = (done.get("events") or [{}])[0].get("channel_expiry") or wanted["channel_expiry"]
    return datetime.fromisoformat(str(told)).astimezone(UTC)


def ends_at(account: Account, module: str, channel: str) -> datetime | None:
    """When a channel ends; None where it is not open."""
    answer = account.get(PATH, {"module": module})
    for each in answer.json.get("watch") or ():
        if str(each.get("channel_id")) == number_of(module, channel) and each.get("channel_expiry"):
            return datetime.fromisoformat(str(each["channel_expiry"])).astimezone(UTC)
    return None


def number_of(module: str, channel: str) -> str:
    """A channel's number, always the same: that of another installation, or another module, is another."""
    digest = hashlib.sha256(f"{module} {channel}".encode()).digest()
    return str(10**12 + int.from_bytes(digest[:5]))


def _sent(account: Account, method: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """What Zoho tells of the channel; nothing where it refuses."""
    answer = account.call(method, PATH, json={"watch": [wanted]}, expected=(400,))
    told = (answer.json.get("watch") or [{}])[0] if isinstance(answer.json, dict) else {}
    return told.get("details") or {} if told.get("code") == "SUCCESS" else {}
