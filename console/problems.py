"""Refusals of the API as problem documents (RFC 9457); none repeats what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from flask import Response

from contactable.console.api_bodies import Invalid, Problem


class Refusal(Exception):
    """A request that is not served: its status, why, and what to do."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str = "",
        *,
        invalid: list[Invalid] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.invalid, self.headers = invalid or [], dict(headers or {})

    def response(self) -> Response:
        """The document that tells it."""
        problem = Problem(self.status.phrase, self.status.value, self.detail, self.invalid)
        body = msgspec.json.encode(problem)
        return Response(body, self.status.value, self.headers, content_type="application/problem+json")


def invalid(where: str, what: str) -> Refusal:
    """One field that cannot be taken."""
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "The body cannot be taken.", invalid=[Invalid(where, what)])


def unreadable(error: msgspec.MsgspecError) -> Refusal:
    """What the checker says of a body, without the words that it quotes from there."""
    if not isinstance(error, msgspec.ValidationError):
        return Refusal(HTTPStatus.BAD_REQUEST, "The body is not JSON.")
    what, _, where = str(error).partition(" - at `")
    if what.startswith("Object contains unknown field"):
        what = "There is a field that the document does not name."
    elif what.startswith("Invalid enum value"):
        what = "It is not one of the accepted values."
    return invalid(where.removesuffix("`") or "$", what)
