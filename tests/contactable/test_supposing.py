"""What if: the counts are those of deciding every contact by itself, as it is and as it is supposed to be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from contactable import Contactable, supposing
from contactable.effects import mirrored
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, ledger, members, mirror, subjects
from contactable.register.mirror import SeenContact
from contactable.rules import Channel, decide
from contactable.rules.calendar import paris_day
from contactable.supposing import Wish, suppose

from .conftest import Make

CRM = """
[connectors.crm]
type = "csv"
path = "contacts.csv"
[connectors.other]
type = "csv"
path = "others.csv"
"""
ON = date(2027, 1, 15)
FACTS = {
    "audience": ["consumer", "professional"],
    "country": ["FR", "DE"],
    "email": ["personal", "generic"],
    "mobile": ["yes", "no"],
    "last_contact_on": ["2026-10-01", "2021-01-01"],
    "sale": ["sale"],
    "informed": ["yes"],
    "consent_sms_on": ["2026-02-03"],
}


@pytest.fixture
def kit(make_kit: Make, monkeypatch: pytest.MonkeyPatch) -> Contactable:
    """Three hundred contacts of two CRMs; some opposed or consented, some changed their address or are gone."""
    monkeypatch.setattr(supposing, "MOST_KINDS", 7)
    kit, chance = make_kit(CRM), Random(12)
    for connector in ("crm", "other"):
        rows = [seen(connector, number, chance) for number in range(150)]
        kit.register.write(partial(mirror.remember, connector=connector, rows=rows))
    kit.register.write(lambda tx: acts(tx, chance))
    kit.register.write(lambda tx: mirror.forget(tx, "crm", ["7", "8", "9"]))
    return kit


def seen(connector: str, number: int, chance: Random) -> SeenContact:
    facts = {name: [chance.choice(values), "property"] for name, values in FACTS.items() if chance.random() < 0.7}
    known = [(IdentifierKind.RECORD, f"{connector}:{number}"), (IdentifierKind.EMAIL, f"p{number}@example.com")]
    return SeenContact(str(number), known, facts, b"1")


def acts(tx: Any, chance: Random) -> None:
    """Every fourth person did something; the first of them has another address by now."""
    for number in range(0, 150, 4):
        who = subjects.subject_for(tx, IdentifierKind.EMAIL, f"p{number}@example.com")
        kind, on = chance.choice(["opposition", "release"]), chance.choice(["all", "email", "sms"])
        ledger.record(tx, [NewEntry(kind=kind, subject_id=who, on=on, origin="recipient", proof_level="token")])
        members.add(tx, "crm", members.FORM, "newsletter", {who: datetime(2026, 1, 1, tzinfo=UTC)})
    moved = [(IdentifierKind.RECORD, "crm:0"), (IdentifierKind.EMAIL, "moved@example.com")]
    mirror.remember(tx, "crm", [SeenContact("0", moved, {"email": ["personal", "property"]}, b"2")])


WISHES = [
    Wish("main", change="consent_sms_on", to="2026-11-01"),
    Wish("main", change="last_contact_on", to=""),
    Wish("main", change="informed", to="yes", where="audience", value="consumer"),
    Wish("main", on=ON),
    Wish("main", on=ON, where="last_contact_on", value=""),
    Wish("main", change="audience", to="professional", form="newsletter"),
    Wish("main", on=ON, where="country", value="IT"),
]


def one_by_one(kit: Contactable, wish: Wish) -> dict[str, Any]:
    """The definition: each contact decided alone, twice."""
    today, about = paris_day(kit.clock()), 0
    channels = {str(each): [0, 0, 0, 0] for each in Channel}
    with kit.register.read() as tx:
        senders = set(supposing._senders(tx, wish.form) or ())
        for name in kit.settings.connectors:
            for id, facts, entries in mirrored(tx, name):
                if not supposing._fits(wish, facts) or (wish.form and (name, id) not in senders):
                    continue
                about += 1
                then, day = supposing._supposed(wish, facts), wish.on or today
                asked, readings = kit.offers["main"].offer, kit.judge.readings
                before = decide(kit.judge.facts(facts, entries, today, "main"), asked, today, readings)
                after = decide(kit.judge.facts(then, entries, day, "main"), asked, day, readings)
                for channel in Channel:
                    was, will = before[channel].allowed, after[channel].allowed
                    for place, holds in enumerate((was, will, will and not was, was and not will)):
                        channels[channel][place] += holds
    return {"contacts": about, "channels": channels}


@pytest.mark.parametrize("wish", WISHES)
def test_those_who_are_alike_are_counted_as_if_each_were_decided_alone(kit: Contactable, wish: Wish) -> None:
    told: list[tuple[int, int | None]] = []
    found = suppose(kit, wish, lambda done, total: told.append((done, total)))

    assert found == one_by_one(kit, wish)
    assert told[-1] == (297, 297)


def test_what_is_supposed_changes_something(kit: Contactable) -> None:
    found = suppose(kit, WISHES[0], lambda done, total: None)
    assert found["contacts"] == 297
    assert found["channels"][Channel.SMS][2] > 0
    assert found["channels"][Channel.SMS][1] < 297  # who opposed stays closed


def test_an_act_of_today_counts_at_the_next_count(kit: Contactable) -> None:
    before = suppose(kit, WISHES[0], lambda done, total: None)
    with kit.register.read() as tx:
        (who,) = {subject for subject, _ in mirror.subjects_of(tx, "other", "1")} & {
            subjects.find_subject(tx, IdentifierKind.EMAIL, "p1@example.com")
        }
    stop = NewEntry(kind="opposition", subject_id=who, on="all", origin="recipient", proof_level="signed")
    kit.register.write(lambda tx: ledger.record(tx, [stop]))
    after = suppose(kit, Wish("main", on=paris_day(kit.clock()) + timedelta(days=1)), lambda done, total: None)
    assert after == one_by_one(kit, Wish("main", on=paris_day(kit.clock()) + timedelta(days=1)))
    assert before != after
