"""Form submissions over HTTP: consents, informations and memberships in the register, each once, with their proof."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.register import cursors, ledger, mirror, subjects
from contactable.register.consents import proofs_of
from contactable.rules.acts import Act
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.submissions import SEEN

NEWSLETTER = "3d0f6a52-5b57-4f9c-9a1d-00000000000a"
NOTICE = "Nous vous écrirons à propos de nos offres ; opposition en un clic."
BOX = "LEGAL_CONSENT.subscription_type_1601"
OFFERS = """
[offers.main]
subscriptions = ["1601"]
[offers.other]
subscriptions = ["1602"]
"""
LISTED = f"""
[[wording]]
kind = "first_message"
version = "notice-v1"
text = "{NOTICE}"
"""
PERSON = {
    "email": "camille@example.com",
    "audience": "consumer",
    "country": "FR",
    "informed": "yes",
    "last_contact_on": "2026-11-01",
}
Connect = Callable[..., Contactable]


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """A CRM with one consumer and one form with a notice and a box."""
    with HubSpotSandbox([PERSON]) as sandbox:
        box = {1601: "J'accepte de recevoir la newsletter par e-mail."}
        sandbox.portal.forms.add(Form(NEWSLETTER, "Newsletter", sandbox.portal.now, NOTICE, box))
        yield sandbox


def submit(crm: HubSpotSandbox, ticked: str = "Checked") -> None:
    crm.submit_form(NEWSLETTER, {"email": PERSON["email"], BOX: ticked})


def sync(kit: Contactable) -> None:
    kit.reader("hubspot").sync()
    drain(kit, "hubspot")


def entries(kit: Contactable, kind: str) -> list[Act]:
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, PERSON["email"])
        return [each for each in ledger.entries_of(tx, [subject or ""]) if each.kind == kind]


def properties(crm: HubSpotSandbox) -> dict[str, str]:
    (id,) = crm.portal.contacts.by_id
    return dict(crm.contact(id).properties)


def test_a_ticked_box_opens_the_offers_of_its_subscription_and_no_other(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, OFFERS)
    load(kit, "hubspot")
    assert properties(crm)["contactable_email_reason"] == "consent_required"

    submit(crm)
    sync(kit)

    assert properties(crm)["contactable_email_reason"] == "consent"
    assert "email" in properties(crm)["contactable_channels"]
    assert "email" not in properties(crm).get("contactable_channels_other", "")


def test_a_box_that_nobody_ticked_is_no_consent(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, OFFERS)
    submit(crm, "Not Checked")

    load(kit, "hubspot")

    assert entries(kit, "consent") == []
    assert properties(crm)["contactable_email_reason"] == "consent_required"


def test_what_was_sent_before_the_first_sync_is_read_and_never_entered_twice(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    kit = connect(crm, OFFERS)
    submit(crm)
    load(kit, "hubspot")

    for _ in range(2):
        sync(kit)

    (consent,) = entries(kit, "consent")
    assert consent.is_own
    assert consent.details["act"] == "positive"


def test_the_proof_shows_the_text_the_page_and_the_second(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, OFFERS)
    submit(crm)
    load(kit, "hubspot")

    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, PERSON["email"])
        (proof,) = proofs_of(tx, [subject or ""])
    shown = json.loads(proof.content)
    assert shown["text"] == "J'accepte de recevoir la newsletter par e-mail."
    assert shown["page"].startswith("https://www.example.com/")


@pytest.mark.parametrize(("more", "told"), [("", 0), (LISTED, 1)], ids=["a text nobody listed", "a listed wording"])
def test_a_notice_informs_only_where_the_company_listed_its_text(
    crm: HubSpotSandbox, connect: Connect, more: str, told: int
) -> None:
    kit = connect(crm, OFFERS + more)
    submit(crm)

    load(kit, "hubspot")

    assert len(entries(kit, "information")) == told


def test_a_text_of_a_form_that_changed_is_kept_for_the_alert(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, OFFERS)
    load(kit, "hubspot")

    crm.portal.forms.by_id[NEWSLETTER].processing = "Un autre texte."
    sync(kit)

    with kit.register.read() as tx:
        kept = (cursors.get(tx, "hubspot", SEEN) or {})[NEWSLETTER]
    assert kept["changed"] == ["notice"]


def test_a_declaration_about_a_form_reaches_whoever_sends_it_later(crm: HubSpotSandbox, connect: Connect) -> None:
    declared = """
[[declare]]
name = "newsletter-told"
form = "Newsletter"
facts = { source = "person", collected_at_sale = "yes" }
evidence = "text of the form"
by = "Anne Exemple"
on = 2026-01-01
"""
    kit = connect(crm, declared)
    load(kit, "hubspot")

    submit(crm)
    sync(kit)

    (id,) = crm.portal.contacts.by_id
    with kit.register.read() as tx:
        row = mirror.contact(tx, "hubspot", str(id))
    assert row is not None
    assert row.facts["collected_at_sale"] == ["yes", "declaration:newsletter-told"]
