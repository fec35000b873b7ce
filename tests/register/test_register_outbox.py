"""The promises: they coalesce, end by themselves when a worker dies, and are deleted at the claimed version only."""

from __future__ import annotations

from datetime import timedelta

from contactable.register import Promise, outbox
from contactable.register.testing import EMAIL, Workbench


def claim(house: Workbench, limit: int = 10) -> list[Promise]:
    return house.write(outbox.claim, "crm", limit, 60)


def test_promises_for_one_contact_coalesce(house: Workbench) -> None:
    for why in ("a", "b", "c"):
        house.write(outbox.promise, "crm", ["1"], why=why)

    (promise,) = claim(house)

    assert (promise.record_id, promise.version, promise.why) == ("1", 3, "c")


def test_urgent_ones_come_first_and_then_the_oldest(house: Workbench) -> None:
    for id, urgent in (("1", False), ("2", False), ("3", True)):
        house.clock.move(seconds=1)
        house.write(outbox.promise, "crm", [id], urgent=urgent)

    assert [each.record_id for each in claim(house)] == ["3", "1", "2"]


def test_what_is_claimed_is_not_claimed_again_until_its_lease_ends(house: Workbench) -> None:
    house.write(outbox.promise, "crm", ["1"])

    assert len(claim(house)) == 1
    assert claim(house) == []
    house.clock.move(seconds=61)
    assert len(claim(house)) == 1


def test_a_promise_is_deleted_when_it_was_kept(house: Workbench) -> None:
    house.write(outbox.promise, "crm", ["1", "2"])

    assert house.write(outbox.kept, claim(house)) == 2
    assert house.read(outbox.pending) == {}


def test_a_change_between_claim_and_keeping_is_not_lost(house: Workbench) -> None:
    house.write(outbox.promise, "crm", ["1"])
    (first,) = claim(house)
    house.write(outbox.promise, "crm", ["1"], urgent=True)

    assert house.write(outbox.kept, first) == 0
    (second,) = claim(house)
    assert (second.version, second.urgent) == (2, True)


def test_a_postponed_promise_waits_and_an_urgent_one_does_not(house: Workbench) -> None:
    house.write(outbox.promise, "crm", ["1"])
    (first,) = claim(house)
    house.write(outbox.postpone, first, timedelta(minutes=5), "unavailable")

    assert claim(house) == []
    house.write(outbox.promise, "crm", ["1"], urgent=True)
    (again,) = claim(house)
    assert again.attempts == 1


def test_what_changes_is_looked_at_at_once_where_the_brake_held_it_and_waits_where_the_crm_refused_it(
    house: Workbench,
) -> None:
    house.write(outbox.promise, "crm", ["1", "2"])
    for each, why in zip(claim(house), (outbox.HELD, "unavailable"), strict=True):
        house.write(outbox.postpone, each, timedelta(days=1), why)

    house.write(outbox.promise, "crm", ["1", "2"])

    assert [each.record_id for each in claim(house)] == ["1"]


def test_a_promise_renewed_while_it_was_tried_is_not_put_off(house: Workbench) -> None:
    house.write(outbox.promise, "crm", ["1"])
    (first,) = claim(house)
    house.write(outbox.promise, "crm", ["1"])

    house.write(outbox.postpone, first, timedelta(minutes=5), "unavailable")

    assert len(claim(house)) == 1


def test_an_entry_makes_every_contact_that_carries_it_stale(house: Workbench) -> None:
    house.see("1", EMAIL)
    house.see("2", EMAIL)

    assert house.write(outbox.stale_for, [house.subject()], urgent=True) == 2
    waiting = house.read(outbox.pending)["crm"]
    assert (waiting.contacts, waiting.urgent) == (2, 2)
    assert house.read(outbox.promised, "crm", "1") is not None


def test_a_wish_to_read_the_contact_anew_survives_coalescing(house: Workbench) -> None:
    house.write(outbox.promise, "crm", ["1"], refresh=True)
    house.write(outbox.promise, "crm", ["1"])

    assert claim(house)[0].refresh is True


def test_limits_are_kept_when_many_wait(house: Workbench) -> None:
    house.write(outbox.promise, "crm", [str(n) for n in range(2100)])

    taken = claim(house, 1500) + claim(house, 1500)

    assert len({each.record_id for each in taken}) == len(taken) == 2100
