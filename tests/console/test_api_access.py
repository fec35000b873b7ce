"""Who gets into the API, and what whoever does not get in, or sends rubbish, is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import structlog
from flask import Flask
from sqlalchemy import text

from contactable.api import api_doors
from contactable.console.api import make_api
from contactable.console.api_operations import OPERATIONS
from contactable.console.rates import Rates
from contactable.register import api_tokens

LOU = "lou@example.com"
PREFIX = "/contactable/api/v1"
BODIES: dict[str, Any] = {
    "verdicts": {"people": [{"email": LOU}]},
    "oppositions": {"email": LOU, "channel": "email"},
    "consents": {"email": LOU, "channel": "email", "given_at": "2026-01-02T10:00:00Z", "act": "positive", "to": "us"},
    "scrub": {"channel": "email", "people": [LOU]},
}
INJECTIONS = [
    "x'; DROP TABLE entries; --",
    '" OR 1=1 --',
    "a\r\nSet-Cookie: x=1",
    'a\n{"level": "error"}',
    "a\u0000b",
    "%s{0}${jndi:ldap://x}",
    "é" * 5000,
    "<script>alert(1)</script>",
]


def test_every_operation_has_a_body_in_these_tests() -> None:
    assert set(BODIES) == set(OPERATIONS)


@pytest.mark.parametrize("name", BODIES)
def test_a_token_without_the_scope_reads_and_enters_nothing(desk: Any, name: str) -> None:
    others = [each.scope for each in OPERATIONS.values() if each.name != name]

    answer = desk.ask(name, BODIES[name], desk.token(*others))

    with desk.kit.register.read() as tx:
        rows = [tx.connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in ("entries", "accesses")]
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    assert rows == [0, 0]


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer ctb_" + "A" * 43, "é"]
)
def test_a_request_without_a_good_token_is_asked_for_one(desk: Any, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}

    answer = desk.app.test_client().post(f"{PREFIX}/verdicts", json=BODIES["verdicts"], headers=headers)

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="contactable"')


def test_a_token_that_was_revoked_or_has_run_out_opens_nothing(desk: Any) -> None:
    late = desk.token(expires_at=desk.kit.clock() - timedelta(seconds=1))
    gone = desk.token()
    with desk.kit.register.read() as tx:
        id = next(each.id for each in api_tokens.every(tx) if each.expires_at is None)
    desk.kit.register.write(lambda tx: api_tokens.revoke(tx, id))

    assert [desk.ask("verdicts", BODIES["verdicts"], token).status_code for token in (late, gone)] == [401, 401]


def test_a_token_is_kept_as_a_digest_alone(desk: Any) -> None:
    token = desk.token()

    with desk.kit.register.read() as tx:
        (row,) = tx.connection.execute(text("SELECT * FROM api_tokens")).all()
    assert token.encode() not in b"".join(bytes(str(each), "utf-8") for each in row)
    assert bytes(row.sha256) == api_tokens.digest_of(token)


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "options"])
def test_identifiers_are_taken_from_the_body_of_a_post_alone(desk: Any, method: str) -> None:
    answer = getattr(desk.app.test_client(), method)(f"{PREFIX}/verdicts?email={LOU}")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert LOU not in answer.text


def test_an_address_with_a_query_is_refused_though_its_body_is_good(desk: Any) -> None:
    answer = desk.ask(f"verdicts?email={LOU}", BODIES["verdicts"])

    assert (answer.status_code, LOU in answer.text) == (400, False)


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("hostile", INJECTIONS)
def test_what_is_hostile_in_any_field_is_refused_or_harmless(desk: Any, name: str, hostile: str) -> None:
    token = desk.token()
    for field in msgspec.structs.fields(OPERATIONS[name].body):
        answer = desk.ask(name, BODIES[name] | {field.name: hostile}, token)
        assert answer.status_code < 500, field.name
        assert hostile not in answer.text
        assert "Set-Cookie" not in answer.headers

    assert desk.ask(name, BODIES[name], token).status_code < 300


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"people": [{"email": "\\ud800"}]}', 400),
        (b"[" * 100_000, 422),
        (b"[]", 422),
        (b'{"people": []}', 422),
        (b'{"people": [{}]}', 422),
        (b'{"people": [{"email": "a@example.com", "phone": "+33639980001"}]}', 422),
        (b'{"people": [{"record": "nobody:1"}]}', 422),
        (b'{"people": [{"email": "a@example.com", "mail": "a@example.com"}]}', 422),
        (b'{"people": [{"email": "a@example.com"}], "on": "0001-01-01"}', 422),
        (b'{"people": [{"email": "a@example.com"}], "offer": "nothing"}', 422),
        (b" " * (5 * 1024 * 1024 + 1), 413),
    ],
)
def test_a_body_that_cannot_be_taken_is_told_in_a_problem_document(desk: Any, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "application/json"}

    answer = desk.app.test_client().post(f"{PREFIX}/verdicts", data=body, headers=headers)

    problem = json.loads(answer.data)
    assert (answer.status_code, problem["status"], answer.content_type) == (status, status, "application/problem+json")
    assert "example.com" not in answer.text


def test_another_content_type_is_refused(desk: Any) -> None:
    headers = {"Authorization": f"Bearer {desk.token()}", "Content-Type": "text/plain"}

    assert desk.app.test_client().post(f"{PREFIX}/verdicts", data=b"{}", headers=headers).status_code == 415


def test_an_operation_that_there_is_not_is_not_found(desk: Any) -> None:
    assert desk.ask("people", {}).status_code == 404


def test_a_token_that_asks_too_often_is_told_when_to_come_again() -> None:
    now = [0.0]
    rates = Rates(60, clock=lambda: now[0])

    waits = [rates.wait("a") for _ in range(61)]
    now[0] += 1

    assert waits == [0.0] * 60 + [1.0]
    assert (rates.wait("a"), rates.wait("b")) == (0.0, 0.0)


def test_too_many_requests_are_answered_as_such(desk: Any) -> None:
    app = Flask("an application that is asked often")
    app.register_blueprint(make_api(replace(api_doors(desk.kit), per_minute=2)), url_prefix=PREFIX)
    token = desk.token()

    answers = [replace(desk, app=app).ask("verdicts", BODIES["verdicts"], token) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 30


def test_the_logs_of_the_api_hold_no_address_and_no_token(desk: Any) -> None:
    token = desk.token()

    with structlog.testing.capture_logs() as lines:
        for name, body in BODIES.items():
            desk.ask(name, body, token)
            desk.ask(name, body | {"phone": LOU}, token)

    logged = json.dumps(lines, default=str)
    assert '"operation": "scrub"' in logged
    assert not any(part in logged for part in ("lou", "example.com", token))
