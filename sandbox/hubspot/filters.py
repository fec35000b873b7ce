"""Search filters: groups joined by OR, filters of a group by AND.

Two quirks that cost pollers their records: contacts know ``lastmodifieddate`` while all other objects know
``hs_lastmodifieddate``, and filtering contacts on the other name finds nothing and says nothing; and the time of a
filter is compared to the millisecond, so GT skips what shares it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contactable.sandbox.hubspot.definitions import Definition
from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.times import milliseconds

MOST_GROUPS, MOST_FILTERS, MOST_IN_ALL = 5, 6, 18

Test = Callable[[Mapping[str, str]], bool]
_Value = float | str
_COMPARISONS: dict[str, Callable[[_Value, _Value], bool]] = {
    "EQ": lambda a, b: a == b,
    "LT": lambda a, b: a < b,  # type: ignore[operator]  # both are of one type, see _readers
    "LTE": lambda a, b: a <= b,  # type: ignore[operator]
    "GT": lambda a, b: a > b,  # type: ignore[operator]
    "GTE": lambda a, b: a >= b,  # type: ignore[operator]
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for: bounds of the modified date (milliseconds, included) and of the id, and all the rest.

    The bounds stand apart because the index answers them without looking at anybody. ``rest`` may be None.
    """

    low: int | None = None
    high: int | None = None
    after: int = 0
    rest: Test | None = None


def read_query(body: Mapping[str, Any], definitions: Mapping[str, Definition]) -> Query:
    """Understand the filters of a search; raise a 400 naming what is wrong."""
    groups = _read_groups(body)
    tests = [[_read_filter(each, definitions) for each in group] for group in groups]
    text = str(body.get("query") or "").lower()
    found = _bounded(groups[0], tests[0]) if len(groups) == 1 else Query(rest=_any_of(tests))
    return replace(found, rest=_both(found.rest, text)) if text else found


def _bounded(group: Sequence[Mapping[str, Any]], tests: Sequence[Test]) -> Query:
    """Take the bounds out of the filters of the one group."""
    low: list[int] = []
    high: list[int] = []
    after: list[int] = [0]
    rest: list[Test] = []
    for each, test in zip(group, tests, strict=True):
        name, operator, value = each.get("propertyName"), each.get("operator"), str(each.get("value", ""))
        if name == "lastmodifieddate" and operator in ("GT", "GTE"):
            low.append(int(_moment(value)) + (operator == "GT"))
        elif name == "lastmodifieddate" and operator in ("LT", "LTE"):
            high.append(int(_moment(value)) - (operator == "LT"))
        elif name == "hs_object_id" and operator in ("GT", "GTE") and value.isdigit():
            after.append(int(value) - (operator == "GTE"))
        else:
            rest.append(test)
    return Query(max(low, default=None), min(high, default=None), max(after), _all_of(rest) if rest else None)


def _both(rest: Test | None, text: str) -> Test:
    return lambda properties: (rest is None or rest(properties)) and _has_text(text, properties)


def _read_groups(body: Mapping[str, Any]) -> list[Sequence[Mapping[str, Any]]]:
    # A bare list of filters is taken for one group, as the interface does.
    given = body.get("filterGroups") or ([{"filters": body["filters"]}] if body.get("filters") else [])
    groups: list[Sequence[Mapping[str, Any]]] = [list(group.get("filters") or []) for group in given]
    if len(groups) > MOST_GROUPS or any(len(group) > MOST_FILTERS for group in groups):
        raise invalid(f"A search has at most {MOST_GROUPS} filterGroups of {MOST_FILTERS} filters.")
    if sum(map(len, groups)) > MOST_IN_ALL:
        raise invalid(f"A search has at most {MOST_IN_ALL} filters.")
    return groups


def _has_text(text: str, properties: Mapping[str, str]) -> bool:
    return any(text in properties.get(name, "").lower() for name in _SEARCHED)


_SEARCHED = ("firstname", "lastname", "email", "phone", "mobilephone", "company")


def _all_of(tests: Sequence[Test]) -> Test:
    return lambda properties: all(test(properties) for test in tests)


def _any_of(groups: Sequence[Sequence[Test]]) -> Test | None:
    alternatives = [_all_of(tests) for tests in groups]
    return (lambda properties: any(test(properties) for test in alternatives)) if groups else None


def _read_filter(given: Mapping[str, Any], definitions: Mapping[str, Definition]) -> Test:
    name, operator = str(given.get("propertyName", "")), str(given.get("operator", ""))
    # The property is not one of a contact's, and yet nothing is refused: a poller is told that nothing ever changes.
    if name == "hs_lastmodifieddate":
        return lambda _: False
    if name not in definitions:
        raise invalid(f"There was a problem with the request: property {name!r} does not exist.")
    if operator == "HAS_PROPERTY":
        return lambda p: bool(p.get(name))
    if operator == "NOT_HAS_PROPERTY":
        return lambda p: not p.get(name)
    read = _reader(definitions[name].type)
    if operator in ("IN", "NOT_IN"):
        return _among(name, [read(str(value)) for value in _list(given, "values")], read, operator == "IN")
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        return _token(name, str(_value(given, "value")), operator == "CONTAINS_TOKEN")
    return _comparison(name, operator, given, read)


def _comparison(name: str, operator: str, given: Mapping[str, Any], read: Callable[[str], _Value]) -> Test:
    value = read(str(_value(given, "value")))
    if operator == "NEQ":
        return lambda p: not p.get(name) or read(p[name]) != value
    if operator == "BETWEEN":
        high = read(str(_value(given, "highValue")))
        return lambda p: bool(p.get(name)) and value <= read(p[name]) <= high  # type: ignore[operator]
    compare = _COMPARISONS.get(operator)
    if compare is None:
        raise invalid(f"Operator {operator!r} is not one of the documented ones.")
    return lambda p: bool(p.get(name)) and compare(read(p[name]), value)


def _among(name: str, values: Sequence[_Value], read: Callable[[str], _Value], wanted: bool) -> Test:
    return lambda p: bool(p.get(name)) and (read(p[name]) in values) is wanted


def _token(name: str, token: str, wanted: bool) -> Test:
    part = token.lower().replace("*", "")
    return lambda p: (bool(p.get(name)) and part in p[name].lower()) is wanted


def _reader(type: str) -> Callable[[str], _Value]:
    if type in ("date", "datetime"):
        return _moment
    return _number if type == "number" else str.lower


def _moment(text: str) -> float:
    found = milliseconds(text)
    if found is None:
        raise invalid(f"{text!r} is no time: give epoch milliseconds.")
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise invalid(f"{text!r} is no number.") from None


def _value(given: Mapping[str, Any], key: str) -> Any:
    if given.get(key) is None:
        raise invalid(f"A filter with {given.get('operator')} needs {key}.")
    return given[key]


def _list(given: Mapping[str, Any], key: str) -> Sequence[Any]:
    values = given.get(key)
    if not isinstance(values, list) or not values:
        raise invalid(f"A filter with {given.get('operator')} needs {key}.")
    return values
