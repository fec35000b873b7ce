"""Requests as values: strict JSON, forms in any encoding, typed readers, and secrets of every scheme."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactable.errors import Malformed, NotAuthentic, SettingsError
from contactable.signing import Secret
from contactable.webhooks.reading import Section, read_json
from contactable.webhooks.request import Request, Secrets, authenticate_by_secret, sign_by_secret

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CURRENT, PREVIOUS = Secret("current", b"a long and random one"), Secret("previous", "un ancien, accentué".encode())


def request(raw: bytes = b"", **parts: Any) -> Request:
    """A request that arrived now."""
    return Request(raw, ARRIVAL, **parts)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b'{"a": 1, "a": 2}', "a name stands twice"),
        (b"[NaN]", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e999]", "too large"),
        (b"[" * 200_000, "too deep"),
        (b'"\xff"', "not UTF-8"),
        ('{"a": "é"}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": "b', "not JSON"),
        (b"", "not JSON"),
    ],
    ids=lambda value: str(value)[:16],
)
def test_json_that_is_ambiguous_or_broken_is_malformed(raw: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read_json(raw)


def test_an_integer_beyond_what_a_float_holds_stays_exact() -> None:
    body = request(b'{"MessageID": 1152921504606846977}').json

    assert body.text("MessageID") == "1152921504606846977"
    assert body.integer("MessageID") == 1152921504606846977


@given(st.binary(max_size=200))
def test_any_bytes_are_json_that_can_be_written_again_or_malformed(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except Malformed:
        return
    assert read_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize("raw", ["a=é", "a=%C3%A9", "a=%E9", "a=x&a=%c3%a9"])
def test_a_form_is_read_in_utf_8_or_in_the_encoding_of_old_gateways(raw: str) -> None:
    assert request(raw.encode()).form.text("a") == "é"
    assert request(raw.encode("cp1252")).form.text("a") == "é"


def test_a_form_keeps_the_order_of_repeated_names_and_counts_the_last() -> None:
    form = request(b"b=1&a=2&b=3")

    assert form.form_pairs == (("b", "1"), ("a", "2"), ("b", "3"))
    assert form.form.text("b") == "3"


def test_a_multipart_form_is_read_like_a_url_encoded_one() -> None:
    raw = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'

    found = request(raw, headers={"CONTENT-TYPE": "multipart/form-data; boundary=x"}).form_pairs

    assert found == (("List-Unsubscribe", "One-Click"),)


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_are_a_form_or_malformed(raw: bytes, boundary: str) -> None:
    for kind in ("application/x-www-form-urlencoded", f"multipart/form-data; boundary={boundary}"):
        try:
            pairs = request(raw, headers={"Content-Type": kind}).form_pairs
        except Malformed:
            continue
        assert all(isinstance(name, str) and isinstance(value, str) for name, value in pairs)


SECTION = Section(
    {
        "text": "x",
        "number": 7,
        "empty": "",
        "null": None,
        "flag": True,
        "object": {"a": "b"},
        "list": [1],
        "nul": "a\0b",
        "half": "\ud800",
        "digits": "12",
        "words": "twelve",
        "yes": "true",
        "seconds": 1795512600,
        "milliseconds": "1795512600000",
        "whole_milliseconds": 1795512600000,
        "beyond": 32503680000000,
        "never": 0,
        "paris": "2026-11-24 10:30:00",
        "seven_digits": "2026-11-24T09:30:00.0000001Z",
    },
    "body",
)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda s: s.text("text"), "x"),
        (lambda s: s.text("number"), "7"),
        (lambda s: s.text("missing", "empty", "null", "text"), "x"),
        (lambda s: s.text("empty", default=None), None),
        (lambda s: s.integer("digits"), 12),
        (lambda s: s.flag("flag"), True),
        (lambda s: s.flag("yes"), True),
        (lambda s: s.flag("missing", default=False), False),
        (lambda s: s.section("object").text("a"), "b"),
        (lambda s: s.items("list"), [1]),
        (lambda s: s.epoch("seconds"), ARRIVAL),
        (lambda s: s.epoch("milliseconds"), ARRIVAL),
        (lambda s: s.epoch("whole_milliseconds"), ARRIVAL),
        (lambda s: s.epoch("beyond", default=None), None),
        (lambda s: s.epoch("flag", default=None), None),
        (lambda s: s.epoch("never", default=None), None),
        (lambda s: s.epoch("words", default=None), None),
        (lambda s: s.moment("paris", zone=ZoneInfo("Europe/Paris")), ARRIVAL),
        (lambda s: s.moment("seven_digits"), ARRIVAL),
        (lambda s: s.moment("object", default=None), None),
    ],
)
def test_a_reader_gives_the_value_of_its_kind(read: Callable[[Section], Any], expected: Any) -> None:
    assert read(SECTION) == expected


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (lambda s: s.text("missing"), "body.missing is missing"),
        (lambda s: s.text("empty"), "body.empty is missing"),
        (lambda s: s.text("object"), "body.object is not a text"),
        (lambda s: s.text("flag"), "body.flag is not a text"),
        (lambda s: s.text("nul"), "cannot|can be kept"),
        (lambda s: s.text("half"), "can be kept"),
        (lambda s: s.integer("words"), "body.words is not an integer"),
        (lambda s: s.flag("words", default=False), "body.words is not true or false"),
        (lambda s: s.section("list"), "body.list is not an object"),
        (lambda s: s.section("object").text("z"), "body.object.z is missing"),
        (lambda s: s.items("object"), "body.object is not a list"),
        (lambda s: s.epoch("words"), "body.words is not a Unix time"),
        (lambda s: s.moment("words"), "body.words is not a date and time"),
    ],
)
def test_a_reader_refuses_with_the_place_and_without_the_value(read: Callable[[Section], Any], why: str) -> None:
    with pytest.raises(Malformed, match=why) as refused:
        read(SECTION)

    assert "twelve" not in str(refused.value)


SCHEMES = [
    Secrets(path=(CURRENT, PREVIOUS)),
    Secrets(basic=(Secret("current", b"user:pass:word"), PREVIOUS)),
    Secrets(bearer=(CURRENT, PREVIOUS)),
    Secrets(headers={"x-api-key": (CURRENT, PREVIOUS)}),
    Secrets(path=(CURRENT,), bearer=(CURRENT,), headers={"x-api-key": (CURRENT,)}),
]


@pytest.mark.parametrize("secrets", SCHEMES)
def test_a_sender_that_knows_every_secret_of_an_endpoint_is_let_in(secrets: Secrets) -> None:
    assert authenticate_by_secret(sign_by_secret(request(), secrets), secrets) == "current"


@pytest.mark.parametrize("secrets", SCHEMES)
def test_a_sender_that_knows_none_is_refused(secrets: Secrets) -> None:
    with pytest.raises(NotAuthentic):
        authenticate_by_secret(request(), secrets)


def test_one_right_secret_is_not_enough_where_two_schemes_are_configured() -> None:
    with pytest.raises(NotAuthentic):
        authenticate_by_secret(request(path_secret=CURRENT.value.decode()), SCHEMES[-1])


@pytest.mark.parametrize("header", ["Basic", "Basic ???", "Basic dXNlcg==", "bearer", "Bearer é", "Digest x"])
def test_a_broken_authorization_header_is_a_refusal(header: str) -> None:
    for secrets in SCHEMES[1:3]:
        with pytest.raises(NotAuthentic):
            authenticate_by_secret(request(headers={"Authorization": header}), secrets)


def test_the_secrets_of_an_endpoint_are_read_from_its_settings_current_first() -> None:
    kept = {"env:A": b"alpha", "env:B": b"beta", "file:c": b"user:password"}
    options = {"secret": ["env:A", "env:B"], "basic": "file:c", "headers": {"X-Key": "env:A"}, "refusal_tags": ["x"]}

    secrets = Secrets.from_settings(options, kept.__getitem__)

    assert [(key.id, key.value) for key in secrets.keys] == [("env:A", b"alpha"), ("env:B", b"beta")]
    assert base64.b64decode(sign_by_secret(request(), secrets).header("authorization")[6:]) == b"user:password"
    assert secrets.headers["x-key"][0].value == b"alpha"
    assert secrets.options == {"refusal_tags": ["x"]}


def test_headers_that_are_not_a_table_are_an_error_of_the_settings() -> None:
    with pytest.raises(SettingsError, match="table"):
        Secrets.from_settings({"headers": "env:A"}, lambda reference: b"x")
