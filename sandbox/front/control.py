"""What a test or a benchmark asks of a small CRM's sandbox itself, over HTTP and without a token, under ``/sandbox``.

Nothing of this exists at a real CRM: act as a person, replace the plan of faults, set lag and latency, read the
journal.
"""

from __future__ import annotations

from contactable.sandbox.front.faults import Fault
from contactable.sandbox.front.manner import Answer, Asked, Route

NO_CONTENT = Answer(204)


def _access(asked: Asked) -> Answer:
    return Answer(200, asked.crm.access)


def _journal(asked: Asked) -> Answer:
    return Answer(200, asked.crm.journal.summary())


def _clear(asked: Asked) -> Answer:
    asked.crm.journal.clear()
    return NO_CONTENT


def _faults(asked: Asked) -> Answer:
    try:
        asked.crm.plan.replace(Fault.parse(str(each)) for each in asked.json.get("faults", []))
    except ValueError as error:
        raise asked.crm.problem(400, str(error)) from None
    return NO_CONTENT


def _pace(asked: Asked) -> Answer:
    asked.crm.latency = float(asked.json.get("latency", asked.crm.latency))
    asked.contacts.lag = float(asked.json.get("lag", asked.contacts.lag))
    return NO_CONTENT


def _person(asked: Asked) -> Answer:
    """Somebody changes, deletes, merges, or leaves a channel: ``{"values": …}``, ``{"opt_out": "email"}``, …"""
    id, said = asked.path["id"], asked.json
    if asked.contacts.get(id) is None:
        raise asked.crm.problem(404, "there is no such contact")
    if "values" in said:
        asked.contacts.change(id, dict(said["values"]))
    if "opt_out" in said:
        asked.crm.opt_out(id, str(said["opt_out"]))
    if "merge" in said:
        asked.crm.merge(id, str(said["merge"]))
    if said.get("delete"):
        asked.contacts.delete(id)
    return NO_CONTENT


CONTROL = (
    Route("sandbox_access", "GET", "/sandbox/access", _access, open=True),
    Route("sandbox_journal", "GET", "/sandbox/journal", _journal, open=True),
    Route("sandbox_clear", "DELETE", "/sandbox/journal", _clear, open=True),
    Route("sandbox_faults", "PUT", "/sandbox/faults", _faults, open=True),
    Route("sandbox_pace", "PUT", "/sandbox/pace", _pace, open=True),
    Route("sandbox_person", "POST", "/sandbox/person/<id>", _person, open=True),
)
