"""Filter branches of dynamic lists, as far as the kit's own lists need them; any other filter is refused, not guessed.

Operations: ALL_PROPERTY (IS_KNOWN, IS_UNKNOWN), ENUMERATION (IS_ANY_OF, IS_NONE_OF, HAS_EXACTLY), BOOL, STRING and
MULTISTRING (IS_EQUAL_TO …, CONTAINS) and TIME_POINT (IS_AFTER, IS_BEFORE a date or TODAY).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.times import milliseconds

_Test = Callable[[str], bool]
_DAY = 86_400_000


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
        point = _point(operation.get("timePoint") or {}, now)
        return lambda value: _compare(str(operator), value, point)
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
    if operator == "CONTAINS":
        return any(each in value for each in values)
    if operator in ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"):
        return (value in values) is (operator == "IS_EQUAL_TO")
    raise invalid(f"STRING with {operator} is not known here.")


def _point(given: Mapping[str, Any], now: int) -> int:
    """The moment that a date, or today with an offset in days, names."""
    if given.get("timeType") == "DATE":
        return milliseconds(f"{given['year']:04d}-{given['month']:02d}-{given['day']:02d}") or 0
    if (given.get("indexReference") or {}).get("referenceType") == "TODAY":
        return now - now % _DAY + int((given.get("offset") or {}).get("days", 0)) * _DAY
    raise invalid("A timePoint is a DATE, or INDEXED from TODAY.")


def _compare(operator: str, value: str, point: int) -> bool:
    moment = milliseconds(value)
    if moment is None:
        return False
    if operator not in ("IS_AFTER", "IS_BEFORE"):
        raise invalid(f"TIME_POINT with {operator} is not known here.")
    return moment > point if operator == "IS_AFTER" else moment < point
