"""The command line with CRMs that are not HubSpot: from ``init`` to verdicts, over HTTP and on a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
audience = {{ property = "{email}", filled = "professional" }}
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


Shown = list[Mapping[str, str]]


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

    def shown(self) -> Shown:
        raise NotImplementedError


class WithTable(Company):
    def shown(self) -> Shown:
        path = self.folder / "clients.contactable.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))


def _named(name_of: Callable[[str], str]) -> Callable[[SmallCrm], Shown]:
    """What the contacts hold, by our names."""
    return lambda crm: [
        {name_of(name): str(value) for name, value in each.values.items()} for each in crm.contacts.living()
    ]


def _usual(name: str) -> str:
    return name.lower().removeprefix("x_").removesuffix("__c")


def _options(*others: str, keys: tuple[str, ...] = ("token",)) -> tuple[str, ...]:
    return (*others, *(f"{name}=env:CRM_KEY" for name in keys))


class Small(NamedTuple):
    """A CRM of the sandbox: whom it holds, by which fields, what ``init`` is told, and where our properties show."""

    manner: Manner
    email: str
    phone: str
    met: str  # the field in which it stands when a contact was last met
    options: tuple[str, ...] = _options("base_url={url}")
    shown: Callable[[SmallCrm], Shown] = _named(_usual)
    prepare: Callable[[SmallCrm], object] = bool
    asked: str = ""  # the name of that field where people read another one
    number: str = "+3363998003{}"


CLIENT = ("client_id", "client_secret")
SMALL = {
    "brevo": Small(
        brevo.MANNER,
        "email",
        "SMS",
        "LAST_CONTACT",
        _options("base_url={url}", "in_flight=2"),
        prepare=lambda crm: crm.own.attributes.update(
            LAST_CONTACT={"name": "LAST_CONTACT", "category": "normal", "type": "text"}
        ),
        number="3363998003{}",
    ),
    "odoo": Small(
        odoo.MANNER,
        "email",
        "phone",
        "x_last_contact",
        prepare=lambda crm: crm.own.fields.update(x_last_contact={"type": "date"}),
    ),
    "pipedrive": Small(
        pipedrive.MANNER,
        "email",
        "phone",
        pipedrive.NOTE,
        shown=lambda crm: [pipedrive.told(crm, each.id) for each in crm.contacts.living()],
        asked="Remarque",
    ),
    "salesforce": Small(salesforce.MANNER, "Email", "MobilePhone", "Title", _options("base_url={url}", keys=CLIENT)),
}
OTHERS = {
    "dolibarr": Small(dolibarr.MANNER, "email", "phone_mobile", "note_private"),
    "dynamics": Small(
        dynamics.MANNER,
        "emailaddress1",
        "mobilephone",
        "description",
        _options("base_url={url}", "login_url={url}", "tenant=sandbox", keys=CLIENT),
        _named(lambda name: name.removeprefix("new_")),
    ),
    "espocrm": Small(
        espocrm.MANNER,
        "emailAddress",
        "phoneNumber",
        "description",
        _options("base_url={url}", "admin=env:CRM_ADMIN"),
        _named(espocrm_property),
    ),
    "sellsy": Small(sellsy.MANNER, "email", "mobile_number", "position", _options("base_url={url}", keys=CLIENT)),
    "zoho": Small(
        zoho.MANNER,
        "Email",
        "Mobile",
        "Description",
        _options("base_url={url}/crm/v8", "accounts_url={url}", keys=(*CLIENT, "refresh_token")),
    ),
}


@dataclass
class WithSmall(Company):
    used: Small
    crm: SmallCrm

    def shown(self) -> Shown:
        return self.used.shown(self.crm)


@contextmanager
def with_small(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    used = {**SMALL, **OTHERS}[name]
    people = [
        {used.email: f"p{n}@example.com", used.phone: used.number.format(n), used.met: "2026-11-01"} for n in range(3)
    ]
    crm = SmallCrm(used.manner, people, limits={})
    used.prepare(crm)
    crm.opt_out(list(crm.contacts.by_id)[1], "email")
    with crm:
        monkeypatch.setenv("CRM_KEY", crm.token)
        monkeypatch.setenv("CRM_ADMIN", espocrm.ADMIN)
        options = (option.format(url=crm.url) for option in used.options)
        init = ("--crm", name, *(each for option in options for each in ("--set", option)))
        answers = ANSWERS.format(email=used.email, met=used.asked or used.met, taken="")
        yield WithSmall(folder, init, answers, used, crm)


def with_table(folder: Path) -> Company:
    rows = [f"{n};p{n}@example.com;+3363998004{n};2026-11-01;{'Oui' if n == 1 else ''}" for n in range(3)]
    (folder / "clients.csv").write_text("\n".join(["id;email;mobile;rencontre;stop_mail", *rows, ""]))
    init = ("--crm", "csv", "--set", "path=clients.csv", "--set", "id=id", "--set", "settle=0.1")
    answers = ANSWERS.format(email="email", met="rencontre", taken='"property:stop_mail" = "take"')
    return WithTable(folder, init, answers)


USUAL = [*SMALL, "csv"]


@pytest.fixture(params=USUAL)
def company(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Company]:
    # Paths are relative to the settings, not to where a command is typed.
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    if request.param == "csv":
        yield with_table(tmp_path)
        return
    with with_small(request.param, tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize("company", [*USUAL, *OTHERS], indirect=True)
def test_init_and_the_first_sync_lead_to_verdicts_in_any_crm(company: Company) -> None:
    """Three people, one of them opposed in the CRM itself: verdicts stand there after the first sync."""
    company.begin()

    waits, done = company.run("sync"), company.run("sync", "--yes")

    assert (waits.exit_code, done.exit_code) == (WAITS_FOR_A_PERSON, 0)
    reasons = [each["contactable_email_reason"] for each in company.shown()]
    assert reasons.count("opposition") == 1
    assert reasons.count("legitimate_interest_professional") == 2


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


@pytest.mark.parametrize("company", ["brevo"], indirect=True)
def test_the_settings_of_init_name_the_crm_and_its_options(company: Company) -> None:
    company.begin()

    settings = load(company.folder / "contactable.toml")

    assert settings.connectors["brevo"].options["token"] == "env:CRM_KEY"
    assert settings.endpoints == {}  # its webhook is a comment until somebody has made its secret


@pytest.mark.parametrize("company", ["brevo"], indirect=True)
def test_an_option_that_the_connector_does_not_know_is_named(company: Company) -> None:
    company.init = (*company.init, "--set", "colour=red")

    with pytest.raises(SettingsError, match="colour"):
        company.begin()
