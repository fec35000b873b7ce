"""The columns of the small Dynamics, and the numbers of their choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    """All columns of contacts, each with its kind."""
    found = asked.crm.own.columns.items()
    return Answer(200, {"value": [{"LogicalName": n, "AttributeTypeName": {"Value": kind}} for n, kind in found]})


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


def _label(option: Mapping[str, Any]) -> str:
    return str(option["Label"]["LocalizedLabels"][0]["Label"])
