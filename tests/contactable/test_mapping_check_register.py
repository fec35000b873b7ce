"""``contactable mapping check`` with what the register knows: it opens nobody whom an opposition closes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable
from contactable.cli import group
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, Tx, ledger, subjects
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.settings import load

PEOPLE = [
    {
        "email": f"p{number}@example.com",
        "mobilephone": f"+3363998000{number}",
        "audience": "consumer" if number == 3 else "professional",
        "related_to_profession": "yes",
        "country": "FR",
        "last_contact_on": "2026-11-01",
    }
    for number in range(4)
]
EXPORT = "Email;Mobile\np0@example.com;+33639980000\np1@example.com;+33639980001\n"
DECLARED = """
[[declare]]
name = "told"
all = true
facts = { informed = "yes", source = "person" }
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-01-01
"""


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox(PEOPLE) as sandbox:
        yield sandbox


@pytest.fixture
def settings(crm: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
    path = tmp_path / "contactable.toml"
    given = ["--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--crm-url", crm.url]
    run(path, "init", *given)
    return path


def run(settings: Path, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["--settings", str(settings), *arguments], catch_exceptions=False)


def figures(settings: Path, *more: str) -> Any:
    return json.loads(run(settings, "mapping", "check", *(more or ("hubspot",)), "--json").stdout)


def open_on(found: Any, channel: str) -> int:
    opens = {"legitimate_interest_professional", "consent"}
    return sum(count for each, reason, count in found["verdicts"] if each == channel and reason in opens)


def would_open(found: Any, columns: str, channel: str) -> int:
    return sum(count for names, each, count in found["would_open"] if (names, each) == (columns, channel))


def enter(settings: Path) -> None:
    """The first person objects to everything; the fourth, a consumer, agreed to SMS on a form of ours."""
    kit = Contactable(load(settings))

    def put(tx: Tx) -> None:
        email, phone = (IdentifierKind.EMAIL, "p0@example.com"), (IdentifierKind.PHONE, "+33639980003")
        found = subjects.subjects_for(tx, [email, phone])
        own: dict[str, Any] = {
            "origin": "recipient",
            "proof_level": "token",
            "occurred_at": datetime(2026, 11, 2, 9, tzinfo=UTC),
        }
        agreed = {"act": "positive", "to": "us", "proof": "box ticked"}
        entries = [
            NewEntry(kind="opposition", subject_id=found[email], on="all", **own),
            NewEntry(kind="consent", subject_id=found[phone], on="sms", details=agreed, **own),
        ]
        ledger.record(tx, entries)

    try:
        kit.register.write(put)
    finally:
        kit.close()


def test_before_there_is_a_register_one_line_says_that_the_crm_alone_counts(settings: Path) -> None:
    told = run(settings, "mapping", "check", "hubspot").stdout.splitlines()
    spoken = run(settings, "mapping", "check", "hubspot", "--language", "en").stdout

    assert [line for line in told if "Pas encore de registre" in line] == [
        "Pas encore de registre (contactable register upgrade) : seul compte ce que dit hubspot."
    ]
    assert "No register yet (contactable register upgrade): only what hubspot says counts." in spoken
    assert figures(settings)["register"] == {"asked": False, "contacts": 0}


def test_whom_the_register_closes_is_in_no_count_of_what_would_open(settings: Path) -> None:
    before = would_open(figures(settings), "informed", "sms")
    run(settings, "register", "upgrade")
    enter(settings)

    found = figures(settings)

    assert (before, would_open(found, "informed", "sms")) == (3, 2)
    assert [each for each in found["facts"] if each[0].startswith("opposed_")] == [["opposed_all_on", "register", 1]]
    assert found["register"] == {"asked": True, "contacts": 2}
    assert "Le registre connaît 2 de ces contacts" in run(settings, "mapping", "check", "hubspot").stdout


def test_what_a_declaration_opens_leaves_out_whom_the_register_closes_and_a_consent_there_opens(
    settings: Path,
) -> None:
    settings.write_text(settings.read_text(encoding="utf-8") + DECLARED, encoding="utf-8")
    before = figures(settings)
    run(settings, "register", "upgrade")
    enter(settings)

    found = figures(settings)

    assert [each for each in before["opened_by"] if each[1] == "sms"] == [["told", "sms", 3]]
    assert [each for each in found["opened_by"] if each[1] == "sms"] == [["told", "sms", 2]]
    assert (open_on(before, "sms"), open_on(found, "sms")) == (3, 3)  # one more objects, one more agreed
    assert ["sms", "consent", 1] in found["verdicts"]


def test_a_file_of_the_same_people_is_asked_about_by_their_addresses_and_the_samples_too(settings: Path) -> None:
    export = settings.parent / "export.csv"
    export.write_text(EXPORT, encoding="utf-8")
    run(settings, "register", "upgrade")
    enter(settings)
    more = (str(export), "--map", "hubspot-export")

    found = figures(settings, *more)
    sample = run(settings, "mapping", "check", *more, "--sample", "2", "--language", "en").stdout

    assert found["register"] == {"asked": True, "contacts": 1}
    first, second = sample.partition("Contact 1")[2].split("Contact 2")
    assert "opposed_all_on" in first
    assert "register" in first
    assert "register" not in second
    assert "example.com" not in sample


def test_declarations_of_the_settings_hold_beside_a_map_that_is_tried(settings: Path) -> None:
    settings.write_text(settings.read_text(encoding="utf-8") + DECLARED, encoding="utf-8")
    trial = settings.parent / "trial.toml"
    trial.write_text('[mapping]\nbased_on = "hubspot"\n', encoding="utf-8")

    beside = figures(settings, "hubspot", "--map", str(trial))
    trial.write_text(trial.read_text(encoding="utf-8") + DECLARED.replace('"yes"', '"no"'), encoding="utf-8")
    instead = figures(settings, "hubspot", "--map", str(trial))

    assert ["informed", "declaration:told", 4] in beside["facts"]
    assert open_on(instead, "sms") == 0
    assert instead["warnings"] == {}


BOX = "LEGAL_CONSENT.subscription_type_1601"


def sent(crm: HubSpotSandbox) -> None:
    """The fourth person, a consumer, ticks a box of a form; the record tells nothing of which form it was."""
    crm.portal.forms.add(Form("news", "Newsletter", crm.portal.now, "", {1601: "J'accepte."}))
    contact = crm.submit_form("news", {"email": "p3@example.com", BOX: "Checked"})
    contact.properties.pop("recent_conversion_event_name")


def test_what_a_submission_tells_the_mapping_counts_before_any_sync_and_what_it_proves_does_with_one_line(
    crm: HubSpotSandbox, settings: Path
) -> None:
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[offers.main]", '[offers.main]\nsubscriptions = ["1601"]'), encoding="utf-8")
    mapped(settings, 'informed = [{ form = "Newsletter", value = "yes" }]\n')
    sent(crm)

    before, told = figures(settings), run(settings, "mapping", "check", "hubspot", "--language", "en").stdout
    run(settings, "register", "upgrade")
    empty = figures(settings)
    run(settings, "sync", "hubspot", "--yes")
    after, later = figures(settings), run(settings, "mapping", "check", "hubspot", "--language", "en").stdout

    assert ["informed", "form:Newsletter", 1] in before["facts"]
    assert [each["form_submissions_entered"] for each in (before, empty, after)] == [False, False, True]
    assert [line for line in told.splitlines() if "Form submissions" in line] == [
        "Form submissions are not in the register yet (contactable sync): "
        "the consents and information that they prove do not count here."
    ]
    assert "Form submissions are not" not in later
    assert ["consent_email_on", "register", 1] in after["facts"]
    assert ["email", "consent", 1] in after["verdicts"]
    assert ["email", "consent", 1] not in before["verdicts"]


def mapped(settings: Path, table: str) -> None:
    head, _, rest = settings.read_text(encoding="utf-8").partition("[connectors.hubspot.mapping]")
    settings.write_text(f"{head}[connectors.hubspot.mapping]\n{table}{rest.partition(chr(10))[2]}", encoding="utf-8")


def test_where_the_token_may_not_read_forms_everything_else_is_counted_and_the_line_says_so(
    crm: HubSpotSandbox, settings: Path
) -> None:
    mapped(settings, 'informed = [{ form = "Newsletter", value = "yes" }]\n')
    sent(crm)
    tokens = crm.portal.tokens
    grant = tokens.grants[crm.token]
    tokens.grants[crm.token] = replace(grant, scopes=frozenset(each for each in grant.scopes if each != "forms"))

    command = [
        sys.executable,
        "-m",
        "contactable",
        "--settings",
        str(settings),
        "mapping",
        "check",
        "hubspot",
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)

    assert "forms_not_read" in done.stderr
    assert (found["contacts"], found["form_submissions_entered"]) == (4, False)
    assert not [each for each in found["facts"] if each[0] == "informed"]


def test_the_outcomes_of_calls_and_of_meetings_are_counted_before_any_sync(crm: HubSpotSandbox, settings: Path) -> None:
    mapped(settings, 'opposed_phone_on = [{ outcome = "refused" }]\nopposed_all_on = [{ outcome = "Do not meet" }]\n')
    first, second, *_ = crm.portal.contacts.by_id
    at = "2026-11-20T10:00:00Z"
    crm.portal.calls.add({"hs_call_disposition": "refused", "hs_timestamp": at}, crm.portal.now, (first,))
    crm.portal.meetings.add({"hs_meeting_outcome": "Do not meet", "hs_timestamp": at}, crm.portal.now, (second,))

    found = figures(settings)["facts"]

    assert ["opposed_phone_on", "outcome:refused", 1] in found
    assert ["opposed_all_on", "outcome:Do not meet", 1] in found


def test_of_a_file_nothing_is_said_of_form_submissions(settings: Path) -> None:
    export = settings.parent / "export.csv"
    export.write_text(EXPORT, encoding="utf-8")

    assert figures(settings, str(export), "--map", "hubspot-export")["form_submissions_entered"] is None
    assert "formulaires" not in run(settings, "mapping", "check", str(export), "--map", "hubspot-export").stdout
