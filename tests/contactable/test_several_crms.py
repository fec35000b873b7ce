"""One person in three CRMs: HubSpot, Brevo and an exported table, with the kit between them, all over HTTP."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from contactable import Contactable
from contactable.explaining import explain
from contactable.loading import drain, load
from contactable.register import shown
from contactable.rules import Channel, Reason
from contactable.sandbox import HubSpotSandbox, brevo
from contactable.sandbox.front import SmallCrm

ADDRESS = "camille@example.com"
NUMBER = "+33639980077"
PATIENCE = 20.0  # seconds
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
path_secret = "env:BREVO_PATH"

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
    """The three, and the one person's id in each."""

    hubspot: HubSpotSandbox
    brevo: SmallCrm
    table: Path
    kit: Contactable

    def shown(self, name: str) -> dict[str, str]:
        """What each CRM shows of one of our properties."""
        contact = next(iter(self.hubspot.portal.contacts.by_id))
        with self.table.with_name("clients.contactable.csv").open(encoding="utf-8-sig", newline="") as file:
            row = next(csv.DictReader(file))
        return {
            "hubspot": self.hubspot.contact(contact).properties.get(name, ""),
            "brevo": str(self.brevo.contacts.by_id["1"].values.get(name.upper(), "")),
            "export": row.get(name, ""),
        }


@pytest.fixture
def crms(make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Crms]:
    person = {"email": ADDRESS, "phone": NUMBER, "audience": "professional", "recent_conversion_date": "2026-11-01"}
    small = SmallCrm(brevo.MANNER, limits={})
    for name in ("AUDIENCE", "LAST_CONTACT"):
        small.own.attributes[name] = {"name": name, "category": "normal", "type": "text"}
    met = {"AUDIENCE": "consumer", "LAST_CONTACT": "2026-11-01"}
    small.add([{"email": ADDRESS, "SMS": NUMBER.removeprefix("+"), **met}])
    table = tmp_path / "clients.csv"
    row = f"9,{ADDRESS},{NUMBER},2026-11-01,professional"
    table.write_text(f"id,courriel,portable,dernier_contact,audience\n{row}\n")
    with HubSpotSandbox([person]) as hubspot, small:
        monkeypatch.setenv("HUBSPOT_TOKEN", hubspot.token)
        monkeypatch.setenv("BREVO_TOKEN", small.token)
        monkeypatch.setenv("BREVO_PATH", "a-long-secret-of-the-path")
        yield Crms(hubspot, small, table, make_kit(SETTINGS.format(hubspot=hubspot.url, brevo=small.url)))


@pytest.fixture
def loaded(crms: Crms) -> Crms:
    """All three are read and written once."""
    for name in crms.kit.connectors:
        load(crms.kit, name)
    return crms


@pytest.fixture
def hook(loaded: Crms) -> Iterator[str]:
    """The kit serves on loopback, with its workers and its schedule; the address of Brevo's webhook."""
    app = Flask("served")
    app.register_blueprint(loaded.kit.blueprint)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/hooks/brevo/a-long-secret-of-the-path"
    server.shutdown()
    thread.join()


def until(holds: Callable[[], bool]) -> bool:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_each_record_keeps_its_own_facts_and_its_own_verdict(loaded: Crms) -> None:
    shown = loaded.shown("contactable_email_reason")

    assert shown["brevo"] == Reason.CONSENT_REQUIRED  # a consumer there
    assert shown["hubspot"] != Reason.CONSENT_REQUIRED  # a professional in the other two
    assert shown["export"] != Reason.CONSENT_REQUIRED


def test_the_person_is_judged_by_the_stricter_record_which_explain_names(loaded: Crms) -> None:
    verdict = loaded.kit.verdicts(email=ADDRESS)[Channel.EMAIL]
    told = explain(loaded.kit, email=ADDRESS)

    assert verdict.reason is Reason.CONSENT_REQUIRED
    assert told.decided_by[Channel.EMAIL] == "brevo:1"
    assert told.facts["brevo:1"]["audience"] == ("consumer", "property:AUDIENCE")
    assert {each.partition(":")[0] for each in told.contacts} == {"hubspot", "brevo", "export"}


def test_an_unsubscribe_in_brevo_closes_email_in_all_three(loaded: Crms, hook: str) -> None:
    event = {"event": "unsubscribed", "email": ADDRESS, "id": 501, "ts_epoch": int(time.time() * 1000)}

    assert requests.post(hook, json=event, timeout=10).status_code == 200

    closed = dict.fromkeys(("hubspot", "brevo", "export"), str(Reason.OPPOSITION))
    assert until(lambda: loaded.shown("contactable_email_reason") == closed)
    assert str(Reason.OPPOSITION) not in loaded.shown("contactable_sms_reason").values()


def test_an_unsubscribe_that_only_brevos_black_list_shows_closes_the_other_two(loaded: Crms) -> None:
    loaded.brevo.opt_out("1", "email")  # and no date moved

    loaded.kit.reader("brevo").sync_consents()
    for name in loaded.kit.connectors:
        drain(loaded.kit, name)

    assert set(loaded.shown("contactable_email_reason").values()) == {str(Reason.OPPOSITION)}
    assert str(Reason.OPPOSITION) not in loaded.shown("contactable_sms_reason").values()
    assert explain(loaded.kit, email=ADDRESS).decided_by[Channel.EMAIL] == "brevo:1"


def test_what_hubspot_showed_names_the_record_of_brevo_whose_black_list_closed_it(loaded: Crms) -> None:
    loaded.brevo.opt_out("1", "email")
    loaded.kit.reader("brevo").sync_consents()
    drain(loaded.kit, "hubspot")

    contact = str(next(iter(loaded.hubspot.portal.contacts.by_id)))
    with loaded.kit.register.read() as tx:
        rows = shown.at(tx, "hubspot", contact, loaded.kit.clock())
    facts = rows["main", "email"].facts

    assert facts["opposed_email_on"][1] == "record:brevo:1"
    assert facts["audience"][0] == "professional"  # and no fact of Brevo's


def test_a_black_listing_that_is_taken_back_opens_the_other_two_again(loaded: Crms) -> None:
    before = loaded.shown("contactable_email_reason")
    for black in (True, False):
        loaded.brevo.contacts.change("1", {"emailBlacklisted": black})
        for name in ("brevo", "hubspot", "export"):
            load(loaded.kit, name)

    assert loaded.shown("contactable_email_reason") == before


def test_an_opposition_to_email_does_not_cross_where_only_the_number_is_shared(crms: Crms) -> None:
    crms.brevo.contacts.change("1", {"email": "somebody.else@example.com"})
    crms.brevo.opt_out("1", "email")
    crms.brevo.opt_out("1", "sms")

    for name in ("brevo", "hubspot", "export"):
        load(crms.kit, name)

    email, sms = crms.shown("contactable_email_reason"), crms.shown("contactable_sms_reason")
    assert [email[name] == Reason.OPPOSITION for name in ("brevo", "hubspot", "export")] == [True, False, False]
    assert set(sms.values()) == {str(Reason.OPPOSITION)}


def test_a_tick_in_the_table_closes_calls_in_hubspot_and_brevo(loaded: Crms) -> None:
    text = loaded.table.read_text().replace("audience\n", "audience,contactable_oppose\n")
    loaded.table.write_text(text.replace("professional\n", "professional,calls\n"))

    for name in ("export", "hubspot", "brevo"):
        load(loaded.kit, name)

    assert set(loaded.shown("contactable_phone_reason").values()) == {str(Reason.OPPOSITION)}


def test_hubspots_own_unsubscribe_is_written_on_brevos_black_list(loaded: Crms) -> None:
    hubspot = next(iter(loaded.hubspot.portal.contacts.by_id))
    loaded.hubspot.as_person(hubspot, {"contactable_oppose": "email"})

    for name in ("hubspot", "brevo"):
        load(loaded.kit, name)

    assert loaded.brevo.is_opted_out("1", "email")


def test_a_record_asked_for_by_its_id_knows_what_the_other_crms_show(loaded: Crms) -> None:
    loaded.brevo.opt_out("1", "sms")
    loaded.kit.reader("brevo").sync_consents()

    assert loaded.kit.may_contact("sms", record="export:9").reason is Reason.OPPOSITION
    assert explain(loaded.kit, record="export:9").facts["export:9"]["opposed_sms_on"][1] == "record:brevo:1"
