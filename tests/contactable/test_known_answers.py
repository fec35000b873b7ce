"""Known answers that senders, or their libraries, published: read in place on a machine that has them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contactable.errors import NotAuthentic
from contactable.signing import Secret, check_hmac, check_standard_webhook, check_twilio, sign_hubspot_v1


def vectors() -> list[str]:
    """The names of the known answers that this machine has."""
    folder = os.environ.get("CONTACTABLE_CORPUS")
    return sorted(file.name for file in Path(folder, "vectors").glob("*.json")) if folder else []


@pytest.fixture
def vector() -> Callable[[str], dict[str, Any]]:
    """Reads a known answer in place; skips where this machine has none."""
    if not vectors():
        pytest.skip("CONTACTABLE_CORPUS is not set")
    return lambda name: json.loads(Path(os.environ["CONTACTABLE_CORPUS"], "vectors", name).read_text())


@pytest.mark.parametrize("name", ["standardwebhooks_v1.json", "standardwebhooks_rotation.json", "resend_svix.json"])
def test_known_answers_of_standard_webhooks_are_accepted(vector: Callable[[str], dict[str, Any]], name: str) -> None:
    known = vector(name)
    prefix = next(iter(known["headers"])).partition("-")[0]
    at = datetime.fromtimestamp(int(known["headers"][f"{prefix}-timestamp"]), UTC)
    secrets, body = [Secret("known", known["secret"].encode())], known["body"].encode()

    assert check_standard_webhook(secrets, known["headers"], body, at, prefix) == "known"
    forged = known["headers"] | {f"{prefix}-signature": known.get("bad_signature", "v1,AAAA")}
    with pytest.raises(NotAuthentic):
        check_standard_webhook(secrets, forged, body, at, prefix)


@pytest.mark.parametrize("name", ["twilio_form_duplicates", "twilio_form_http_port80", "twilio_json_bodysha256"])
def test_known_answers_of_twilio_are_accepted(vector: Callable[[str], dict[str, Any]], name: str) -> None:
    known = vector(f"{name}.json")
    form = [(field, value) for field, value in known.get("form_list") or known.get("form", {}).items()]
    signature, body = known["headers"]["X-Twilio-Signature"], known.get("body", "").encode()

    assert check_twilio(
        [Secret("known", known["secret"].encode())], known["url"], signature=signature, form=form, body=body
    )


def test_the_known_answer_of_hubspots_first_version_is_reproduced(vector: Callable[[str], dict[str, Any]]) -> None:
    known = vector("hubspot_v1.json")

    signature = sign_hubspot_v1(known["client_secret"].encode(), known["body"].encode())

    assert signature == known["headers"]["X-HubSpot-Signature"]


@pytest.mark.parametrize(
    ("name", "algorithm", "header", "pattern"),
    [
        ("customerio_derived.json", "sha256", "X-CIO-Signature", "v0:{X-CIO-Timestamp}:{body}"),
        ("klaviyo_derived.json", "sha256", "Klaviyo-Signature", "{body}{Klaviyo-Timestamp}"),
        ("sinch_numbers_sha1.json", "sha1", "X-Sinch-Signature", "{body}"),
    ],
)
def test_known_answers_in_hexadecimal_are_accepted(
    vector: Callable[[str], dict[str, Any]], name: str, algorithm: str, header: str, pattern: str
) -> None:
    known = vector(name)
    message = pattern.replace("{body}", known["body"])
    for field, value in known["headers"].items():
        message = message.replace(f"{{{field}}}", value)

    secrets = [Secret("known", known["secret"].encode())]

    assert check_hmac(algorithm, secrets, message.encode(), hexadecimal=known["headers"][header]) == "known"
