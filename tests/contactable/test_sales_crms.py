"""Salesforce, Dynamics and Zoho as a company meets them: what ``doctor`` and ``mapping suggest`` say there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from contactable import Contactable
from contactable.cli import group
from contactable.commands.init import write_keys
from contactable.connectors.protocol import KnowsKinds
from contactable.sandbox import dynamics, salesforce, zoho
from contactable.sandbox.front import Manner, SmallCrm
from contactable.settings import load


@dataclass(frozen=True)
class Kind:
    """A CRM: whom it holds, its own boxes and what each closes, and a box that people made, with its label."""

    manner: Manner
    email: str
    boxes: Mapping[str, tuple[str, ...]]
    made: str
    settings: Callable[[SmallCrm], str]
    add_field: Callable[[SmallCrm, str, str], Any]


def _salesforce_field(crm: SmallCrm, name: str, label: str) -> None:
    for kind in ("Contact", "Lead"):
        crm.own.fields[kind][name] = {"name": name, "type": "boolean", "label": label}


def _dynamics_column(crm: SmallCrm, name: str, label: str) -> None:
    crm.own.columns[name], crm.own.labels[name] = "BooleanType", label


def _zoho_field(crm: SmallCrm, name: str, label: str) -> None:
    crm.own.fields[name] = {
        "id": "900",
        "api_name": name,
        "data_type": "boolean",
        "field_label": label,
        "custom_field": True,
    }


CALLS = ("opposed_phone_on", "opposed_robocall_on")
KINDS = {
    "salesforce": Kind(
        salesforce.MANNER,
        "Email",
        {"HasOptedOutOfEmail": ("opposed_email_on",), "DoNotCall": CALLS},
        "Champ_7__c",
        lambda crm: f'base_url = "{crm.url}"',
        _salesforce_field,
    ),
    "dynamics": Kind(
        dynamics.MANNER,
        "emailaddress1",
        {
            "donotemail": ("opposed_email_on",),
            "donotbulkemail": ("opposed_email_on",),
            "donotphone": CALLS,
            "donotpostalmail": ("opposed_post_on",),
            "donotbulkpostalmail": ("opposed_post_on",),
            "donotsendmm": ("opposed_email_on", "opposed_post_on", "opposed_sms_on"),
        },
        "cr1_champ7",
        lambda crm: f'base_url = "{crm.url}"\nlogin_url = "{crm.url}"\ntenant = "sandbox"',
        _dynamics_column,
    ),
    "zoho": Kind(
        zoho.MANNER,
        "Email",
        {"Email_Opt_Out": ("opposed_email_on",)},
        "Champ7",
        lambda crm: f'base_url = "{crm.url}/crm/v8"\naccounts_url = "{crm.url}"\nrefresh_token = "env:CRM_KEY"',
        _zoho_field,
    ),
}


@dataclass
class Company:
    """A company's folder beside its CRM, in which one of four people has ticked every box."""

    kind: Kind
    crm: SmallCrm
    folder: Path

    def run(self, *arguments: str) -> Result:
        settings = ["--settings", str(self.folder / "contactable.toml")]
        return CliRunner().invoke(group, [*settings, *arguments], catch_exceptions=False)

    def findings(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = json.loads(self.run("doctor", "--json").stdout)
        return found

    def suggested(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("mapping", "suggest", "crm", "--json").stdout)
        return found


@pytest.fixture(params=KINDS)
def company(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    kind = KINDS[request.param]
    crm = SmallCrm(kind.manner, ({kind.email: f"p{n}@example.com"} for n in range(4)), limits={})
    kind.add_field(crm, kind.made, "Ne plus appeler")
    crm.contacts.change(next(iter(crm.contacts.by_id)), {**dict.fromkeys(kind.boxes, True), kind.made: True})
    with crm:
        monkeypatch.setenv("CRM_KEY", crm.token)
        credentials = 'client_id = "env:CRM_KEY"\nclient_secret = "env:CRM_KEY"'
        text = f'[connectors.crm]\ntype = "{request.param}"\n{kind.settings(crm)}\n{credentials}\n'
        (tmp_path / "contactable.toml").write_text('public_url = "https://example.com/c"\n' + text, encoding="utf-8")
        made = Company(kind, crm, tmp_path)
        write_keys(tmp_path / "contactable-keys")
        assert made.run("register", "upgrade").exit_code == 0
        yield made


def test_doctor_finds_no_error_in_a_crm_that_is_well_set_up(company: Company) -> None:
    of_crm = [each for each in company.findings() if each["what"].split()[0] in ("Salesforce", "Dynamics", "Zoho")]

    assert of_crm
    assert {each["level"] for each in of_crm} == {"ok"}


def test_doctor_says_what_to_mend_where_the_credentials_are_wrong(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_KEY", "wrong-0123456789abcdef")

    wrong = [each for each in company.findings() if each["level"] == "error" and "lets us read" in each["what"]]

    assert len(wrong) == 1
    assert wrong[0]["mend"]
    assert "0123456789abcdef" not in str(wrong)


def test_the_crms_own_boxes_are_read_as_oppositions_without_anybodys_doing(company: Company) -> None:
    read = [each for each in company.suggested() if each["read_already"]]

    assert {(each["source"], each["column"]) for each in read if each["contacts"]} == {
        (box, column) for box, columns in company.kind.boxes.items() for column in columns
    }
    assert {each["contacts"] for each in read if each["source"] in company.kind.boxes} == {1}


def test_a_box_that_people_made_is_suggested_by_what_they_read(company: Company) -> None:
    offered = [each for each in company.suggested() if not each["read_already"]]

    assert {each["column"] for each in offered if each["source"] == company.kind.made} == set(CALLS)
    assert not {each["source"] for each in offered if isinstance(each["source"], str)} & company.kind.boxes.keys()


def _made_anew(company: Company) -> None:
    """Somebody deletes the box, and makes another of the same name and type."""
    if company.kind.manner is dynamics.MANNER:
        company.crm.own.numbers.pop(company.kind.made)
    else:
        company.crm.own.fields[company.kind.made]["id"] = "901"


def _retyped(company: Company) -> None:
    own, name = company.crm.own, company.kind.made
    if company.kind.manner is dynamics.MANNER:
        own.columns[name] = "StringType"
    elif company.kind.manner is zoho.MANNER:
        own.fields[name]["data_type"] = "text"
    else:
        own.fields["Contact"][name]["type"] = "string"


@pytest.mark.parametrize("happens", [_made_anew, _retyped])
def test_a_box_that_was_replaced_is_told_from_the_one_that_was_mapped(
    company: Company, happens: Callable[[Company], None]
) -> None:
    if company.kind.manner is salesforce.MANNER and happens is _made_anew:
        pytest.skip("not on this CRM: telling a field that was made anew with the same type")
    with closing(Contactable(load(company.folder / "contactable.toml"))) as kit:
        connector = kit.connectors["crm"]
        assert isinstance(connector, KnowsKinds)
        before = connector.property_kinds()

        happens(company)
        after = connector.property_kinds()

        assert before.keys() == after.keys() == connector.property_names()
        assert {name for name in before if before[name] != after[name]} >= {company.kind.made}
        assert len({name for name in before if before[name] != after[name]} - {f"_{company.kind.made}_value"}) == 1
