"""What forms prove, over HTTP: requests to be called, and what was sent under texts that nobody knows any more."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec import structs

from contactable import Contactable
from contactable.demo.stage import answering
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.register import ledger, subjects
from contactable.register.consents import proofs_of
from contactable.rules.acts import Act
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.tasks import tasks

CALL_ME, NEWSLETTER = "call-me", "newsletter"
REQUEST = (
    "Exemple SA vous rappelle à propos de votre devis de vélo, et de lui seul, sous cinq jours ouvrables. "
    "Votre demande est datée et gardée trois ans. Nous n'appelons pas pour autre chose sans votre accord."
)
NOTICE = "Nous vous écrirons à propos de nos offres ; opposition en un clic."
BOX = "LEGAL_CONSENT.subscription_type_1601"
PERSON = {
    "email": "camille@example.com",
    "mobilephone": "+33639980001",
    "audience": "consumer",
    "country": "FR",
    "last_contact_on": "2026-11-01",
}
SAYS = """
[wording.says]
who = "Exemple SA"
object = "votre devis de vélo, et de lui seul"
delay = "sous cinq jours ouvrables"
record = "datée et gardée trois ans"
prior_consent = "sans votre accord"
"""
SETTINGS = f"""
[connectors.hubspot.mapping]
asked_for = {{ form = "Rappelez-moi", value = "Devis vélo" }}
[offers.main]
subscriptions = ["1601"]
requests = ["Devis vélo"]
[[wording]]
kind = "first_message"
version = "notice-v1"
text = "{NOTICE}"
[[wording]]
kind = "callback_form"
version = "rappel-v1"
text = "{REQUEST}"
"""
Connect = Callable[..., Contactable]


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """A CRM with one consumer and two forms: one to be called back, one with a box."""
    with HubSpotSandbox([PERSON]) as sandbox:
        forms, now = sandbox.portal.forms, sandbox.portal.now
        forms.add(Form(CALL_ME, "Rappelez-moi", now, REQUEST))
        forms.add(Form(NEWSLETTER, "Newsletter", now, NOTICE, {1601: "J'accepte la newsletter."}))
        yield sandbox


def value(crm: HubSpotSandbox, name: str) -> str:
    (id,) = crm.portal.contacts.by_id
    return crm.contact(id).properties.get(f"contactable_{name}", "")


def run(kit: Contactable, name: str) -> str:
    (task,) = [each for each in tasks(kit, lambda: None) if each.name == f"{name} hubspot"]
    note = task.run()
    drain(kit, "hubspot")
    return note


def entered(kit: Contactable, kind: IdentifierKind, text: str) -> list[Act]:
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, kind, text)
        return list(ledger.entries_of(tx, [subject or ""]))


def call_me(crm: HubSpotSandbox) -> None:
    crm.submit_form(CALL_ME, {"email": PERSON["email"], "mobilephone": PERSON["mobilephone"]})


def test_a_request_to_be_called_opens_calls_with_the_next_look_at_forms(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, SETTINGS + SAYS)
    load(kit, "hubspot")
    assert value(crm, "phone_reason") == "consent_required"

    call_me(crm)
    run(kit, "forms")

    assert value(crm, "phone_reason") == "requested_callback"
    assert value(crm, "phone_until") != ""
    assert value(crm, "robocall") == "denied"


def test_a_request_is_proved_by_text_page_and_second_and_bound_to_the_number(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    kit = connect(crm, SETTINGS + SAYS)
    call_me(crm)
    load(kit, "hubspot")

    (asked,) = entered(kit, IdentifierKind.PHONE, PERSON["mobilephone"])
    with kit.register.read() as tx:
        (proof,) = proofs_of(tx, [asked.subject_id or ""])
    assert (asked.on, asked.details["what"], asked.proof_level) == ("phone", "callback", "signed")
    assert json.loads(proof.content)["text"] == REQUEST
    assert entered(kit, IdentifierKind.EMAIL, PERSON["email"]) == []


def test_a_request_under_a_text_that_says_too_little_opens_nothing(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, SETTINGS)  # the wording quotes nothing of what it must say
    call_me(crm)

    load(kit, "hubspot")

    assert value(crm, "phone_reason") == "consent_required"
    assert entered(kit, IdentifierKind.PHONE, PERSON["mobilephone"]) == []


def subscribe(crm: HubSpotSandbox) -> None:
    crm.submit_form(NEWSLETTER, {"email": PERSON["email"], BOX: "Checked"})


def edit(crm: HubSpotSandbox, processing: str) -> None:
    form = crm.portal.forms.by_id[NEWSLETTER]
    form.processing, form.updated_at = processing, crm.portal.now + 60_000


def test_what_was_sent_before_a_form_was_edited_proves_no_text_and_tells_nobody(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    kit = connect(crm, SETTINGS + SAYS)
    subscribe(crm)
    edit(crm, NOTICE)

    load(kit, "hubspot")

    (consent,) = entered(kit, IdentifierKind.EMAIL, PERSON["email"])
    assert (consent.kind, consent.details["proof"]) == ("consent", False)
    assert value(crm, "email_reason") == "consent_unproved"


def test_an_edit_that_left_the_texts_as_we_saw_them_takes_no_proof_away(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, SETTINGS + SAYS)
    load(kit, "hubspot")
    subscribe(crm)
    edit(crm, NOTICE)

    run(kit, "forms")

    assert value(crm, "email_reason") == "consent"
    assert {each.kind for each in entered(kit, IdentifierKind.EMAIL, PERSON["email"])} == {"consent", "information"}


@pytest.fixture
def many(crm: HubSpotSandbox, connect: Connect) -> Contactable:
    """A CRM with forty forms, all read once."""
    for number in range(38):
        crm.portal.forms.add(Form(f"f{number}", f"Form {number}", crm.portal.now, NOTICE, {1601: "Oui"}))
    kit = connect(crm, SETTINGS + SAYS)
    load(kit, "hubspot")
    crm.journal.clear()
    return kit


def test_of_many_forms_a_few_are_looked_at_and_each_has_its_turn(crm: HubSpotSandbox, many: Contactable) -> None:
    run(many, "forms")
    once = crm.journal.count("submissions")
    crm.submit_form("f37", {"email": PERSON["email"], BOX: "Checked"})

    for _ in range(5):
        run(many, "forms")

    assert once == 20
    assert value(crm, "email_reason") == "consent"


def test_a_form_by_which_people_ask_for_calls_is_looked_at_each_time(crm: HubSpotSandbox, many: Contactable) -> None:
    for number in range(37):
        crm.submit_form(f"f{number}", {"email": PERSON["email"], BOX: "Checked"})
    load(many, "hubspot", full=True)

    call_me(crm)
    run(many, "forms")

    assert value(crm, "phone_reason") == "requested_callback"


def test_a_new_form_is_looked_at_at_once_and_a_full_sync_looks_at_all(crm: HubSpotSandbox, many: Contactable) -> None:
    crm.portal.forms.add(Form("new", "Neu", crm.portal.now, NOTICE, {1601: "Oui"}))
    crm.submit_form("new", {"email": PERSON["email"], BOX: "Checked"})
    run(many, "forms")
    opened = value(crm, "email_reason")
    crm.journal.clear()

    load(many, "hubspot", full=True)

    assert opened == "consent"
    assert crm.journal.count("submissions") == 41


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


@contextmanager
def hearing(crm: HubSpotSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[Contactable]:
    """A kit that hears the CRM's webhooks over HTTP, and polls nothing while the test lasts."""
    port = a_free_port()
    monkeypatch.setenv("HUBSPOT_SECRET", crm.client_secret)
    endpoint = '[endpoints.hubspot]\nprovider = "hubspot"\nconnector = "hubspot"\nsecret = "env:HUBSPOT_SECRET"\n'
    kit = connect(crm, SETTINGS + SAYS + "[schedule]\nforms = 600\nsync = 600\nconsent_feed = 600\n" + endpoint)
    kit.settings = structs.replace(kit.settings, public_url=f"http://127.0.0.1:{port}/contactable")
    load(kit, "hubspot")
    crm.journal.clear()
    with answering(kit, port):
        crm.send_webhooks_to(f"{kit.settings.public_url}/hooks/hubspot")
        yield kit


def test_a_webhook_of_a_form_opens_calls_without_waiting_for_a_poll(
    crm: HubSpotSandbox, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hearing(crm, connect, monkeypatch):
        # The start looks at both forms twice, once for the sync and once for the forms alone.
        wait_for(lambda: crm.journal.count("submissions") >= 4)
        time.sleep(0.5)

        call_me(crm)

        wait_for(lambda: value(crm, "phone_reason") == "requested_callback")


def test_forms_are_looked_at_by_the_schedule_and_wake_the_worker(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, SETTINGS + SAYS)
    woken: list[bool] = []
    (task,) = [each for each in tasks(kit, lambda: woken.append(True)) if each.name == "forms hubspot"]
    waits = task.run()
    load(kit, "hubspot")

    call_me(crm)

    assert (waits, task.every) == ("", 30)
    assert task.run() == "1 entered"
    assert task.run() == ""
    assert woken == [True]
