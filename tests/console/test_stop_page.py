"""``/stop``: an address or a number closes at once; the answer never says whether anybody knew it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.console.conftest import Desk
from tests.console.test_preference_centre import LOU, NUMBER, know

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, ledger, subjects
from contactable.rules import Reason

STOP = "/contactable/stop"
ENGLISH = {"Accept-Language": "en"}


def type_in(desk: Desk, who: str, **headers: str) -> Any:
    return desk.app.test_client().post(STOP, data={"who": who}, headers=ENGLISH | headers)


def entries(desk: Desk, kind: IdentifierKind, text: str) -> list[Entry]:
    with desk.kit.register.read() as tx:
        return ledger.entries_of(tx, [subjects.find_subject(tx, kind, text) or ""])


@pytest.mark.parametrize("typed", [" Lou@Example.com ", LOU])
def test_an_address_closes_on_every_channel_at_once(desk: Desk, typed: str) -> None:
    assert type_in(desk, typed).status_code == 200

    assert {each.reason for each in desk.kit.verdicts(email=LOU).values()} == {Reason.OPPOSITION}


def test_a_number_in_any_spelling_closes_the_contact_that_carries_it(desk: Desk) -> None:
    know(desk)
    type_in(desk, "06 39 98 00 01")

    assert desk.kit.may_contact("phone", phone=NUMBER).reason is Reason.OPPOSITION
    assert desk.kit.may_contact("email", email=LOU).reason is Reason.OPPOSITION


def test_the_answer_is_the_same_for_somebody_known_and_somebody_unknown(desk: Desk) -> None:
    know(desk)

    known, again, unknown = type_in(desk, LOU), type_in(desk, LOU), type_in(desk, "nobody@example.com")

    assert known.text == again.text == unknown.text
    assert LOU not in known.text
    assert len(entries(desk, IdentifierKind.EMAIL, LOU)) == 1
    assert len(entries(desk, IdentifierKind.EMAIL, "nobody@example.com")) == 1


def test_a_closing_that_anybody_could_type_is_of_an_open_form_and_grouped(desk: Desk) -> None:
    type_in(desk, LOU)

    (entry,) = entries(desk, IdentifierKind.EMAIL, LOU)
    assert (entry.proof_level, entry.is_own, entry.on) == ("open_form", False, "all")
    assert entry.batch.startswith("stop-")


HOSTILE = ["", "lou", "<script>alert(1)</script>", "a@b@c", "%00", "\x00", "é" * 1000, "' OR 1=1 --", "+33", "@"]


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_is_neither_address_nor_number_is_refused_and_harmless(desk: Desk, typed: str) -> None:
    answer = type_in(desk, typed)

    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert "Nothing was recorded" in answer.text


def test_looking_at_the_page_closes_nothing_whatever_its_query(desk: Desk) -> None:
    client = desk.app.test_client()

    assert [client.get(f"{STOP}?who={LOU}").status_code, client.head(f"{STOP}?who={LOU}").status_code] == [200, 200]
    assert entries(desk, IdentifierKind.EMAIL, LOU) == []


def test_one_client_who_types_and_types_is_told_to_wait_and_others_are_not(
    install: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contactable.console.centre.doors.PER_CLIENT", 1)
    desk = install("\n[pages]\nproxies = 1\n")
    answers = [type_in(desk, LOU, **{"X-Forwarded-For": f"{n}.0.0.1, 192.0.2.7"}) for n in range(3)]
    other = type_in(desk, LOU, **{"X-Forwarded-For": "192.0.2.7, 192.0.2.8"})

    assert [each.status_code for each in answers] == [200, 429, 429]
    assert "not recorded" in answers[-1].text
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert other.status_code == 200


def test_everybody_together_is_bounded_too(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contactable.console.centre.doors.OVERALL", 1)
    desk = install("\n[pages]\nproxies = 1\n")
    answers = [type_in(desk, LOU, **{"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(2)]

    assert answers == [200, 429]


def test_a_body_beyond_a_form_is_refused(desk: Desk) -> None:
    assert type_in(desk, "x" * 20_000).status_code == 413


def test_another_way_of_asking_is_not_answered(desk: Desk) -> None:
    assert desk.app.test_client().delete(STOP).status_code == 405
