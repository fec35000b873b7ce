"""Trouble: limits, lost connections, wrong tokens, servers that go away, and what errors never say."""

from __future__ import annotations

import pytest

from contactable.connectors.contract.crm import Crm, Trouble
from contactable.connectors.contract.playing import WRONG_TOKEN, needs, people, results, write_text
from contactable.connectors.contract.reading import read_on
from contactable.connectors.protocol import Change, Level, Result
from contactable.errors import LimitReached, Refused, Unavailable

DECLARED = {each: each for each in ("opt_out", "lists", "forms", "calls", "histories")} | {
    "segments": "make_list",
    "name_search": "find_named",
}
PASSING = [each for each in Trouble if each is not Trouble.LIMIT_LONG]


@pytest.mark.parametrize("trouble", [each for each in PASSING if each is not Trouble.LOST])
def test_a_reading_survives_what_befalls_one_request(crm: Crm, trouble: Trouble) -> None:
    needs(crm, "trouble")
    ids = people(crm, 120)
    crm.settle()
    crm.trouble("read", trouble)

    assert read_on(crm, crm.connect()).living == set(ids)


@pytest.mark.parametrize("trouble", PASSING)
def test_a_writing_survives_what_befalls_one_request(crm: Crm, trouble: Trouble) -> None:
    needs(crm, "trouble")
    ids = people(crm, 120)
    crm.trouble("write", trouble)

    outcomes = write_text(crm.connect(), crm, ids)

    assert results(outcomes) == {Result.WRITTEN}
    assert {crm.values(id)[crm.text] for id in ids} == {"seen"}


def test_a_limit_that_outlasts_all_patience_is_told_as_a_limit(crm: Crm) -> None:
    needs(crm, "trouble")
    people(crm, 3)
    crm.settle()
    crm.trouble("read", Trouble.LIMIT_LONG)

    with pytest.raises(LimitReached) as caught:
        read_on(crm, crm.connect(patience=0.5))

    assert caught.value.retry_after


def test_writing_beyond_a_limit_is_for_later(crm: Crm) -> None:
    needs(crm, "trouble")
    ids = people(crm, 3)
    crm.trouble("write", Trouble.LIMIT_LONG)

    assert results(write_text(crm.connect(patience=0.5), crm, ids)) == {Result.LATER}


def test_a_limit_is_filled_without_being_exceeded(crm: Crm) -> None:
    needs(crm, "limits")
    ids = people(crm, crm.strangle())
    crm.settle()
    connector = crm.connect()

    seen = read_on(crm, connector)
    outcomes = write_text(connector, crm, ids)

    assert (seen.living, results(outcomes)) == (set(ids), {Result.WRITTEN})
    assert crm.refusals() == 0


def test_a_wrong_token_is_refused_and_not_repeated_in_the_message(crm: Crm) -> None:
    needs(crm, "token")
    connector = crm.connect(token=WRONG_TOKEN)

    with pytest.raises(Refused) as caught:
        read_on(crm, connector)

    assert WRONG_TOKEN not in f"{caught.value} {caught.value.__cause__}"


def test_a_missing_scope_is_refused(crm: Crm) -> None:
    needs(crm, "scopes")
    ids = people(crm, 2)

    with pytest.raises(Refused):
        write_text(crm.connect(scopes=()), crm, ids)


def test_a_server_that_went_away_is_unavailable(crm: Crm) -> None:
    needs(crm, "stopping")
    connector = crm.connect(patience=0.5)
    crm.stop()

    with pytest.raises(Unavailable):
        read_on(crm, connector)


def test_writing_to_a_server_that_went_away_is_for_later(crm: Crm) -> None:
    needs(crm, "stopping")
    ids = people(crm, 3)
    connector = crm.connect(patience=0.5)
    crm.stop()

    assert results(write_text(connector, crm, ids)) == {Result.LATER}


def test_a_check_of_a_good_account_finds_no_error(crm: Crm) -> None:
    findings = list(crm.connect().check())

    assert findings
    assert Level.ERROR not in {each.level for each in findings}


def test_a_check_with_a_wrong_token_says_so_and_raises_nothing(crm: Crm) -> None:
    needs(crm, "token")
    findings = list(crm.connect(token=WRONG_TOKEN).check())

    assert Level.ERROR in {each.level for each in findings}
    assert WRONG_TOKEN not in str(findings)


def test_no_error_of_a_write_repeats_an_address(crm: Crm) -> None:
    (id,) = people(crm, 1)

    outcomes = list(crm.connect().write([Change(id, {crm.email: "not an address, camille@@example.org"})]))

    assert "camille" not in str([each.why for each in outcomes])


def test_what_is_declared_is_there_and_what_is_there_is_declared(crm: Crm) -> None:
    connector = crm.connect()

    for ability, method in DECLARED.items():
        assert bool(getattr(connector.capabilities, ability)) is callable(getattr(connector, method, None)), ability


__all__ = [name for name in dir() if name.startswith("test_")]
