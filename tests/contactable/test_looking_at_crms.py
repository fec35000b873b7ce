"""What the command line tells of each CRM before anything is written: suggestions for the mapping, and ``doctor``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable.cli import group
from contactable.sandbox import brevo, dolibarr, espocrm, odoo, pipedrive, sellsy
from contactable.sandbox.front import Manner, SmallCrm

CALLS, CALLS_KEY = ("opposed_phone_on", "opposed_robocall_on"), "b" * 40


@dataclass(frozen=True)
class Kind:
    """A CRM of the sandbox where people keep refusals in a field of theirs, under a name that is usual there.

    ``native``: the column and the property of each opt-out of the CRM's own; ``usual``: the property of the people's.
    """

    manner: Manner
    email: str
    native: Mapping[str, str]
    usual: str
    value: str
    prepare: Callable[[SmallCrm], object]
    columns: tuple[str, ...] = CALLS
    options: Mapping[str, str] = field(default_factory=dict)


def _sellsy(crm: SmallCrm) -> None:
    said = {"code": "npa-2024", "name": "Ne pas appeler", "type": "simple-text", "related_objects": ["contact"]}
    sellsy.answers.add_field(crm, said)


def _pipedrive(crm: SmallCrm) -> None:
    said = {"field_name": "Ne plus appeler", "field_code": CALLS_KEY, "field_type": "text", "is_custom_field": True}
    crm.own.fields[CALLS_KEY] = {**said, "options": None}


def _kept(name: str, definition: Mapping[str, Any]) -> Callable[[SmallCrm], object]:
    return lambda crm: crm.own.fields.update({name: dict(definition)})


KINDS = {
    "brevo": Kind(
        brevo.MANNER,
        "email",
        {"opposed_email_on": "emailBlacklisted", "opposed_sms_on": "smsBlacklisted"},
        "NE_PAS_APPELER",
        "Oui",
        lambda crm: crm.own.attributes.update({"NE_PAS_APPELER": {"name": "NE_PAS_APPELER", "type": "text"}}),
    ),
    "odoo": Kind(
        odoo.MANNER,
        "email",
        {
            "opposed_email_on": "is_blacklisted",
            "opposed_sms_on": "phone_sanitized_blacklisted",
            "opposed_phone_on": "phone_sanitized_blacklisted",
        },
        "x_studio_boolean_field_4f2",
        "true",
        _kept("x_studio_boolean_field_4f2", {"type": "char", "string": "Ne pas appeler"}),
    ),
    "sellsy": Kind(
        sellsy.MANNER,
        "email",
        {
            "opposed_email_on": "unsubscribed_email",
            "opposed_sms_on": "unsubscribed_sms",
            "opposed_phone_on": "unsubscribed_phone",
            "opposed_post_on": "unsubscribed_postal_mail",
        },
        "npa-2024",
        "x",
        _sellsy,
        options={"requests_per_s": "1000"},
    ),
    "pipedrive": Kind(
        pipedrive.MANNER, "email", {"opposed_email_on": "marketing_unsubscribed"}, CALLS_KEY, "oui", _pipedrive
    ),
    "espocrm": Kind(
        espocrm.MANNER,
        "emailAddress",
        {
            "opposed_email_on": "emailAddressIsOptedOut",
            "opposed_sms_on": "phoneNumberIsOptedOut",
            "opposed_phone_on": "doNotCall",
        },
        "cRefusCourrier",
        "Oui",
        _kept("cRefusCourrier", {"type": "varchar", "isCustom": True}),
        ("opposed_post_on",),
    ),
    "dolibarr": Kind(
        dolibarr.MANNER,
        "email",
        {"opposed_email_on": "no_email"},
        "npapp",
        "1",
        _kept("npapp", {"type": "varchar", "label": "Ne pas appeler", "param": ""}),
    ),
}


@dataclass(frozen=True)
class Stage:
    """One CRM, and a folder with settings for it."""

    kind: Kind
    crm: SmallCrm
    settings: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(group, ["--settings", str(self.settings), *arguments], catch_exceptions=False)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json").stdout)


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    kind = KINDS[request.param]
    people = [{kind.email: f"p{number}@example.com"} for number in range(4)]
    crm = SmallCrm(kind.manner, people, limits={})
    kind.prepare(crm)
    first, second, *_ = crm.contacts.by_id
    crm.contacts.by_id[second].values[kind.usual] = kind.value
    with crm:
        for channel in ("email", "sms", "phone", "post"):
            if f"opposed_{channel}_on" in kind.native and not (request.param == "odoo" and channel != "email"):
                crm.opt_out(first, channel)
        options = []
        for option, value in {**crm.access, **kind.options}.items():
            monkeypatch.setenv(f"CRM_{option.upper()}", value)
            is_plain = option.endswith("_url") or option in kind.options
            shown = value if option in kind.options else f'"{value}"' if is_plain else f'"env:CRM_{option.upper()}"'
            options.append(f"{option} = {shown}")
        settings = tmp_path / "contactable.toml"
        settings.write_text("\n".join(["[connectors.crm]", f'type = "{request.param}"', *options, ""]))
        yield Stage(kind, crm, settings)


def test_the_opt_outs_of_the_crm_itself_are_read_already_and_counted(stage: Stage) -> None:
    found = [each for each in stage.json("mapping", "suggest", "crm") if each["read_already"]]

    told = {(each["column"], each["source"]): each["contacts"] for each in found}
    assert stage.kind.native.items() <= told.keys()
    assert told["opposed_email_on", stage.kind.native["opposed_email_on"]] == 1


def test_a_refusal_under_a_usual_name_is_proposed_as_one(stage: Stage) -> None:
    found = [each for each in stage.json("mapping", "suggest", "crm") if not each["read_already"]]

    oppositions = [each for each in found if each["opposition"]]
    assert sorted(each["column"] for each in oppositions) == sorted(stage.kind.columns)
    assert {each["contacts"] for each in oppositions} == {1}


def test_what_is_proposed_may_be_written_into_the_settings_and_is_then_read(stage: Stage) -> None:
    proposed = [each for each in stage.json("mapping", "suggest", "crm") if each["opposition"]]
    lines = [each["toml"] for each in proposed if not each["read_already"]]

    stage.settings.write_text(stage.settings.read_text() + "\n".join(["[connectors.crm.mapping]", *lines, ""]))

    found = stage.json("mapping", "suggest", "crm")
    assert {each["toml"] for each in found if each["read_already"]} >= set(lines)
    assert not [each for each in found if each["opposition"] and not each["read_already"]]


def test_the_words_of_the_proposal_name_no_address(stage: Stage) -> None:
    shown = stage.run("mapping", "suggest", "crm").stdout

    assert "lues déjà" in shown
    assert "@example.com" not in shown


def test_doctor_finds_a_crm_as_it_comes_in_order(stage: Stage) -> None:
    found = stage.json("doctor")

    ours = [each for each in found if stage.crm.manner.name in each["what"].lower()]
    assert {each["level"] for each in ours} == {"ok"}
    assert len(ours) >= 2


def test_doctor_says_what_a_wrong_key_is_and_shows_none(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in ("token", "client_secret"):
        monkeypatch.setenv(f"CRM_{option.upper()}", "wrong-0123456789abcdef")

    done = stage.run("doctor", "--json")

    wrong = [each for each in json.loads(done.stdout) if stage.crm.manner.name in each["what"].lower()]
    assert [each["level"] for each in wrong] == ["error"]
    assert wrong[0]["mend"]
    assert "wrong-0123" not in done.stdout
