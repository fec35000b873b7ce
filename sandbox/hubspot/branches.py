"""Filter branches of dynamic lists, as far as the kit's own lists need them; any other filter is refused, not guessed.

Operations: ALL_PROPERTY (IS_KNOWN, IS_UNKNOWN), ENUMERATION (IS_ANY_OF, IS_NONE_OF, HAS_EXACTLY), BOOL, STRING and
MULTISTRING (IS_EQUAL_TO …, CONTAINS …) and TIME_POINT (IS_AFTER, IS_BEFORE a date, TODAY or NOW, both exclusive). A
property that holds a day is compared by the day, in the filter's time zone [K: HubSpot's page shows no such case].
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.times import milliseconds

_Test = Callable[[str], bool]


def check(branch: Mapping[str, Any] | None, known: Collection[str]) -> None:
    """Refuse (400) a branch as HubSpot does: an OR at the top without filters of its own, properties that exist."""
    if not branch:
        return
    if branch.get("filterBranchType") != "OR" or branch.get("filters"):
        raise invalid("The root filterBranch is of type OR and has no filters.")
    for each in branch.get("filterBranches") or []:
        for given in each.get("filters") or []:
            if given.get("filterType") == "PROPERTY" and given.get("property") not in known:
                raise invalid(f"Property {given.get('property')} does not exist.")


def mentions(branch: Mapping[str, Any] | None, name: str) -> bool:
    """Whether a branch looks at a property."""
    inside = (branch or {}).get("filterBranches") or []
    filters = (branch or {}).get("filters") or []
    return any(each.get("property") == name for each in filters) or any(mentions(each, name) for each in inside)


def matches(branch: Mapping[str, Any], properties: Mapping[str, str], now: int) -> bool:
    """Whether a contact is in a list of this branch; ``now`` in milliseconds."""
    parts = [_one(each, properties, now) for each in branch.get("filters") or []]
    parts += [matches(each, properties, now) for each in branch.get("filterBranches") or []]
    return any(parts) if branch.get("filterBranchType") == "OR" else all(parts)


def _one(given: Mapping[str, Any], properties: Mapping[str, str], now: int) -> bool:
    if given.get("filterType") != "PROPERTY":
        raise invalid(f"filterType {given.get('filterType')} is not known here.")
    operation = given.get("operation") or {}
    value = properties.get(str(given.get("property")), "")
    known = operation.get("operator") not in ("IS_KNOWN", "IS_UNKNOWN")
    if not value and known and "includeObjectsWithNoValueSet" in operation:
        return bool(operation["includeObjectsWithNoValueSet"])
    return _test(operation, now)(value)


def _test(operation: Mapping[str, Any], now: int) -> _Test:
    kind, operator = operation.get("operationType"), operation.get("operator")
    if operator in ("IS_KNOWN", "IS_UNKNOWN"):
        return lambda value: bool(value) is (operator == "IS_KNOWN")
    if kind == "ENUMERATION":
        return _enumeration(str(operator), set(map(str, operation.get("values") or [])))
    if kind == "BOOL":
        wanted = str(operation.get("value")).lower()
        return lambda value: (value.lower() == wanted) is (operator == "IS_EQUAL_TO")
    if kind in ("STRING", "MULTISTRING"):
        values = {str(each).lower() for each in operation.get("values") or [operation.get("value")]}
        return lambda value: _string(str(operator), value.lower(), values)
    if kind == "TIME_POINT":
        given = operation.get("timePoint") or {}
        zone, point = ZoneInfo(given.get("zoneId") or "UTC"), _point(given, now)
        return lambda value: _compare(str(operator), value, point, zone)
    raise invalid(f"operationType {kind} with {operator} is not known here.")


def _enumeration(operator: str, values: set[str]) -> _Test:
    tests: dict[str, Callable[[set[str]], bool]] = {
        "IS_ANY_OF": lambda has: bool(has & values),
        "IS_NONE_OF": lambda has: not has & values,
        "HAS_EXACTLY": lambda has: has == values,
        "CONTAINS_ALL": lambda has: values <= has,
    }
    if operator not in tests:
        raise invalid(f"ENUMERATION with {operator} is not known here.")
    return lambda value: tests[operator](set(filter(None, value.split(";"))))


def _string(operator: str, value: str, values: set[str]) -> bool:
    if operator in ("CONTAINS", "DOES_NOT_CONTAIN"):
        return any(each in value for each in values) is (operator == "CONTAINS")
    if operator in ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"):
        return (value in values) is (operator == "IS_EQUAL_TO")
    raise invalid(f"STRING with {operator} is not known here.")


def _point(given: Mapping[str, Any], now: int) -> datetime:
    """The moment that a date names, or an offset from today's beginning or from now."""
    zone = ZoneInfo(given.get("zoneId") or "UTC")
    if given.get("timeType") == "DATE":
        return datetime(given["year"], given["month"], given["day"], tzinfo=zone)
    moment = datetime.fromtimestamp(now / 1000, zone)
    reference = (given.get("indexReference") or {}).get("referenceType")
    if reference not in ("TODAY", "NOW"):
        raise invalid("A timePoint is a DATE, or INDEXED from TODAY or NOW.")
    start = datetime.combine(moment.date(), time(), zone) if reference == "TODAY" else moment
    return start + timedelta(**{unit: int(many) for unit, many in (given.get("offset") or {}).items()})


def _compare(operator: str, value: str, point: datetime, zone: ZoneInfo) -> bool:
    at = milliseconds(value)
    if at is None:
        return False
    if operator not in ("IS_AFTER", "IS_BEFORE"):
        raise invalid(f"TIME_POINT with {operator} is not known here.")
    moment = datetime.fromisoformat(value).replace(tzinfo=zone) if len(value) == len("2026-11-24") else None
    moment = moment or datetime.fromtimestamp(at / 1000, UTC)
    return moment > point if operator == "IS_AFTER" else moment < point
