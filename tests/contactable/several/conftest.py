"""One person in HubSpot, Brevo, Odoo and an exported table, with the kit between them, all over HTTP."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from contactable import Contactable
from contactable.loading import load
from contactable.register import api_tokens
from contactable.register.api_tokens import ApiScope
from contactable.sandbox import HubSpotSandbox, brevo, odoo
from contactable.sandbox.front import SmallCrm

ADDRESS = "camille@example.com"
NUMBER = "+33639980077"
PATH_SECRET = "a-long-secret-of-the-path"
SETTINGS = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{hubspot}"
index_lag = 0
[connectors.hubspot.mapping]
audience = "audience"

[connectors.brevo]
type = "brevo"
token = "env:BREVO_TOKEN"
base_url = "{brevo}"
overlap = 2
[connectors.brevo.mapping]
audience = "AUDIENCE"
last_contact_on = "LAST_CONTACT"

[connectors.odoo]
type = "odoo"
token = "env:ODOO_TOKEN"
base_url = "{odoo}"
overlap = 2
[connectors.odoo.mapping]
audience = {{ property = "function", filled = "professional" }}
last_contact_on = "x_last_contact"

[connectors.export]
type = "csv"
path = "clients.csv"
settle = 0
[connectors.export.mapping]
email = "courriel"
mobile = "portable"
last_contact_on = "dernier_contact"

[endpoints.brevo]
provider = "brevo"
connector = "brevo"
path_secret = "env:PATH_SECRET"

[endpoints.odoo]
provider = "odoo"
connector = "odoo"
path_secret = "env:PATH_SECRET"

[[declare]]
name = "told"
all = true
facts = {{ informed = "yes", source = "person", country = "FR", related_to_profession = "yes" }}
evidence = "the texts of our forms"
by = "Anne Exemple"
on = 2026-11-01
"""


@dataclass(frozen=True)
class Crms:
    """The CRMs, with the one person in each."""

    hubspot: HubSpotSandbox
    brevo: SmallCrm
    odoo: SmallCrm
    table: Path
    kit: Contactable

    @property
    def hubspot_id(self) -> int:
        """The person's id in HubSpot; it is 1 in the small ones."""
        return next(iter(self.hubspot.portal.contacts.by_id))

    def load(self, *names: str) -> None:
        """Read and write these CRMs, or all of them, one after the other."""
        for name in names or self.kit.connectors:
            load(self.kit, name)

    def shown(self, name: str) -> dict[str, str]:
        """What each CRM shows of one of our properties."""
        with self.table.with_name("clients.contactable.csv").open(encoding="utf-8-sig", newline="") as file:
            row = next(csv.DictReader(file))
        return {
            "hubspot": self.hubspot.contact(self.hubspot_id).properties.get(name, ""),
            "brevo": str(self.brevo.contacts.by_id["1"].values.get(name.upper(), "")),
            "odoo": str(self.odoo.contacts.by_id["1"].values.get(f"x_{name}", "")),
            "export": row.get(name, ""),
        }


@pytest.fixture
def crms(make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Crms]:
    """The person is a consumer in Brevo and a professional elsewhere; nothing is read yet."""
    person = {"email": ADDRESS, "phone": NUMBER, "audience": "professional", "recent_conversion_date": "2026-11-01"}
    small = SmallCrm(brevo.MANNER, limits={})
    for name in ("AUDIENCE", "LAST_CONTACT"):
        small.own.attributes[name] = {"name": name, "category": "normal", "type": "text"}
    small.add([{"email": ADDRESS, "SMS": NUMBER[1:], "AUDIENCE": "consumer", "LAST_CONTACT": "2026-11-01"}])
    erp = SmallCrm(odoo.MANNER, limits={})
    erp.own.fields["x_last_contact"] = {"type": "date"}
    erp.add([{"email": ADDRESS, "phone": NUMBER, "function": "Acheteuse", "x_last_contact": "2026-11-01"}])
    table = tmp_path / "clients.csv"
    row = f"9,{ADDRESS},{NUMBER},2026-11-01,professional"
    table.write_text(f"id,courriel,portable,dernier_contact,audience\n{row}\n")
    with HubSpotSandbox([person]) as hubspot, small, erp:
        for name, secret in (("HUBSPOT", hubspot.token), ("BREVO", small.token), ("ODOO", erp.token)):
            monkeypatch.setenv(f"{name}_TOKEN", secret)
        monkeypatch.setenv("PATH_SECRET", PATH_SECRET)
        settings = SETTINGS.format(hubspot=hubspot.url, brevo=small.url, odoo=erp.url)
        yield Crms(hubspot, small, erp, table, make_kit(settings))


@pytest.fixture
def loaded(crms: Crms) -> Crms:
    """All are read and written once."""
    crms.load()
    return crms


@pytest.fixture
def consumers(crms: Crms) -> Crms:
    """The same where the person is a consumer in every CRM."""
    crms.hubspot.as_person(crms.hubspot_id, {"audience": "consumer"})
    crms.odoo.contacts.change("1", {"function": None})
    crms.table.write_text(crms.table.read_text().replace("professional", "consumer"))
    crms.load()
    return crms


@pytest.fixture
def served(crms: Crms) -> Iterator[str]:
    """From now on the kit serves on loopback, with its workers, its schedule and its API; the address."""
    app = Flask("served")
    app.register_blueprint(crms.kit.blueprint)
    app.register_blueprint(crms.kit.api, url_prefix="/api/v1")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def token(crms: Crms) -> str:
    """A token of an application that tells of objections and consents, and asks for verdicts."""
    drawn = api_tokens.draw()
    crms.kit.register.write(lambda tx: api_tokens.add(tx, "shop", [*ApiScope], api_tokens.digest_of(drawn)))
    return drawn
