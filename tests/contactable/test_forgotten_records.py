"""An opposition that only a record of the CRM showed binds its address before the record is forgotten, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.leaving import leave
from contactable.loading import drain, load
from contactable.register import NewEntry, Tx, annulling, ledger, outbox, subjects
from contactable.register_jobs import KINDS
from contactable.sandbox import HubSpotSandbox

Connect = Callable[..., Contactable]
Way = Callable[[HubSpotSandbox, Contactable, str], None]
ADDRESS, NUMBER = "camille@example.com", "+33639980001"
OPEN = {
    "country": "FR",
    "audience": "consumer",
    "informed": "yes",
    "last_contact_on": "2026-10-01",
    **{
        f"consent_{channel}_{what}": value
        for channel in ("email", "sms")
        for what, value in {"on": "2026-05-02", "act": "positive", "to": "us", "proof": "yes"}.items()
    },
}
CAMILLE = {**OPEN, "email": ADDRESS, "mobilephone": NUMBER}
OTHER = {**OPEN, "email": "dominique@example.com"}
THIRD = {**OPEN, "email": "lou@example.com"}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """Three people; the first is opted out of e-mail and SMS in boxes of the CRM, the third withdrew a consent."""
    boxes = {"opposed_email_on": "yes", "opposed_sms_on": "2026-06-01"}
    withdrew = {"consent_email_withdrawn_on": "2026-07-01"}
    with HubSpotSandbox([{**CAMILLE, **boxes}, OTHER, {**THIRD, **withdrew}]) as sandbox:
        yield sandbox


@pytest.fixture
def kit(crm: HubSpotSandbox, connect: Connect) -> Contactable:
    kit = connect(crm)
    load(kit, "hubspot")
    return kit


def reasons(crm: HubSpotSandbox, id: object) -> tuple[str | None, str | None]:
    shown = crm.contact(str(id)).properties
    return shown.get("contactable_email_reason"), shown.get("contactable_sms_reason")


def oppositions(
    kit: Contactable, kind: IdentifierKind = IdentifierKind.EMAIL, text: str = ADDRESS
) -> list[ledger.Entry]:
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, kind, text)
        return [each for each in ledger.entries_of(tx, [subject] if subject else []) if each.kind == "opposition"]


def first(crm: HubSpotSandbox) -> str:
    return str(crm.portal.contacts.order[0])


def deleted(crm: HubSpotSandbox, kit: Contactable, id: str) -> None:
    crm.archive(id)
    load(kit, "hubspot")


def erased_for_privacy(crm: HubSpotSandbox, kit: Contactable, id: str) -> None:
    """No bin knows it: only the reconciliation, or its webhook, does."""
    crm.erase(id)
    kit.reader("hubspot").reconcile(sure=True)


def told_by_a_webhook(crm: HubSpotSandbox, kit: Contactable, id: str) -> None:
    crm.erase(id)
    kit.register.write(lambda tx: outbox.promise(tx, "hubspot", [id], urgent=True, refresh=True, why="webhook"))
    drain(kit, "hubspot")


def found_gone_when_written(crm: HubSpotSandbox, kit: Contactable, id: str) -> None:
    crm.archive(id)

    def calls_are_refused(tx: Tx) -> None:
        subject = subjects.subject_for(tx, IdentifierKind.PHONE, NUMBER)
        ledger.record(tx, [NewEntry(kind="opposition", subject_id=subject, on="phone", time_quality="arrival")])
        outbox.stale_for(tx, [subject], urgent=True)

    kit.register.write(calls_are_refused)
    drain(kit, "hubspot")


def erased_in_the_register(crm: HubSpotSandbox, kit: Contactable, id: str) -> None:
    """On the person's request; the CRM's own record is the company's to erase, and it does."""
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, ADDRESS)
    KINDS["erase"](kit, {"subjects": [subject]}, lambda done, total: None)
    crm.erase(id)


def left_altogether(crm: HubSpotSandbox, kit: Contactable, id: str) -> None:
    """The kit goes, the contact is deleted, and the kit comes back."""
    leave(kit, "hubspot")
    crm.archive(id)


WAYS: list[Way] = [
    deleted,
    erased_for_privacy,
    told_by_a_webhook,
    found_gone_when_written,
    erased_in_the_register,
    left_altogether,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_new_contact_of_the_same_address_and_number_stays_closed(
    crm: HubSpotSandbox, kit: Contactable, way: Way
) -> None:
    assert reasons(crm, first(crm)) == ("opposition", "opposition")

    way(crm, kit, first(crm))
    crm.portal.contacts.by_email.pop(ADDRESS, None)
    back = crm.portal.create(CAMILLE, crm.portal.app)
    load(kit, "hubspot")

    assert reasons(crm, back.id) == ("opposition", "opposition")
    assert crm.contact(crm.portal.contacts.order[1]).properties["contactable_email"] == "allowed"


def test_a_contact_taken_out_of_the_bin_stays_closed_though_its_box_is_cleared(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    id = first(crm)
    deleted(crm, kit, id)

    crm.restore(id)
    crm.as_person(id, {"opposed_email_on": "", "opposed_sms_on": ""})
    load(kit, "hubspot")

    assert reasons(crm, id) == ("opposition", "opposition")


def test_it_is_entered_once_and_as_an_operators_so_that_a_mistake_can_be_annulled(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    deleted(crm, kit, first(crm))
    load(kit, "hubspot", full=True)

    (entry,) = oppositions(kit)
    assert (entry.on, entry.origin, entry.proof_level) == ("email", "crm_user", "operator")
    assert kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry.id, reason="a mistake", by="me")).ended


def test_a_date_in_the_box_stays_the_day_of_the_opposition(crm: HubSpotSandbox, kit: Contactable) -> None:
    deleted(crm, kit, first(crm))

    (by_number,) = oppositions(kit, IdentifierKind.PHONE, NUMBER)
    (by_address,) = oppositions(kit)
    assert (by_number.occurred_at, by_number.time_quality) == (date(2026, 6, 1), "event")
    assert by_address.time_quality == "unknown"


def test_a_consent_that_was_withdrawn_is_an_opposition_that_stays(crm: HubSpotSandbox, kit: Contactable) -> None:
    deleted(crm, kit, str(crm.portal.contacts.order[2]))
    crm.portal.contacts.by_email.pop(THIRD["email"], None)
    back = crm.portal.create(THIRD, crm.portal.app)
    load(kit, "hubspot")

    assert reasons(crm, back.id)[0] == "opposition"


def test_what_the_person_agreed_to_after_the_day_in_the_box_still_counts(crm: HubSpotSandbox, kit: Contactable) -> None:
    id = first(crm)
    crm.as_person(id, {"opposed_email_on": "2026-06-01"})
    kit.register.write(_agrees)
    load(kit, "hubspot")
    before = reasons(crm, id)

    deleted(crm, kit, id)
    crm.portal.contacts.by_email.pop(ADDRESS, None)
    back = crm.portal.create(CAMILLE, crm.portal.app)
    load(kit, "hubspot")

    assert before == reasons(crm, back.id) == ("consent", "opposition")


def _agrees(tx: Tx) -> None:
    given = {"act": "positive", "to": "us", "proof": "yes", "complete": True}
    subject = subjects.subject_for(tx, IdentifierKind.EMAIL, ADDRESS)
    act = NewEntry(
        kind="consent",
        subject_id=subject,
        on="email",
        occurred_at=date(2026, 9, 1),
        details=given,
        proof_level="signed",
    )
    ledger.record(tx, [act, NewEntry(kind="information", subject_id=subject, details={"what": "told"})])


def test_our_own_unsubscribe_is_nobodys_opposition_when_its_record_goes(crm: HubSpotSandbox, kit: Contactable) -> None:
    def objects(tx: Tx) -> str:
        subject = subjects.subject_for(tx, IdentifierKind.EMAIL, OTHER["email"])
        (entry,) = ledger.record(tx, [NewEntry(kind="opposition", subject_id=subject, on="email", origin="import")])
        outbox.stale_for(tx, [subject], urgent=True)
        return entry.id if entry else ""

    entry = kit.register.write(objects)
    drain(kit, "hubspot")
    kit.reader("hubspot").sync_consents()
    kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    deleted(crm, kit, str(crm.portal.contacts.order[1]))

    assert [each.id for each in oppositions(kit, text=OTHER["email"])] == [entry]


def test_an_unsubscribe_in_hubspot_binds_the_contact_when_its_address_changes(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    """HubSpot keeps its opt-outs by address, so under another one it shows none."""
    id = str(crm.portal.contacts.order[1])
    crm.unsubscribe(id)
    kit.reader("hubspot").sync_consents()
    load(kit, "hubspot")
    before = reasons(crm, id)[0]

    crm.as_person(id, {"email": "dominique.exemple@example.com"})
    assert not crm.contact(id).properties["hs_email_optout"]
    load(kit, "hubspot")

    assert before == reasons(crm, id)[0] == "opposition"
    assert len(oppositions(kit, text=OTHER["email"])) == 1


def test_an_unsubscribe_that_is_taken_back_under_the_same_address_opens_again(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    id = str(crm.portal.contacts.order[1])
    crm.as_hubspot(id, {"hs_email_optout": "true"})
    load(kit, "hubspot")
    before = reasons(crm, id)[0]

    crm.as_hubspot(id, {"hs_email_optout": ""})
    load(kit, "hubspot")

    assert (before, reasons(crm, id)[0]) == ("opposition", "consent")
    assert oppositions(kit, text=OTHER["email"]) == []


def test_of_two_merged_records_the_later_opposition_binds_though_hubspot_keeps_the_primarys_date(
    connect: Connect,
) -> None:
    primary, other = {**CAMILLE, "opposed_email_on": "2026-05-01"}, {**OTHER, "opposed_email_on": "2026-10-01"}
    with HubSpotSandbox([primary, other]) as crm:
        kit = connect(crm, "unsubscribe = false\n")
        kit.register.write(_agrees)  # in September
        load(kit, "hubspot")
        one, two = crm.portal.contacts.order
        before = reasons(crm, one)[0], reasons(crm, two)[0]

        survivor = crm.merge(one, two)
        load(kit, "hubspot")

        assert survivor.properties["opposed_email_on"] == "2026-05-01"
        assert (*before, reasons(crm, survivor.id)[0]) == ("consent", "opposition", "opposition")
