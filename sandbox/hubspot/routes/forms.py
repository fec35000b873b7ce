"""Definitions of forms, and submissions by the older interface, newest first, at most 50 a page."""

from __future__ import annotations

from contactable.sandbox.hubspot.routing import Answer, Asked, Route, ok, page

SCOPES = ("forms",)


def _list(asked: Asked) -> Answer:
    forms, after, limit = list(asked.portal.forms.by_id.values()), asked.after(), asked.limit(20, 500)
    more = after + limit if after + limit < len(forms) else None
    return ok(page(asked, [form.as_json for form in forms[after : after + limit]], more))


def _read(asked: Asked) -> Answer:
    return ok(asked.portal.forms.get(asked.path["id"]).as_json)


def _submissions(asked: Asked) -> Answer:
    sent, after, limit = asked.portal.forms.newest_first(asked.path["id"]), asked.after(), asked.limit(20, 50)
    more = after + limit if after + limit < len(sent) else None
    return ok(page(asked, [each.as_json for each in sent[after : after + limit]], more))


ROUTES = (
    Route("forms", "GET", "forms", "", _list, SCOPES),
    Route("form", "GET", "forms", "/<id>", _read, SCOPES),
    Route("submissions", "GET", "", "/form-integrations/v1/submissions/forms/<id>", _submissions, SCOPES),
)
