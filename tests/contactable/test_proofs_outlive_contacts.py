"""What a form proved outlives the contact in the CRM: three years from the second it was sent, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from contactable import Contactable
from contactable.clock import utc_now
from contactable.identifiers import IdentifierKind
from contactable.loading import load
from contactable.register import ledger, mirror, subjects
from contactable.register.consents import Proof, proofs_of, texts_of
from contactable.register.retention import purge
from contactable.register.testing import HandClock
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form

ADDRESS, NUMBER = (IdentifierKind.EMAIL, "camille@example.com"), (IdentifierKind.PHONE, "+33639980001")
NOTICE, BOX = "Nous vous écrirons à propos de nos offres ; opposition en un clic.", "J'accepte la newsletter."
REQUEST = (
    "Exemple SA vous rappelle à propos de votre devis de vélo, et de lui seul, sous cinq jours ouvrables. "
    "Votre demande est datée et gardée trois ans. Nous n'appelons pas pour autre chose sans votre accord."
)
SETTINGS = f"""
[[wording]]
kind = "first_message"
version = "notice-v1"
text = "{NOTICE}"
[[wording]]
kind = "callback_form"
version = "rappel-v1"
text = "{REQUEST}"
[wording.says]
who = "Exemple SA"
object = "votre devis de vélo, et de lui seul"
delay = "sous cinq jours ouvrables"
record = "datée et gardée trois ans"
prior_consent = "sans votre accord"
"""


@pytest.fixture
def clock() -> HandClock:
    return HandClock(utc_now())  # nobody waits three years


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """A CRM in which one person sent a form with a box, and asked to be called by another."""
    person = {"email": ADDRESS[1], "mobilephone": NUMBER[1], "audience": "consumer", "country": "FR"}
    with HubSpotSandbox([person]) as sandbox:
        sandbox.portal.forms.add(Form("news", "Newsletter", sandbox.portal.now, NOTICE, {1601: BOX}))
        sandbox.portal.forms.add(Form("call", "Rappelez-moi", sandbox.portal.now, REQUEST))
        sandbox.submit_form("news", {"email": ADDRESS[1], "LEGAL_CONSENT.subscription_type_1601": "Checked"})
        sandbox.submit_form("call", {"email": ADDRESS[1], "mobilephone": NUMBER[1]})
        yield sandbox


@pytest.fixture
def kit(crm: HubSpotSandbox, connect: Callable[..., Contactable], clock: HandClock) -> Contactable:
    """What was sent is read a month after it was sent; then the contact is erased in the CRM, for privacy."""
    kit = connect(crm, SETTINGS, clock=clock)
    clock.move(days=30)
    load(kit, "hubspot")
    (id,) = [str(each) for each in crm.portal.contacts.by_id]
    crm.erase(id)
    kit.reader("hubspot").reconcile(sure=True)
    with kit.register.read() as tx:
        row = mirror.contact(tx, "hubspot", id)
    assert row is not None
    assert row.gone_at is not None
    return kit


def kept(kit: Contactable) -> list[Proof]:
    """The proofs that the person would be given, found by address and number alone."""
    with kit.register.read() as tx:
        found = [subjects.find_subject(tx, *each) for each in (ADDRESS, NUMBER)]
        return proofs_of(tx, [each for each in found if each])


def entered(kit: Contactable) -> set[tuple[str, str]]:
    with kit.register.read() as tx:
        found = [subjects.find_subject(tx, *each) for each in (ADDRESS, NUMBER)]
        return {(each.kind, str(each.on)) for each in ledger.entries_of(tx, [each for each in found if each])}


def purged_on(kit: Contactable, clock: HandClock, day: datetime) -> None:
    clock.now = day
    purge(kit.register)


SENT = {("consent", "email"), ("information", "all"), ("information", "phone")}
WORDINGS = {"notice-v1": NOTICE, "rappel-v1": REQUEST}


def test_proofs_are_kept_three_years_from_the_second_they_were_sent_though_the_contact_is_gone(
    kit: Contactable, clock: HandClock
) -> None:
    sent = [each.collected_at for each in kept(kit)]
    ends = [each.replace(year=each.year + 3) for each in sent]

    assert [each.keep_until for each in kept(kit)] == ends
    for before in (timedelta(days=400), timedelta(days=1), timedelta(seconds=1)):
        purged_on(kit, clock, min(ends) - before)
        assert {json.loads(each.content)["text"] for each in kept(kit)} == {BOX, REQUEST}
        assert entered(kit) == SENT
    purged_on(kit, clock, max(ends))
    assert kept(kit) == []


def test_what_people_were_told_and_the_wordings_stand_as_long_as_the_proofs(kit: Contactable, clock: HandClock) -> None:
    (last,) = {each.keep_until for each in kept(kit)[-1:]}

    purged_on(kit, clock, last - timedelta(seconds=1))

    with kit.register.read() as tx:
        assert texts_of(tx, WORDINGS) == WORDINGS
    assert ("information", "all") in entered(kit)


def test_nobody_is_known_any_more_once_the_proofs_went_and_the_contact_had_gone(
    kit: Contactable, clock: HandClock
) -> None:
    purged_on(kit, clock, clock.now.replace(year=clock.now.year + 4))

    with kit.register.read() as tx:
        assert [subjects.find_subject(tx, *each) for each in (ADDRESS, NUMBER)] == [None, None]
