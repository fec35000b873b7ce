"""Lists that HubSpot keeps by itself (DYNAMIC), made from conditions on properties.

The branch at the top is an OR without filters of its own, each group under it an AND ("List filters overview", read
2026-11-27). Days are compared in Europe/Paris, whatever the account's own time zone; IS_AFTER and IS_BEFORE leave out
the day that they name.
"""

from __future__ import annotations

from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.protocol import Condition, Segment

CONTACTS = "0-1"
ZONE = "Europe/Paris"
GONE = (404,)
_OPERATORS = {
    "any_of": ("ENUMERATION", "IS_ANY_OF"),
    "none_of": ("ENUMERATION", "IS_NONE_OF"),
    "known": ("ALL_PROPERTY", "IS_KNOWN"),
    "unknown": ("ALL_PROPERTY", "IS_UNKNOWN"),
    "contains": ("MULTISTRING", "CONTAINS"),
    "lacks": ("MULTISTRING", "DOES_NOT_CONTAIN"),
    "after_day": ("TIME_POINT", "IS_AFTER"),
    "before_day": ("TIME_POINT", "IS_BEFORE"),
    "after_now": ("TIME_POINT", "IS_AFTER"),
    "before_now": ("TIME_POINT", "IS_BEFORE"),
}
_WITHOUT_VALUE = ("none_of", "lacks")  # who has no value passes


def make_list(account: Account, segment: Segment) -> str:
    """Make a list and give its id. Raises ``Refused`` where the name is taken or the scope is missing."""
    body = {"name": segment.name, "objectTypeId": CONTACTS, "processingType": "DYNAMIC"}
    made = account.post(account.paths("lists"), {**body, "filterBranch": filter_branch(segment)}).json
    return str(made["list"]["listId"])


def change_list(account: Account, id: str, segment: Segment) -> None:
    """Give a list other conditions."""
    account.put(account.paths("lists", id, "update-list-filters"), {"filterBranch": filter_branch(segment)})


def remove_list(account: Account, id: str) -> None:
    """Take a list away; it may be gone already."""
    account.delete(account.paths("lists", id), expected=GONE)


def filter_branch(segment: Segment) -> dict[str, Any]:
    """The conditions of a list as HubSpot writes them."""
    groups = [_branch("AND", filters=[_filter(each) for each in group]) for group in segment.any_of]
    return _branch("OR", branches=groups)


def _branch(kind: str, *, filters: list[Any] | None = None, branches: list[Any] | None = None) -> dict[str, Any]:
    return {
        "filterBranchType": kind,
        "filterBranchOperator": kind,
        "filters": filters or [],
        "filterBranches": branches or [],
    }


def _filter(condition: Condition) -> dict[str, Any]:
    kind, operator = _OPERATORS[condition.test]
    operation: dict[str, Any] = {
        "operationType": kind,
        "operator": operator,
        "includeObjectsWithNoValueSet": condition.test in _WITHOUT_VALUE,
    }
    if condition.values:
        operation["values"] = list(condition.values)
    if kind == "TIME_POINT":
        operation |= {"timePoint": _point(condition), "propertyParser": "VALUE", "endpointBehavior": "EXCLUSIVE"}
    return {"filterType": "PROPERTY", "property": condition.property_name, "operation": operation}


def _point(condition: Condition) -> dict[str, Any]:
    now = condition.test.endswith("_now")
    return {
        "timeType": "INDEXED",
        "timezoneSource": "CUSTOM",
        "zoneId": ZONE,
        "indexReference": {"referenceType": "NOW" if now else "TODAY"},
        "offset": {"hours": condition.hours} if now else {"days": condition.days},
    }
