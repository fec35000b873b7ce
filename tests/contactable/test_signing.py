"""Signatures: what was published as a known answer, what rotates, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactable.errors import NotAuthentic, SettingsError
from contactable.signing import (
    Secret,
    check_age,
    check_equal,
    check_hmac,
    check_hubspot,
    check_jwt,
    check_standard_webhook,
    check_twilio,
    read_timestamp,
    sign_hmac,
    sign_hubspot,
    sign_jwt,
    sign_standard_webhook,
    sign_twilio,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NEW, OLD = Secret("new", b"whsec_bmV3bmV3bmV3bmV3"), Secret("old", b"whsec_b2xkb2xkb2xkb2xk")
URL = "https://www.example.com/webhook_uri"


def refused(check: Callable[[], Any]) -> bool:
    """Whether a check refuses; any other error ends the test."""
    try:
        check()
    except NotAuthentic:
        return True
    return False


def test_hubspots_own_example_of_version_3_is_accepted_within_five_minutes() -> None:
    secrets = [Secret("app", b"yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy")]
    known = {"signature": "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=", "timestamp": "1693657560000"}
    at = datetime.fromtimestamp(1693657560, UTC)
    body = b"{'example_field':'example_value'}"

    assert check_hubspot(secrets, "POST", URL, body, at=at, **known) == "app"
    assert refused(lambda: check_hubspot(secrets, "POST", URL, body, at=at + timedelta(minutes=6), **known))
    assert refused(lambda: check_hubspot(secrets, "POST", URL, body, at=at - timedelta(minutes=6), **known))


def test_hubspot_signs_a_url_in_which_some_escapes_are_undone_and_others_stay() -> None:
    escaped = sign_hubspot(b"key", "POST", f"{URL}?src=hs%3Aapp%2fv3&x=%28a%29&s=%20%26%3D#part", b"", "1")

    assert escaped == sign_hubspot(b"key", "POST", f"{URL}?src=hs:app/v3&x=(a)&s=%20%26%3D", b"", "1")


@pytest.mark.parametrize("changed", ["method", "url", "body", "timestamp"])
def test_everything_that_hubspot_signs_is_needed_for_its_signature(changed: str) -> None:
    signed = {"method": "POST", "url": URL, "body": b"[]", "timestamp": "1795512600000"}
    other = {"method": "PUT", "url": f"{URL}/", "body": b"[ ]", "timestamp": "1795512600001"}

    def sign(**parts: Any) -> str:
        return sign_hubspot(b"key", parts["method"], parts["url"], parts["body"], parts["timestamp"])

    assert sign(**signed) != sign(**{**signed, changed: other[changed]})


@pytest.mark.parametrize("url", ["https://a.example/x?y=1", "https://a.example:443/x?y=1"])
@pytest.mark.parametrize("signed", ["https://a.example/x?y=1", "https://a.example:443/x?y=1"])
def test_twilio_may_sign_a_url_with_its_port_or_without(url: str, signed: str) -> None:
    form = [("Body", "STOP"), ("From", "+33639980001")]

    assert check_twilio([NEW], url, signature=sign_twilio(NEW.value, signed, form), form=form) == "new"


def test_twilio_counts_the_values_of_a_repeated_name_once_and_in_order() -> None:
    repeated = [("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234"), ("Sid", "CA1")]

    assert sign_twilio(b"k", URL, repeated) == sign_twilio(b"k", URL, [repeated[3], *repeated[:2]])


def test_twilio_binds_a_json_body_through_the_digest_in_the_signed_url() -> None:
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # of no bytes
    url = f"{URL}?bodySHA256={digest}"
    signature = sign_twilio(NEW.value, url)

    assert check_twilio([NEW], url, signature=signature, body=b"") == "new"
    assert refused(lambda: check_twilio([NEW], url, signature=signature, body=b"{}"))


@pytest.mark.parametrize("signer", [NEW, OLD])
def test_a_standard_webhook_is_accepted_under_each_active_secret(signer: Secret) -> None:
    headers = sign_standard_webhook(signer.value, "msg_1", NOW, b"{}")

    assert check_standard_webhook([NEW, OLD], headers, b"{}", NOW) == signer.id


def test_a_standard_webhook_may_carry_signatures_of_several_secrets_and_versions() -> None:
    headers = sign_standard_webhook(OLD.value, "msg_1", NOW, b"{}")
    headers["webhook-signature"] = f"v2,AAAA v1,AAAA x {headers['webhook-signature']} v1,%%%"

    assert check_standard_webhook([OLD], headers, b"{}", NOW) == "old"


@pytest.mark.parametrize(
    "header",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,,"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v1,AAA"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "1795512600.5"},
        {"webhook-id": "other"},
    ],
    ids=str,
)
def test_a_flaw_in_any_header_is_a_refusal_and_never_another_error(header: dict[str, str]) -> None:
    headers = sign_standard_webhook(NEW.value, "msg_1", NOW, b"{}") | header

    assert refused(lambda: check_standard_webhook([NEW], headers, b"{}", NOW))


def test_a_secret_that_is_no_secret_of_standard_webhooks_is_an_error_of_the_settings() -> None:
    headers = sign_standard_webhook(NEW.value, "msg_1", NOW, b"{}")

    with pytest.raises(SettingsError):
        check_standard_webhook([Secret("bad", b"whsec_%%%")], headers, b"{}", NOW)


def test_a_signed_token_gives_its_claims_back_under_its_own_algorithm_only() -> None:
    token = sign_jwt(NEW.value, {"iss": "sender"}, "HS512")

    assert check_jwt([OLD, NEW], token, "HS512") == ("new", {"iss": "sender"})
    assert refused(lambda: check_jwt([NEW], token, "HS256"))


def test_a_token_that_claims_to_need_no_signature_is_refused() -> None:
    unsigned = "eyJhbGciOiJub25lIn0.e30."  # {"alg":"none"}

    assert refused(lambda: check_jwt([NEW], unsigned, "HS256"))


@given(st.text(max_size=120))
def test_no_text_in_place_of_a_signature_is_more_than_a_refusal(text: str) -> None:
    checks: list[Callable[[], Any]] = [
        lambda: check_hmac("sha256", [NEW], b"x", hexadecimal=text),
        lambda: check_hmac("sha256", [NEW], b"x", base64=text),
        lambda: check_equal([NEW], text, "path"),
        lambda: check_jwt([NEW], text, "HS256"),
        lambda: check_twilio([NEW], URL, signature=text, form=[(text, text)]),
        lambda: check_hubspot([NEW], "POST", URL, b"", signature=text, timestamp=text, at=NOW),
    ]

    assert all(refused(check) for check in checks)


def test_an_hmac_is_refused_when_there_is_no_secret_at_all() -> None:
    assert refused(lambda: check_hmac("sha256", [], b"x", hexadecimal=sign_hmac("sha256", b"", b"x").hex()))


@pytest.mark.parametrize(("text", "seconds"), [("1795512600", 1795512600), ("1795512600000", 1795512600)])
def test_a_timestamp_is_read_in_seconds_and_in_milliseconds(text: str, seconds: int) -> None:
    assert read_timestamp(text).timestamp() == seconds


@pytest.mark.parametrize(
    ("age", "at_most", "good"), [(12, 12, True), (13, 12, False), (-0.08, 12, True), (-1, 12, False)]
)
def test_an_old_signature_is_good_for_as_long_as_its_sender_repeats_it(age: float, at_most: int, good: bool) -> None:
    assert refused(lambda: check_age(NOW - timedelta(hours=age), NOW, timedelta(hours=at_most))) is not good


def test_the_value_of_a_secret_never_shows_when_it_is_printed() -> None:
    assert "bmV3" not in repr(NEW)
