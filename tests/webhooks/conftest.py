"""Doors on an empty register for each test; SendGrid and Amazon sign by keys of ours."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from contactable.register import Keyring, upgrade
from contactable.register.testing import KEY, Workbench
from contactable.signing import Secret
from contactable.webhooks.provider import Sign
from contactable.webhooks.providers import ses
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.testing import SECRET, Street

ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-3:000000000000:ses"
CERTIFICATE = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


@pytest.fixture(scope="session")
def empty_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register without entries, made once."""
    path = tmp_path_factory.mktemp("register") / "template.db"
    upgrade(f"sqlite:///{path}", Keyring.from_secrets(KEY))
    return path


@pytest.fixture
def bench(empty_register: Path, tmp_path: Path) -> Iterator[Workbench]:
    """An empty register of the test's own."""
    path = tmp_path / "register.db"
    shutil.copy2(empty_register, path)
    made = Workbench(f"sqlite:///{path}")
    made.clock.now = ARRIVAL
    yield made
    made.register.close()


@pytest.fixture
def street(bench: Workbench, sendgrid: tuple[Sign, Secrets], amazon: tuple[Sign, Secrets]) -> Street:
    """Doors for every provider, on that register."""
    made = Street(bench, signers={"sendgrid": sendgrid[0], "ses": amazon[0]})
    made.open("sendgrid", sendgrid[1])
    made.open("ses", amazon[1])
    made.open("generic", Secrets(path=(SECRET,)))  # a signature covers a body, and some of its files are queries
    return made


@pytest.fixture(scope="session")
def sendgrid() -> tuple[Sign, Secrets]:
    """Signs as SendGrid does, and what its endpoint accepts."""
    key = ec.generate_private_key(ec.SECP256R1())

    def sign(request: Request, secrets: Secrets) -> Request:
        stamp = str(int(request.received_at.timestamp()))
        signature = key.sign(stamp.encode() + request.raw, ec.ECDSA(SHA256()))
        name = "X-Twilio-Email-Event-Webhook"
        given = base64.b64encode(signature).decode()
        return request.with_headers({f"{name}-Timestamp": stamp, f"{name}-Signature": given})

    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sign, Secrets(keys=(Secret("sendgrid", base64.b64encode(public)),))


@pytest.fixture(scope="session")
def amazon() -> tuple[Sign, Secrets]:
    """Signs as SNS does, and what its endpoint accepts."""
    key = rsa.generate_private_key(65537, 2048)

    def sign(request: Request, secrets: Secrets) -> Request:
        envelope = {**request.json.values, "SignatureVersion": "2", "SigningCertURL": CERTIFICATE}
        text = ses.signed_text(replace(request, raw=json.dumps(envelope).encode()).json)
        signature = base64.b64encode(key.sign(text, padding.PKCS1v15(), SHA256())).decode()
        return replace(request, raw=json.dumps({**envelope, "Signature": signature}).encode())

    certificate = _certificate(key)
    return sign, Secrets(options={"topics": TOPIC, "certificates": lambda url: certificate})


def _certificate(key: rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.example.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = (
        made.serial_number(1)
        .not_valid_before(ARRIVAL - timedelta(days=1))
        .not_valid_after(ARRIVAL + timedelta(days=30))
    )
    return dated.sign(key, SHA256()).public_bytes(Encoding.PEM)
