"""Oppositions to e-mail reach HubSpot's own unsubscribe, and what we wrote there is known again as ours."""

from collections.abc import Callable, Iterator

import pytest
from msgspec import structs

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.register import NewEntry, Tx, annulling, journal, ledger, outbox, subjects
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.tokens import SCOPES
from contactable.worker import unsubscribe, write_properties

Connect = Callable[..., Contactable]
PERSON = {
    "country": "FR",
    "audience": "consumer",
    "consent_email_on": "2026-05-02",
    "informed": "yes",
    "last_contact_on": "2026-10-01",
}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([{"email": f"p{n}@example.com", **PERSON} for n in range(5)]) as sandbox:
        yield sandbox


@pytest.fixture
def kit(crm: HubSpotSandbox, connect: Connect) -> Contactable:
    kit = connect(crm)
    load(kit, "hubspot")
    return kit


def objects(kit: Contactable, number: int, scope: str = "") -> str:
    """Enter an opposition to e-mail of one person, of all or of one subscription type; give its entry."""

    def enter(tx: Tx) -> str:
        subject = subjects.subject_for(tx, IdentifierKind.EMAIL, f"p{number}@example.com")
        bound = {"scope_kind": "subscription", "scope_id": scope} if scope else {}
        told = NewEntry(kind="opposition", subject_id=subject, on="email", origin="import", time_quality="arrival")
        (entry,) = ledger.record(tx, [structs.replace(told, **bound)])
        outbox.stale_for(tx, [subject], urgent=True)
        assert entry is not None
        return entry.id

    return kit.register.write(enter)


def may_receive(crm: HubSpotSandbox, number: int) -> list[bool | None]:
    return [crm.portal.preferences.may_receive(f"p{number}@example.com", type) for type in (1601, 1602, 1603)]


def reason(crm: HubSpotSandbox, number: int) -> str | None:
    return crm.contact(151 + 50 * number).properties.get("contactable_email_reason")


def test_an_opposition_is_written_as_hubspots_own_unsubscribe(crm: HubSpotSandbox, kit: Contactable) -> None:
    objects(kit, 0)

    drain(kit, "hubspot")

    assert [may_receive(crm, number) for number in (0, 1)] == [[False] * 3, [None] * 3]


def test_properties_do_not_wait_for_the_unsubscribe(crm: HubSpotSandbox, kit: Contactable) -> None:
    objects(kit, 0)
    desk = kit.desk("hubspot")

    list(write_properties(desk, lambda: True))
    first = reason(crm, 0), may_receive(crm, 0)
    list(unsubscribe(desk, lambda: True))

    assert first == ("opposition", [None] * 3)
    assert may_receive(crm, 0) == [False] * 3
    assert waits(kit) == 0


def waits(kit: Contactable) -> int:
    with kit.register.read() as tx:
        return sum(each.contacts for each in outbox.pending(tx).values())


def test_it_is_written_type_by_type_where_the_plan_has_no_batches(crm: HubSpotSandbox, connect: Connect) -> None:
    crm.token = crm.portal.tokens.service_key([each for each in SCOPES if "batch" not in each])
    kit = connect(crm)
    load(kit, "hubspot")
    objects(kit, 0)

    drain(kit, "hubspot")

    assert may_receive(crm, 0) == [False] * 3


def test_nothing_is_written_natively_where_the_settings_say_no(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, "unsubscribe = false\n")
    load(kit, "hubspot")
    objects(kit, 0)

    drain(kit, "hubspot")

    assert may_receive(crm, 0) == [None] * 3
    assert reason(crm, 0) == "opposition"


def test_our_own_unsubscribe_is_no_new_opposition(crm: HubSpotSandbox, kit: Contactable) -> None:
    entry = objects(kit, 0)
    drain(kit, "hubspot")
    kit.reader("hubspot").sync_consents()
    kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    load(kit, "hubspot", full=True)

    assert may_receive(crm, 0) == [False] * 3
    assert reason(crm, 0) == reason(crm, 1) == "consent_unproved"


def test_an_annulment_names_the_unsubscribe_that_a_person_must_lift(crm: HubSpotSandbox, kit: Contactable) -> None:
    entry = objects(kit, 0)
    drain(kit, "hubspot")

    annulled = kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    assert [each.target for each in annulled.by_hand] == ["hubspot:opt_out"]


def test_what_the_recipient_left_in_hubspot_stays_a_fact_of_its_own(crm: HubSpotSandbox, kit: Contactable) -> None:
    crm.unsubscribe(151)
    load(kit, "hubspot", full=True)
    entry = objects(kit, 0)
    drain(kit, "hubspot")
    kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    load(kit, "hubspot", full=True)

    assert reason(crm, 0) == "opposition"
    with kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, "p0@example.com")
        assert journal.written_to(tx, ["hubspot:opt_out"], [subject or ""]) == []


def test_an_unsubscribe_between_our_reading_and_our_writing_is_the_recipients(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    entry = objects(kit, 0)
    crm.unsubscribe(151)
    drain(kit, "hubspot")
    kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    load(kit, "hubspot", full=True)

    assert reason(crm, 0) == "opposition"


def test_who_left_one_type_keeps_it_as_an_act_of_its_own(crm: HubSpotSandbox, kit: Contactable) -> None:
    crm.unsubscribe(151, 1601)
    entry = objects(kit, 0)
    drain(kit, "hubspot")
    kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    load(kit, "hubspot", full=True)

    assert may_receive(crm, 0) == [False] * 3
    assert reason(crm, 0) == "opposition"


def test_an_unsubscribe_that_somebody_lifted_is_not_written_again(crm: HubSpotSandbox, kit: Contactable) -> None:
    objects(kit, 0)
    load(kit, "hubspot", full=True)
    load(kit, "hubspot", full=True)
    crm.portal.preferences.by_email.clear()
    crm.as_hubspot(151, {"hs_email_optout": ""})

    load(kit, "hubspot", full=True)
    load(kit, "hubspot", full=True)

    assert may_receive(crm, 0) == [None] * 3
    assert reason(crm, 0) == "opposition"


def test_what_shows_after_ours_was_lifted_is_somebodys_own(crm: HubSpotSandbox, kit: Contactable) -> None:
    entry = objects(kit, 0)
    load(kit, "hubspot", full=True)
    load(kit, "hubspot", full=True)
    crm.as_hubspot(151, {"hs_email_optout": ""})
    load(kit, "hubspot", full=True)
    crm.as_hubspot(151, {"hs_email_optout": "true"})
    kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))

    load(kit, "hubspot", full=True)

    assert reason(crm, 0) == "opposition"


def test_a_new_opposition_after_it_was_lifted_is_written_again(crm: HubSpotSandbox, kit: Contactable) -> None:
    objects(kit, 0)
    load(kit, "hubspot", full=True)
    load(kit, "hubspot", full=True)
    crm.portal.preferences.by_email.clear()
    crm.as_hubspot(151, {"hs_email_optout": ""})
    load(kit, "hubspot", full=True)

    objects(kit, 0)
    drain(kit, "hubspot")

    assert may_receive(crm, 0) == [False] * 3


def test_a_second_pass_writes_no_unsubscribe_again(crm: HubSpotSandbox, kit: Contactable) -> None:
    objects(kit, 0)
    load(kit, "hubspot", full=True)
    load(kit, "hubspot", full=True)
    crm.journal.clear()

    load(kit, "hubspot", full=True)

    asked = crm.journal.summary()["by_route"]
    assert not {"leave_all_batch", "unsubscribe", "batch_update"} & set(asked)


def test_a_changed_address_is_unsubscribed_too(crm: HubSpotSandbox, kit: Contactable) -> None:
    objects(kit, 0)
    load(kit, "hubspot", full=True)
    crm.as_person(151, {"email": "p9@example.com"})

    load(kit, "hubspot", full=True)

    assert may_receive(crm, 9) == [False] * 3


def test_an_opposition_to_one_offer_leaves_the_types_that_carry_it(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, '[offers.main]\nsubscriptions = ["1601"]\n[offers.events]\nsubscriptions = ["1603"]\n')
    load(kit, "hubspot")
    objects(kit, 0, "1603")

    drain(kit, "hubspot")

    assert may_receive(crm, 0) == [None, None, False]


def test_without_the_scope_the_property_is_written_and_the_promise_stays(crm: HubSpotSandbox, connect: Connect) -> None:
    crm.token = crm.portal.tokens.service_key([each for each in SCOPES if "preferences" not in each])
    kit = connect(crm)
    load(kit, "hubspot")
    objects(kit, 0)

    drain(kit, "hubspot")

    with kit.register.read() as tx:
        assert outbox.waiting_for(tx, "hubspot", "unsubscribe") == ["151"]
    assert reason(crm, 0) == "opposition"
