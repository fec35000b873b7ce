"""What is said of the connectors: the command, the table of the docs, one page each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.cli import group
from contactable.connectors import find, settings_of, types

DOCS = Path(__file__).parents[2] / "docs" / "crm"


def test_the_table_of_the_docs_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(group, ["connectors", "--markdown"]).output

    assert (DOCS / "README.md").read_text(encoding="utf-8") == printed


def test_the_list_as_json_names_each_type_with_its_capabilities() -> None:
    listed = json.loads(CliRunner().invoke(group, ["connectors", "--json"]).output)

    assert [each["type"] for each in listed] == list(types())
    assert all(each["status"] in ("stable", "documented", "experimental") for each in listed)
    assert next(each for each in listed if each["type"] == "hubspot")["opt_out"] == ["email"]


@pytest.mark.parametrize("type", types())
def test_each_connector_has_a_page_a_name_and_settings_to_ask_for(type: str) -> None:
    assert (DOCS / f"{type}.md").is_file()
    assert find(type).CAPABILITIES.label
    assert settings_of(type)
