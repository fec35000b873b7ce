"""Dataverse's columns: ours bear the prefix of a publisher, and their choices are numbers with our codes as labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contactable.connectors.parts import Account
from contactable.connectors.protocol import Property, Shape
from contactable.errors import Refused

OURS = "contactable_"
TABLE = "/EntityDefinitions(LogicalName='contact')/Attributes"
KINDS = {
    Shape.TEXT: "Memo",
    Shape.CHOICE: "Picklist",
    Shape.CHOICES: "MultiSelectPicklist",
    Shape.DATE: "DateTime",
    Shape.NUMBER: "Double",
}
"""What is not here is a short text: Dataverse's moments have no thousandths."""
FIRST_VALUE, FRENCH, ENGLISH = 861_000_000, 1036, 1033
_MORE: Mapping[str, Mapping[str, Any]] = {
    "Memo": {"MaxLength": 100_000, "Format": "TextArea"},
    "String": {"MaxLength": 255, "FormatName": {"Value": "Text"}},
    "DateTime": {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}},
    "Double": {"MinValue": 0.0, "MaxValue": 1e9, "Precision": 2},
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of contacts: their kinds, and the numbers of the choices of ours by label."""

    prefix: str
    kinds: Mapping[str, str]
    choices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def text_of(self, name: str, value: Any) -> str:
        """A value of a column as text: choices of ours by their codes, several joined by ``;``."""
        if isinstance(value, bool):
            return str(value).lower()
        if value is None or isinstance(value, dict | list):
            return ""
        labels = {str(number): label for label, number in self.choices.get(name, {}).items()}
        return ";".join(labels.get(each, each) for each in str(value).split(",")) if labels else str(value)

    def value_of(self, name: str, text: str) -> Any:
        """A text as the column takes it; raise ``ValueError`` for what is none of the choices."""
        kind = self.kinds[name]
        if kind == "Boolean":
            return text == "true"
        if name not in self.choices:
            return text or None
        chosen = [each for each in text.split(";") if each]
        if set(chosen) - self.choices[name].keys():
            raise ValueError(f"{name} has no such choice")
        numbers = [self.choices[name][each] for each in chosen]
        if kind == "MultiSelectPicklist":
            return ",".join(map(str, numbers)) or None
        return numbers[0] if numbers else None


def column_of(prefix: str, name: str) -> str:
    """Dataverse's name of a property: ours bear the publisher's prefix."""
    return f"{prefix}_{name}" if name.startswith(OURS) else name


def property_of(prefix: str, column: str) -> str:
    """The property's name of a column."""
    return column.removeprefix(f"{prefix}_") if column.startswith(f"{prefix}_{OURS}") else column


def look(account: Account, prefix: str) -> Columns:
    """What columns contacts have, and what our choices are."""
    found = account.get(TABLE, {"$select": "LogicalName,AttributeTypeName"}).json["value"]
    kinds = {str(each["LogicalName"]): _kind(each) for each in found}
    choices: dict[str, Mapping[str, int]] = {}
    for kind in ("Picklist", "MultiSelectPicklist"):
        if any(name.startswith(f"{prefix}_{OURS}") and known == kind for name, known in kinds.items()):
            choices |= _choices(account, prefix, kind)
    return Columns(prefix, kinds, choices)


def identities(account: Account, prefix: str) -> dict[str, str]:
    """Each column, by the names under which it is read, with its kind and its number: one made anew has another."""
    found = account.get(TABLE, {"$select": "LogicalName,AttributeTypeName,MetadataId"}).json["value"]
    told = {str(each["LogicalName"]): f"{_kind(each)} {each.get('MetadataId')}" for each in found}
    named = {property_of(prefix, name): kind for name, kind in told.items()}
    return named | {f"_{name}_value": kind for name, kind in told.items()}


def labels(account: Account) -> dict[str, str]:
    """What people read, of columns that people made."""
    asked = {"$select": "LogicalName,DisplayName", "$filter": "IsCustomAttribute eq true"}
    found = account.get(TABLE, asked).json["value"]
    return {str(each["LogicalName"]): text for each in found if (text := _text(each.get("DisplayName") or {}))}


def ensure(account: Account, prefix: str, schema: Sequence[Property]) -> Iterator[str]:
    """Create what is missing and yield the names created; ``Refused`` before that where a type is another."""
    there = look(account, prefix)
    named = {each.name: column_of(prefix, each.name) for each in schema}
    wrong = [each.name for each in schema if there.kinds.get(named[each.name], _wanted(each)) != _wanted(each)]
    if wrong:
        raise Refused(f"Dynamics has {', '.join(wrong)} with another type than ours: rename or delete it there.")
    for wanted in schema:
        column = named[wanted.name]
        if column not in there.kinds:
            account.post(TABLE, _definition(wanted, column))
            yield wanted.name
        elif column in there.choices:
            _complete(account, column, there.choices[column], wanted)


def _complete(account: Account, column: str, known: Mapping[str, int], wanted: Property) -> None:
    for place, each in enumerate(each for each in wanted.options if each.value not in known):
        account.post(
            "/InsertOptionValue",
            {
                "EntityLogicalName": "contact",
                "AttributeLogicalName": column,
                "Value": max(known.values(), default=FIRST_VALUE - 1) + 1 + place,
                "Label": _label(each.value),
            },
        )


def _choices(account: Account, prefix: str, kind: str) -> dict[str, Mapping[str, int]]:
    path = f"{TABLE}/Microsoft.Dynamics.CRM.{kind}AttributeMetadata"
    found = account.get(path, {"$select": "LogicalName", "$expand": "OptionSet($select=Options)"}).json["value"]
    return {
        str(each["LogicalName"]): {
            _text(option["Label"]): int(option["Value"]) for option in each["OptionSet"]["Options"]
        }
        for each in found
        if str(each["LogicalName"]).startswith(f"{prefix}_{OURS}")
    }


def _definition(wanted: Property, column: str) -> dict[str, Any]:
    kind = _wanted(wanted)
    options = [{"Value": FIRST_VALUE + n, "Label": _label(each.value)} for n, each in enumerate(wanted.options)]
    chosen = {"OptionSet": {"IsGlobal": False, "OptionSetType": "Picklist", "Options": options}}
    return {
        "@odata.type": f"Microsoft.Dynamics.CRM.{kind}AttributeMetadata",
        "SchemaName": column,
        "DisplayName": _label(wanted.label),
        "Description": _label(wanted.description),
        "RequiredLevel": {"Value": "None"},
        **(chosen if kind in ("Picklist", "MultiSelectPicklist") else _MORE[kind]),
    }


def _label(text: str) -> dict[str, Any]:
    """A label in French and in English: an organisation whose base language is another shows none of them."""
    return {"LocalizedLabels": [{"Label": text, "LanguageCode": code} for code in (FRENCH, ENGLISH)]}


def _text(label: Mapping[str, Any]) -> str:
    found = label.get("LocalizedLabels") or [label.get("UserLocalizedLabel") or {}]
    return str(found[0].get("Label") or "")


def _kind(item: Mapping[str, Any]) -> str:
    return str((item.get("AttributeTypeName") or {}).get("Value") or "").removesuffix("Type")


def _wanted(wanted: Property) -> str:
    return KINDS.get(Shape(wanted.shape), "String")
