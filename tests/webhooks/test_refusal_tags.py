"""What an agent notes of a spoken refusal: which channels it closes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contactable.webhooks.events import Kind, On
from contactable.webhooks.providers import aircall, ringover
from contactable.webhooks.request import Request

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def noted(tag: str, comment: str = "", **options: Any) -> tuple[Kind, On]:
    """What Aircall's event of a call with a tag and a comment means."""
    tags, comments = [{"name": tag}] if tag else [], [{"content": comment}] if comment else []
    call = {"id": 7, "raw_digits": "+33639980001", "direction": "outbound", "tags": tags, "comments": comments}
    body = {"event": "call.tagged", "timestamp": 1795510000, "data": call}
    (event,) = aircall.parse(Request(json.dumps(body).encode(), NOW, options=options))
    return event.kind, event.on


@pytest.mark.parametrize(("tag", "expected"), [
    ("Ne plus appeler", (Kind.OPPOSITION, On.VOICE)),
    ("NE PLUS CONTACTER", (Kind.OPPOSITION, On.ALL)),
    ("Ne plus contacter.", (Kind.OPPOSITION, On.ALL)),
    ("Bloctel", (Kind.OPPOSITION, On.VOICE)),
    ("Rappeler demain", (Kind.IGNORED, On.VOICE)),
])  # fmt: skip
def test_a_tag_closes_calls_or_everything_as_it_says(tag: str, expected: tuple[Kind, On]) -> None:
    assert noted(tag) == expected


def test_a_comment_that_asks_for_no_contact_closes_everything() -> None:
    assert noted("", "Il dit : ne plus contacter, merci") == (Kind.OPPOSITION, On.ALL)


def test_a_company_names_its_own_tag_for_everything() -> None:
    assert noted("Stop total", refusal_tags_all=["stop total"]) == (Kind.OPPOSITION, On.ALL)


@pytest.mark.parametrize(("tag", "on"), [("Ne plus appeler", On.VOICE), ("Ne plus contacter", On.ALL)])
def test_the_tags_that_the_kit_makes_count_whatever_the_settings_name(tag: str, on: On) -> None:
    assert noted(tag, refusal_tags=["DNC"], refusal_tags_all=["Stop total"]) == (Kind.OPPOSITION, on)


@pytest.mark.parametrize("named", [1022984, "1022984"])
def test_a_company_may_name_its_tag_by_the_id_that_stays_when_it_is_renamed(named: object) -> None:
    call = {"id": 7, "raw_digits": "+33639980001", "tags": [{"id": 1022984, "name": "Renommé"}]}
    body = {"event": "call.tagged", "timestamp": 1795510000, "data": call}

    (event,) = aircall.parse(Request(json.dumps(body).encode(), NOW, options={"refusal_tags": [named]}))

    assert event.kind is Kind.OPPOSITION


def test_ringover_reads_the_same_two_tags() -> None:
    call = {"call_id": "7", "direction": "out", "to_number": "33639980001", "tags": ["Ne plus contacter"]}
    body = {"event": "hangup", "resource": "call", "timestamp": 1795510000, "data": call}

    (event,) = ringover.parse(Request(json.dumps(body).encode(), NOW))

    assert (event.kind, event.on) == (Kind.OPPOSITION, On.ALL)
