"""The one fetch of the webhooks: a certificate of Amazon, small, from one place, once."""

from __future__ import annotations

import pytest
import responses

from contactable.errors import NotAuthentic
from contactable.webhooks.amazon import LARGEST, certificate

URL = "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-%032x.pem"


@responses.activate
def test_a_certificate_is_fetched_once_and_kept() -> None:
    responses.get(URL % 1, body=b"-----BEGIN CERTIFICATE-----")

    assert certificate(URL % 1) == certificate(URL % 1) == b"-----BEGIN CERTIFICATE-----"
    assert len(responses.calls) == 1


@responses.activate
@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (2, {"status": 404, "body": b"none"}),
        (3, {"status": 302, "headers": {"Location": URL % 1}}),
        (4, {"body": b"x" * (LARGEST + 1)}),
        (5, {"body": b""}),
        (6, {"body": ConnectionError("no route")}),
    ],
    ids=["missing", "elsewhere", "too large", "empty", "unreachable"],
)
def test_what_is_no_small_answer_of_amazon_authenticates_nothing(number: int, answer: dict[str, object]) -> None:
    responses.add(responses.GET, URL % number, **answer)  # type: ignore[arg-type]

    with pytest.raises(NotAuthentic, match="could not be fetched"):
        certificate(URL % number)
    assert len(responses.calls) == 1


@responses.activate
def test_a_fetch_that_failed_is_tried_again_at_the_next_message() -> None:
    responses.get(URL % 7, status=500)
    responses.get(URL % 7, body=b"later")

    with pytest.raises(NotAuthentic):
        certificate(URL % 7)

    assert certificate(URL % 7) == b"later"
