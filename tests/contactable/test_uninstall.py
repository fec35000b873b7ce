"""Leaving HubSpot clean over HTTP: what goes, what stays, in which order, and what a person must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable, segments
from contactable.cli import group
from contactable.errors import Refused
from contactable.leaving import leave, look
from contactable.loading import load
from contactable.register import mirror, outbox
from contactable.rules import Channel, Reason
from contactable.sandbox import HubSpotSandbox
from contactable.tasks import tasks

Connect = Callable[..., Contactable]
PERSON = {"email": "camille@example.com", "audience": "consumer", "country": "FR"}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([PERSON]) as sandbox:
        yield sandbox


def ours(crm: HubSpotSandbox) -> list[str]:
    known = crm.portal.definitions.by_name.values()
    return [each.name for each in known if each.group == "contactable" and not each.archived]


def lists(crm: HubSpotSandbox) -> list[str]:
    return [each.name for each in crm.portal.lists.by_id.values() if not each.deleted]


@pytest.fixture
def kit(crm: HubSpotSandbox, connect: Connect) -> Contactable:
    """A CRM with our properties and lists, and somebody who objected."""
    kit, (id,) = connect(crm), crm.portal.contacts.by_id
    crm.as_person(id, {"jobtitle": "x"})
    load(kit, "hubspot")
    crm.as_person(id, {"contactable_oppose": "email"})
    load(kit, "hubspot")
    segments.make(kit, "hubspot")
    return kit


def test_lists_go_before_the_properties_that_they_look_at_and_nothing_of_ours_is_left(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    note = leave(kit, "hubspot")

    assert (ours(crm), lists(crm)) == ([], [])
    assert "contactable" not in crm.portal.definitions.groups
    assert "by hand: uninstall the app, or delete its key" in note


def test_an_opposition_outlives_the_crm_that_told_it(crm: HubSpotSandbox, kit: Contactable) -> None:
    leave(kit, "hubspot")

    assert kit.verdicts(email=PERSON["email"])[Channel.EMAIL].reason is Reason.OPPOSITION
    with kit.register.read() as tx:
        assert mirror.counts(tx).get("hubspot", 0) == 0
        assert outbox.pending(tx) == {}


def test_nothing_is_written_after_leaving_until_a_person_begins_again(crm: HubSpotSandbox, kit: Contactable) -> None:
    leave(kit, "hubspot")
    crm.journal.clear()

    notes = [task.run() for task in tasks(kit, lambda: None) if task.name.startswith(("sync", "consents", "forms"))]

    assert notes[0].startswith("waits for a person")
    assert crm.journal.summary()["by_route"] == {}


def test_coming_back_brings_the_opposition_with_it(crm: HubSpotSandbox, kit: Contactable) -> None:
    leave(kit, "hubspot")

    load(kit, "hubspot")

    (id,) = crm.portal.contacts.by_id
    assert crm.contact(id).properties["contactable_email_reason"] == "opposition"


def test_a_property_that_somebody_elses_list_uses_is_named_and_the_rest_goes(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    theirs = {"filterType": "PROPERTY", "property": "contactable_sms", "operation": {"operator": "IS_KNOWN"}}
    inside = {"filterBranchType": "AND", "filters": [theirs], "filterBranches": []}
    branch = {"filterBranchType": "OR", "filters": [], "filterBranches": [inside]}
    crm.portal.lists.add("Leur liste", "DYNAMIC", crm.portal.now, branch)

    with pytest.raises(Refused, match="keeps contactable_sms: a list"):
        leave(kit, "hubspot")
    kept = (ours(crm), look(kit, "hubspot").contacts)
    crm.portal.lists.named("Leur liste").deleted = True
    leave(kit, "hubspot")

    assert kept == (["contactable_sms"], 1)
    assert ours(crm) == []


def test_an_app_installed_by_oauth_uninstalls_itself_and_its_webhooks_end(
    crm: HubSpotSandbox, make_kit: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = crm.portal.tokens
    form = {"client_id": crm.client_id, "client_secret": crm.client_secret}
    _, refresh = tokens.exchange({**form, "grant_type": "authorization_code", "code": tokens.code()}, 0)
    monkeypatch.setenv("SECRET", crm.client_secret)
    monkeypatch.setenv("REFRESH", refresh)
    oauth = f'{{ client_id = "{crm.client_id}", client_secret = "env:SECRET", refresh_token = "env:REFRESH" }}'
    kit = make_kit(f'[connectors.hubspot]\ntype = "hubspot"\nbase_url = "{crm.url}"\noauth = {oauth}\nindex_lag = 0\n')
    load(kit, "hubspot")
    crm.portal.listeners.append(lambda event: None)

    note = leave(kit, "hubspot")

    assert "the app is uninstalled" in note
    assert (crm.portal.listeners, tokens.refresh_tokens) == ([], {})


def run(crm: HubSpotSandbox, tmp_path: Path, *words: str) -> Result:
    (tmp_path / "contactable.toml").write_text(
        'public_url = "https://crm.example.com/contactable"\n'
        f'[connectors.hubspot]\ntype = "hubspot"\ntoken = "env:HUBSPOT_TOKEN"\nbase_url = "{crm.url}"\n'
    )
    return CliRunner().invoke(group, ["--settings", str(tmp_path / "contactable.toml"), "uninstall", *words])


def test_where_properties_cannot_be_taken_away_a_person_is_told_which(make_kit: Connect, tmp_path: Path) -> None:
    table = tmp_path / "contacts.csv"
    table.write_text("id,email\n1,camille@example.com\n")
    kit = make_kit(f'[connectors.files]\ntype = "csv"\npath = "{table}"\n')
    load(kit, "files")

    note = leave(kit, "files")

    assert "by hand: delete" in note
    assert "contactable_oppose" in note


def test_the_command_shows_and_waits_then_exports_the_register_and_leaves(
    crm: HubSpotSandbox, kit: Contactable, tmp_path: Path
) -> None:
    kit.close()
    export = tmp_path / "export.db"

    shown = run(crm, tmp_path, "--dry-run")
    waits = run(crm, tmp_path)
    before = (ours(crm), export.exists())
    done = run(crm, tmp_path, "--yes", "--export", str(export))

    assert (shown.exit_code, waits.exit_code, done.exit_code) == (0, 6, 0)
    assert "contactable_oppose" in shown.stdout
    assert before[0]
    assert not before[1]
    assert export.stat().st_size > 0
    assert ours(crm) == []


def test_nothing_goes_where_the_register_cannot_be_exported(
    crm: HubSpotSandbox, kit: Contactable, tmp_path: Path
) -> None:
    kit.close()
    (tmp_path / "there.db").write_text("something")

    done = run(crm, tmp_path, "--yes", "--export", str(tmp_path / "there.db"))

    assert done.exit_code != 0
    assert ours(crm) != []
