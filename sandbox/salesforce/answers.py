"""What the small Salesforce answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contactable.sandbox.front.contacts import Contact
from contactable.sandbox.front.manner import Answer, Asked
from contactable.sandbox.salesforce.assertion import signed
from contactable.sandbox.salesforce.soql import Query, iso, parse

_TYPES = {"Picklist": "picklist", "MultiselectPicklist": "multipicklist", "Date": "date", "Number": "double"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ADDRESS = re.compile(r"[^@\s,]+@[^@\s,]+")
JWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token(asked: Asked) -> Answer:
    """A token for a connected app's credentials, or for a user by what a private key signed."""
    if asked.json.get("grant_type") == JWT and not signed(asked.crm.own.key, asked.json.get("assertion", "")):
        return Answer(400, {"error": "invalid_grant", "error_description": "invalid assertion"})
    if asked.json.get("grant_type") != JWT and (asked.json.get("client_id"), asked.json.get("client_secret")) != (
        asked.crm.token,
        asked.crm.token,
    ):
        return Answer(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
    return Answer(200, {"access_token": asked.crm.token, "instance_url": asked.crm.url, "token_type": "Bearer"})


def limits(asked: Asked) -> Answer:
    """How much of the day is left."""
    return Answer(200, {"DailyApiRequests": {"Max": 100_000, "Remaining": 90_000}})


def query(asked: Asked) -> Answer:
    """Records of SOQL that are there."""
    return _query(asked, deleted=False)


def query_all(asked: Asked) -> Answer:
    """Records of SOQL, deleted and merged ones too."""
    return _query(asked, deleted=True)


def _query(asked: Asked, *, deleted: bool) -> Answer:
    wanted = parse(asked.one("q"))
    if wanted is None:
        raise asked.crm.problem(400, "MALFORMED_QUERY")
    if not is_seen(asked, wanted):
        raise asked.crm.problem(400, "INVALID_FIELD")
    found = wanted.among(rows(asked, wanted, deleted))
    return Answer(200, {"totalSize": len(found), "done": True, "records": [wanted.told(each) for each in found]})


def is_seen(asked: Asked, wanted: Query) -> bool:
    """Whether the user may see all that is asked for; one field that is hidden spoils the query."""
    if wanted.kind not in asked.crm.own.fields:
        return True
    hidden = {name for kind, name in asked.crm.own.hidden if kind == wanted.kind}
    known = asked.crm.own.fields[wanted.kind].keys() - hidden
    return all(name in known for name in wanted.names if not name.startswith("Individual."))


def describe(asked: Asked) -> Answer:
    """The fields of a kind of record that the user may see."""
    kind = asked.path["kind"]
    if kind not in asked.crm.own.fields:
        raise asked.crm.problem(404, "NOT_FOUND")
    seen = [each for name, each in asked.crm.own.fields[kind].items() if (kind, name) not in asked.crm.own.hidden]
    return Answer(200, {"fields": seen})


def update(asked: Asked) -> Answer:
    """Write up to 200 records; each has a result of its own."""
    records = asked.json["records"]
    if len(records) > 200:
        raise asked.crm.problem(400, "LIMIT_EXCEEDED")
    return Answer(200, [_written(asked, each) for each in records])


def permit(asked: Asked) -> Answer:
    """Let fields be seen by whom the permission set is assigned to: here, the user itself."""
    for each in asked.json["records"]:
        asked.crm.own.hidden.discard((each["SobjectType"], each["Field"].partition(".")[2]))
    return Answer(200, [{"success": True, "errors": []} for _ in asked.json["records"]])


def make_set(asked: Asked) -> Answer:
    """Make a permission set."""
    asked.crm.own.sets[asked.json["Name"]] = "0PS000000000001AAA"
    return Answer(201, {"id": "0PS000000000001AAA", "success": True})


def assign(asked: Asked) -> Answer:
    """Assign a permission set."""
    return Answer(201, {"id": "0Pa000000000001AAA", "success": True})


def me(asked: Asked) -> Answer:
    """Whose token this is."""
    return Answer(200, {"id": "005000000000001AAA"})


def make_field(asked: Asked) -> Answer:
    """Make a custom field, which nobody sees yet."""
    kind, _, name = asked.json["FullName"].partition(".")
    if name in asked.crm.own.fields[kind]:
        raise asked.crm.problem(400, "DUPLICATE_DEVELOPER_NAME")
    if not re.fullmatch(r"[A-Za-z]\w{0,39}__c", name):
        raise asked.crm.problem(400, "FIELD_INTEGRITY_EXCEPTION")
    asked.crm.own.fields[kind][name] = _described(name, asked.json["Metadata"])
    asked.crm.own.hidden.add((kind, name))
    return Answer(201, {"id": f"00N{kind}{name}", "success": True})


def change_field(asked: Asked) -> Answer:
    """Give a custom field other choices."""
    kind, _, name = asked.json["FullName"].partition(".")
    asked.crm.own.fields[kind][name] = _described(name, asked.json["Metadata"])
    return Answer(204)


def find_field(asked: Asked) -> Answer:
    """The id of a custom field."""
    found = re.search(r"DeveloperName = '(\w+)' AND TableEnumOrId = '(\w+)'", asked.one("q"))
    if found is None:
        raise asked.crm.problem(400, "MALFORMED_QUERY")
    there = f"{found[1]}__c" in asked.crm.own.fields[found[2]]
    return Answer(200, {"records": [{"Id": f"00N{found[2]}{found[1]}__c"}] if there else []})


def delete_field(asked: Asked) -> Answer:
    """Take a custom field away."""
    for kind, known in asked.crm.own.fields.items():
        known.pop(asked.path["id"].removeprefix(f"00N{kind}"), None)
    return Answer(204)


def rows(asked: Asked, wanted: Query, deleted: bool) -> list[dict[str, Any]]:
    """All records of a kind, whatever the conditions."""
    own = asked.crm.own
    if wanted.kind == "Individual":
        return [{**each, "SystemModstamp": iso(each["at"])} for each in own.individuals]
    if wanted.kind == "PermissionSet":
        return [{"Id": id, "Name": name} for name, id in own.sets.items()]
    if wanted.kind == "Campaign":
        return [{**each, "NumberOfContacts": len(each["members"]), "NumberOfLeads": 0} for each in own.campaigns]
    if wanted.kind == "CampaignMember":
        return [_member(campaign, id, n) for campaign in own.campaigns for n, id in enumerate(campaign["members"])]
    prefix = {"Contact": "003", "Lead": "00Q"}[wanted.kind]
    among = list(asked.contacts.by_id.values() if deleted else asked.contacts.living())
    if wanted.asks("SystemModstamp"):
        known = asked.crm.clock() - asked.contacts.lag  # what is younger, nobody who asks by date sees yet
        among = [each for each in among if not asked.contacts.lag or each.changed_at <= known]
    behind = {each["Id"]: each for each in own.individuals}
    return [_row(each, behind) for each in among if each.id.startswith(prefix)]


def _member(campaign: Mapping[str, Any], id: str, number: int) -> dict[str, Any]:
    of = "LeadId" if id.startswith("00Q") else "ContactId"
    told = {"Id": f"00v{number:012}AAA", "CampaignId": campaign["Id"], "CreatedDate": iso(0)}
    return {"ContactId": None, "LeadId": None, **told, of: id}


def _row(contact: Contact, behind: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    individual = behind.get(str(contact.values.get("IndividualId")))
    return {
        "HasOptedOutOfEmail": False,
        "DoNotCall": False,
        "IsConverted": False,
        **contact.values,
        "Id": contact.id,
        "IsDeleted": contact.deleted_at is not None,
        "MasterRecordId": contact.merged_into or None,
        "SystemModstamp": iso(contact.changed_at),
        "CreatedDate": iso(contact.created_at),
        "Individual": individual,
    }


def _written(asked: Asked, record: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(record)
    kind, id = given.pop("attributes")["type"], given.pop("id")
    contact = asked.contacts.by_id.get(id)
    code = "INVALID_CROSS_REFERENCE_KEY" if contact is None else ""
    code = "ENTITY_IS_DELETED" if contact is not None and contact.deleted_at is not None else code
    code = code or next((wrong for name, value in given.items() if (wrong := _wrong(asked, kind, name, value))), "")
    if code:
        return {"success": False, "errors": [{"statusCode": code, "message": f"{code}: {given}", "fields": []}]}
    asked.contacts.change(id, given)
    return {"id": id, "success": True, "errors": []}


def _wrong(asked: Asked, kind: str, name: str, value: Any) -> str:
    known = asked.crm.own.fields[kind].get(name)
    if known is None or (kind, name) in asked.crm.own.hidden:
        raise asked.crm.problem(400, "INVALID_FIELD")
    choices = {each["value"] for each in known.get("picklistValues") or ()}
    if value is not None and choices and not set(str(value).split(";")) <= choices:
        return "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    if name == "Email" and value and not _ADDRESS.fullmatch(str(value)):
        return "INVALID_EMAIL_ADDRESS"
    if known["type"] == "date" and value is not None and not _DAY.fullmatch(str(value)):
        return "JSON_PARSER_ERROR"
    return "STRING_TOO_LONG" if len(str(value or "")) > known.get("length", 32_768) else ""


def _described(name: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    given = metadata.get("valueSet", {}).get("valueSetDefinition", {}).get("value", ())
    values = [{"value": each["fullName"], "label": each["label"]} for each in given]
    kind = _TYPES.get(metadata["type"], "textarea" if metadata["type"] == "LongTextArea" else "string")
    return {"name": name, "type": kind, "length": metadata.get("length", 32_768), "picklistValues": values}
