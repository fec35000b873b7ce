"""``contactable init`` with its answers in a file, on a CRM over HTTP: from nothing to the first verdicts."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contactable.cli import WAITS_FOR_A_PERSON, group
from contactable.errors import SettingsError
from contactable.sandbox import HubSpotSandbox
from contactable.settings import load

PEOPLE = [
    {
        "email": f"p{number}@example.com",
        "phone": f"+3363998000{number}",
        "associatedcompanyid": "7",
        "recent_conversion_date": "2026-11-01",
        "stop_sms": "Oui" if number == 2 else "",
    }
    for number in range(4)
]
ANSWERS = """
trades = "all"
audience = { property = "associatedcompanyid", filled = "professional" }

[oppositions]
"list:Ne plus contacter" = "take"
"property:stop_sms" = "take"

[[declare]]
name = "told"
all = true
facts = { informed = "yes", source = "person", country = "FR" }
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-11-01
"""

REFUSALS = """
"list:NE PLUS CONTACTER (2023)" = "take"
"list:Stop appels – commercial" = "take"
"list:Refus courrier" = "take"
"""
OPEN = "contactable_channels"


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubSpotSandbox]:
    """Four professionals, of whom one stands in a list of refusals and one refuses SMS."""
    with HubSpotSandbox(PEOPLE) as sandbox:
        monkeypatch.setenv("HUBSPOT_TOKEN", sandbox.token)
        refused = sandbox.portal.lists.add("Ne plus contacter", "MANUAL", sandbox.portal.now)
        sandbox.portal.lists.put_in(refused, [next(iter(sandbox.portal.contacts.by_id))], sandbox.portal.now)
        yield sandbox


def run(folder: Path, *arguments: object) -> Result:
    settings = ["--settings", str(folder / "contactable.toml")]
    return CliRunner().invoke(group, [*settings, *map(str, arguments)], catch_exceptions=False)


def init(folder: Path, crm: HubSpotSandbox, answers: str) -> Result:
    (folder / "answers.toml").write_text(answers, encoding="utf-8")
    given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--crm-url", crm.url]
    return run(folder, "init", *given, "--answers", folder / "answers.toml")


def reasons(crm: HubSpotSandbox, channel: str) -> list[str]:
    return [crm.contact(id).properties[f"contactable_{channel}_reason"] for id in crm.portal.contacts.by_id]


def test_eight_answers_lead_from_nothing_to_verdicts_that_respect_the_hidden_refusals(
    crm: HubSpotSandbox, tmp_path: Path
) -> None:
    init(tmp_path, crm, ANSWERS)
    run(tmp_path, "register", "upgrade")

    result = run(tmp_path, "sync", "--yes")

    assert result.exit_code == 0
    told = "legitimate_interest_professional"
    assert reasons(crm, "phone") == ["opposition", told, told, told]
    assert reasons(crm, "sms") == ["opposition", told, "opposition", told]


def test_an_opposition_that_nobody_decided_is_named_and_nothing_is_written(crm: HubSpotSandbox, tmp_path: Path) -> None:
    answers = ANSWERS.replace('"list:Ne plus contacter" = "take"\n', "")

    with pytest.raises(SettingsError, match="list:Ne plus contacter"):
        init(tmp_path, crm, answers)

    assert not (tmp_path / "contactable.toml").exists()


def test_what_was_declined_is_kept_in_the_settings_and_not_asked_again(crm: HubSpotSandbox, tmp_path: Path) -> None:
    init(tmp_path, crm, ANSWERS.replace('"property:stop_sms" = "take"', '"property:stop_sms" = "decline"'))
    run(tmp_path, "register", "upgrade")

    result = run(tmp_path, "sync", "--yes")

    assert load(tmp_path / "contactable.toml").connectors["hubspot"].mapping["declined"] == ["property:stop_sms"]
    assert result.exit_code == 0
    assert "opposition" in reasons(crm, "sms")[0]


def test_the_first_sync_writes_nothing_while_a_list_of_refusals_is_undecided(
    crm: HubSpotSandbox, tmp_path: Path
) -> None:
    given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--crm-url", crm.url]
    run(tmp_path, "init", *given)
    run(tmp_path, "register", "upgrade")

    result = run(tmp_path, "sync", "--yes")

    assert result.exit_code == WAITS_FOR_A_PERSON
    assert "list:Ne plus contacter may hold people who said no" in result.stderr
    assert all("contactable_channels" not in crm.contact(id).properties for id in crm.portal.contacts.by_id)


def test_settings_that_exist_are_never_overwritten_by_answers(crm: HubSpotSandbox, tmp_path: Path) -> None:
    init(tmp_path, crm, ANSWERS)
    before = (tmp_path / "contactable.toml").read_text(encoding="utf-8")

    with pytest.raises(SettingsError, match="exists already"):
        init(tmp_path, crm, "")

    assert (tmp_path / "contactable.toml").read_text(encoding="utf-8") == before


def test_figures_of_a_connector_count_the_members_of_its_lists(crm: HubSpotSandbox, tmp_path: Path) -> None:
    init(tmp_path, crm, ANSWERS)

    shown = run(tmp_path, "mapping", "check", "hubspot").stdout

    assert "list:Ne plus contacter 1" in shown


def test_suggestions_come_from_a_crm_as_from_a_file(crm: HubSpotSandbox, tmp_path: Path) -> None:
    init(tmp_path, crm, ANSWERS)
    (tmp_path / "contactable.toml").write_text(
        (tmp_path / "contactable.toml").read_text(encoding="utf-8").replace('"stop_sms"', '"other"'), encoding="utf-8"
    )

    shown = run(tmp_path, "mapping", "suggest", "hubspot").stdout

    assert 'opposed_sms_on = "stop_sms"' in shown


def test_a_list_that_is_mapped_by_its_id_is_decided(crm: HubSpotSandbox, tmp_path: Path) -> None:
    init(tmp_path, crm, ANSWERS)
    run(tmp_path, "register", "upgrade")
    path, id = tmp_path / "contactable.toml", crm.portal.lists.named("Ne plus contacter").id
    path.write_text(path.read_text(encoding="utf-8").replace('"Ne plus contacter"', f'"{id}"'), encoding="utf-8")

    result = run(tmp_path, "sync", "--yes")

    assert result.exit_code == 0
    assert reasons(crm, "phone")[0] == "opposition"


def test_nobody_of_an_untouched_company_is_open_against_a_refusal_that_a_list_hides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = ANSWERS.replace('"list:Ne plus contacter" = "take"\n"property:stop_sms" = "take"\n', REFUSALS)
    with HubSpotSandbox(300, profile="untouched", seed=5) as untouched:
        monkeypatch.setenv("HUBSPOT_TOKEN", untouched.token)
        init(tmp_path, untouched, answers)
        run(tmp_path, "register", "upgrade")
        run(tmp_path, "sync", "--yes")

        refused = untouched.portal.lists.named("NE PLUS CONTACTER (2023)").members
        shown = {untouched.contact(id).properties.get("contactable_channels", "") for id in refused}
        opened = [id for id in untouched.portal.contacts.by_id if untouched.contact(id).properties.get(OPEN)]

    assert refused
    assert shown == {""}
    assert len(opened) > 100


def test_questions_at_a_terminal_are_answered_one_after_the_other(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_text("Email;Pays;stop_sms\na@example.com;France;Oui\n", encoding="utf-8")
    typed = ["decline", "", "all", "", "", "", "Pays", ""]
    given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--source", str(export)]
    command = [sys.executable, "-m", "contactable", "--settings", str(tmp_path / "c.toml"), "init", *given]

    subprocess.run(command, input="\n".join(typed) + "\n", text=True, check=True, capture_output=True)

    settings = load(tmp_path / "c.toml")
    assert settings.offers["main"]["trades"] == "all"
    assert settings.connectors["hubspot"].mapping == {"country": "Pays", "declined": ["property:stop_sms"]}


@pytest.mark.parametrize(("word", "asked"), [("--unsubscribe", True), ("--no-unsubscribe", False), ("", True)])
def test_init_keeps_whether_oppositions_unsubscribe_in_the_crm_and_the_sync_obeys(
    crm: HubSpotSandbox, tmp_path: Path, word: str, asked: bool
) -> None:
    given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--crm-url", crm.url]
    (tmp_path / "answers.toml").write_text(ANSWERS, encoding="utf-8")
    run(tmp_path, "init", *given, "--answers", tmp_path / "answers.toml", *filter(None, [word]))
    run(tmp_path, "register", "upgrade")

    run(tmp_path, "sync", "--yes")  # the first contact stands in a list of refusals

    assert load(tmp_path / "contactable.toml").connectors["hubspot"].unsubscribe is asked
    left = [crm.portal.preferences.may_receive(f"p{number}@example.com", 1601) for number in range(4)]
    assert left == [False if asked else None, None, None, None]


@pytest.mark.parametrize(("typed", "unsubscribe"), [("", True), ("y", True), ("n", False)])
def test_a_person_at_a_terminal_is_asked_about_the_crms_own_unsubscribe(
    tmp_path: Path, typed: str, unsubscribe: bool
) -> None:
    settings = tmp_path / "contactable.toml"
    given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN"]
    command = [sys.executable, "-m", "contactable", "--settings", str(settings), "init", *given]
    ours, theirs = pty.openpty()

    with os.fdopen(ours, "wb", buffering=0) as keyboard:
        process = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(theirs)
        keyboard.write(f"{typed}\nn\n".encode())  # the second: whether to look at the contacts now
        _, said = process.communicate(timeout=60)

    assert process.returncode == 0, said.decode()
    assert "Désinscrire aussi, dans le CRM, qui s'oppose ?" in said.decode()
    assert load(settings).connectors["hubspot"].unsubscribe is unsubscribe
