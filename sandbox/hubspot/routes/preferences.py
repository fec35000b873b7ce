"""Communication preferences in both families: v3 (by address), and v4 with its dated twins (by subscriber).

v3 says SUBSCRIBED or NOT_SUBSCRIBED. v4 says SUBSCRIBED, UNSUBSCRIBED or NOT_SPECIFIED, with a legal basis and a time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contactable.sandbox.hubspot.preferences import BY_API, LEGAL_BASES, Status, SubscriptionType
from contactable.sandbox.hubspot.problems import error_body, invalid
from contactable.sandbox.hubspot.routing import Answer, Asked, Route, ok
from contactable.sandbox.hubspot.times import iso

READ = ("communication_preferences.read", "communication_preferences.read_write", "subscriptions-status-read")
WRITE = ("communication_preferences.read_write", "communication_preferences.write", "subscriptions-status-write")
BATCH_READ = ("communication_preferences.statuses.batch.read",)
BATCH_WRITE = ("communication_preferences.statuses.batch.write",)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_SINCE = "2024-01-01T00:00:00.000Z"


def _definition(type: SubscriptionType) -> dict[str, Any]:
    return {
        "id": str(type.id),
        "name": type.name,
        "description": type.description,
        "purpose": type.purpose,
        "communicationMethod": "Email",
        "isActive": True,
        "isDefault": type.default,
        "isInternal": False,
        "createdAt": _SINCE,
        "updatedAt": _SINCE,
        "businessUnitId": 0,
    }


def _definitions_v3(asked: Asked) -> Answer:
    return ok({"subscriptionDefinitions": [_definition(each) for each in asked.portal.preferences.types.values()]})


def _definitions(asked: Asked) -> Answer:
    return _complete(asked, [_definition(each) for each in asked.portal.preferences.types.values()])


def _complete(asked: Asked, results: list[Any]) -> Answer:
    now = iso(asked.portal.now)
    return ok({"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now})


def _status_v3(asked: Asked, email: str, type: SubscriptionType) -> dict[str, Any]:
    preferences = asked.portal.preferences
    everything, one = preferences.status(email, None), preferences.status(email, type.id)
    wide = everything is not None and not everything.subscribed
    said = everything if wide else one
    return {
        "id": str(type.id),
        "name": type.name,
        "description": type.description,
        "status": "NOT_SUBSCRIBED" if said is not None and not said.subscribed else "SUBSCRIBED",
        "sourceOfStatus": "PORTAL_WIDE_STATUS" if wide or one is None else "SUBSCRIPTION_STATUS",
        "preferenceGroupName": None,
        "legalBasis": (said.legal_basis or None) if said else None,
        "legalBasisExplanation": (said.explanation or None) if said else None,
    }


def _statuses_v3(asked: Asked) -> Answer:
    email = asked.path["email"].lower()
    types = asked.portal.preferences.types.values()
    return ok({"recipient": email, "subscriptionStatuses": [_status_v3(asked, email, each) for each in types]})


def _write_v3(asked: Asked, subscribed: bool) -> Answer:
    email, id = asked.text("emailAddress").lower(), _subscription(asked.json)
    asked.portal.say(email, id, _said(asked, asked.json, subscribed))
    return ok(_status_v3(asked, email, asked.portal.preferences.types[id]))


def _unsubscribe_v3(asked: Asked) -> Answer:
    return _write_v3(asked, False)


def _subscribe_v3(asked: Asked) -> Answer:
    return _write_v3(asked, True)


def _subscription(given: Mapping[str, Any]) -> int:
    text = str(given.get("subscriptionId", ""))
    if not text.isdigit():
        raise invalid("Some required fields were not set: [subscriptionId]")
    return int(text)


def _said(asked: Asked, given: Mapping[str, Any], subscribed: bool) -> Status:
    basis = str(given.get("legalBasis") or "")
    if basis and basis not in LEGAL_BASES:
        raise invalid(f"legalBasis is one of {', '.join(sorted(LEGAL_BASES))}.")
    return Status(subscribed, asked.portal.now, BY_API, basis, str(given.get("legalBasisExplanation") or ""))


def _status(asked: Asked, email: str, type: SubscriptionType, **more: Any) -> dict[str, Any]:
    preferences = asked.portal.preferences
    may, one = preferences.may_receive(email, type.id), preferences.status(email, type.id)
    said = one or preferences.status(email, None)
    return {
        "channel": "EMAIL",
        "subscriberIdString": email,
        "subscriptionId": type.id,
        "subscriptionName": type.name,
        "status": {None: "NOT_SPECIFIED", True: "SUBSCRIBED", False: "UNSUBSCRIBED"}[may],
        "source": said.source if said else "",
        "legalBasis": (said.legal_basis or None) if said else None,
        "legalBasisExplanation": (said.explanation or None) if said else None,
        "businessUnitId": 0,
        "timestamp": iso(said.at if said else 0),
        **more,
    }


def _wide(asked: Asked, email: str) -> dict[str, Any]:
    said = asked.portal.preferences.status(email, None)
    return {
        "channel": "EMAIL",
        "subscriberIdString": email,
        "wideStatusType": "PORTAL_WIDE",
        "status": "UNSUBSCRIBED" if said and not said.subscribed else "NOT_SPECIFIED",
        "businessUnitId": 0,
        "timestamp": iso(said.at if said else 0),
    }


def _channel(asked: Asked, given: str) -> None:
    if given != "EMAIL":  # SMS and WhatsApp statuses exist in the user interface only
        raise invalid(f"Unable to infer object type from: {given}; channel is EMAIL.")


def _all(asked: Asked, email: str) -> list[dict[str, Any]]:
    return [_status(asked, email, each) for each in asked.portal.preferences.types.values()]


def _statuses(asked: Asked) -> Answer:
    _channel(asked, asked.one("channel"))
    return _complete(asked, _all(asked, asked.path["email"].lower()))


def _write(asked: Asked) -> Answer:
    _channel(asked, str(asked.json.get("channel")))
    return _complete(asked, [_write_one(asked, asked.path["email"].lower(), asked.json)])


def _write_one(asked: Asked, email: str, given: Mapping[str, Any]) -> dict[str, Any]:
    state, id = given.get("statusState"), _subscription(given)
    if state not in ("SUBSCRIBED", "UNSUBSCRIBED"):
        raise invalid("statusState is SUBSCRIBED or UNSUBSCRIBED.")
    changed = asked.portal.say(email, id, _said(asked, given, state == "SUBSCRIBED"))
    reason = "REQUESTED_CHANGE_OCCURRED" if changed else "NO_STATUS_CHANGE"
    return _status(asked, email, asked.portal.preferences.types[id], setStatusSuccessReason=reason)


def _unsubscribe_all(asked: Asked) -> Answer:
    _channel(asked, asked.one("channel"))
    email = asked.path["email"].lower()
    asked.portal.say(email, None, Status(False, asked.portal.now, BY_API))
    return _complete(asked, _all(asked, email) if asked.flag("verbose") else [])


def _wide_status(asked: Asked) -> Answer:
    _channel(asked, asked.one("channel"))
    return _complete(asked, [_wide(asked, asked.path["email"].lower())])


def _emails(asked: Asked) -> list[str]:
    inputs = asked.json.get("inputs")
    if not isinstance(inputs, list) or not 0 < len(inputs) <= 100:
        raise invalid("inputs are 1 to 100 addresses.")
    return [str(each).lower() for each in inputs]


def _batch_read(asked: Asked) -> Answer:
    """What is no address is told among the errors; the others are answered."""
    _channel(asked, asked.one("channel"))
    emails = _emails(asked)
    read = [{"subscriberIdString": e, "statuses": _all(asked, e)} for e in emails if _ADDRESS.fullmatch(e)]
    answer, odd = _complete(asked, read), [e for e in emails if not _ADDRESS.fullmatch(e)]
    errors = [error_body(f"{each} is no e-mail address", "VALIDATION_ERROR") for each in odd]
    return Answer(207, {**answer.body, "numErrors": len(errors), "errors": errors}) if odd else answer


def _batch_write(asked: Asked) -> Answer:
    pairs = [(str(each.get("subscriberIdString", "")).lower(), each) for each in asked.inputs()]
    return _complete(asked, [_write_one(asked, email, each) for email, each in pairs])


def _batch_wide(asked: Asked) -> Answer:
    _channel(asked, asked.one("channel"))
    return _complete(asked, [{"subscriberIdString": e, "wideStatuses": [_wide(asked, e)]} for e in _emails(asked)])


def _batch_leave_all(asked: Asked) -> Answer:
    _channel(asked, asked.one("channel"))
    for email in _emails(asked):
        asked.portal.say(email, None, Status(False, asked.portal.now, BY_API))
    return _complete(asked, [{"subscriberIdString": email} for email in _emails(asked)])


def _timeline(asked: Asked) -> Answer:
    """The whole portal's changes in order of time, from the older interface [to be confirmed for service keys]."""
    since, offset, limit = int(asked.one("startTimestamp", "0")), int(asked.one("offset", "0")), asked.limit(10, 1_000)
    said = [each for each in asked.portal.preferences.timeline if each.status.at >= since]
    results = [_change(asked, each.email, each.subscription_id, each.status) for each in said[offset : offset + limit]]
    end = offset + len(results)
    return ok({"hasMore": end < len(said), "offset": str(end), "timeline": results})


def _change(asked: Asked, email: str, subscription_id: int | None, status: Status) -> dict[str, Any]:
    change = {
        "change": "SUBSCRIBED" if status.subscribed else "UNSUBSCRIBED",
        "changeType": "PORTAL_STATUS" if subscription_id is None else "SUBSCRIPTION_STATUS",
        "source": status.source,
        "portalId": asked.portal.id,
    }
    if subscription_id is not None:
        change["subscriptionId"] = subscription_id
    return {"timestamp": status.at, "portalId": asked.portal.id, "recipient": email, "changes": [change]}


_V3 = "/communication-preferences/v3"
ROUTES = (
    Route("definitions", "GET", "", f"{_V3}/definitions", _definitions_v3, READ),
    Route("statuses", "GET", "", f"{_V3}/status/email/<email>", _statuses_v3, READ),
    Route("unsubscribe", "POST", "", f"{_V3}/unsubscribe", _unsubscribe_v3, WRITE),
    Route("subscribe", "POST", "", f"{_V3}/subscribe", _subscribe_v3, WRITE),
    Route("definitions", "GET", "preferences", "/definitions", _definitions, READ),
    Route("statuses", "GET", "preferences", "/statuses/<email>", _statuses, READ),
    Route("unsubscribe", "POST", "preferences", "/statuses/<email>", _write, WRITE),
    Route("unsubscribe_all", "POST", "preferences", "/statuses/<email>/unsubscribe-all", _unsubscribe_all, WRITE),
    Route("wide_status", "GET", "preferences", "/statuses/<email>/unsubscribe-all", _wide_status, READ),
    Route("statuses_batch", "POST", "preferences", "/statuses/batch/read", _batch_read, BATCH_READ),
    Route("unsubscribe_batch", "POST", "preferences", "/statuses/batch/write", _batch_write, BATCH_WRITE),
    Route("wide_batch", "POST", "preferences", "/statuses/batch/unsubscribe-all/read", _batch_wide, BATCH_READ),
    Route("leave_all_batch", "POST", "preferences", "/statuses/batch/unsubscribe-all", _batch_leave_all, BATCH_WRITE),
    Route("timeline", "GET", "", "/email/public/v1/subscriptions/timeline", _timeline, READ),
)
