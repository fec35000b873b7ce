"""HubSpot's errors as it writes them. Every field but ``status`` and ``message`` may be absent on the real thing.

Bodies are those recorded in public issues and fixtures of clients (guide on error handling, copy of 2026-03-30).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from contactable.sandbox.front.faults import Fault
from contactable.sandbox.front.messages import Problem as Problem


def problem(status: int, message: str, category: str, **more: Any) -> Problem:
    """An error in the usual shape."""
    return Problem(status, error_body(message, category, **more))


def error_body(message: str, category: str, **more: Any) -> dict[str, Any]:
    """The usual shape of an error, which multi-status answers carry as well."""
    return {"status": "error", "message": message, "correlationId": str(uuid.uuid4()), "category": category, **more}


def invalid(message: str) -> Problem:
    """400: something in the request is not as documented."""
    return problem(400, message, "VALIDATION_ERROR")


def not_found(message: str = "resource not found") -> Problem:
    """404."""
    return problem(404, message, "OBJECT_NOT_FOUND")


def conflict(message: str, category: str = "CONFLICT") -> Problem:
    """409: it is there already."""
    return problem(409, message, category)


def not_authenticated() -> Problem:
    """401: no token, or one that HubSpot does not know."""
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return problem(401, message, "INVALID_AUTHENTICATION")


def expired(seconds_ago: int) -> Problem:
    """401: an OAuth access token lives for half an hour."""
    message = f"The OAuth token used to make this call expired {seconds_ago} second(s) ago."
    return problem(401, message, "EXPIRED_AUTHENTICATION")


def missing_scopes(scopes: Iterable[str]) -> Problem:
    """403: the token lacks a scope; any one of those named is enough."""
    message = (
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes."
    )
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    return problem(403, message, "MISSING_SCOPES", errors=[detail])


def rate_limited(policy: str, what: str, retry_after: int | None = None) -> Problem:
    """429: ``policy`` is TEN_SECONDLY_ROLLING, SECONDLY or DAILY. A delay is named only sometimes."""
    body = {
        "status": "error",
        "message": f"You have reached your {what} limit.",
        "errorType": "RATE_LIMIT",
        "category": "RATE_LIMITS",
        "correlationId": str(uuid.uuid4()),
        "policyName": policy,
        "groupName": "publicapi:private-apps:api-calls-upgraded-limit",
    }
    return Problem(429, body, {} if retry_after is None else {"Retry-After": str(retry_after)})


def of_fault(fault: Fault) -> Problem:
    """The answer of a fault that is a status."""
    delay = None if fault.wait is None else int(fault.wait)
    if fault.effect == "429":
        return rate_limited(fault.policy, fault.policy.lower(), delay)
    status = int(fault.effect)
    headers: Mapping[str, str] = {} if delay is None else {"Retry-After": str(delay)}
    message, category = _SAID.get(status, ("internal error", "INTERNAL_ERROR"))
    # What the edge answers is no JSON of HubSpot's own; clients must not count on any field.
    body = {"message": message, "requestId": uuid.uuid4().hex} if status > 504 else error_body(message, category)
    return Problem(status, body, headers)


_SAID = {
    401: ("Authentication credentials not found.", "INVALID_AUTHENTICATION"),
    403: ("You do not have permission.", "BANNED"),
    423: ("The resource is locked; wait at least two seconds.", "LOCKED"),
    477: ("The account is being migrated.", "MIGRATION_IN_PROGRESS"),
    500: ("internal error", "INTERNAL_ERROR"),
    502: ("bad gateway", "BAD_GATEWAY"),
    503: ("service temporarily unavailable", "SERVICE_UNAVAILABLE"),
    504: ("gateway timeout", "GATEWAY_TIMEOUT"),
    524: ("a timeout occurred", ""),
}
