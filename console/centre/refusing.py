"""What somebody is told whose request is not one of ours: no such page, too large, another way of asking."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Response, request
from werkzeug.exceptions import HTTPException, InternalServerError

from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.showing import later, said
from contactable.console.site.languages import marked
from contactable.logs import trace

log = structlog.get_logger()

HTML = "text/html"


def failed(doors: CentreDoors, error: Exception) -> Response:
    """The answer to a fault of ours. The log gets where it was: neither the link that was followed, nor its message."""
    log.error("page_failed", where=trace(error))
    return refused(doors, InternalServerError())


def refused(doors: CentreDoors, error: HTTPException) -> Response:
    """A page for people, one line for programs; neither repeats what was asked."""
    status = HTTPStatus(error.code or HTTPStatus.BAD_REQUEST)
    if HTML not in request.headers.get("Accept", ""):
        answer = Response(f"{status.phrase}\n", status, content_type="text/plain; charset=utf-8")
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        answer = later(doors, status)
    elif status is HTTPStatus.NOT_FOUND:
        sentence = marked("The address was cut or mistyped. Nothing has changed.")
        answer = said(doors, marked("There is no such page"), sentence, status)
    else:
        sentence = marked("We could not read what was sent. Nothing was recorded.")
        answer = said(doors, marked("Please try again"), sentence, status)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer
