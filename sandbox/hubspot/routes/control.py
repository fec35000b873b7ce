"""What a test or a benchmark asks of the sandbox itself, over HTTP and without a token, under ``/sandbox``.

Nothing of this exists at HubSpot: act as a person, look at a record as one, replace the plan of faults, read the
journal, point the webhooks.
"""

from __future__ import annotations

from contactable.sandbox.front.faults import Fault
from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.record import record_page
from contactable.sandbox.hubspot.routing import NO_CONTENT, Answer, Asked, Route, ok


def _journal(asked: Asked) -> Answer:
    return ok(asked.sandbox.journal.summary())


def _clear(asked: Asked) -> Answer:
    asked.sandbox.journal.clear()
    return NO_CONTENT


def _faults(asked: Asked) -> Answer:
    try:
        asked.sandbox.plan.replace(Fault.parse(str(each)) for each in asked.json.get("faults", []))
    except ValueError as error:
        raise invalid(str(error)) from None
    return NO_CONTENT


def _person(asked: Asked) -> Answer:
    asked.sandbox.as_person(asked.path["id"], dict(asked.json))
    return NO_CONTENT


def _record(asked: Asked) -> Answer:
    return ok(record_page(asked.portal, asked.portal.contacts.get(asked.path["id"])))


def _webhooks(asked: Asked) -> Answer:
    asked.sandbox.send_webhooks_to(asked.text("url"))
    return NO_CONTENT


def _access(asked: Asked) -> Answer:
    return ok(asked.sandbox.access)


ROUTES = (
    Route("sandbox_journal", "GET", "", "/sandbox/journal", _journal, open=True),
    Route("sandbox_clear", "DELETE", "", "/sandbox/journal", _clear, open=True),
    Route("sandbox_faults", "PUT", "", "/sandbox/faults", _faults, open=True),
    Route("sandbox_person", "POST", "", "/sandbox/person/<id>", _person, open=True),
    Route("sandbox_record", "GET", "", "/sandbox/person/<id>", _record, open=True),
    Route("sandbox_webhooks", "PUT", "", "/sandbox/webhooks", _webhooks, open=True),
    Route("sandbox_access", "GET", "", "/sandbox/access", _access, open=True),
)
