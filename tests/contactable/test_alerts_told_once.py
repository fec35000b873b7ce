"""What is wrong is told once, and once more when it is over; nothing that is told names a person."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contactable import Contactable
from contactable.alerts import digest, look, send_digest
from contactable.commands import status
from contactable.errors import Unavailable
from contactable.identifiers import IdentifierKind
from contactable.incidents import DEAD_AFTER, MASS, REGULAR, troubles
from contactable.register import (
    NewEntry,
    SeenContact,
    Tx,
    blocks,
    cursors,
    inbox,
    jobs,
    ledger,
    marks,
    mirror,
    outbox,
    shown,
    subjects,
)
from contactable.register.testing import HandClock
from contactable.reviewing import STORM
from contactable.sender_urls import PLACE as URL
from contactable.submissions import SEEN
from contactable.sync import CHANGES
from contactable.webhooks.despite import PLACE
from contactable.webhooks.events import Event, Kind, On, Scope, ScopeKind
from contactable.webhooks.incidents import INCIDENT, count_incidents
from contactable.webhooks.knocks import MANY, Knocks

Make = Callable[..., Contactable]
Provoke = Callable[[Contactable], None]
LOU = "lou@example.com"
SETTINGS = """
[connectors.crm]
type = "hubspot"
token = "env:KEY"
[endpoints.brevo]
provider = "brevo"
path_secret = "env:KEY"
api = { key = "env:KEY" }
[[declare]]
name = "told"
all = true
facts = { informed = "yes" }
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-01-01
[[declare]]
name = "bought"
source = "IMPORT"
facts = { informed = "no" }
evidence = "contract of the seller"
by = "Anne Exemple"
on = 2026-01-01
"""


class Box:
    """Keeps what was told; takes nothing while it is closed."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.closed = False

    def __call__(self, title: str, text: str) -> None:
        if self.closed:
            raise Unavailable("The mail server is down.")
        self.told.append((title, text))


@pytest.fixture
def kit(make_kit: Make, monkeypatch: pytest.MonkeyPatch) -> Contactable:
    monkeypatch.setenv("KEY", "a-key-of-nobody-0123456789abcdef")
    made = make_kit(SETTINGS, clock=HandClock())
    made.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
    return made


def move(kit: Contactable, **amount: float) -> None:
    assert isinstance(kit.clock, HandClock)
    kit.clock.move(**amount)


def oppose(tx: Tx, count: int = 1, **values: Any) -> list[ledger.Entry | None]:
    subject = subjects.subject_for(tx, IdentifierKind.EMAIL, LOU)
    common = {"subject_id": subject, "on": "email", "proof_level": "path_secret", **values}
    return ledger.record(tx, [NewEntry(kind="opposition", scope_id=str(n), **common) for n in range(count)])


def a_missed_sync(kit: Contactable) -> None:
    kit.register.write(lambda tx: cursors.set(tx, "crm", CHANGES, {"at": 1}))
    move(kit, hours=1)


def a_failed_task(kit: Contactable) -> None:
    kit.register.write(lambda tx: jobs.ran(tx, "poll ovh", tx.now, False, "ovh answers 401."))


def a_held_opening(kit: Contactable) -> None:
    kit.register.write(lambda tx: outbox.promise(tx, "crm", ["7"], why="brake"))


def a_crm_that_is_down(kit: Contactable) -> None:
    kit.register.write(lambda tx: outbox.promise(tx, "crm", ["7"], urgent=True, why="webhook"))
    move(kit, hours=1)


def a_sender_that_is_down(kit: Contactable) -> None:
    kit.register.write(lambda tx: blocks.connect(tx, {"brevo": ["email"]}))
    kit.register.write(lambda tx: blocks.owe(tx, [each for each in oppose(tx) if each], lambda: {}))
    move(kit, hours=1)


def a_silent_sender(kit: Contactable) -> None:
    for _ in range(REGULAR):
        kit.register.write(deliver)
        move(kit, hours=2)
    move(kit, days=2)


def a_suspended_url(kit: Contactable) -> None:
    kit.register.write(lambda tx: cursors.set(tx, "brevo", URL, {"state": "suspended", "stood": True}))


def a_changed_form(kit: Contactable) -> None:
    seen = {"9": {"name": "Demo", "changed": ["notice"]}}
    kit.register.write(lambda tx: cursors.set(tx, "crm", SEEN, seen))


def deliver(tx: Tx, state: str = inbox.DONE) -> str:
    given = {"endpoint": "brevo", "provider": "brevo", "received_at": tx.now, "headers": {}, "raw": b"{}"}
    return inbox.keep(tx, inbox.Delivery(**given, sha256=b"0" * 32, state=state))  # type: ignore[arg-type]


def a_changed_secret(kit: Contactable) -> None:
    knocks = Knocks(lambda: kit.register, kit.clock)
    for _ in range(MANY + 1):
        knocks.refused("brevo")
        move(kit, seconds=10)
    move(kit, minutes=2)
    knocks.refused("brevo")


def a_storm(kit: Contactable) -> None:
    kit.register.write(lambda tx: oppose(tx, STORM + 1, batch="brevo 2026-11-24T09"))


def an_old_question(kit: Contactable) -> None:
    kit.register.write(lambda tx: deliver(tx, inbox.UNREADABLE))
    move(kit, days=3)


def something_sent_despite(kit: Contactable) -> None:
    counts = {"counts": {"brevo\tc7\temail": 3}, "keys": []}
    kit.register.write(lambda tx: cursors.set(tx, PLACE, "2026-11-24", counts))


def a_report_without_a_number(kit: Contactable) -> None:
    kit.register.write(lambda tx: count_incidents(tx, [report("1", kit.clock() - timedelta(days=1))]))


def report(key: str, at: datetime) -> Event:
    """One report of somebody to 33700."""
    scope = Scope(ScopeKind.SENDER, "MABRAND")
    return Event(Kind.IGNORED, On.SMS, key, INCIDENT, scope=scope, occurred_at=at, campaign="c7")


def a_restored_register(kit: Contactable) -> None:
    kit.register.write(lambda tx: marks.put(tx, marks.RESTORED, "2026-11-24"))


def a_key_without_backup(kit: Contactable) -> None:
    kit.register.write(lambda tx: marks.remove(tx, marks.KEY_BACKED_UP))


def refused_again_and_again(kit: Contactable) -> None:
    kit.register.write(lambda tx: outbox.promise(tx, "crm", ["7"], why="changed"))
    with kit.register.read() as tx:
        promise = outbox.promised(tx, "crm", "7")
    for _ in range(DEAD_AFTER):
        assert promise is not None
        kit.register.write(lambda tx: outbox.postpone(tx, promise, timedelta(0), "later"))


def facts_that_fell(kit: Contactable) -> None:
    kit.register.write(lambda tx: jobs.ran(tx, "coverage crm", tx.now, True, "audience (98% → 12%)"))


def a_source_that_is_gone(kit: Contactable) -> None:
    kit.register.write(lambda tx: jobs.ran(tx, "sources crm", tx.now, True, "the source `informed: told` is gone"))


def declarations_that_contradict(kit: Contactable) -> None:
    seen = SeenContact("8", [], {"informed": ["", "contradiction:told+bought"]}, b"8")
    kit.register.write(lambda tx: mirror.remember(tx, "crm", [seen]))


def many_closings(kit: Contactable) -> None:
    def close(tx: Tx) -> None:
        said: dict[str, Any] = {
            "connector": "crm",
            "offer": "main",
            "channel": "phone",
            "was_allowed": True,
            "allowed": False,
        }
        shown.add(tx, [shown.Shown(record_id=str(n), reason="place_unknown", **said) for n in range(MASS + 1)])

    kit.register.write(close)


CAUSES: dict[str, Provoke] = {
    "sync:crm": a_missed_sync,
    "task:poll ovh": a_failed_task,
    "brake:crm": a_held_opening,
    "crm:crm": a_crm_that_is_down,
    "blocklist:brevo": a_sender_that_is_down,
    "silent:brevo": a_silent_sender,
    "suspended:brevo": a_suspended_url,
    "refused:brevo": a_changed_secret,
    "review:group:brevo 2026-11-24T09": a_storm,
    "review": an_old_question,
    "despite:2026-11-24:brevo:email:c7": something_sent_despite,
    "33700:2026-11-24:MABRAND:c7": a_report_without_a_number,
    "dead:crm": refused_again_and_again,
    "drift:crm": facts_that_fell,
    "sources:crm": a_source_that_is_gone,
    "declarations:crm:informed:told+bought": declarations_that_contradict,
    "closings:crm": many_closings,
    "form:crm:9": a_changed_form,
    "restored": a_restored_register,
    "keys": a_key_without_backup,
}


def test_an_installation_in_order_has_nothing_to_tell(kit: Contactable) -> None:
    box = Box()

    assert look(kit, box) == "0 open"
    assert box.told == []


def test_what_a_command_has_just_read_was_read(kit: Contactable) -> None:
    kit.register.write(lambda tx: cursors.set(tx, "crm", CHANGES, {"at": 1}))

    assert troubles(kit) == []


@pytest.mark.parametrize(("id", "provoke"), CAUSES.items(), ids=CAUSES)
def test_each_trouble_is_told_once_and_once_more_when_it_is_over(kit: Contactable, id: str, provoke: Provoke) -> None:
    box = Box()
    provoke(kit)
    assert [each.id for each in troubles(kit)] == [id]

    look(kit, box)
    look(kit, box)
    end(kit)
    look(kit, box)
    look(kit, box)

    assert [title.startswith("contactable: over") for title, _ in box.told] == [False, True]
    assert "What to do: " in box.told[0][1]
    assert LOU not in json.dumps(box.told)


def test_every_trouble_of_the_page_is_provoked_here_and_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z0-9]+)[:`](?:group:)?", page, re.MULTILINE)

    assert {id.partition(":")[0] for id in CAUSES} == set(told)


def end(kit: Contactable) -> None:
    """Let everything be over: what waits is gone, days pass, the key is backed up, a person has looked."""
    from sqlalchemy import delete

    from contactable.register.schema import entries
    from contactable.register.schema_work import blocks as owed
    from contactable.register.schema_work import deliveries, promises, runs

    def tidy(tx: Tx) -> None:
        for table in (owed, deliveries, promises, runs, entries):
            tx.connection.execute(delete(table))
        cursors.set(tx, "brevo", URL, {"state": "stands", "stood": True})
        cursors.set(tx, "crm", SEEN, {})
        mirror.forget(tx, "crm", ["8"])
        marks.remove(tx, marks.RESTORED)
        marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id)

    kit.register.write(tidy)
    move(kit, days=1, hours=1)
    kit.register.write(lambda tx: jobs.ran(tx, "sync crm", tx.now, True, "0 read"))


def test_while_nobody_can_be_told_nothing_is_lost(kit: Contactable) -> None:
    box = Box()
    box.closed = True
    a_failed_task(kit)
    with pytest.raises(Unavailable):
        look(kit, box)

    box.closed = False
    look(kit, box)

    assert len(box.told) == 1


def test_a_storm_of_troubles_is_one_message(kit: Contactable) -> None:
    box = Box()
    for n in range(200):
        kit.register.write(lambda tx, n=n: jobs.ran(tx, f"poll s{n}", tx.now, False, "down"))  # type: ignore[misc]

    look(kit, box)

    assert [title for title, _ in box.told] == ["contactable: 200 things are wrong"]


def test_a_restart_tells_nothing_twice(kit: Contactable, make_kit: Make) -> None:
    a_failed_task(kit)
    look(kit, Box())
    kit.close()

    again, box = make_kit(SETTINGS, clock=HandClock()), Box()
    look(again, box)

    assert box.told == []


def test_the_digest_counts_oppositions_by_origin_and_what_waits(kit: Contactable) -> None:
    kit.register.write(lambda tx: oppose(tx, 2, origin="complaint"))
    kit.register.write(lambda tx: deliver(tx, inbox.UNREADABLE))

    said = digest(kit)

    assert "Oppositions this week: 2 complaint" in said
    assert "For a person to look at: 1" in said
    assert LOU not in said


def test_the_digest_tells_the_slowest_way_from_an_opposition_to_the_crm(kit: Contactable) -> None:
    def see(tx: Tx) -> None:
        mirror.remember(tx, "crm", [mirror.SeenContact("1", [(IdentifierKind.EMAIL, LOU)], {}, b"1")])

    kit.register.write(see)
    kit.register.write(oppose)
    move(kit, seconds=3)
    closed: dict[str, Any] = {
        "connector": "crm",
        "offer": "main",
        "channel": "email",
        "was_allowed": True,
        "allowed": False,
    }
    kit.register.write(lambda tx: shown.add(tx, [shown.Shown(record_id="1", reason="opposition", **closed)]))

    assert "Slowest way from an opposition to the CRM: 3.0 s" in digest(kit)


def test_the_digest_of_a_quiet_week_says_so(kit: Contactable) -> None:
    box = Box()

    send_digest(kit, box)

    assert "Oppositions this week: none" in box.told[0][1]
    assert "Nothing is wrong now." in box.told[0][1]


def test_status_digest_and_alerts_say_the_same(kit: Contactable) -> None:
    box = Box()
    a_failed_task(kit)
    a_key_without_backup(kit)

    look(kit, box)

    wrong = [each["what"] for each in status.look(kit)["wrong"]]
    assert len(wrong) == 2
    assert all(what in digest(kit) and what in box.told[0][1] for what in wrong)
