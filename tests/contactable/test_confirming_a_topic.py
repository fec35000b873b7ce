"""A topic of Amazon SNS asks to be confirmed: kept and shown, and its address opened once when a person says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import responses

from contactable import Contactable
from contactable.errors import Malformed, Refused
from contactable.register import inbox
from contactable.replaying import confirm
from contactable.webhooks.receiver import keep, read
from contactable.webhooks.request import Request

ASKED = Path(__file__).parents[1] / "webhooks" / "fixtures" / "ses" / "confirm_the_topic.json"
ADDRESS = "https://sns.eu-west-3.amazonaws.com/"
SES = """
[endpoints.ses]
provider = "ses"
topics = ["arn:aws:sns:eu-west-3:000000000000:ses"]
path_secret = "env:PATH_SECRET"
"""


@pytest.fixture
def kit(make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch) -> Contactable:
    monkeypatch.setenv("PATH_SECRET", "a-long-path-secret")
    return make_kit(SES)


def delivered(kit: Contactable, body: bytes) -> inbox.Delivery:
    endpoint = kit.endpoints["ses"]
    request = Request(body, datetime.now(UTC))
    kit.register.write(lambda tx: keep(tx, endpoint, request, read(endpoint.provider, request)))
    with kit.register.read() as tx:
        return inbox.deliveries(tx)[0]


def test_a_topic_that_asks_is_shown_until_somebody_confirms_it(kit: Contactable) -> None:
    asked = delivered(kit, ASKED.read_bytes())
    assert (asked.state, "inbox confirm" in asked.note) == ("unresolved", True)

    with responses.RequestsMock() as amazon:
        amazon.get(ADDRESS, match=[responses.matchers.query_param_matcher({"Action": "ConfirmSubscription"})])
        confirm(kit, asked.id)

    with kit.register.read() as tx:
        assert inbox.counts(tx) == {"ignored": 1}


def test_an_address_that_refuses_leaves_the_topic_unconfirmed(kit: Contactable) -> None:
    asked = delivered(kit, ASKED.read_bytes())

    with responses.RequestsMock() as amazon:
        amazon.get(ADDRESS, status=403)
        with pytest.raises(Refused, match="403"):
            confirm(kit, asked.id)

    with kit.register.read() as tx:
        assert inbox.counts(tx) == {"unresolved": 1}


def test_an_address_of_somebody_else_is_never_opened(kit: Contactable) -> None:
    asked = delivered(kit, ASKED.read_bytes().replace(b"sns.eu-west-3.amazonaws.com", b"example.com"))

    with pytest.raises(Malformed):
        confirm(kit, asked.id)
