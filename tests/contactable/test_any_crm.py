"""The command line with CRMs that are not HubSpot: from ``init`` to verdicts, over HTTP and on a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from contactable.cli import WAITS_FOR_A_PERSON, group
from contactable.connectors.espocrm.fields import property_of as espocrm_property
from contactable.errors import SettingsError
from contactable.sandbox import brevo, dolibarr, dynamics, espocrm, odoo, pipedrive, salesforce, sellsy, zoho
from contactable.sandbox.front import Manner, SmallCrm
from contactable.settings import load

ANSWERS = """
trades = "all"
audience = {{ property = "email", filled = "professional" }}
last_contact_on = "{met}"

[oppositions]
{taken}

[[declare]]
name = "told"
all = true
facts = {{ informed = "yes", source = "person", country = "FR" }}
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-11-01
"""


@dataclass
class Company:
    """A company's folder, the arguments of ``init`` for its CRM, and where its CRM shows our properties."""

    folder: Path
    init: tuple[str, ...]
    answers: str

    def run(self, *arguments: object) -> Result:
        settings = ["--settings", str(self.folder / "contactable.toml")]
        return CliRunner().invoke(group, [*settings, *map(str, arguments)], catch_exceptions=False)

    def begin(self) -> None:
        (self.folder / "answers.toml").write_text(self.answers, encoding="utf-8")
        given = ("--public-url", "https://example.com/c", "--answers", self.folder / "answers.toml")
        assert self.run("init", *given, *self.init).exit_code == 0
        assert self.run("register", "upgrade").exit_code == 0

    def shown(self) -> list[Mapping[str, str]]:
        raise NotImplementedError


class WithSmall(Company):
    crm: SmallCrm

    def shown(self) -> list[Mapping[str, str]]:
        values = [each.values for each in self.crm.contacts.living()]
        return [
            {name.lower().removeprefix("x_").removesuffix("__c"): str(value) for name, value in each.items()}
            for each in values
        ]


class WithPipedrive(WithSmall):
    def shown(self) -> list[Mapping[str, str]]:
        return [pipedrive.told(self.crm, each.id) for each in self.crm.contacts.living()]


class WithTable(Company):
    def shown(self) -> list[Mapping[str, str]]:
        path = self.folder / "clients.contactable.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def with_brevo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    people = [
        {"email": f"p{number}@example.com", "SMS": f"3363998003{number}", "LAST_CONTACT": "2026-11-01"}
        for number in range(3)
    ]
    crm = SmallCrm(brevo.MANNER, people, limits={})
    crm.own.attributes["LAST_CONTACT"] = {"name": "LAST_CONTACT", "category": "normal", "type": "text"}
    crm.opt_out("2", "email")
    with crm:
        monkeypatch.setenv("BREVO_KEY", crm.token)
        init = (
            "--crm",
            "brevo",
            "--set",
            "token=env:BREVO_KEY",
            "--set",
            f"base_url={crm.url}",
            "--set",
            "in_flight=2",
        )
        made = WithSmall(tmp_path, init, ANSWERS.format(met="LAST_CONTACT", taken=""))
        made.crm = crm
        yield made


@pytest.fixture
def with_odoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    people = [
        {"email": f"p{number}@example.com", "phone": f"+3363998003{number}", "x_last_contact": "2026-11-01"}
        for number in range(3)
    ]
    crm = SmallCrm(odoo.MANNER, people, limits={})
    crm.own.fields["x_last_contact"] = {"type": "date"}
    crm.opt_out("2", "email")
    with crm:
        monkeypatch.setenv("ODOO_KEY", crm.token)
        init = ("--crm", "odoo", "--set", "token=env:ODOO_KEY", "--set", f"base_url={crm.url}")
        made = WithSmall(tmp_path, init, ANSWERS.format(met="x_last_contact", taken=""))
        made.crm = crm
        yield made


@pytest.fixture
def with_pipedrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    people = [
        {"email": f"p{number}@example.com", "phone": f"+3363998003{number}", pipedrive.NOTE: "2026-11-01"}
        for number in range(3)
    ]
    crm = SmallCrm(pipedrive.MANNER, people, limits={})
    crm.opt_out("2", "email")
    with crm:
        monkeypatch.setenv("PIPEDRIVE_KEY", crm.token)
        init = ("--crm", "pipedrive", "--set", "token=env:PIPEDRIVE_KEY", "--set", f"base_url={crm.url}")
        made = WithPipedrive(tmp_path, init, ANSWERS.format(met="Remarque", taken=""))
        made.crm = crm
        yield made


@pytest.fixture
def with_salesforce(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    people = [
        {"Email": f"p{number}@example.com", "MobilePhone": f"+3363998003{number}", "Title": "2026-11-01"}
        for number in range(3)
    ]
    crm = SmallCrm(salesforce.MANNER, people, limits={})
    crm.opt_out(list(crm.contacts.by_id)[1], "email")
    with crm:
        monkeypatch.setenv("SF_KEY", crm.token)
        options = (f"base_url={crm.url}", "client_id=env:SF_KEY", "client_secret=env:SF_KEY")
        init = ("--crm", "salesforce", *(each for option in options for each in ("--set", option)))
        met = ANSWERS.format(met="Title", taken="").replace('property = "email"', 'property = "Email"')
        made = WithSmall(tmp_path, init, met)
        made.crm = crm
        yield made


class Another(NamedTuple):
    """A CRM of the sandbox: whom it holds, what ``init`` is told, and where a contact was last met."""

    manner: Manner
    email: str
    phone: str
    met: str
    options: Callable[[SmallCrm], tuple[str, ...]]
    name_of: Callable[[str], str] = str.lower


def _keys(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}=env:CRM_KEY" for name in names)


ANOTHER = {
    "dolibarr": Another(
        dolibarr.MANNER, "email", "phone_mobile", "note_private", lambda crm: (f"base_url={crm.url}", *_keys("token"))
    ),
    "dynamics": Another(
        dynamics.MANNER,
        "emailaddress1",
        "mobilephone",
        "description",
        lambda crm: (
            *(f"base_url={crm.url}", f"login_url={crm.url}", "tenant=sandbox"),
            *_keys("client_id", "client_secret"),
        ),
        lambda name: name.removeprefix("new_"),
    ),
    "espocrm": Another(
        espocrm.MANNER,
        "emailAddress",
        "phoneNumber",
        "description",
        lambda crm: (f"base_url={crm.url}", "admin=env:CRM_ADMIN", *_keys("token")),
        espocrm_property,
    ),
    "sellsy": Another(
        sellsy.MANNER,
        "email",
        "mobile_number",
        "position",
        lambda crm: (f"base_url={crm.url}", *_keys("client_id", "client_secret")),
    ),
    "zoho": Another(
        zoho.MANNER,
        "Email",
        "Mobile",
        "Description",
        lambda crm: (
            *(f"base_url={crm.url}/crm/v8", f"accounts_url={crm.url}"),
            *_keys("client_id", "client_secret", "refresh_token"),
        ),
    ),
}


class WithAnother(WithSmall):
    name_of: Callable[[str], str]

    def shown(self) -> list[Mapping[str, str]]:
        living = self.crm.contacts.living()
        return [{self.name_of(name): str(value) for name, value in each.values.items()} for each in living]


@pytest.fixture
def with_another(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    used = ANOTHER[request.param]
    people = [
        {used.email: f"p{n}@example.com", used.phone: f"+3363998003{n}", used.met: "2026-11-01"} for n in range(3)
    ]
    crm = SmallCrm(used.manner, people, limits={})
    crm.opt_out(list(crm.contacts.by_id)[1], "email")
    with crm:
        monkeypatch.setenv("CRM_KEY", crm.token)
        monkeypatch.setenv("CRM_ADMIN", espocrm.ADMIN)
        init = ("--crm", request.param, *(each for option in used.options(crm) for each in ("--set", option)))
        answers = ANSWERS.format(met=used.met, taken="").replace('property = "email"', f'property = "{used.email}"')
        made = WithAnother(tmp_path, init, answers)
        made.crm, made.name_of = crm, used.name_of
        yield made


@pytest.fixture
def with_table(tmp_path: Path) -> Company:
    rows = [f"{n};p{n}@example.com;+3363998004{n};2026-11-01;{'Oui' if n == 1 else ''}" for n in range(3)]
    (tmp_path / "clients.csv").write_text("\n".join(["id;email;mobile;rencontre;stop_mail", *rows, ""]))
    init = ("--crm", "csv", "--set", "path=clients.csv", "--set", "id=id", "--set", "settle=0.1")
    return WithTable(tmp_path, init, ANSWERS.format(met="rencontre", taken='"property:stop_mail" = "take"'))


@pytest.fixture(params=["with_brevo", "with_odoo", "with_pipedrive", "with_salesforce", "with_table"])
def company(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Company:
    made: Company = request.getfixturevalue(request.param)
    # Paths are relative to the settings, not to where a command is typed.
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    return made


def decides_by_the_first_sync(company: Company) -> None:
    """Three people, one of them opposed in the CRM itself: verdicts stand there after the first sync."""
    company.begin()

    waits, done = company.run("sync"), company.run("sync", "--yes")

    assert (waits.exit_code, done.exit_code) == (WAITS_FOR_A_PERSON, 0)
    reasons = [each["contactable_email_reason"] for each in company.shown()]
    assert reasons.count("opposition") == 1
    assert reasons.count("legitimate_interest_professional") == 2


def test_init_and_the_first_sync_lead_to_verdicts_in_any_crm(company: Company) -> None:
    decides_by_the_first_sync(company)


@pytest.mark.parametrize("with_another", ANOTHER, indirect=True)
def test_init_and_the_first_sync_lead_to_verdicts_in_the_other_crms(with_another: Company) -> None:
    decides_by_the_first_sync(with_another)


def test_a_dry_run_counts_and_writes_nothing_anywhere(company: Company) -> None:
    company.begin()

    found = json.loads(company.run("sync", "--dry-run", "--json").stdout)

    assert (found["contacts"], found["changes"]) == (3, 3)
    assert not any("contactable_channels" in each for each in company.shown())


def test_doctor_looks_at_the_crm_whichever_it_is(company: Company) -> None:
    company.begin()
    company.run("sync", "--yes")

    found = json.loads(company.run("doctor", "--json").stdout)

    errors = {each["what"] for each in found if each["level"] == "error"}
    assert errors == {"keys"}  # nobody has backed them up
    assert any(
        name in each["what"] for each in found for name in ("Brevo", "Odoo", "Pipedrive", "Salesforce", "clients.csv")
    )


def test_the_settings_of_init_name_the_crm_and_its_options(with_brevo: Company) -> None:
    with_brevo.begin()

    settings = load(with_brevo.folder / "contactable.toml")

    assert settings.connectors["brevo"].options["token"] == "env:BREVO_KEY"
    assert settings.endpoints == {}  # its webhook is a comment until somebody has made its secret


def test_an_option_that_the_connector_does_not_know_is_named(with_brevo: Company) -> None:
    with_brevo.init = (*with_brevo.init, "--set", "colour=red")

    with pytest.raises(SettingsError, match="colour"):
        with_brevo.begin()
