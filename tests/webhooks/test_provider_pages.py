"""The pages on senders say what the modules do: one page each, the same status, settings that load, a current table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.commands.providers import command
from contactable.settings import parse
from contactable.webhooks.catalogue import as_markdown, rows
from contactable.webhooks.registry import find_provider, provider_ids
from contactable.webhooks.request import Secrets

PAGES = Path(__file__).parents[2] / "docs" / "providers"


def test_the_table_of_senders_is_the_one_that_the_modules_make() -> None:
    readme = (PAGES / "README.md").read_text(encoding="utf-8")

    assert as_markdown(rows()) in readme, "make it anew: contactable providers --markdown"


@pytest.mark.parametrize("id", provider_ids())
def test_every_sender_has_a_page_with_its_status_and_what_it_tells(id: str) -> None:
    page = (PAGES / f"{id}.md").read_text(encoding="utf-8")

    assert f"Status: {find_provider(id).status}." in page
    for heading in ("## Where to click", "## Settings", "## What is received"):
        assert heading in page


@pytest.mark.parametrize("id", provider_ids())
def test_the_settings_on_a_page_load_and_give_the_endpoint_a_secret(id: str) -> None:
    page = (PAGES / f"{id}.md").read_text(encoding="utf-8")
    settings = parse("\n".join(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)), Path("contactable.toml"))

    endpoints = [found for found in settings.endpoints.values() if found.provider == id]
    secrets = [Secrets.from_settings(each.options, lambda reference: b"whsec_MDEyMzQ1") for each in endpoints]

    assert secrets
    assert all(each.keys or each.unsigned for each in secrets)


def test_the_command_lists_every_sender_for_machines_and_for_people() -> None:
    listed = CliRunner().invoke(command, ["--json"]).stdout
    table = CliRunner().invoke(command, []).stdout

    assert all(f'"id": "{id}"' in listed for id in provider_ids())
    assert "hubspot" in table


def test_the_command_tells_what_is_odd_about_one_sender() -> None:
    page = CliRunner().invoke(command, ["brevo"]).stdout

    assert "429" in page
    assert 'provider = "brevo"' in page
