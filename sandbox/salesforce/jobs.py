"""Bulk 2.0 in the small Salesforce: query jobs.

From documentation (developer.salesforce.com on Bulk API 2.0, read on 2026-11-27): a job begins as UploadComplete, is
looked at until it is JobComplete, and gives CSV in parts: ``Sforce-Locator`` leads to the next one and is the word
``null`` at the end; no order unless asked for; a field that may not be seen makes the job fail when it is carried out;
a compound field, GROUP BY and OFFSET are refused. Assumed: yes and no are ``true`` and ``false``, moments end with Z,
nothing is an empty text; results before the end are an error; a job's rows are those of its beginning.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from sys import maxsize
from typing import Any

from contactable.sandbox.front.manner import Answer, Asked
from contactable.sandbox.salesforce.answers import is_seen, rows
from contactable.sandbox.salesforce.soql import parse


@dataclass(slots=True)
class Job:
    """A job and its rows; ``looks`` are those still to come before it ends as ``end``."""

    names: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    looks: int
    end: str


def counts(asked: Asked) -> Answer:
    """How many records of each kind there are, about."""
    wanted = asked.one("sObjects").split(",")
    prefixes = {"Contact": "003", "Lead": "00Q"}
    living = [each.id for each in asked.contacts.living()]
    found = {kind: sum(id.startswith(prefixes[kind]) for id in living) for kind in wanted if kind in prefixes}
    return Answer(200, {"sObjects": [{"name": kind, "count": count} for kind, count in found.items()]})


def begin(asked: Asked) -> Answer:
    """Take a query."""
    wanted = parse(str(asked.json.get("query")))
    if asked.json.get("operation") != "query" or wanted is None:
        raise asked.crm.problem(400, "MALFORMED_QUERY")
    own, id = asked.crm.own, f"750{len(asked.crm.own.jobs) + 1:012}AAA"
    seen = is_seen(asked, wanted)
    found = replace(wanted, limit=maxsize).among(rows(asked, wanted, deleted=False)) if seen else []
    told = [wanted.told(each) for each in reversed(found)]  # in any order but that of ids
    own.jobs[id] = Job(wanted.names, told, own.looks, own.job_ends if seen else "Failed")
    return Answer(200, {"id": id, "operation": "query", "object": wanted.kind, "state": "UploadComplete"})


def look(asked: Asked) -> Answer:
    """How a job stands."""
    job = _job(asked)
    state = "InProgress" if job.looks > 0 else job.end
    job.looks -= 1
    more = {"errorMessage": "the query, as the server quotes it"} if state == "Failed" else {}
    return Answer(200, {"id": asked.path["id"], "state": state, **more})


def results(asked: Asked) -> Answer:
    """A part of what a job found, as CSV."""
    job = _job(asked)
    if job.looks >= 0 or job.end != "JobComplete":
        raise asked.crm.problem(400, "INVALIDJOBSTATE")
    start, most = int(asked.one("locator", "0")), asked.number("maxRecords", 50_000, maxsize)
    part = job.rows[start : start + most]
    more = start + most < len(job.rows)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(job.names)
    writer.writerows([_cell(row, name) for name in job.names] for row in part)
    told = {"Sforce-Locator": str(start + most) if more else "null", "Sforce-NumberOfRecords": str(len(part))}
    return Answer(200, text.getvalue().encode(), {"Content-Type": "text/csv;charset=UTF-8", **told})


def _job(asked: Asked) -> Job:
    job: Job | None = asked.crm.own.jobs.get(asked.path["id"])
    if job is None:
        raise asked.crm.problem(404, "NOT_FOUND")
    return job


def _cell(row: Mapping[str, Any], name: str) -> str:
    behind, _, part = name.rpartition(".")
    value = (row.get(behind) or {}).get(part) if behind else row.get(part)
    if isinstance(value, bool):
        return str(value).lower()
    text = "" if value is None else str(value)
    return f"{text.removesuffix('+0000')}Z" if name in ("SystemModstamp", "CreatedDate") else text
