"""A refusal on a line that more than three contacts share closes all of them at once, and a person is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contactable.errors import Malformed, RegisterError
from contactable.identifiers import IdentifierKind
from contactable.register import Keyring, outbox, upgrade
from contactable.register.testing import KEY, Workbench
from contactable.reviewing import LINE, confirm, questions, reject
from contactable.rules.acts import opposed
from contactable.webhooks.events import Event, Kind, On, Origin
from contactable.webhooks.recording import Source, record

LINE_NUMBER = (IdentifierKind.PHONE, "+33162000000")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    url = f"sqlite:///{tmp_path}/register.db"
    upgrade(url, Keyring.from_secrets(KEY))
    made = Workbench(url)
    yield made
    made.register.close()


def staff(bench: Workbench, count: int) -> None:
    """Contacts of one company, all with its switchboard's number."""
    for n in range(count):
        bench.see(str(n), LINE_NUMBER, (IdentifierKind.EMAIL, f"person{n}@example.com"))


def refuse(bench: Workbench, key: str = "1", proof: str = "path_secret", origin: Origin = Origin.ADMIN) -> None:
    """An agent tags a call to the line."""
    event = Event(Kind.OPPOSITION, On.VOICE, key, "dnc_tag", origin, phone=LINE_NUMBER[1])
    bench.write(record, [event], Source("aircall", "", proof, bench.clock()))


def closed(bench: Workbench, count: int = 4, channel: str = "phone") -> list[bool]:
    return [opposed(bench.entries(str(n)), channel) for n in range(count)]


def line(bench: Workbench) -> str:
    (question,) = [each for each in bench.read(questions) if each.kind == LINE]
    return question.id


@pytest.mark.parametrize(("sharing", "asked"), [(3, 0), (4, 1), (9, 1)])
def test_a_refusal_closes_all_who_share_the_line_and_asks_when_they_are_many(
    bench: Workbench, sharing: int, asked: int
) -> None:
    staff(bench, sharing)

    refuse(bench)

    assert closed(bench, sharing) == [True] * sharing
    assert closed(bench, sharing, "robocall") == [True] * sharing
    assert [each.count for each in bench.read(questions)] == [sharing] * asked


def test_whoever_left_the_line_is_not_counted_among_those_who_share_it(bench: Workbench) -> None:
    staff(bench, 4)
    bench.see("0", (IdentifierKind.EMAIL, "person0@example.com"))

    refuse(bench)

    assert bench.read(questions) == []


def test_two_refusals_on_one_line_are_one_question(bench: Workbench) -> None:
    staff(bench, 4)
    refuse(bench)
    refuse(bench, "2")

    assert len(bench.read(questions)) == 1


def test_it_was_the_line_so_it_stays_closed_and_nobody_is_asked_again(bench: Workbench) -> None:
    staff(bench, 4)
    refuse(bench)
    bench.write(confirm, line(bench), "Ada")
    refuse(bench, "2")

    assert closed(bench) == [True] * 4
    assert bench.read(questions) == []


def test_it_was_one_person_so_only_they_stay_closed(bench: Workbench) -> None:
    staff(bench, 4)
    refuse(bench)

    bench.write(reject, line(bench), "it was Camille", "Ada", "crm:2")

    assert closed(bench) == [False, False, True, False]
    assert closed(bench, 4, "robocall") == [False, False, True, False]
    assert bench.read(questions) == []


def test_the_others_are_written_to_the_crm_after_the_decision(bench: Workbench) -> None:
    staff(bench, 4)
    refuse(bench)
    bench.write(reject, line(bench), "it was Camille", "Ada", "crm:2")

    assert bench.read(outbox.pending)["crm"].contacts == 4


def test_a_refusal_after_the_decision_closes_the_line_and_asks_anew(bench: Workbench) -> None:
    staff(bench, 4)
    refuse(bench)
    bench.write(reject, line(bench), "it was Camille", "Ada", "crm:2")
    bench.clock.move(days=1)

    refuse(bench, "2")

    assert closed(bench) == [True] * 4
    assert len(bench.read(questions)) == 1


@pytest.mark.parametrize("person", ["", "crm:9", "crm", "other:2"])
def test_without_one_of_those_who_share_the_line_nothing_opens(bench: Workbench, person: str) -> None:
    staff(bench, 4)
    refuse(bench)

    with pytest.raises(Malformed, match="--person"):
        bench.write(reject, line(bench), "a mistake", "Ada", person)
    assert closed(bench) == [True] * 4


def test_a_persons_own_signed_act_on_a_shared_line_is_never_annulled(bench: Workbench) -> None:
    staff(bench, 4)
    refuse(bench, proof="signed", origin=Origin.RECIPIENT)

    with pytest.raises(RegisterError, match="own act"):
        bench.write(reject, line(bench), "a mistake", "Ada", "crm:2")
    assert closed(bench) == [True] * 4
