"""Seals: what was sealed cannot be changed, removed or reordered unseen by who has not the key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Executable, delete, insert, select, update

from contactable.errors import NotAuthentic, RegisterError
from contactable.register import NewEntry, Tx, ledger
from contactable.register.erasing import erase
from contactable.register.merkle import climb, leaf_of, path_of, root_of
from contactable.register.retention import purge
from contactable.register.roots import SealKey, read_line
from contactable.register.schema import entries
from contactable.register.schema_seals import leaves, seals
from contactable.register.sealing import content_of, leaf_for, seal
from contactable.register.testing import Workbench
from contactable.register.verifying import (
    ADDED,
    BROKEN,
    CHANGED,
    FORGED,
    LOST,
    MOVED,
    OTHERWISE,
    REMOVED,
    Problem,
    verify,
)

KEY = SealKey.from_secret(b"a secret of the seals, for tests only")
OTHER = SealKey.from_secret(b"another secret, which nobody published")


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    return tmp_path / "roots.jsonl"


@pytest.fixture
def sealed(house: Workbench, roots: Path) -> list[str]:
    """Six entries under two seals; their ids in order."""
    for _ in range(2):
        for channel in ("email", "sms", "phone"):
            house.enter(on=channel, kind="consent")
            house.clock.move(seconds=1)
        seal(house.register, KEY, roots)
    return house.read(all_ids)


def all_ids(tx: Tx) -> list[str]:
    return list(tx.connection.execute(select(entries.c.id).order_by(entries.c.id)).scalars())


def problems(house: Workbench, published: list[str] | None = None) -> list[Problem]:
    return verify(house.register, KEY, published or []).problems


def run(house: Workbench, *statements: Executable) -> None:
    house.register.write(lambda tx: [tx.connection.execute(each) for each in statements])


def test_what_nobody_touched_is_whole(house: Workbench, sealed: list[str]) -> None:
    found = verify(house.register, KEY)

    assert found.is_whole
    assert (found.seals, found.entries, found.purged, found.unsealed) == (2, 6, 0, 0)


def test_what_came_since_the_last_seal_waits_for_the_next(house: Workbench, sealed: list[str], roots: Path) -> None:
    house.enter(on="post")

    assert verify(house.register, KEY).unsealed == 1
    assert seal(house.register, KEY, roots) == 1
    assert verify(house.register, KEY).unsealed == 0


def test_an_entry_that_was_committed_late_by_another_process_is_sealed_too(
    house: Workbench, sealed: list[str], roots: Path
) -> None:
    house.clock.move(hours=-2)
    house.register.write(lambda tx: tx.connection.execute(copy_of(tx, sealed[0])))

    assert seal(house.register, KEY, roots) == 1


def copy_of(tx: Tx, id: str, earlier: timedelta = timedelta()) -> Executable:
    row = tx.connection.execute(select(entries).where(entries.c.id == id)).one()
    milliseconds = int(id[:12], 16) - earlier // timedelta(milliseconds=1)
    fresh = f"{milliseconds:012x}{id[12:-1]}{'0' if id[-1] != '0' else '1'}"
    return insert(entries).values(**{**row._mapping, "id": fresh, "event_key": None})


@pytest.mark.parametrize(("column", "value"), [("channel", "post"), ("kind", "release"), ("details", {"act": "yes"})])
def test_an_entry_that_was_changed_is_named(house: Workbench, sealed: list[str], column: str, value: object) -> None:
    run(house, update(entries).where(entries.c.id == sealed[1]).values({column: value}))

    assert problems(house) == [Problem(CHANGED, 1, sealed[1])]


def test_an_entry_that_was_removed_is_named(house: Workbench, sealed: list[str]) -> None:
    run(house, delete(entries).where(entries.c.id == sealed[4]))

    assert problems(house) == [Problem(REMOVED, 2, sealed[4])]


def test_a_removal_that_only_looks_like_a_purge_is_named(house: Workbench, sealed: list[str]) -> None:
    hidden = update(leaves).where(leaves.c.entry_id == sealed[4]).values(salt=None, purge="ab" * 16)
    run(house, delete(entries).where(entries.c.id == sealed[4]), hidden)

    assert problems(house) == [Problem(REMOVED, 0, sealed[4])]


def test_an_entry_put_in_behind_the_seals_is_named(house: Workbench, sealed: list[str]) -> None:
    def forge(tx: Tx) -> None:
        tx.connection.execute(copy_of(tx, sealed[0], timedelta(days=30)))

    house.register.write(forge)

    (found,) = problems(house)
    assert (found.what, found.seal) == (ADDED, 0)


def test_two_entries_that_changed_places_are_named(house: Workbench, sealed: list[str]) -> None:
    def swap(tx: Tx) -> None:
        for id, place in ((sealed[0], 99), (sealed[1], 0), (sealed[0], 1)):
            tx.connection.execute(update(leaves).where(leaves.c.entry_id == id).values(position=place))

    house.register.write(swap)

    assert problems(house) == [Problem(MOVED, 1, sealed[1]), Problem(MOVED, 1, sealed[0])]


def test_a_leaf_made_anew_for_a_changed_entry_is_named(house: Workbench, sealed: list[str]) -> None:
    def forge(tx: Tx) -> None:
        tx.connection.execute(update(entries).where(entries.c.id == sealed[1]).values(channel="post"))
        row = tx.connection.execute(select(leaves).where(leaves.c.entry_id == sealed[1])).one()
        forged = leaf_for(row.position, row.salt, b"[what the forger likes]")
        tx.connection.execute(update(leaves).where(leaves.c.entry_id == sealed[1]).values(leaf=forged))

    house.register.write(forge)

    assert problems(house) == [Problem(MOVED, 1, sealed[1])]


def test_a_leaf_that_is_gone_is_named_by_its_position(house: Workbench, sealed: list[str]) -> None:
    run(house, delete(leaves).where(leaves.c.entry_id == sealed[1]))

    assert Problem(LOST, 1, "1") in problems(house)


def test_a_seal_that_the_key_did_not_sign_is_named(house: Workbench, sealed: list[str]) -> None:
    line = house.read(lambda tx: tx.connection.execute(select(seals.c.line).where(seals.c.number == 2)).scalar_one())
    run(house, update(seals).where(seals.c.number == 2).values(line=line.replace('"count":3', '"count":2')))

    assert Problem(FORGED, 2) in problems(house)


def test_a_seal_that_was_dropped_breaks_the_chain(house: Workbench, sealed: list[str], roots: Path) -> None:
    house.enter(on="post")
    seal(house.register, KEY, roots)
    run(house, delete(seals).where(seals.c.number == 2))

    assert Problem(BROKEN, 3) in problems(house)


def test_the_end_of_the_chain_cannot_be_cut_off_from_a_published_one(
    house: Workbench, sealed: list[str], roots: Path
) -> None:
    published = roots.read_text().splitlines()
    run(house, delete(seals).where(seals.c.number == 2), delete(leaves).where(leaves.c.position > 2))

    assert Problem(OTHERWISE, 2) in problems(house, published)


@pytest.mark.parametrize("let_go", [lambda house: purge(house.register), lambda house: forget(house)])
def test_what_was_let_go_of_keeps_its_leaf_and_leaves_the_rest_whole(
    house: Workbench, sealed: list[str], roots: Path, let_go: Callable[[Workbench], object]
) -> None:
    house.clock.move(days=4 * 365)
    let_go(house)
    seal(house.register, KEY, roots)

    found = verify(house.register, KEY, roots.read_text().splitlines())

    assert found.problems == []
    assert found.purged == 6
    assert house.read(lambda tx: tx.connection.execute(select(leaves.c.salt).limit(6)).scalars().all()) == [None] * 6


def forget(house: Workbench) -> object:
    subject = house.subject()
    return house.register.write(lambda tx: erase(tx, [subject]))


def test_each_line_is_published_once_and_names_the_one_before(sealed: list[str], roots: Path) -> None:
    first, second = (read_line(line, KEY.public) for line in roots.read_text().splitlines())

    assert (first.number, first.first, first.count) == (1, 0, 3)
    assert (second.number, second.first, second.count) == (2, 3, 3)


def test_a_line_of_another_key_is_not_believed(sealed: list[str], roots: Path) -> None:
    with pytest.raises(NotAuthentic):
        read_line(roots.read_text().splitlines()[0], OTHER.public)


def test_a_line_that_was_not_published_before_a_crash_is_published_next_time(
    house: Workbench, sealed: list[str], roots: Path
) -> None:
    lines = roots.read_text().splitlines(keepends=True)
    roots.write_text(lines[0])

    seal(house.register, KEY, roots)

    assert roots.read_text() == "".join(lines)


def test_a_register_older_than_its_roots_does_not_go_on_with_them(
    house: Workbench, sealed: list[str], roots: Path
) -> None:
    run(house, delete(seals).where(seals.c.number == 2), delete(leaves).where(leaves.c.position > 2))

    with pytest.raises(RegisterError, match="restored"):
        seal(house.register, KEY, roots)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_every_leaf_climbs_to_the_root_and_no_other_does(contents: list[bytes], data: st.DataObject) -> None:
    made = [leaf_of(each) for each in contents]
    place = data.draw(st.integers(0, len(made) - 1))
    path = path_of(made, place)

    assert climb(made[place], path) == root_of(made)
    assert climb(leaf_of(b"something else entirely"), path) != root_of(made)


def test_both_databases_commit_to_the_same_content(sqlite_house: Workbench) -> None:
    raw = (b"\x01" * 16, "consent", None, "email", "global", "", "recipient", "signed", 1, True, "event", 2)
    row = (*raw, None, "", "certain", "", None, None, '{"act":"yes"}')

    assert content_of(row) == content_of((*row[:9], 1, *row[10:]))


@pytest.fixture
def many(house: Workbench) -> int:
    """More entries than two seals take."""
    news = [
        NewEntry(kind="opposition", subject_id=house.subject(), on="email", reason=f"{place}") for place in range(2_100)
    ]
    return len(house.write(ledger.record, news))


def test_many_entries_are_sealed_a_thousand_at_a_time_with_a_rest_after_each_that_was_full(
    house: Workbench, roots: Path, many: int
) -> None:
    rests, told = list[float](), list[int]()

    def rest(took: float) -> bool:
        rests.append(took)
        return False

    assert seal(house.register, KEY, roots, told.append, rest) == many

    assert told == [1_000, 2_000, 2_100]
    assert [rest > 0 for rest in rests] == [True, True]


def test_sealing_that_is_told_to_end_leaves_the_rest_to_the_next(house: Workbench, roots: Path, many: int) -> None:
    assert seal(house.register, KEY, roots, rest=lambda _: True) == 1_000
    assert len(roots.read_text().splitlines()) == 1

    assert seal(house.register, KEY, roots) == many - 1_000
