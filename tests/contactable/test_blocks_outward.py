"""From an opposition to the blocklists of the other senders: over HTTP, with their limits and their faults."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.outward import Counter, connect, connected, counter, work
from contactable.register import NewEntry, Tx, blocks, ledger, subjects
from contactable.register.annulling import annul
from contactable.register.testing import HandClock
from contactable.sandbox.blocklists import BlocklistSandbox
from contactable.webhooks.events import Event, Kind, On, Origin, Scope, ScopeKind
from contactable.webhooks.recording import Source, record

Make = Callable[..., Contactable]
LOU, LOUS_NUMBER = "lou@example.com", "+33639980001"
SETTINGS = """
[endpoints.twilio]
provider = "twilio"
secret = "env:KEY"
[offers.news]
label = "News"
subscriptions = ["news"]
"""


@pytest.fixture
def kit(make_kit: Make, lists: BlocklistSandbox, monkeypatch: pytest.MonkeyPatch) -> Contactable:
    monkeypatch.setenv("KEY", "a-key-of-nobody-0123456789abcdef")
    made = make_kit(SETTINGS + lists.settings("env:KEY", "brevo", "sendgrid"), clock=HandClock())
    connect(made)
    return made


def counter_of(kit: Contactable, name: str) -> Counter:
    return counter(kit, connected(kit)[name])


def hear(kit: Contactable, endpoint: str, *events: Event, proof: str = "signed") -> None:
    source = Source(endpoint, "", proof, kit.clock())
    kit.register.write(lambda tx: record(tx, events, source))


def opposes(on: On = On.EMAIL, key: str = "1", **said: object) -> Event:
    who = {"phone": LOUS_NUMBER} if on is On.SMS else {"email": LOU}
    return Event(Kind.OPPOSITION, on, key, "unsubscribe", **{**who, **said})  # type: ignore[arg-type]


def owed(kit: Contactable) -> dict[str, int]:
    with kit.register.read() as tx:
        return {name: each.blocks for name, each in blocks.waiting(tx).items()}


def move(kit: Contactable, **amount: float) -> None:
    assert isinstance(kit.clock, HandClock)
    kit.clock.move(**amount)


def test_an_unsubscription_at_one_sender_is_on_the_list_of_the_other(kit: Contactable, lists: BlocklistSandbox) -> None:
    hear(kit, "sendgrid", opposes())

    work(counter_of(kit, "brevo"))

    assert list(lists.lists["brevo"].blocked) == [LOU]
    assert owed(kit) == {}


def test_a_stop_by_sms_goes_to_senders_of_sms_only(kit: Contactable) -> None:
    hear(kit, "twilio", opposes(On.SMS))

    assert owed(kit) == {"brevo": 1}


def test_an_objection_to_everything_reaches_the_list_that_told_it_too(kit: Contactable) -> None:
    hear(kit, "brevo", opposes(On.ALL))

    assert owed(kit) == {"brevo": 1, "sendgrid": 1}


def test_leaving_one_list_that_an_offer_names_blocks_nowhere(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes(scope=Scope(ScopeKind.SUBSCRIPTION, "news")))

    assert owed(kit) == {}


def test_leaving_a_list_that_no_offer_names_blocks_everywhere(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes(scope=Scope(ScopeKind.LIST, "unheard-of")))

    assert owed(kit) == {"brevo": 1}


@pytest.mark.parametrize("kind", [Kind.RELEASE, Kind.ADDRESS_FACT, Kind.IGNORED])
def test_nothing_but_an_opposition_owes_a_block(kit: Contactable, kind: Kind) -> None:
    hear(kit, "sendgrid", Event(kind, On.EMAIL, "1", "start", email=LOU))

    assert owed(kit) == {}


def test_what_is_told_twice_is_asked_once(kit: Contactable, lists: BlocklistSandbox) -> None:
    hear(kit, "sendgrid", opposes())
    hear(kit, "sendgrid", opposes())

    work(counter_of(kit, "brevo"))
    work(counter_of(kit, "brevo"))

    assert len(lists.lists["brevo"].blocked[LOU]) == 1


def test_an_opposition_that_was_annulled_before_it_was_sent_is_not_sent(
    kit: Contactable, lists: BlocklistSandbox
) -> None:
    hear(kit, "sendgrid", opposes(origin=Origin.ADMIN), proof="operator")
    with kit.register.read() as tx:
        entry = ledger.entries_of(tx, [_subject(tx)])[0]
    kit.register.write(lambda tx: annul(tx, entry_id=entry.id, reason="a test", by="Ada"))

    work(counter_of(kit, "brevo"))

    assert (lists.lists["brevo"].blocked, owed(kit)) == ({}, {})


def _subject(tx: Tx) -> str:
    return subjects.subject_for(tx, IdentifierKind.EMAIL, LOU)


def test_a_sender_that_refuses_our_key_is_asked_again_for_days(kit: Contactable, lists: BlocklistSandbox) -> None:
    hear(kit, "sendgrid", opposes())
    here = counter_of(kit, "brevo")
    lists.lists["brevo"].script.extend([401] * 3)

    for _ in range(4):
        work(here)
        move(kit, days=1)

    assert list(lists.lists["brevo"].blocked) == [LOU]
    assert owed(kit) == {}


def test_a_success_that_did_nothing_is_seen_and_asked_again(kit: Contactable, lists: BlocklistSandbox) -> None:
    hear(kit, "brevo", opposes())
    lists.lists["sendgrid"].script.append(200)
    here = counter_of(kit, "sendgrid")

    work(here)
    with kit.register.read() as tx:
        why = blocks.waiting(tx)["sendgrid"].why
    move(kit, hours=1)
    work(here)

    assert why == "refused"
    assert list(lists.lists["sendgrid"].blocked) == [LOU]


def test_an_opposition_of_a_contact_whom_no_record_tells_waits(kit: Contactable) -> None:
    entry = NewEntry(kind="opposition", subject_id=kit.register.write(_subject), on="email", proof_level="signed")
    kit.register.write(lambda tx: blocks.owe(tx, [each for each in ledger.record(tx, [entry]) if each]))

    work(counter_of(kit, "brevo"))

    with kit.register.read() as tx:
        assert blocks.waiting(tx)["brevo"].why == blocks.UNKNOWN


def test_the_identifier_lies_in_no_file_in_clear_and_is_gone_when_it_was_sent(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes())
    before = _identifiers(kit)
    work(counter_of(kit, "brevo"))

    assert before
    assert all(LOU.encode() not in each for each in before)
    assert _identifiers(kit) == []


def _identifiers(kit: Contactable) -> list[bytes]:
    path = Path(kit.settings.register_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as connection:
        return [bytes(row[0]) for row in connection.execute("SELECT identifier FROM blocks")]


def test_a_block_of_ours_that_comes_back_is_no_new_opposition(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes())
    work(counter_of(kit, "brevo"))

    hear(kit, "brevo", opposes(key="2", origin=Origin.API))

    with kit.register.read() as tx:
        assert len(ledger.entries_of(tx, [subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""])) == 1


def test_what_the_person_does_counts_right_after_a_block_of_ours(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes())
    work(counter_of(kit, "brevo"))

    hear(kit, "brevo", opposes(key="2"))

    with kit.register.read() as tx:
        assert len(ledger.entries_of(tx, [subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""])) == 2


def test_a_sender_that_subscribes_somebody_again_by_itself_lifts_nothing(
    kit: Contactable, lists: BlocklistSandbox
) -> None:
    hear(kit, "sendgrid", opposes())
    work(counter_of(kit, "brevo"))

    hear(kit, "brevo", Event(Kind.RELEASE, On.EMAIL, "2", "list_addition", Origin.PROVIDER, email=LOU))

    assert kit.may_contact("email", email=LOU).reason == "opposition"


def resubscribes(kit: Contactable, key: str) -> None:
    hear(kit, "brevo", Event(Kind.RELEASE, On.EMAIL, key, "list_addition", Origin.PROVIDER, email=LOU))


def test_a_sender_that_subscribes_somebody_again_by_itself_is_asked_once_more_and_once_an_hour_at_most(
    kit: Contactable, lists: BlocklistSandbox
) -> None:
    hear(kit, "sendgrid", opposes())
    here, asked = counter_of(kit, "brevo"), lists.lists["brevo"].blocked
    work(here)

    for key in ("2", "3", "4"):
        resubscribes(kit, key)
        work(here)
    within_the_hour = len(asked[LOU])
    move(kit, hours=1)
    work(here)
    work(here)

    assert (within_the_hour, len(asked[LOU]), owed(kit)) == (1, 2, {})


def test_a_sender_that_told_of_the_opposition_and_subscribes_again_is_asked_at_once(
    kit: Contactable, lists: BlocklistSandbox
) -> None:
    hear(kit, "brevo", opposes())
    assert "brevo" not in owed(kit)

    resubscribes(kit, "2")
    work(counter_of(kit, "brevo"))

    assert list(lists.lists["brevo"].blocked) == [LOU]


def test_whom_the_person_released_is_not_blocked_again(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes())
    work(counter_of(kit, "brevo"))

    move(kit, minutes=1)
    hear(kit, "brevo", Event(Kind.RELEASE, On.EMAIL, "2", "start", email=LOU, occurred_at=kit.clock()))

    assert owed(kit) == {}


def test_when_the_person_opposes_again_a_sender_that_forgot_is_asked_again(
    kit: Contactable, lists: BlocklistSandbox
) -> None:
    hear(kit, "sendgrid", opposes())
    work(counter_of(kit, "brevo"))
    lists.lists["brevo"].blocked.clear()

    hear(kit, "sendgrid", opposes(key="2"))
    work(counter_of(kit, "brevo"))

    assert list(lists.lists["brevo"].blocked) == [LOU]


def test_an_address_that_changed_at_the_sender_is_blocked_under_the_new_one(
    kit: Contactable, lists: BlocklistSandbox
) -> None:
    hear(kit, "sendgrid", opposes())
    work(counter_of(kit, "brevo"))

    moved = Event(Kind.IGNORED, On.EMAIL, "2", "upemail", Origin.PROVIDER, email=LOU, new_email="lou.new@example.com")
    hear(kit, "sendgrid", moved)
    work(counter_of(kit, "brevo"))

    assert list(lists.lists["brevo"].blocked) == [LOU, "lou.new@example.com"]


def test_an_annulment_names_the_blocks_that_a_person_must_lift(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes(origin=Origin.ADMIN), proof="operator")
    work(counter_of(kit, "brevo"))
    with kit.register.read() as tx:
        entry = ledger.entries_of(tx, [subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""])[0]

    done = kit.register.write(lambda tx: annul(tx, entry_id=entry.id, reason="a test", by="Ada"))

    assert [each.target for each in done.by_hand] == ["brevo:blocklist"]


def test_many_at_once_stay_within_the_senders_limit_and_all_arrive(kit: Contactable, lists: BlocklistSandbox) -> None:
    lists.lists["sendgrid"].most = 10
    people = [f"p{n}@example.com" for n in range(25)]
    hear(kit, "brevo", *[Event(Kind.OPPOSITION, On.EMAIL, each, "unsubscribe", email=each) for each in people])
    here = counter_of(kit, "sendgrid")

    while work(here):
        pass

    assert sorted(lists.lists["sendgrid"].blocked) == sorted(people)
    assert lists.lists["sendgrid"].refused == 0


def test_a_sender_that_is_no_longer_connected_is_owed_nothing(kit: Contactable) -> None:
    hear(kit, "sendgrid", opposes())

    kit.register.write(lambda tx: blocks.connect(tx, {"sendgrid": ["email"]}))

    assert owed(kit) == {}


def test_what_a_killed_process_held_is_free_after_a_start(kit: Contactable, lists: BlocklistSandbox) -> None:
    hear(kit, "sendgrid", opposes())
    kit.register.write(lambda tx: blocks.claim(tx, "brevo", 10, 3600))
    claimed_again = work(counter_of(kit, "brevo"))

    kit.register.write(lambda tx: blocks.free(tx, "brevo"))

    assert (claimed_again, work(counter_of(kit, "brevo"))) == (0, 1)
    assert list(lists.lists["brevo"].blocked) == [LOU]
