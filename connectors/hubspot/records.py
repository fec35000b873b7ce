"""From HubSpot's JSON to records, and the names of properties that are worth asking for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.protocol import ContactRecord

ALWAYS = ("hs_merged_object_ids", "lastmodifieddate", "email", "hs_email_optout")
OPT_OUT = re.compile(r"hs_email_optout_(\d+)")


def as_record(item: Mapping[str, Any]) -> ContactRecord:
    """One contact as HubSpot gives it; values that are null are left out."""
    given = item.get("properties") or {}
    properties = {name: str(value) for name, value in given.items() if value not in (None, "")}
    return ContactRecord(
        id=str(item["id"]),
        properties=properties,
        changed_at=moment(item.get("archivedAt") or properties.get("lastmodifieddate") or item.get("updatedAt")),
        merged_ids=merged_ids(properties),
        gone=bool(item.get("archived")),
    )


def merged_ids(properties: Mapping[str, str]) -> tuple[str, ...]:
    """The ids that went into this record, merges of merges included: ``51;1551``."""
    return tuple(filter(None, properties.get("hs_merged_object_ids", "").split(";")))


def moment(text: Any) -> datetime | None:
    """A moment as HubSpot writes it, in ISO 8601 or in milliseconds since 1970; None where it is none."""
    try:
        if isinstance(text, int) or (isinstance(text, str) and text.isdigit()):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        return datetime.fromisoformat(text) if text else None
    except (ValueError, OverflowError, OSError):
        return None


def names_in_account(account: Account, wanted: Iterable[str], known: frozenset[str] | None = None) -> tuple[str, ...]:
    """Of the wanted properties those that exist, and every opt-out of one subscription type.

    A name that does not exist is ignored by HubSpot and only lengthens the URL, up to a 414.
    """
    known = existing_names(account) if known is None else known
    return tuple(dict.fromkeys([*ALWAYS, *(n for n in wanted if n in known), *sorted(opt_out_names(known))]))


def existing_names(account: Account) -> frozenset[str]:
    """The names of all properties that the account's contacts have."""
    return frozenset(existing_kinds(account))


def existing_kinds(account: Account) -> dict[str, str]:
    """The type of each property that contacts have, and when it was made: a deleted property's name is free again."""
    found = account.get(account.paths("properties")).json["results"]
    return {str(each["name"]): f"{each.get('type', '')} of {str(each.get('createdAt', ''))[:19]}" for each in found}


def opt_out_names(known: Iterable[str]) -> list[str]:
    """The properties that show opt-outs of one subscription type each."""
    return [name for name in known if OPT_OUT.fullmatch(name)]
