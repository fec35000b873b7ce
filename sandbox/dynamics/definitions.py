"""The columns of the small Dynamics, and the numbers of their choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from contactable.sandbox.front import Answer, Asked

STANDARD: Mapping[str, str] = {
    "contactid": "UniqueidentifierType",
    "firstname": "StringType",
    "lastname": "StringType",
    "emailaddress1": "StringType",
    "mobilephone": "StringType",
    "description": "MemoType",
    "createdon": "DateTimeType",
    "modifiedon": "DateTimeType",
    "merged": "BooleanType",
    "masterid": "LookupType",
    "statecode": "StateType",
    "parentcustomerid": "CustomerType",
    "donotemail": "BooleanType",
    "donotbulkemail": "BooleanType",
    "donotphone": "BooleanType",
    "donotpostalmail": "BooleanType",
    "donotbulkpostalmail": "BooleanType",
    "donotsendmm": "BooleanType",
}


def columns(asked: Asked) -> Answer:
    """All columns of contacts, or those that people made, each with its kind and what people read."""
    own, made = asked.crm.own, "IsCustomAttribute eq true" in asked.one("$filter")
    found = {name: kind for name, kind in own.columns.items() if not made or name not in STANDARD}
    return Answer(
        200,
        {
            "value": [
                {
                    "LogicalName": name,
                    "MetadataId": own.numbers.setdefault(name, str(uuid4())),
                    "AttributeTypeName": {"Value": kind},
                    "DisplayName": _shown(own.labels.get(name)),
                }
                for name, kind in found.items()
            ]
        },
    )


def choices(asked: Asked) -> Answer:
    """The columns of one kind of choice, with their options."""
    kind, own = f"{asked.path['kind']}Type", asked.crm.own
    return Answer(
        200,
        {
            "value": [
                {"LogicalName": name, "OptionSet": {"Options": [_option(*each) for each in options.items()]}}
                for name, options in own.options.items()
                if own.columns[name] == kind
            ]
        },
    )


def make(asked: Asked) -> Answer:
    """Make a column."""
    name, kind = asked.json["SchemaName"].lower(), asked.json["@odata.type"].rpartition(".")[2]
    if name in asked.crm.own.columns or "_" not in name:
        raise asked.crm.problem(400, "the column exists, or has no prefix")
    asked.crm.own.columns[name] = kind.removesuffix("AttributeMetadata") + "Type"
    asked.crm.own.labels[name] = _label(asked.json, "DisplayName")
    if options := (asked.json.get("OptionSet") or {}).get("Options"):
        asked.crm.own.options[name] = {_label(each): int(each["Value"]) for each in options}
    return Answer(204)


def insert(asked: Asked) -> Answer:
    """Add an option to a column."""
    options = asked.crm.own.options.get(asked.json["AttributeLogicalName"])
    if options is None or asked.json["Value"] in options.values():
        raise asked.crm.problem(400, "there is no such column, or the value is taken")
    options[_label(asked.json)] = int(asked.json["Value"])
    return Answer(200, {"NewOptionValue": asked.json["Value"]})


def _option(label: str, value: int) -> dict[str, Any]:
    return {"Value": value, "Label": {"LocalizedLabels": [{"Label": label, "LanguageCode": 1036}]}}


def _label(given: Mapping[str, Any], name: str = "Label") -> str:
    return str(given[name]["LocalizedLabels"][0]["Label"])


def _shown(label: str | None) -> dict[str, Any]:
    return {"LocalizedLabels": [{"Label": label, "LanguageCode": 1036}] if label else [], "UserLocalizedLabel": None}
