"""An opposition that is taken back: what had not left never leaves, what had left waits for a person, nothing lifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from msgspec import structs

from contactable import Contactable
from contactable.commands import status
from contactable.console.centre.closing import HERE_ONLY, UNDONE, close, release, undo
from contactable.console.centre.consents import agree
from contactable.errors import Conflict
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.outward import connected, counter, work
from contactable.register import NewEntry, Tx, annulling, blocks, journal, ledger, outbox, subjects
from contactable.reviewing import TO_LIFT, Question, confirm, questions, reject
from contactable.rules import Channel, Reason
from contactable.rules.wordings import Wording, WordingKind
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.blocklists import BlocklistSandbox
from contactable.webhooks.events import On
from contactable.worker import unsubscribe, write_properties

PERSON = {
    "country": "FR",
    "audience": "consumer",
    "consent_email_on": "2026-05-02",
    "informed": "yes",
    "last_contact_on": "2026-10-01",
}
PEOPLE = [f"p{n}@example.com" for n in range(3)]


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([{"email": each, **PERSON} for each in PEOPLE]) as sandbox:
        yield sandbox


@pytest.fixture
def kit(connect_with_brevo: Callable[[HubSpotSandbox], Contactable], crm: HubSpotSandbox) -> Contactable:
    return connect_with_brevo(crm)


def subject_of(kit: Contactable, kind: IdentifierKind, text: str) -> str:
    with kit.register.read() as tx:
        found = subjects.find_subject(tx, kind, text)
    assert found
    return found


def closes(kit: Contactable, on: On = On.EMAIL) -> tuple[str, str]:
    """The first person closes a channel on their page; give whose page it was, and the name of the choice."""
    whose = subject_of(kit, IdentifierKind.RECORD, "hubspot:151")
    return whose, kit.register.write(lambda tx: close(tx, whose, [on]))


def takes_back(kit: Contactable, choice: tuple[str, str]) -> str:
    return kit.register.write(lambda tx: undo(tx, *choice))


def send_all(kit: Contactable) -> None:
    """Bring the CRM and the sender up to date."""
    drain(kit, "hubspot")
    work(counter(kit, connected(kit)["brevo"]))


def waiting(kit: Contactable) -> dict[str, Question]:
    """What is to be lifted by hand, by place."""
    with kit.register.read() as tx:
        found = [each for each in questions(tx) if each.kind == TO_LIFT]
    return {each.what.partition(" ")[0]: each for each in found}


def may_receive(crm: HubSpotSandbox) -> list[bool | None]:
    return [crm.portal.preferences.may_receive(PEOPLE[0], type) for type in (1601, 1602, 1603)]


def reason(kit: Contactable) -> Reason:
    return kit.may_contact("email", email=PEOPLE[0]).reason


def test_what_had_not_left_yet_never_leaves(kit: Contactable, crm: HubSpotSandbox, lists: BlocklistSandbox) -> None:
    news = takes_back(kit, closes(kit))
    send_all(kit)

    assert (news, lists.lists["brevo"].blocked, may_receive(crm)) == (UNDONE, {}, [None] * 3)
    assert waiting(kit) == {}


def test_it_is_taken_back_between_the_property_and_the_unsubscribe(kit: Contactable, crm: HubSpotSandbox) -> None:
    choice, desk = closes(kit), kit.desk("hubspot")
    list(write_properties(desk, lambda: True))
    takes_back(kit, choice)
    list(unsubscribe(desk, lambda: True))
    drain(kit, "hubspot")

    assert may_receive(crm) == [None] * 3
    assert crm.contact(151).properties.get("contactable_email_reason") != "opposition"


def test_a_sender_that_was_down_meanwhile_is_never_told(kit: Contactable, lists: BlocklistSandbox) -> None:
    lists.lists["brevo"].script.append(401)
    choice = closes(kit)
    work(counter(kit, connected(kit)["brevo"]))
    takes_back(kit, choice)
    kit.register.write(lambda tx: blocks.postpone(tx, owed(tx), timedelta(0), "later"))
    work(counter(kit, connected(kit)["brevo"]))

    assert lists.lists["brevo"].blocked == {}
    with kit.register.read() as tx:
        assert blocks.waiting(tx) == {}


def owed(tx: Tx) -> blocks.Owed:
    from contactable.register.schema_work import blocks as table

    row = tx.connection.execute(table.select()).one()
    return blocks.Owed(row.endpoint, row.subject_id, row.channel, row.version, row.promised_at, row.attempts)


def test_what_had_left_stays_blocked_and_waits_for_a_person(
    kit: Contactable, crm: HubSpotSandbox, lists: BlocklistSandbox
) -> None:
    choice = closes(kit)
    send_all(kit)

    news = takes_back(kit, choice)
    send_all(kit)

    assert news == HERE_ONLY
    assert reason(kit) is not Reason.OPPOSITION
    assert list(lists.lists["brevo"].blocked) == [PEOPLE[0]]
    assert may_receive(crm) == [False] * 3
    assert sorted(waiting(kit)) == ["brevo:blocklist", "hubspot:opt_out"]
    assert {each.records for each in waiting(kit).values()} == {("hubspot:151",)}
    assert PEOPLE[0] not in str(waiting(kit))
    assert status.look(kit)["review"] == 2


def test_while_an_opposition_binds_nothing_waits_to_be_lifted(kit: Contactable) -> None:
    closes(kit, On.ALL)
    choice = closes(kit)
    send_all(kit)

    assert takes_back(kit, choice) == UNDONE
    assert waiting(kit) == {}


def test_who_objects_again_needs_no_lifting_any_more(kit: Contactable) -> None:
    choice = closes(kit)
    send_all(kit)
    takes_back(kit, choice)

    closes(kit)

    assert waiting(kit) == {}


def test_an_unsubscribe_that_a_person_lifted_in_the_crm_waits_no_more(kit: Contactable, crm: HubSpotSandbox) -> None:
    choice = closes(kit)
    send_all(kit)
    takes_back(kit, choice)
    load(kit, "hubspot", full=True)

    crm.portal.preferences.by_email.clear()
    crm.as_hubspot(151, {"hs_email_optout": ""})
    load(kit, "hubspot", full=True)

    assert sorted(waiting(kit)) == ["brevo:blocklist"]


def test_once_a_person_says_it_was_lifted_it_waits_no_more_and_a_new_one_does(kit: Contactable) -> None:
    for _ in range(2):
        choice = closes(kit)
        send_all(kit)
        takes_back(kit, choice)
        id = waiting(kit)["brevo:blocklist"].id
        kit.register.write(lambda tx: confirm(tx, id, "Ada"))  # noqa: B023
        assert "brevo:blocklist" not in waiting(kit)

    with kit.register.read() as tx:
        assert [each.target for each in journal.standing(tx, [_email(tx)])] == ["hubspot:opt_out"]
    with pytest.raises(Conflict):
        kit.register.write(lambda tx: confirm(tx, id, "Bob"))


def _email(tx: Tx) -> str:
    return subjects.find_subject(tx, IdentifierKind.EMAIL, PEOPLE[0]) or ""


def test_a_person_may_leave_it_blocked_with_a_reason(kit: Contactable, lists: BlocklistSandbox) -> None:
    choice = closes(kit)
    send_all(kit)
    takes_back(kit, choice)
    id = waiting(kit)["brevo:blocklist"].id

    question, ended, own = kit.register.write(lambda tx: reject(tx, id, "it is theirs by now", "Ada"))

    assert (question.kind, ended, own) == (TO_LIFT, 0, 0)
    assert "brevo:blocklist" not in waiting(kit)
    assert list(lists.lists["brevo"].blocked) == [PEOPLE[0]]


def test_an_annulled_import_is_one_question_a_place(kit: Contactable) -> None:
    def enter(tx: Tx) -> None:
        told = NewEntry(kind="opposition", on="email", origin="import", proof_level="operator", batch="file 1")
        found = subjects.subjects_for(tx, [(IdentifierKind.EMAIL, each) for each in PEOPLE])
        kept = [
            each for each in ledger.record(tx, [structs.replace(told, subject_id=id) for id in found.values()]) if each
        ]
        outbox.stale_for(tx, found.values(), urgent=True)
        blocks.owe(tx, kept, lambda: {subject: text for (_, text), subject in found.items()})

    kit.register.write(enter)
    send_all(kit)

    kit.register.write(lambda tx: annulling.annul(tx, batch="file 1", reason="the wrong file", by="Ada"))

    found = waiting(kit)
    assert {place: each.count for place, each in found.items()} == {"brevo:blocklist": 3, "hubspot:opt_out": 3}
    assert len(found["brevo:blocklist"].records) == 3


def agrees(tx: Tx, subject: str) -> None:
    """A consent to e-mail, given by the person on their own page."""
    agree(tx, subject, Channel.EMAIL, Wording(WordingKind.CONSENT_TO_MESSAGES, "1", "I agree to e-mails.", {}))


@pytest.mark.parametrize("allows", [lambda tx, subject: release(tx, subject, On.EMAIL), agrees])
def test_what_a_person_allows_again_waits_to_be_lifted_too(kit: Contactable, allows: Callable[[Tx, str], None]) -> None:
    closes(kit)
    send_all(kit)

    own = subject_of(kit, IdentifierKind.EMAIL, PEOPLE[0])
    kit.register.write(lambda tx: allows(tx, own))

    assert kit.verdicts(email=PEOPLE[0])[Channel.EMAIL].reason is not Reason.OPPOSITION
    assert sorted(waiting(kit)) == ["brevo:blocklist", "hubspot:opt_out"]
