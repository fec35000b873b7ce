"""Who is who: one subject for each identifier, whichever key finds it, and no address in clear anywhere."""

from __future__ import annotations

import pytest

from contactable.errors import KeyMismatch
from contactable.identifiers import IdentifierKind
from contactable.register import Keyring, Register, subjects
from contactable.register.schema import identifiers
from contactable.register.testing import EMAIL, KEY, NEWER, PHONE, Workbench

ROTATED = Keyring.from_secrets(NEWER, [KEY])


def digests(house: Workbench) -> set[bytes]:
    return house.read(lambda tx: {bytes(row.digest) for row in tx.connection.execute(identifiers.select())})


def test_the_same_identifier_is_always_the_same_subject(house: Workbench) -> None:
    assert house.subject(EMAIL) == house.subject(EMAIL)
    assert house.subject(EMAIL) != house.subject(PHONE)


def test_the_kinds_of_identifiers_do_not_mix(house: Workbench) -> None:
    text = "7"

    found = {house.subject((kind, text)) for kind in IdentifierKind}

    assert len(found) == len(IdentifierKind)


def test_somebody_never_met_is_found_by_nobody_and_left_unknown(house: Workbench) -> None:
    assert house.read(subjects.find_subject, *EMAIL) is None
    assert digests(house) == set()


def test_many_identifiers_are_found_and_made_at_once(house: Workbench) -> None:
    wanted = [(IdentifierKind.PHONE, f"+3363998{n:04d}") for n in range(2200)]
    some = house.write(subjects.subjects_for, wanted[:700])

    every = house.write(subjects.subjects_for, wanted)

    assert len(set(every.values())) == 2200
    assert some.items() <= every.items()
    assert house.read(subjects.find_subjects, wanted) == every


def test_after_a_rotation_everybody_is_still_found_and_seen_ones_move_to_the_new_key(house: Workbench) -> None:
    met = {each: house.subject(each) for each in (EMAIL, PHONE)}
    house.reopen(ROTATED)

    assert house.read(subjects.find_subjects, met) == met
    assert house.read(subjects.needing_key) == {"k2": 0, "k1": 2}
    assert house.subject(EMAIL) == met[EMAIL]
    assert house.read(subjects.needing_key) == {"k2": 1, "k1": 1}


def test_a_key_is_not_dropped_while_identifiers_need_it(house: Workbench) -> None:
    house.subject()
    house.reopen(ROTATED)

    kept = house.write(subjects.drop_key, "k1")
    house.subject()
    dropped = house.write(subjects.drop_key, "k1")

    assert (kept, dropped) == (False, True)
    house.reopen(Keyring.from_secrets(NEWER))
    assert house.read(subjects.find_subject, *EMAIL) is not None


def test_a_process_with_the_older_key_current_writes_under_the_newest_that_the_register_has(house: Workbench) -> None:
    house.reopen(Keyring.from_secrets(KEY, [NEWER]))
    other = Register.open(house.url, ROTATED)
    other.close()

    house.subject()

    assert house.read(subjects.needing_key) == {"k2": 1, "k1": 0}


def test_what_is_sealed_opens_for_its_purpose_and_its_key_alone() -> None:
    ring, other = Keyring.from_secrets(KEY), Keyring.from_secrets(("k1", NEWER[1]))
    sealed = ring.seal("a", b"said")

    assert ring.unseal("a", sealed) == b"said"
    assert ROTATED.unseal("a", sealed) == b"said"
    assert b"said" not in sealed
    for opener, purpose in ((ring, "b"), (other, "a"), (Keyring.from_secrets(NEWER), "a")):
        with pytest.raises(KeyMismatch):
            opener.unseal(purpose, sealed)


def test_keys_do_not_show_themselves_when_they_are_printed() -> None:
    assert KEY[1].decode() not in repr(Keyring.from_secrets(KEY))
    assert repr(Keyring.from_secrets(KEY).current.digesting) not in repr(Keyring.from_secrets(KEY))
