"""The demonstration ends well only if the CRM, the other sender's blocklist and the incident show what happened."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from contactable.commands.demo import command
from contactable.demo.acts import ACTS


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What ``contactable demo --json`` says."""
    result = CliRunner().invoke(command, ["--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout[result.stdout.index("{") :]))


def test_each_act_reaches_the_property_and_the_crm_shows_what_the_law_says(told: dict[str, Any]) -> None:
    assert told["differences"] == []
    assert list(told["property_ms"]) == [act.title for act in ACTS]


def test_a_stop_at_one_sender_is_on_the_blocklist_of_the_other(told: dict[str, Any]) -> None:
    assert told["blocked_ms"] > 0


def test_what_is_sent_after_it_is_an_incident_that_names_nobody(told: dict[str, Any]) -> None:
    assert told["incident"] == "brevo sent by sms despite an opposition today."
