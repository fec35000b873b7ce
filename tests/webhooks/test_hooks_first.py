"""``serve`` takes webhooks before Flask does: the answers are the same as those of the mounted blueprint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from contactable.webhooks.blueprint import make_blueprint
from contactable.webhooks.captured import read_captured
from contactable.webhooks.hooks import LARGEST, HooksFirst
from contactable.webhooks.registry import provider_ids
from contactable.webhooks.request import Request
from contactable.webhooks.testing import FOREIGN, Street

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FRENCH = ["aircall", "brevo", "hubspot", "mailjet", "octopush", "ovh", "ringover", "smsfactor", "smsmode", "twilio"]


def served(street: Street) -> FlaskClient:
    """A client of the application that ``serve`` runs, on the same doors."""
    app = Flask("served")
    app.register_blueprint(make_blueprint(street.doors))
    app.wsgi_app = HooksFirst(app.wsgi_app, street.doors, "")  # type: ignore[method-assign]
    return app.test_client()


def sample(id: str) -> Request:
    return read_captured(next(each for each in sorted((FIXTURES / id).iterdir()) if each.suffix != ".tsv"), NOW)


def requests(street: Street, id: str) -> Iterator[Request]:
    """One that is right, one that is forged, a probe, one that is too large, one to a door that is none."""
    good = street.signed(id, sample(id))
    yield good
    secrets = street.open(id).secrets
    yield street.signed(id, sample(id), replace(secrets, keys=(FOREIGN,), path=(FOREIGN,)))
    yield replace(good, method="HEAD", raw=b"")
    yield replace(good, method="POST", raw=b"x" * (LARGEST + 1))
    yield replace(good, method="POST", url="https://hooks.example.com/hooks/nobody/x")


@pytest.mark.parametrize("id", FRENCH)
def test_a_webhook_is_answered_alike_with_and_without_flask(street: Street, id: str) -> None:
    assert id in provider_ids()
    asked = list(requests(street, id))
    mounted = [street.send(request) for request in asked]

    street.client = served(street)

    for request, before in zip(asked, mounted, strict=True):
        after = street.send(request)
        assert (after.status_code, after.data, after.content_type) == (
            before.status_code,
            before.data,
            before.content_type,
        )
