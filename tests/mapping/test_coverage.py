"""Coverage: how far the facts reach, and what missing ones keep closed."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contactable.errors import Malformed
from contactable.mapping import Mapping, declarations_from_settings, offers_from_settings
from contactable.mapping.coverage import Coverage, Setup, coverage, difference, fallen
from contactable.mapping.portal import Contact, read_portal
from contactable.rules import Channel, Reason

ON = date(2026, 11, 24)
MAIN = offers_from_settings({"main": {"trades": "all"}})["main"]
BUYER = {"email": "anne@example.com", "country": "FR", "audience": "professional", "last_contact_on": "2026-01-01"}
TOLD = {"name": "told", "all": True, "facts": {"informed": "yes"}, "evidence": "page", "by": "Anne", "on": ON}


def setup(table: dict[str, Any] | None = None, *declared: dict[str, Any]) -> Setup:
    return Setup(Mapping.from_settings(table or {}), MAIN, ON, declarations_from_settings(declared))


def test_a_fact_that_is_missing_is_counted_with_the_channels_that_it_would_open() -> None:
    found = coverage([Contact("1", BUYER), Contact("2", {**BUYER, "country": ""})], setup())

    assert found.would_open[("informed",), Channel.EMAIL] == 1
    assert found.verdicts[Channel.EMAIL, Reason.PLACE_UNKNOWN] == 1
    assert (found.known("country"), found.known("email")) == (1, 2)


def test_what_a_declaration_opened_is_counted_under_its_name() -> None:
    found = coverage([Contact("1", BUYER), Contact("2", {**BUYER, "informed": "yes"})], setup({}, TOLD))

    assert found.open_on(Channel.EMAIL) == 2
    assert found.opened_by == Counter({("told", Channel.EMAIL): 1})


def test_the_share_closed_for_a_missing_fact_counts_verdicts() -> None:
    found = coverage([Contact("1", {**BUYER, "country": ""})], setup())

    assert found.closed_for_missing_fact_share == 1.0


def test_taking_a_list_of_refusals_closes_and_opens_nothing() -> None:
    contacts = [Contact("1", {**BUYER, "informed": "yes"}, lists=("Ne pas contacter",))]

    opened, closed = difference(contacts, setup(), setup({"opposed_all_on": {"list": "Ne pas contacter"}}))

    assert (opened, closed) == (Counter(), Counter({Channel.EMAIL: 1}))


def test_a_fact_that_fell_from_one_time_to_the_next_is_named() -> None:
    before = Coverage(contacts=100, facts=Counter({("country", "a"): 81, ("audience", "a"): 50}))
    now = Coverage(contacts=100, facts=Counter({("audience", "a"): 45}))

    assert fallen(before, now) == {"country": (0.81, 0.0)}


def test_a_records_file_gives_each_contact_its_lists_and_forms(tmp_path: Path) -> None:
    records = [
        {"kind": "contact", "id": "1", "properties": {"email": "anne@example.com"}},
        {"kind": "list", "id": "7", "name": "Ne pas appeler", "members": ["1"]},
        {"kind": "form", "id": "f", "name": "Devis", "texts": ["J'accepte"]},
        {"kind": "submission", "form": "f", "contact": "1", "submitted_at": "2026-01-01T00:00:00Z", "values": {}},
    ]
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")

    found = read_portal(path)

    assert found.contacts[0].lists == ("Ne pas appeler",)
    assert found.contacts[0].forms == {"Devis": "2026-01-01T00:00:00Z"}
    assert found.forms[0].texts == ("J'accepte",)


def test_an_export_is_read_with_either_separator(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("\ufeffEmail;Pays\nanne@example.com;France\n", encoding="utf-8")

    assert read_portal(path).contacts[0].properties == {"Email": "anne@example.com", "Pays": "France"}


@pytest.mark.parametrize("line", ["{", "[]", '{"kind": "person"}'])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(line, encoding="utf-8")

    with pytest.raises(Malformed, match="line 1"):
        read_portal(path)
