"""A stranger's CRM end to end: contacts in, verdicts in BottleCRM's custom fields, filtered by its own interface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from tests.installing import install

from contactable import Contactable
from contactable.loading import load
from contactable.rules import Channel, Reason

SETTINGS = """
public_url = "https://crm.example.com/contactable"
language = "en"

[connectors.bottle]
type = "bottlecrm"
base_url = "{url}"
token = "env:BOTTLECRM_TOKEN"
overlap = 2
[connectors.bottle.mapping]
audience = {{ property = "organization", filled = "professional" }}
last_contact_on = "created_at"

[[declare]]
name = "told"
all = true
facts = {{ informed = "yes", source = "person", country = "FR", related_to_profession = "yes" }}
evidence = "the texts of our forms"
by = "Anne Exemple"
on = 2026-11-01
"""


@dataclass(frozen=True)
class Company:
    """A company with BottleCRM and the kit."""

    bottle: Any
    token: str
    org: str
    ids: list[str]
    kit: Contactable

    def filtered(self, **fields: str) -> set[str]:
        """The contacts that BottleCRM's own filter gives."""
        wanted = {f"cf_{name}": value for name, value in fields.items()}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.get(
            f"{self.bottle.url}/api/contacts/", params={**wanted, "limit": "100"}, headers=headers, timeout=30
        )
        return {each["id"] for each in answer.json()["results"]}


@pytest.fixture
def company(bottle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    org, token = bottle.play("organisation", uuid4().hex)
    people = [
        {"email": f"p{number}@example.com", "phone": f"+3363998010{number}", "organization": "Exemple SARL"}
        for number in range(4)
    ]
    ids = bottle.play("add", org, people, 0)
    monkeypatch.setenv("BOTTLECRM_TOKEN", token)
    kit = install(tmp_path, SETTINGS.format(url=bottle.url))
    yield Company(bottle, token, org, ids, kit)
    kit.close()


@pytest.fixture
def synced(company: Company) -> Company:
    """After the first load."""
    load(company.kit, "bottle")
    return company


def test_verdicts_are_written_on_custom_fields_and_filtered_on(synced: Company) -> None:
    assert synced.filtered(contactable_email="allowed") == set(synced.ids)
    assert synced.filtered(contactable_email="denied") == set()


def test_do_not_call_closes_calls_and_leaves_email(synced: Company) -> None:
    synced.bottle.play("change", synced.ids[1], {"do_not_call": True})

    load(synced.kit, "bottle")

    assert synced.filtered(contactable_phone_reason="opposition") == {synced.ids[1]}
    assert synced.filtered(contactable_email="allowed") == set(synced.ids)


def test_a_tick_in_the_custom_field_becomes_an_opposition(synced: Company) -> None:
    synced.bottle.play("change", synced.ids[2], {"custom_fields": {"contactable_oppose": "email"}})

    load(synced.kit, "bottle")

    assert synced.filtered(contactable_email_reason="opposition") == {synced.ids[2]}
    assert synced.kit.verdicts(email="p2@example.com")[Channel.EMAIL].reason is Reason.OPPOSITION


def test_a_deleted_contact_is_forgotten_by_the_reconciliation(synced: Company) -> None:
    synced.bottle.play("delete", synced.ids[3])

    assert synced.kit.reader("bottle").reconcile() == 1


def test_doctor_finds_nothing_wrong_with_a_stranger_s_crm(synced: Company) -> None:
    from contactable.connectors.protocol import Level
    from contactable.health import examine

    wrong = [each.what for each in examine(synced.kit) if each.level is Level.ERROR]

    assert wrong == ["keys"]  # nobody has backed them up
