"""Signatures of the international senders: known answers, forgeries, downgrades, and whose certificate counts."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from contactable.errors import NotAuthentic
from contactable.signing import Secret, sign_hmac
from contactable.webhooks.amazon import is_amazon_url, is_certificate_url
from contactable.webhooks.provider import Proof
from contactable.webhooks.providers import ses, vonage
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
KEY = Secret("current", b"0123456789abcdef")


def authentic(id: str, request: Request, secrets: Secrets) -> bool:
    """Whether a provider accepts a request."""
    try:
        find_provider(id).authenticate(request, secrets)
    except NotAuthentic:
        return False
    return True


def vector(name: str) -> dict[str, Any]:
    """A known answer of the corpus; a machine without one skips."""
    folder = os.environ.get("CONTACTABLE_CORPUS")
    if not folder:
        pytest.skip("CONTACTABLE_CORPUS is not set")
    found: dict[str, Any] = json.loads((Path(folder) / "vectors" / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("customerio_derived", "customerio"),
        ("klaviyo_derived", "klaviyo"),
        ("resend_svix", "resend"),
        ("sinch_conversation", "sinch"),
        ("sinch_numbers_sha1", "sinch"),
    ],
)
def test_a_known_signature_is_accepted_and_any_other_byte_refused(name: str, id: str) -> None:
    known = vector(name)
    at = datetime.fromtimestamp(int(known["headers"].get("svix-timestamp", NOW.timestamp())), UTC)
    request = Request(known["body"].encode(), at, headers=known["headers"])
    secrets = Secrets(keys=(Secret("known", known["secret"].encode()),))

    assert authentic(id, request, secrets)
    assert not authentic(id, replace(request, raw=request.raw + b" "), secrets)


@pytest.mark.parametrize("name", ["mailgun_accepted", "mailgun_spam_complaints"])
def test_a_known_signature_of_mailgun_is_accepted_for_twelve_hours(name: str) -> None:
    known = vector(name)
    body = (Path(os.environ["CONTACTABLE_CORPUS"]) / "vectors" / known["body_file"]).read_bytes()
    at = datetime.fromtimestamp(int(json.loads(body)["signature"]["timestamp"]), UTC)
    secrets = Secrets(keys=(Secret("known", known["secret"].encode()),))

    assert authentic("mailgun", Request(body, at + timedelta(hours=11)), secrets)
    assert not authentic("mailgun", Request(body, at + timedelta(hours=13)), secrets)
    assert not authentic("mailgun", Request(body, at - timedelta(minutes=6)), secrets)


@pytest.fixture(scope="module")
def curve_key() -> ec.EllipticCurvePrivateKey:
    """A key such as SendGrid holds."""
    return ec.generate_private_key(ec.SECP256R1())


def sendgrid_request(key: ec.EllipticCurvePrivateKey, raw: bytes, timestamp: str = "1600112502") -> Request:
    """A batch signed as SendGrid signs."""
    mac = base64.b64encode(key.sign(timestamp.encode() + raw, ec.ECDSA(SHA256()))).decode()
    name = "X-Twilio-Email-Event-Webhook-"
    return Request(raw, NOW, headers={f"{name}Signature": mac, f"{name}Timestamp": timestamp})


def sendgrid_secrets(key: ec.EllipticCurvePrivateKey) -> Secrets:
    """The verification key as the console shows it."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Secrets(keys=(Secret("console", base64.b64encode(public)),))


def test_sendgrid_signs_the_last_line_break_as_well(curve_key: ec.EllipticCurvePrivateKey) -> None:
    request, secrets = sendgrid_request(curve_key, b"[{}]\r\n"), sendgrid_secrets(curve_key)

    assert authentic("sendgrid", request, secrets)
    assert not authentic("sendgrid", replace(request, raw=b"[{}]"), secrets)
    assert not authentic("sendgrid", request, sendgrid_secrets(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize("name", ["Signature", "Timestamp"])
@pytest.mark.parametrize("value", ["", "é", "AAAA", "1600112503"])
def test_a_sendgrid_header_that_was_changed_is_refused(
    curve_key: ec.EllipticCurvePrivateKey, name: str, value: str
) -> None:
    request = sendgrid_request(curve_key, b"[{}]").with_headers({f"X-Twilio-Email-Event-Webhook-{name}": value})

    assert not authentic("sendgrid", request, sendgrid_secrets(curve_key))


def test_a_replaced_verification_key_stays_good_while_listed(curve_key: ec.EllipticCurvePrivateKey) -> None:
    other = sendgrid_secrets(ec.generate_private_key(ec.SECP256R1()))
    both = Secrets(keys=(*other.keys, *sendgrid_secrets(curve_key).keys))

    assert authentic("sendgrid", sendgrid_request(curve_key, b"[]"), both)


TOPIC = "arn:aws:sns:eu-west-3:000000000000:ses"
CERTIFICATE = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


@pytest.fixture(scope="module")
def amazon_key() -> rsa.RSAPrivateKey:
    """A key such as SNS holds."""
    return rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey, until: datetime = NOW + timedelta(days=1)) -> bytes:
    """The certificate of that key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = made.serial_number(1).not_valid_before(NOW - timedelta(days=400)).not_valid_after(until)
    return dated.sign(key, SHA256()).public_bytes(Encoding.PEM)


def notification(key: rsa.RSAPrivateKey, version: str = "2", **fields: str) -> Request:
    """A message signed as SNS signs."""
    envelope = {
        "Type": "Notification",
        "MessageId": "m1",
        "TopicArn": TOPIC,
        "Message": "{}",
        "Timestamp": "2026-11-24T09:30:00.000Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **fields,
    }
    algorithm: HashAlgorithm = SHA1() if version == "1" else SHA256()
    draft = Request(json.dumps(envelope).encode(), NOW)
    mac = key.sign(ses.signed_text(draft.json), padding.PKCS1v15(), algorithm)
    return replace(draft, raw=json.dumps({**envelope, "Signature": base64.b64encode(mac).decode()}).encode())


def of_topic(certificate: bytes, topics: object = (TOPIC,)) -> Secrets:
    """An endpoint of that topic, whose certificates come from here."""
    return Secrets(options={"topics": topics, "certificates": lambda url: certificate})


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("fields", [{}, {"Subject": "Hello"}, {"Type": "SubscriptionConfirmation", "Token": "t"}])
def test_a_message_of_our_topic_signed_by_amazon_is_accepted(
    amazon_key: rsa.RSAPrivateKey, version: str, fields: dict[str, str]
) -> None:
    assert authentic("ses", notification(amazon_key, version, **fields), of_topic(pem(amazon_key)))


@pytest.mark.parametrize("topics", [(), "", ["arn:aws:sns:eu-west-3:000000000000:other"]])
def test_a_valid_signature_of_another_topic_or_of_none_of_ours_is_refused(
    amazon_key: rsa.RSAPrivateKey, topics: object
) -> None:
    assert not authentic("ses", notification(amazon_key), of_topic(pem(amazon_key), topics))


@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "Type"])
def test_a_message_of_which_a_signed_field_was_changed_is_refused(amazon_key: rsa.RSAPrivateKey, name: str) -> None:
    request = notification(amazon_key)
    forged = replace(request, raw=json.dumps({**request.document, name: "other"}).encode())

    assert not authentic("ses", forged, of_topic(pem(amazon_key)))


def test_a_message_under_a_certificate_out_of_date_is_refused(amazon_key: rsa.RSAPrivateKey) -> None:
    old = pem(amazon_key, until=NOW - timedelta(days=1))

    assert not authentic("ses", notification(amazon_key), of_topic(old))
    assert not authentic("ses", notification(amazon_key), of_topic(b"no certificate"))
    assert not authentic("ses", notification(amazon_key, version="3"), of_topic(pem(amazon_key)))


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://sns.s3-us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://sns.eu-west-3.amazonaws.com.example.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://user@sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://sns.eu-west-3.amazonaws.com:444/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
        "https://sns.eu-west-3.amazonaws.com/other.pem",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem?x=1",
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem\n",
        "https://[",
        "",
    ],
)
def test_a_certificate_from_anywhere_else_is_never_fetched(amazon_key: rsa.RSAPrivateKey, url: str) -> None:
    fetched: list[str] = []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return pem(amazon_key)

    request = notification(amazon_key, SigningCertURL=url)

    assert not is_certificate_url(url)
    assert not authentic("ses", request, Secrets(options={"topics": TOPIC, "certificates": fetch}))
    assert fetched == []


@pytest.mark.parametrize(
    "host", ["sns.eu-west-3.amazonaws.com", "sns.us-gov-west-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn"]
)
def test_the_hosts_of_amazons_regions_are_amazons(host: str) -> None:
    assert is_certificate_url(CERTIFICATE.replace("sns.eu-west-3.amazonaws.com", host))


def test_a_topic_is_confirmed_at_an_address_of_amazon_only(amazon_key: rsa.RSAPrivateKey) -> None:
    url = "https://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&Token=t"

    def confirming(address: str) -> Request:
        return notification(amazon_key, Type="SubscriptionConfirmation", SubscribeURL=address)

    assert ses.confirmation_url(confirming(url)) == url
    assert is_amazon_url(url)
    assert ses.confirmation_url(confirming("https://example.com/?Action=ConfirmSubscription")) is None
    assert ses.confirmation_url(notification(amazon_key, SubscribeURL=url)) is None


@pytest.mark.parametrize(("id", "header"), [("mailchimp", "X-Mailchimp-Signature"), ("klaviyo", "Klaviyo-Signature")])
def test_an_endpoint_that_has_a_signing_secret_refuses_what_is_not_signed(id: str, header: str) -> None:
    path = (Secret("path", b"long and random"),)
    unsigned = Request(b"type=profile", NOW, path_secret="long and random")
    provider = find_provider(id)

    assert authentic(id, unsigned, Secrets(path=path))
    assert not authentic(id, unsigned, Secrets(path=path, keys=(KEY,)))
    assert not authentic(id, unsigned.with_headers({header: "t=1,v1=00"}), Secrets(path=path))
    assert provider.proof(unsigned) is Proof.PATH_SECRET
    assert provider.proof(unsigned.with_headers({header: "t=1,v1=00"})) is Proof.SIGNED


@pytest.mark.parametrize("late", [timedelta(minutes=6), -timedelta(minutes=6)])
@pytest.mark.parametrize("id", ["mailchimp", "resend", "vonage"])
def test_a_stale_or_future_signature_is_refused_where_it_is_always_fresh(id: str, late: timedelta) -> None:
    provider, secrets = find_provider(id), Secrets(keys=(Secret("current", b"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3"),))
    signed = provider.sign(Request(b'{"message_uuid": "m1"}', NOW), secrets)

    assert authentic(id, signed, secrets)
    assert not authentic(id, replace(signed, received_at=NOW + late), secrets)


def test_the_test_batch_of_mandrill_is_accepted_empty_and_under_its_own_key_only() -> None:
    provider, at_set_up = find_provider("mandrill"), Secrets(keys=(Secret("t", b"test-webhook"),))
    ours = Secrets(keys=(KEY,))

    assert authentic("mandrill", provider.sign(Request(b"mandrill_events=%5B%5D", NOW), at_set_up), ours)
    assert not authentic("mandrill", provider.sign(Request(b"mandrill_events=%5B1%5D", NOW), at_set_up), ours)


def test_the_signature_of_mandrill_covers_the_address_to_the_letter() -> None:
    secrets = Secrets(keys=(KEY,))
    signed = find_provider("mandrill").sign(Request(b"mandrill_events=%5B%5D", NOW), secrets)

    assert authentic("mandrill", signed, secrets)
    assert not authentic("mandrill", replace(signed, url=signed.url + "/"), secrets)


@pytest.mark.parametrize("method", ["md5hash", "md5", "sha1", "sha256", "sha512"])
def test_the_parameters_of_a_vonage_reply_are_signed_by_the_method_of_the_account(method: str) -> None:
    values = {"msisdn": "33639980001", "text": "a&b=c", "messageId": "m1"}
    message = vonage.signed_parameters(values)
    hashed = hashlib.md5(message + KEY.value).hexdigest()
    mac = hashed if method == "md5hash" else sign_hmac(method, KEY.value, message).hex()
    request = Request(
        b"", NOW, method="GET", url=f"https://x.example/?msisdn=33639980001&text=a%26b%3Dc&messageId=m1&sig={mac}"
    )
    secrets = Secrets(keys=(KEY,), options={"signature_method": method})

    assert message == b"&messageId=m1&msisdn=33639980001&text=a_b_c"
    assert authentic("vonage", request, secrets)
    assert not authentic("vonage", replace(request, url=request.url.replace("text=a", "text=STOP")), secrets)


def test_a_vonage_token_vouches_for_its_own_body_only() -> None:
    secrets = Secrets(keys=(KEY,))
    signed = find_provider("vonage").sign(Request(b'{"message_uuid": "m1"}', NOW), secrets)

    assert authentic("vonage", signed, secrets)
    assert not authentic("vonage", replace(signed, raw=b'{"message_uuid": "m2"}'), secrets)
    assert not authentic("vonage", replace(signed, raw=b"", method="GET"), secrets)


def test_two_signatures_in_one_header_of_mailchimp_are_a_rotation_on_its_side() -> None:
    secrets = Secrets(keys=(KEY,))
    signed = find_provider("mailchimp").sign(Request(b"type=profile", NOW), secrets)
    both = signed.headers["X-Mailchimp-Signature"].replace(",v1=", f",v1={'00' * 32},v1=")

    assert authentic("mailchimp", signed.with_headers({"X-Mailchimp-Signature": both}), secrets)


@pytest.mark.parametrize("id", ["sinch", "vonage"])
def test_a_sender_that_may_sign_is_believed_by_its_path_where_it_does_not(id: str) -> None:
    request = Request(b'{"type": "mo_text"}', NOW, path_secret="long and random")
    path = (Secret("path", b"long and random"),)

    assert authentic(id, request, Secrets(path=path))
    assert not authentic(id, request, Secrets(path=path, keys=(KEY,)))
    assert not authentic(id, replace(request, path_secret="guess"), Secrets(path=path))


@pytest.mark.parametrize("value", ["", "not base64!", "é"])
def test_a_message_of_sns_without_a_readable_signature_is_refused(amazon_key: rsa.RSAPrivateKey, value: str) -> None:
    request = notification(amazon_key)
    unsigned = replace(request, raw=json.dumps({**request.document, "Signature": value}).encode())

    assert not authentic("ses", unsigned, of_topic(pem(amazon_key)))


@pytest.mark.parametrize(
    ("header", "digest"),
    [
        ("X-Signature", sign_hmac("sha256", KEY.value, b"[]")),
        ("Signature", sign_hmac("sha256", KEY.value, b"[]").hex().encode()),
    ],
    ids=["raw", "hexadecimal"],
)
def test_espocrm_signs_with_the_raw_digest_or_with_the_hexadecimal_one(header: str, digest: bytes) -> None:
    signature = base64.b64encode(b"664f1c0a9d3b2e817:" + digest).decode()
    secrets = Secrets((KEY,))

    assert authentic("espocrm", Request(b"[]", NOW, headers={header: signature}), secrets)
    assert not authentic("espocrm", Request(b"[{}]", NOW, headers={header: signature}), secrets)
    assert not authentic("espocrm", Request(b"[]", NOW, headers={header: signature[:-8]}), secrets)
