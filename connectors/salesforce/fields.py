"""Salesforce's fields: ours end with ``__c``, stand on contacts and leads, and are shown by a permission set.

A field that the interface makes is seen by nobody, administrators included, until a permission says so. So each one is
put into the permission set *contactable*, which we assign to ourselves; people assign it to those who shall see it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account, in_groups
from contactable.connectors.protocol import Property, Shape
from contactable.errors import Refused

OURS, ENDING, SET = "contactable_", "__c", "contactable"
FRESH = 60.0  # seconds for which what was asked is good
COLLECTION = 200
TYPES = {
    Shape.CHOICE: "Picklist",
    Shape.CHOICES: "MultiselectPicklist",
    Shape.DATE: "Date",
    Shape.NUMBER: "Number",
    Shape.DATETIME: "Text",
}
"""What is not here is a long text: 255 letters may be too few. Moments are cut to seconds there."""
DESCRIBED = {
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
    "Date": "date",
    "Number": "double",
    "Text": "string",
    "LongTextArea": "textarea",
}
FURTHER: Mapping[str, Mapping[str, Any]] = {
    "MultiselectPicklist": {"visibleLines": 5},
    "Number": {"precision": 18, "scale": 2},
    "Text": {"length": 40},
    "LongTextArea": {"length": 32_768, "visibleLines": 3},
}
UNREADABLE = frozenset({"address", "location", "base64", "anyType", "complexvalue"})
"""Types that are no text: the parts of an address are fields of their own."""
Known = Mapping[str, Mapping[str, Any]]


def field_of(name: str) -> str:
    """Salesforce's name of a property."""
    return f"{name}{ENDING}" if name.startswith(OURS) else name


def property_of(field: str) -> str:
    """The property's name of a field."""
    return field.removesuffix(ENDING) if field.startswith(OURS) else field


class Fields:
    """The fields of each kind of record, asked for anew each minute. Threads share it."""

    def __init__(self, account: Account, objects: Sequence[str]) -> None:
        self.account = account
        self.objects = tuple(objects)
        self._known: dict[str, tuple[float, Known]] = {}
        self._lock = threading.Lock()

    def known(self, kind: str, *, fresh: bool = False) -> Known:
        """The fields of one kind of record that we may see, by name."""
        with self._lock:
            until, found = self._known.get(kind, (0.0, {}))
            if fresh or time.monotonic() > until:
                described = self.account.get(f"/sobjects/{kind}/describe").json["fields"]
                found = {str(each["name"]): each for each in described}
                self._known[kind] = (time.monotonic() + FRESH, found)
            return found

    def kinds(self) -> dict[str, str]:
        """The properties of all kinds of record, each with its type: that of contacts, where both have it."""
        among = [each for kind in reversed(self.objects) for each in self.known(kind, fresh=True).values()]
        return {property_of(str(each["name"])): str(each["type"]) for each in among if each["type"] not in UNREADABLE}

    def labels(self) -> dict[str, str]:
        """What people read, of fields that people made."""
        made = [each for kind in self.objects for name, each in self.known(kind).items() if name.endswith(ENDING)]
        return {str(each["name"]): str(each["label"]) for each in made if each.get("label")}

    def ensure(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
        existing = {kind: self.known(kind, fresh=True) for kind in self.objects}
        wrong = {each.name for each in schema for kind in self.objects if _is_other(existing[kind], each)}
        if wrong:
            named = ", ".join(sorted(wrong))
            raise Refused(f"Salesforce has {named} with another type than ours: rename or delete it there.")
        made: list[tuple[str, str]] = []
        for wanted in schema:
            missing = [kind for kind in self.objects if field_of(wanted.name) not in existing[kind]]
            made += [(kind, field_of(wanted.name)) for kind in missing if self._create(kind, wanted)]
            if missing:
                yield wanted.name
            for kind in (each for each in self.objects if each not in missing):
                self._complete(kind, wanted, existing[kind][field_of(wanted.name)])
        if made:
            self._show(made)
        self._known.clear()

    def remove(self, names: Sequence[str]) -> Iterator[str]:
        """Take fields of ours away with all they hold; yield the names of those that were there."""
        for name in (each for each in names if each.startswith(OURS)):
            found = [id for kind in self.objects for id in self._ids_of(kind, name)]
            for id in found:
                self.account.call("DELETE", f"/tooling/sobjects/CustomField/{id}", expected=(404,))
            if found:
                yield name
        self._known.clear()

    def _create(self, kind: str, wanted: Property) -> bool:
        """Make a field; one that is there and was not shown to us is shown from now on."""
        body = {"FullName": f"{kind}.{field_of(wanted.name)}", "Metadata": _metadata(wanted)}
        answer = self.account.post("/tooling/sobjects/CustomField", body, expected=(400,))
        codes = {each.get("errorCode") for each in answer.json} if answer.status == 400 else set()
        if codes - {"DUPLICATE_DEVELOPER_NAME"}:
            raise Refused(f"Salesforce refuses the field {wanted.name}: {', '.join(sorted(map(str, codes)))}.")
        return True

    def _complete(self, kind: str, wanted: Property, there: Mapping[str, Any]) -> None:
        known = {str(each["value"]) for each in there.get("picklistValues") or ()}
        if not {each.value for each in wanted.options} - known:
            return
        kept = [each for each in there["picklistValues"] if each["value"] not in {one.value for one in wanted.options}]
        body = {"FullName": f"{kind}.{field_of(wanted.name)}", "Metadata": _metadata(wanted, kept)}
        for id in self._ids_of(kind, wanted.name):
            self.account.call("PATCH", f"/tooling/sobjects/CustomField/{id}", json=body)

    def _ids_of(self, kind: str, name: str) -> list[str]:
        named = [f"DeveloperName = '{name}'", f"TableEnumOrId = '{kind}'"]
        return [str(each["Id"]) for each in query(self.account, select(["Id"], "CustomField", named), tooling=True)]

    def _show(self, made: Sequence[tuple[str, str]]) -> None:
        set_id = self._permission_set()
        records = [
            {
                "attributes": {"type": "FieldPermissions"},
                "ParentId": set_id,
                "SobjectType": kind,
                "Field": f"{kind}.{field}",
                "PermissionsRead": True,
                "PermissionsEdit": True,
            }
            for kind, field in made
        ]
        for group in in_groups(records, COLLECTION):
            self.account.post("/composite/sobjects", {"allOrNone": False, "records": list(group)})

    def _permission_set(self) -> str:
        """The id of the permission set, which is made and assigned to ourselves where that was not done."""
        found = query(self.account, select(["Id"], "PermissionSet", [f"Name = '{SET}'"]))
        if found:
            return str(found[0]["Id"])
        made = self.account.post("/sobjects/PermissionSet", {"Name": SET, "Label": SET}).json["id"]
        me = self.account.get("/chatter/users/me").json["id"]
        self.account.post("/sobjects/PermissionSetAssignment", {"AssigneeId": me, "PermissionSetId": made})
        return str(made)


def query(account: Account, soql: str, *, tooling: bool = False) -> list[Mapping[str, Any]]:
    """The records of a query that fits one answer."""
    path = "/tooling/query" if tooling else "/query"
    found: list[Mapping[str, Any]] = account.get(path, {"q": soql}).json["records"]
    return found


def select(names: Sequence[str], kind: str, conditions: Sequence[str] = (), *, limit: int = 0) -> str:
    """A query in SOQL; with a limit, in the order of ids. Nothing that people typed stands in it."""
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    end = f"ORDER BY Id LIMIT {limit}" if limit else ""
    return " ".join(each for each in ("SELECT", ", ".join(names), "FROM", kind, where, end) if each)


def text_of(value: Any) -> str:
    """A value as text: yes and no as true and false."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _metadata(wanted: Property, kept: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    kind = _type(wanted)
    choices = {"valueSet": _values(wanted, kept)} if wanted.options else {}
    described = {"label": wanted.label[:40], "description": wanted.description[:1_000]}
    return {**described, "type": kind, **FURTHER.get(kind, {}), **choices}


def _values(wanted: Property, kept: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ours = [{"fullName": each.value, "label": each.label[:255], "default": False} for each in wanted.options]
    old = [{"fullName": each["value"], "label": each["label"], "default": False} for each in kept]
    return {"restricted": True, "valueSetDefinition": {"sorted": False, "value": [*ours, *old]}}


def _type(wanted: Property) -> str:
    return TYPES.get(Shape(wanted.shape), "LongTextArea")


def _is_other(known: Known, wanted: Property) -> bool:
    there = known.get(field_of(wanted.name))
    return there is not None and there["type"] != DESCRIBED[_type(wanted)]
