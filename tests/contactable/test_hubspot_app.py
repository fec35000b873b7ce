"""The files of the HubSpot project app, as `hubspot-app render` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from contactable.cli import group
from contactable.connectors.hubspot.checking import NEEDED, USEFUL
from contactable.errors import Conflict, Malformed, SettingsError
from contactable.hubspot_project import APP, WEBHOOKS, project_files, write_files
from contactable.sandbox.hubspot.webhooks import USUAL

URL = "https://crm.example.com/contactable"


def config(path: str, **options: Any) -> Any:
    return json.loads(project_files(URL, **options)[path])["config"]


def subscriptions(**options: Any) -> list[tuple[str, str]]:
    told = config(WEBHOOKS, **options)["subscriptions"]["crmObjects"]
    return [(each["subscriptionType"], each.get("propertyName", "")) for each in told]


def test_the_project_is_of_the_platform_version_and_holds_app_and_webhooks() -> None:
    files = project_files(URL)

    assert json.loads(files["hsproject.json"])["platformVersion"] == "2026.03"
    assert {json.loads(files[path])["type"] for path in (APP, WEBHOOKS)} == {"app", "webhooks"}
    assert not any("__" in text for text in files.values())


def test_a_static_app_requires_every_scope_that_doctor_looks_for() -> None:
    auth = config(APP)["auth"]

    assert auth["type"] == "static"
    assert auth["requiredScopes"] == [row[0] for row in (*NEEDED, *USEFUL)]


def test_an_app_installed_by_oauth_requires_what_is_needed_and_asks_for_the_rest() -> None:
    auth = config(APP, redirect_url=f"{URL}/oauth")["auth"]
    more = config(APP, redirect_url=f"{URL}/oauth", scopes=["crm.objects.companies.read"])["auth"]

    assert (auth["type"], auth["redirectUrls"]) == ("oauth", [f"{URL}/oauth"])
    assert auth["requiredScopes"] == [row[0] for row in NEEDED]
    assert auth["optionalScopes"] == [row[0] for row in USEFUL]
    assert more["optionalScopes"] == [*auth["optionalScopes"], "crm.objects.companies.read"]


def test_webhooks_go_to_the_door_of_the_endpoint() -> None:
    assert config(WEBHOOKS)["settings"]["targetUrl"] == f"{URL}/hooks/hubspot"
    assert config(WEBHOOKS, endpoint="crm")["settings"]["targetUrl"] == f"{URL}/hooks/crm"


def test_of_our_own_properties_the_one_that_people_tick_is_told_and_no_other() -> None:
    names = [name for _, name in subscriptions(properties=["ne_pas_appeler", "email"]) if name]

    assert [name for name in names if name.startswith("contactable_")] == ["contactable_oppose"]
    assert "ne_pas_appeler" in names
    assert len(names) == len(set(names))


def test_everything_that_the_sandbox_sends_is_subscribed() -> None:
    told = subscriptions()

    assert {name for _, name in told if name} >= set(USUAL.properties)
    hub_events = config(WEBHOOKS)["subscriptions"]["hubEvents"]
    lifecycle = [kind.partition(".")[2] for kind, _ in told] + [hub_events[0]["subscriptionType"].partition(".")[2]]
    assert set(USUAL.lifecycle) <= set(lifecycle)


@pytest.mark.parametrize("url", ["http://crm.example.com", "crm.example.com", f"{URL}?a=b", f"{URL}#x"])
def test_an_address_that_hubspot_would_refuse_is_refused_here(url: str) -> None:
    with pytest.raises(Malformed, match="https"):
        project_files(url)


def test_files_that_somebody_changed_are_not_overwritten_unasked(tmp_path: Path) -> None:
    files = project_files(URL)
    write_files(tmp_path, files)
    write_files(tmp_path, files)
    (tmp_path / APP).write_text("{}")

    with pytest.raises(Conflict, match="hsproject"):
        write_files(tmp_path, {**files, "hsproject.json": "{}"})
    assert json.loads((tmp_path / "hsproject.json").read_text())["name"] == "contactable"

    write_files(tmp_path, files, force=True)
    assert (tmp_path / APP).read_text() == files[APP]


def run(folder: Path, *words: str) -> Any:
    settings = str(folder / "contactable.toml")
    return CliRunner().invoke(group, ["--settings", settings, "hubspot-app", "render", *words])


def test_the_command_takes_address_endpoint_and_properties_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "contactable.toml").write_text(
        f'public_url = "{URL}"\n[connectors.crm]\ntype = "hubspot"\ntoken = "env:T"\n'
        '[connectors.crm.mapping]\nopposed_sms_on = { property = "stop_sms", at = "stop_sms_le" }\n'
        'consent_email_on = "subscription.1602.on"\ntrade = "company.industry"\n'
        '[endpoints.portal]\nprovider = "hubspot"\nconnector = "crm"\nsecret = "env:S"\n'
    )

    done = run(tmp_path, "--out", str(tmp_path / "app"))

    written = (tmp_path / "app" / WEBHOOKS).read_text()
    assert done.exit_code == 0
    assert f"{URL}/hooks/portal" in written
    assert '"stop_sms"' in written
    assert '"stop_sms_le"' in written
    assert "subscription.1602" not in written  # no property, and HubSpot would refuse it
    assert "company.industry" not in written
    scopes = json.loads((tmp_path / "app" / APP).read_text())["config"]["auth"]["requiredScopes"]
    assert scopes == [*(row[0] for row in (*NEEDED, *USEFUL)), "crm.objects.companies.read"]


def test_the_command_needs_no_settings_and_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    shown = run(tmp_path, "--url", URL, "--dry-run", "--out", str(tmp_path / "app"))
    without = run(tmp_path, "--out", str(tmp_path / "app"))

    assert shown.exit_code == 0
    assert "webhooks-hsmeta.json" in shown.stdout
    assert not (tmp_path / "app").exists()
    assert isinstance(without.exception, SettingsError)
