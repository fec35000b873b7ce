"""Opt-outs that a CRM shows by a property that says yes: a box, or one of its own flags."""

from __future__ import annotations

from collections.abc import Mapping

from contactable.connectors.protocol import ContactRecord, OptOuts

NO = frozenset({"", "0", "false", "no"})


def says_yes(record: ContactRecord, name: str) -> bool:
    """Whether a property says anything but no."""
    return record.properties.get(name, "").strip().lower() not in NO


def opt_outs_shown(record: ContactRecord, flags: Mapping[str, str], belong: Mapping[str, str]) -> dict[str, OptOuts]:
    """By channel the opt-outs that ``flags`` show: a property each.

    ``belong`` names the property of the address or number that a channel's opt-out belongs to, where it belongs to any;
    a channel whose address the contact lacks is left out.
    """
    return {
        channel: OptOuts(address, {"": name} if says_yes(record, name) else {})
        for channel, name in flags.items()
        if (address := record.properties.get(belong[channel], "") if channel in belong else None) != ""
    }
