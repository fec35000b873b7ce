"""What people are shown of an event: its kind, channel, time, scope and why, and a masked identifier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contactable.webhooks.events import Event, Problem


def described(item: Event | Problem) -> dict[str, Any]:
    """What an operator is shown of one item: names of fields and their values, nothing of a person in clear."""
    from contactable.webhooks.events import Problem

    if isinstance(item, Problem):
        empty = dict.fromkeys(("channel", "identifier", "time", "scope"))
        return {"kind": "problem", **empty, "why": item.why, "key": item.key}
    return {
        "kind": str(item.kind),
        "channel": str(item.on),
        "identifier": _masked(item),
        "time": item.occurred_at.isoformat() if item.occurred_at else None,
        "scope": f"{item.scope.kind}:{item.scope.id}" if item.scope.id else str(item.scope.kind),
        "why": item.reason,
        "origin": str(item.origin),
        "confidence": str(item.confidence),
        "trace": item.trace and str(item.trace),
        "message_id": item.message_id,
        "campaign": item.campaign,
        "count": item.count,
        "key": item.key,
    }


def _masked(event: Event) -> str | None:
    """Enough of an address or number to recognise one's own; a CRM record as it is; a token only as such."""
    from contactable.identifiers import mask_email, mask_phone, read_phone

    if event.email:
        return mask_email(event.email)
    if event.phone:
        # What libphonenumber refuses is masked all the same, as it came.
        phone = read_phone(event.phone)
        return mask_phone(phone.e164 if phone else event.phone)
    return event.record or ("token" if event.token else None)
