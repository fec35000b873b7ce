"""What waits for a person: who decides what, once, and what nobody may end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.cli import group
from contactable.commands.review import in_words
from contactable.errors import Conflict, Malformed, RegisterError
from contactable.register import Keyring, Tx, inbox, ledger, upgrade
from contactable.register.testing import KEY, Workbench
from contactable.reviewing import STORM, confirm, questions, reject

UNSIGNED: dict[str, str] = {"confidence": "probable", "proof_level": "path_secret", "reason": "stop"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    """An empty register."""
    url = f"sqlite:///{tmp_path}/register.db"
    upgrade(url, Keyring.from_secrets(KEY))
    made = Workbench(url)
    yield made
    made.register.close()


def kinds(bench: Workbench) -> list[str]:
    return [each.kind for each in bench.read(questions)]


def only(bench: Workbench) -> str:
    (question,) = bench.read(questions)
    return question.id


def decide(bench: Workbench, how: str, id: str) -> None:
    if how == "confirm":
        bench.write(confirm, id, "Ada")
    else:
        bench.write(reject, id, "a test of theirs", "Bob")


def storm(bench: Workbench, count: int) -> None:
    for n in range(count):
        bench.enter(proof_level="path_secret", batch="brevo 2026-11-24T09", event_key=f"e{n}", scope_id=f"{n}")


def deliver(tx: Tx, state: str) -> str:
    now = tx.now
    return inbox.keep(
        tx,
        inbox.Delivery(
            endpoint="ovh", provider="ovh", received_at=now, headers={}, raw=b"?", sha256=b"0" * 32, state=state
        ),
    )


def test_a_doubtful_stop_closes_at_once_and_waits_for_a_person(bench: Workbench) -> None:
    bench.enter(**UNSIGNED)

    assert kinds(bench) == ["doubtful"]


def test_a_certain_stop_waits_for_nobody(bench: Workbench) -> None:
    bench.enter(proof_level="path_secret")

    assert kinds(bench) == []


def test_what_a_person_confirmed_stays_closed_and_waits_no_more(bench: Workbench) -> None:
    entry = bench.enter(**UNSIGNED)
    assert entry

    bench.write(confirm, only(bench), "Ada")

    assert kinds(bench) == []
    assert [act.kind for act in bench.read(ledger.entries_of, [entry.subject_id])] == ["opposition"]


def test_what_a_person_annulled_is_ended_with_a_reason(bench: Workbench) -> None:
    entry = bench.enter(**UNSIGNED)
    assert entry

    _, ended, own = bench.write(reject, only(bench), "a joke", "Ada")

    assert (ended, own, kinds(bench)) == (1, 0, [])
    assert [act.kind for act in bench.read(ledger.entries_of, [entry.subject_id])] == ["opposition", "annulment"]


def test_a_persons_own_doubtful_act_is_never_annulled(bench: Workbench) -> None:
    bench.enter(**{**UNSIGNED, "proof_level": "signed"})

    with pytest.raises(RegisterError, match="own act"):
        bench.write(reject, only(bench), "a joke", "Ada")
    assert kinds(bench) == ["doubtful"]


@pytest.mark.parametrize("first", ["confirm", "reject"])
@pytest.mark.parametrize("second", ["confirm", "reject"])
def test_nobody_decides_what_another_has_decided(bench: Workbench, first: str, second: str) -> None:
    bench.enter(**UNSIGNED)
    id = only(bench)
    decide(bench, first, id)

    with pytest.raises(Conflict, match="confirmed" if first == "confirm" else "annulled"):
        decide(bench, second, id)


@pytest.mark.parametrize(("count", "expected"), [(STORM, []), (STORM + 1, ["storm"])])
def test_many_closings_of_one_hour_from_an_unsigned_source_are_one_question(
    bench: Workbench, count: int, expected: list[str]
) -> None:
    storm(bench, count)

    assert kinds(bench) == expected


def test_one_annulment_ends_a_whole_storm(bench: Workbench) -> None:
    storm(bench, STORM + 5)

    _, ended, _ = bench.write(reject, only(bench), "somebody learnt the secret", "Ada")

    assert (ended, kinds(bench)) == (STORM + 5, [])


def test_an_annulment_without_a_reason_ends_nothing(bench: Workbench) -> None:
    storm(bench, STORM + 1)

    with pytest.raises(RegisterError, match="reason"):
        bench.write(reject, only(bench), " ", "Ada")
    assert kinds(bench) == ["storm"]


@pytest.mark.parametrize("state", [inbox.UNREADABLE, inbox.UNRESOLVED])
@pytest.mark.parametrize(("how", "becomes"), [("confirm", inbox.DONE), ("reject", inbox.IGNORED)])
def test_a_delivery_that_nobody_could_read_waits_until_somebody_looked(
    bench: Workbench, state: str, how: str, becomes: str
) -> None:
    bench.write(deliver, state)
    assert kinds(bench) == [state]

    decide(bench, how, only(bench))

    assert bench.read(inbox.counts) == {becomes: 1}


@pytest.mark.parametrize("id", ["", "entry:00", "group:none", "delivery:" + "0" * 32, "?"])
def test_a_question_that_is_not_there_is_named_as_such(bench: Workbench, id: str) -> None:
    with pytest.raises(Malformed, match="review list"):
        bench.write(confirm, id, "Ada")


def test_the_oldest_question_comes_first(bench: Workbench) -> None:
    bench.write(deliver, inbox.UNRESOLVED)
    bench.clock.move(hours=3)
    bench.enter(**UNSIGNED)

    assert kinds(bench) == ["unresolved", "doubtful"]
    assert bench.read(questions)[0].age(bench.clock()) == timedelta(hours=3)


@pytest.mark.parametrize(("age", "words"), [(59, "59 min"), (60, "1 h"), (47 * 60, "47 h"), (50 * 60, "2 d")])
def test_ages_are_said_as_people_say_them(age: int, words: str) -> None:
    assert in_words(timedelta(minutes=age)) == words


def test_the_command_lists_what_waits_and_names_what_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (["init", "--public-url", "https://example.com/c", "--token", "env:T"], ["register", "upgrade"]):
        assert CliRunner().invoke(group, words).exit_code == 0

    listed = CliRunner().invoke(group, ["review", "list", "--json"])
    unknown = CliRunner().invoke(group, ["review", "confirm", "entry:00"])

    assert json.loads(listed.stdout) == []
    assert isinstance(unknown.exception, Malformed)
