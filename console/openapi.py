"""The OpenAPI document of the HTTP API, made of its operations and of the types of their bodies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

import msgspec

from contactable.console.api_bodies import Person, Problem
from contactable.console.api_operations import OPERATIONS, Operation
from contactable.identifiers import IdentifierKind

_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON, or the address has a query.",
    HTTPStatus.UNAUTHORIZED: "No token, or one that is not good.",
    HTTPStatus.FORBIDDEN: "The token lacks the scope.",
    HTTPStatus.CONFLICT: "The installation cannot do this: what is missing is said.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not application/json.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field cannot be taken: which, and why.",
    HTTPStatus.TOO_MANY_REQUESTS: "The token asks too often: Retry-After.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The register is away: nothing was entered. Retry-After.",
}


@cache
def document() -> Mapping[str, Any]:
    """The document, OpenAPI 3.1; paths are relative to where the API is mounted."""
    types = [kind for each in OPERATIONS.values() for kind in (each.body, *each.answers.values())]
    unique = list(dict.fromkeys([*types, Problem]))
    schemas, components = msgspec.json.schema_components(unique, ref_template="#/components/schemas/{name}")
    for each in (*types, Person):
        if issubclass(each, Person):
            components[each.__name__]["oneOf"] = [{"required": [str(kind)]} for kind in IdentifierKind]
    by_type = dict(zip(unique, schemas, strict=True))
    bearer = {"type": "http", "scheme": "bearer", "description": "contactable token add NAME --scope …"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "contactable",
            "version": version("contactable"),
            "summary": "Whom the law lets you approach",
        },
        "servers": [{"url": "."}],
        "security": [{"token": []}],
        "paths": {f"/{each.name}": {"post": _operation(each, by_type)} for each in OPERATIONS.values()},
        "components": {"schemas": components, "securitySchemes": {"token": bearer}},
    }


def _operation(each: Operation, schemas: Mapping[type, Any]) -> dict[str, Any]:
    answers = {
        str(int(status)): _content(status.phrase, "application/json", schemas[kind])
        for status, kind in each.answers.items()
    }
    refusals = {
        str(int(status)): _content(text, "application/problem+json", schemas[Problem])
        for status, text in _REFUSALS.items()
    }
    return {
        "operationId": each.name,
        "summary": each.summary,
        "description": f"{each.body.__doc__}\n\nScope: `{each.scope}`.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": schemas[each.body]}}},
        "responses": answers | refusals,
    }


def _content(description: str, kind: str, schema: Any) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema}}}
