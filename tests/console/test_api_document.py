"""The OpenAPI document, and the API tried against it with whatever schemathesis makes of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from contactable.api import api_doors
from contactable.console.api import make_api
from contactable.console.api_operations import OPERATIONS

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
AT_ONCE = 10_000  # requests a minute: more than a test sends
NAMES = pytest.mark.parametrize("name", OPERATIONS)


@pytest.fixture
def app(desk: Any) -> Flask:
    """The API alone, without a limit that would end the test early."""
    app = Flask("the API alone")
    app.register_blueprint(make_api(replace(api_doors(desk.kit), per_minute=AT_ONCE)))
    return app


def tried(app: Flask, name: str, token: str) -> Counter[int]:
    """Send what fits the document, and what nearly does; each answer is as the document says. How often which came."""
    operation = schemathesis.openapi.from_wsgi("/openapi.json", app)[f"/{name}"]["POST"]
    met: Counter[int] = Counter()
    for mode in schemathesis.GenerationMode:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            if isinstance(case.body, dict) and isinstance(case.body.get("given_at"), str):
                case.body.update(given_at="2026-01-02T10:00:00Z", until=None, slots=[], wording=None, confirm=False)
            answer = case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)
            met[answer.status_code] += 1

        ask()
    return met


@NAMES
def test_whatever_fits_the_document_or_nearly_does_is_answered_as_it_says(desk: Any, app: Flask, name: str) -> None:
    met = tried(app, name, desk.token())

    assert met[400] + met[422] > 20, met
    assert met[200] + met[201] > 5, met


@NAMES
def test_a_token_of_other_scopes_is_refused_whatever_it_sends(desk: Any, app: Flask, name: str) -> None:
    met = tried(app, name, desk.token(*(each.scope for each in OPERATIONS.values() if each.name != name)))

    assert set(met) <= {401, 403}
    assert met[403] > 50


def test_the_document_is_given_without_a_token_and_names_every_operation(app: Flask) -> None:
    told = app.test_client().get("/openapi.json").json or {}

    assert told["openapi"] == "3.1.0"
    assert set(told["paths"]) == {f"/{name}" for name in OPERATIONS}
    assert all("401" in each["post"]["responses"] for each in told["paths"].values())
