"""What else lies in the register: deliveries, links, leases, jobs, cursors, what was shown, our own writes, marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contactable.register import Delivery, cursors, inbox, jobs, journal, leases, marks, shown, tokens
from contactable.register.journal import Written
from contactable.register.shown import Shown
from contactable.register.testing import Workbench

RAW = b'{"email": "lou@example.com"}'


def deliver(house: Workbench, **values: object) -> str:
    given = {
        "endpoint": "brevo", "provider": "brevo", "received_at": house.clock.now, "headers": {"Host": "example.com"},
        "raw": RAW, "sha256": b"s" * 32, **values,
    }  # fmt: skip
    return house.write(inbox.keep, Delivery(**given))  # type: ignore[arg-type]


def test_a_delivery_comes_back_as_it_came(house: Workbench) -> None:
    found = house.read(inbox.read_delivery, deliver(house))

    assert found is not None
    assert (found.raw, found.headers, found.state) == (RAW, {"Host": "example.com"}, inbox.NEW)


def test_deliveries_are_listed_by_state_and_without_their_bodies(house: Workbench) -> None:
    first, second = deliver(house), deliver(house, endpoint="twilio")
    house.write(inbox.settle, first, inbox.UNREADABLE, "no address")

    (unreadable,) = house.read(inbox.deliveries, inbox.UNREADABLE)

    assert (unreadable.id, unreadable.note, unreadable.raw) == (first, "no address", None)
    assert [each.id for each in house.read(inbox.deliveries, endpoint="twilio")] == [second]
    assert house.read(inbox.counts) == {inbox.UNREADABLE: 1, inbox.NEW: 1}
    assert set(house.read(inbox.last_received)) == {"brevo", "twilio"}


def test_an_ignored_delivery_loses_its_body_at_once(house: Workbench) -> None:
    settled, born = deliver(house), deliver(house, state=inbox.IGNORED)
    house.write(inbox.settle, settled, inbox.IGNORED)

    for id in (settled, born):
        found = house.read(inbox.read_delivery, id)
        assert found is not None
        assert (found.raw, found.headers, found.sha256) == (None, None, b"s" * 32)


def test_a_link_that_counts_once_is_used_up_by_its_first_use(house: Workbench) -> None:
    id = house.write(tokens.issue, "confirm", ["a" * 32], {"channel": "sms"}, once=True)

    first, second = house.write(tokens.use, id, "confirm"), house.write(tokens.use, id, "confirm")

    assert first is not None
    assert (list(first.subject_ids), first.payload) == (["a" * 32], {"channel": "sms"})
    assert second is None


@pytest.mark.parametrize(("purpose", "minutes"), [("other", 0), ("page", 16)])
def test_a_link_of_another_purpose_or_too_old_stands_for_nothing(
    house: Workbench, purpose: str, minutes: float
) -> None:
    expires = house.clock.now + timedelta(minutes=15)
    id = house.write(tokens.issue, "page", ["a" * 32], expires_at=expires)
    house.clock.move(minutes=minutes)

    assert house.write(tokens.find, id, purpose) is None


def test_a_link_in_a_message_has_no_end_and_may_be_used_again(house: Workbench) -> None:
    id = house.write(tokens.issue, "unsubscribe", ["a" * 32])
    house.clock.move(days=4000)

    assert house.write(tokens.use, id, "unsubscribe") is not None
    assert house.write(tokens.use, id, "unsubscribe") is not None


def test_a_name_is_held_by_one_and_free_again_when_its_lease_ends(house: Workbench) -> None:
    assert house.write(leases.take, "serve", "a", 60)
    assert house.write(leases.take, "serve", "a", 60)
    assert not house.write(leases.take, "serve", "b", 60)
    house.clock.move(seconds=61)

    assert house.write(leases.take, "serve", "b", 60)
    assert not house.write(leases.renew, "serve", "a", 60)


def test_a_name_given_back_is_free_at_once(house: Workbench) -> None:
    house.write(leases.take, "serve", "a", 60)
    house.write(leases.release, "serve", "b")
    held = house.write(leases.held, "serve")
    house.write(leases.release, "serve", "a")

    assert held is not None
    assert held.holder == "a"
    assert house.write(leases.held, "serve") is None


def test_a_job_is_done_once_in_order_and_its_progress_can_be_watched(house: Workbench) -> None:
    first = house.write(jobs.put, "sync", {"connector": "crm"})
    house.clock.move(seconds=1)
    second = house.write(jobs.put, "purge")

    claimed = [house.write(jobs.claim, 60) for _ in range(3)]
    house.write(jobs.progress, first, {"done": 5}, 60)
    house.write(jobs.done, second, "nothing to do", ok=False)

    assert [job and job.id for job in claimed] == [first, second, None]
    watched, ended = house.read(jobs.find, first), house.read(jobs.find, second)
    assert watched is not None
    assert ended is not None
    assert (watched.progress, watched.arguments, ended.state) == ({"done": 5}, {"connector": "crm"}, jobs.FAILED)


def test_a_job_whose_worker_died_is_taken_up_again(house: Workbench) -> None:
    id = house.write(jobs.put, "sync")
    house.write(jobs.claim, 60)
    house.clock.move(seconds=61)

    again = house.write(jobs.claim, 60)

    assert again is not None
    assert again.id == id


def test_the_last_run_of_each_task_is_known_after_a_restart(house: Workbench) -> None:
    for note in ("first", "second"):
        house.write(jobs.ran, "sync", house.clock.now, True, note)
    house.reopen()

    assert house.read(jobs.last_runs)["sync"].note == "second"


def test_a_cursor_is_replaced_by_the_next_one(house: Workbench) -> None:
    assert house.read(cursors.get, "crm", "changes") is None
    house.write(cursors.set, "crm", "changes", {"after": 1})
    house.write(cursors.set, "crm", "changes", {"after": 2})

    assert house.read(cursors.get, "crm", "changes") == {"after": 2}
    assert list(house.read(cursors.updated)) == [("crm", "changes")]


def show(house: Workbench, allowed: bool, was: bool | None, mapping: str = "m1") -> None:
    house.clock.move(hours=1)
    row = Shown(
        connector="crm", record_id="1", offer="main", channel="email", allowed=allowed, was_allowed=was,
        reason="consent" if allowed else "opposition", versions={"mapping": mapping},
    )  # fmt: skip
    house.write(shown.add, [row])


def test_what_was_shown_at_a_moment_is_the_last_that_was_written_before(house: Workbench) -> None:
    show(house, True, None)
    between = house.clock.now + timedelta(minutes=30)
    show(house, False, True)

    then = house.read(shown.at, "crm", "1", between)["main", "email"]
    now = house.read(shown.at, "crm", "1", house.clock.now + timedelta(hours=1))["main", "email"]

    assert (then.reason, now.reason) == ("consent", "opposition")
    assert house.read(shown.at, "crm", "1", between - timedelta(hours=1)) == {}


def test_what_opened_in_a_time_under_one_mapping_can_be_told(house: Workbench) -> None:
    start = house.clock.now
    show(house, True, None, "m1")
    show(house, False, True, "m1")
    show(house, True, False, "m2")
    show(house, True, True, "m2")
    end = house.clock.now + timedelta(seconds=1)

    assert len(house.read(shown.opened_between, start, end)) == 2
    assert len(house.read(shown.opened_between, start, end, {"mapping": "m2"})) == 1


def test_reading_the_crm_back_confirms_what_was_shown(house: Workbench) -> None:
    show(house, True, None)
    later = house.clock.now + timedelta(minutes=5)

    house.write(shown.confirm, "crm", ["1"], later)

    assert house.read(shown.history, "crm", "1")[0].confirmed_at == later


def test_what_comes_back_of_our_own_writing_is_an_echo_for_a_while(house: Workbench) -> None:
    subject = house.subject()
    house.write(journal.add, [Written("brevo:blocklist", subject, "email")])

    (line,) = house.read(journal.written_to, ["brevo:blocklist"], [subject])

    assert line.is_echoed("email", house.clock.now)
    assert not line.is_echoed("sms", house.clock.now)
    assert not replace(line, value="other").is_echoed("email", house.clock.now)
    assert not line.is_echoed("email", house.clock.now + timedelta(days=8))
    assert house.read(journal.written_to, ["hubspot:opt_out"], [subject]) == []


def test_marks_of_the_register_can_be_set_read_and_taken_away(house: Workbench) -> None:
    assert house.read(marks.key_is_backed_up) is False
    house.write(marks.put, marks.KEY_BACKED_UP, "k0 k1")
    house.write(marks.put, marks.RESTORED, "2026-11-24")
    house.write(marks.remove, marks.RESTORED)

    assert house.read(marks.key_is_backed_up) is True
    assert house.read(marks.get, marks.RESTORED) is None
