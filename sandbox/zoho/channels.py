"""Channels of notifications in the small Zoho: opened, changed, told; they end by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from contactable.sandbox.front import Answer, Asked

USUAL, LONGEST, LONGEST_TOKEN = timedelta(hours=1), timedelta(days=7), 50


def open_anew(asked: Asked) -> Answer:
    """Open a channel; one that is open may live on by it."""
    wanted = asked.json["watch"][0]
    if str(wanted["channel_id"]) in _open(asked) and not asked.crm.own.opens_twice:
        return _refused("channel_id")
    return _kept(asked, wanted)


def change(asked: Asked) -> Answer:
    """Change a channel that is open."""
    wanted = asked.json["watch"][0]
    return _kept(asked, wanted) if str(wanted["channel_id"]) in _open(asked) else _refused("channel_id")


def told(asked: Asked) -> Answer:
    """The channels that are open."""
    found = list(_open(asked).values())
    return Answer(200, {"watch": found, "info": {"count": len(found)}}) if found else Answer(204)


def _kept(asked: Asked, wanted: Mapping[str, Any]) -> Answer:
    if len(wanted.get("token", "")) > LONGEST_TOKEN:
        return _refused("token")
    if not str(wanted.get("notify_url", "")).startswith("https://"):
        return _refused("notify_url")
    now = datetime.fromtimestamp(asked.crm.clock(), UTC)
    until = datetime.fromisoformat(wanted["channel_expiry"]) if "channel_expiry" in wanted else now + USUAL
    until = until if now < until <= now + LONGEST else now + USUAL
    kept = {**wanted, "channel_id": str(wanted["channel_id"]), "channel_expiry": until.isoformat()}
    asked.crm.own.channels[kept["channel_id"]] = kept
    module = wanted["events"][0].partition(".")[0]
    events = [{"channel_expiry": kept["channel_expiry"], "channel_id": kept["channel_id"], "resource_name": module}]
    return Answer(200, {"watch": [{"code": "SUCCESS", "details": {"events": events}, "status": "success"}]})


def _open(asked: Asked) -> dict[str, dict[str, Any]]:
    now = datetime.fromtimestamp(asked.crm.clock(), UTC)
    kept: dict[str, dict[str, Any]] = asked.crm.own.channels
    return {id: each for id, each in kept.items() if datetime.fromisoformat(each["channel_expiry"]) > now}


def _refused(name: str) -> Answer:
    return Answer(400, {"watch": [{"code": "INVALID_DATA", "details": {"api_name": name}, "status": "error"}]})
