"""A small Odoo: contacts, custom fields, black lists and tags, by JSON-2 and by JSON-RPC.

Measured on a real server of version 19.0 (November 2026): the paths and bodies of JSON-2, a wrong key is 401 and an
unknown method 404; errors are ``{name, message, arguments, context, debug}``; a value that is none of a selection is
refused; rows of the black lists do not touch the contact's ``write_date``, taking an address off is ``active`` false;
``write_date`` is told in seconds and kept in microseconds, and is that of the transaction's beginning; archived
records come only to who asks for them; ``is_blacklisted`` is computed; there is no ``mobile``.

From Odoo's sources, read on 2026-11-27: wrong values answer 500 (``ValueError``), users' errors 422, missing records
404, missing rights 403; creating a row of ``mail.blacklist`` that is there gives it back as it is, inactive or not,
where ``phone.blacklist`` activates it; ids beyond 2^31 are a database error; JSON-RPC answers every error with 200.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contactable.sandbox.front import Answer, Asked, Contact, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming, Problem
from contactable.sandbox.odoo.calls import METHODS
from contactable.sandbox.odoo.models import STATUSES, Fault, Own, email_of, number_of, put_on

USER = 2
DATABASE, LOGIN = "sandbox", "kit@example.com"


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    if route.name != "jsonrpc" and incoming.headers.get("authorization") != f"bearer {crm.token}":
        raise crm.problem(401, "Invalid apikey")


def _json2(asked: Asked, model: str = "", method: str = "") -> Answer:
    model, method = model or asked.path["model"], method or asked.path["method"]
    try:
        return Answer(200, _called(asked.crm, model, method, asked.json))
    except Fault as fault:
        raise Problem(STATUSES.get(fault.name, 500), _shape(fault.name, str(fault))) from None


def _read(asked: Asked) -> Answer:
    return _json2(asked, "res.partner", "search_read")


def _write(asked: Asked) -> Answer:
    return _json2(asked, "res.partner", "write")


def _jsonrpc(asked: Asked) -> Answer:
    params = asked.json["params"]
    try:
        return Answer(200, {"jsonrpc": "2.0", "id": 1, "result": _served(asked.crm, **params)})
    except Fault as fault:
        error = {"code": 200, "message": "Odoo Server Error", "data": _shape(fault.name, str(fault))}
        return Answer(200, {"jsonrpc": "2.0", "id": 1, "error": error})


def _served(crm: SmallCrm, service: str, method: str, args: Sequence[Any]) -> Any:
    if (service, method) == ("common", "authenticate"):
        return USER if tuple(args[:3]) == (DATABASE, LOGIN, crm.token) else False
    database, user, key, model, called, positional, named = args
    if (database, user, key) != (DATABASE, USER, crm.token):
        raise Fault("odoo.exceptions.AccessDenied", "Access Denied")
    ids = {"ids": positional[0]} if positional else {}
    return _called(crm, model, called, {**ids, **named})


def _called(crm: SmallCrm, model: str, method: str, named: Any) -> Any:
    if (model, method) not in METHODS:
        raise Fault("werkzeug.exceptions.NotFound", "no such model or method")
    if model == "res.partner" and {"search_read": "read", "write": "write"}.get(method) in crm.denied:
        raise Fault("odoo.exceptions.AccessError", "You are not allowed to modify 'Contact' (res.partner) records.")
    return METHODS[model, method](crm, **named)


def _shape(name: str, message: str) -> dict[str, Any]:
    return {"name": name, "message": message, "arguments": [message], "context": {}, "debug": "Traceback …"}


def _opt_out(crm: SmallCrm, contact: Contact, channel: str) -> None:
    address = email_of(contact.values) if channel == "email" else number_of(contact.values)
    put_on(crm, {"email": "mail.blacklist", "sms": "phone.blacklist"}[channel], str(address))  # and no date moves


def _is_opted_out(crm: SmallCrm, contact: Contact, channel: str) -> bool:
    model, address = {
        "email": ("mail.blacklist", email_of(contact.values)),
        "sms": ("phone.blacklist", number_of(contact.values)),
    }[channel]
    return any(row["address"] == address and row["active"] for row in crm.own.rows[model])


def _occupy(crm: SmallCrm, name: str) -> None:
    crm.own.fields[name] = {"type": "float"}


def enlist(crm: SmallCrm, name: str, ids: Sequence[str]) -> None:
    """Make a tag that these contacts bear."""
    number = len(crm.own.tags) + 1
    crm.own.tags[number] = name
    for id in ids:
        values = crm.contacts.by_id[id].values
        values["category_id"] = [*values.get("category_id", ()), number]


def _error(status: int, message: str) -> dict[str, Any]:
    names = {401: "werkzeug.exceptions.Unauthorized", 403: "odoo.exceptions.AccessError"}
    return _shape(names.get(status, "werkzeug.exceptions.HTTPException"), message)


MANNER = Manner(
    "odoo",
    (
        Route("search_read", "POST", "/json/2/res.partner/search_read", _read, "read"),
        Route("partner_write", "POST", "/json/2/res.partner/write", _write, "write"),
        Route("json2", "POST", "/json/2/<model>/<method>", _json2),
        Route("jsonrpc", "POST", "/jsonrpc", _jsonrpc),
    ),
    _admit,
    _error,
    limits={"all": Limit(1_000_000, 1.0)},
    begin=Own,
    opt_out=_opt_out,
    is_opted_out=_is_opted_out,
    occupy=_occupy,
    person=lambda number: {
        "name": f"Person {number}",
        "email": f"person{number}@example.com",
        "phone": f"+3363998{number % 10_000:04}",
    },
)
