"""Opt-outs of the CRM's own: those that people make are found, those that we write stay, and nothing lifts one."""

from __future__ import annotations

import pytest

from contactable.connectors.contract.crm import Crm
from contactable.connectors.contract.playing import (
    NOBODY,
    consents,
    may_be_written,
    needs_opt_outs,
    people,
    says_yes,
    write_text,
)
from contactable.connectors.contract.reading import read_on
from contactable.connectors.protocol import Change, Result, ShowsOptOuts


def test_an_opt_out_that_moves_no_date_is_found_by_the_consent_feed(crm: Crm) -> None:
    needs_opt_outs(crm)
    ids = people(crm, 20)
    crm.settle()
    connector = crm.connect()
    cursor = consents(crm, connector).cursor

    for place, channel in enumerate(crm.shows):
        crm.opt_out(ids[place], channel)
    crm.settle()
    found = consents(crm, crm.connect(), cursor).records

    for place, (channel, shown) in enumerate(crm.shows.items()):
        assert says_yes(found[ids[place]], shown), channel


def test_an_opt_out_shows_on_the_record_whichever_way_it_is_read(crm: Crm) -> None:
    needs_opt_outs(crm)
    ids = people(crm, 10)
    for place, channel in enumerate(crm.shows):
        crm.opt_out(ids[place], channel)
    crm.settle()

    loaded = read_on(crm, crm.connect()).records
    read = {each.id: each for each in crm.connect().read(ids, [crm.email, *crm.shows.values()])}

    for shown in crm.shows.values():
        told = [[says_yes(records[id], shown) for id in ids] for records in (loaded, read)]
        assert told[0] == told[1]
        assert True in told[0]
        assert False in told[0]


def test_an_opt_out_of_email_is_told_apart_with_the_address_it_belongs_to(crm: Crm) -> None:
    connector = crm.connect()
    if "email" not in crm.shows or not isinstance(connector, ShowsOptOuts):
        pytest.skip("not on this CRM: opt-outs of e-mail told apart")
    ids = people(crm, 2)
    crm.opt_out(ids[0], "email")
    crm.settle()

    told = [connector.opt_outs_of(each)["email"] for each in connector.read(ids, [crm.email, crm.shows["email"]])]

    assert [each.address for each in told] == ["person0@example.org", "person1@example.org"]
    assert (told[0].shown[""], told[1].shown) == (crm.shows["email"], {})


def test_what_we_wrote_as_an_opt_out_is_shown_channel_by_channel(crm: Crm) -> None:
    connector = crm.connect()
    channels = may_be_written(connector)
    if not isinstance(connector, ShowsOptOuts):
        pytest.skip("not on this CRM: opt-outs told apart")
    for channel in channels:
        ids = people(crm, 2, name=channel)
        list(connector.opt_out(ids[:1], channel=channel))  # type: ignore[attr-defined]  # declared
        crm.settle()

        told = [connector.opt_outs_of(each) for each in connector.read(ids, ())]

        assert told[0][channel].shown == {"": crm.shows[channel]}
        assert not any(each.shown for other, each in told[0].items() if other != channel)
        assert not any(each.shown for each in told[1].values())


def test_opt_outs_made_while_nobody_looked_are_found_after_an_interruption(crm: Crm) -> None:
    needs_opt_outs(crm)
    ids = people(crm, 12)
    crm.settle()
    channel = next(iter(crm.shows))
    cursor = consents(crm, crm.connect()).cursor

    for id in ids[:6]:
        crm.opt_out(id, channel)
    crm.settle()
    begun = consents(crm, crm.connect(), cursor, pages=1)
    rest = consents(crm, crm.connect(), begun.cursor)

    assert set(ids[:6]) <= set(begun.records) | set(rest.records)


def test_a_native_opt_out_is_written_and_stays_however_often(crm: Crm) -> None:
    connector = crm.connect()
    for channel in may_be_written(connector):
        ids = people(crm, 3, name=channel)

        for _ in range(2):
            outcomes = list(connector.opt_out(ids[:2], channel=channel))  # type: ignore[attr-defined]  # declared

        assert {each.id: each.result for each in outcomes} == dict.fromkeys(ids[:2], Result.WRITTEN), channel
        assert [crm.is_opted_out(id, channel) for id in ids] == [True, True, False], channel


def test_a_native_opt_out_of_one_channel_leaves_the_others(crm: Crm) -> None:
    connector = crm.connect()
    for channel in (channels := may_be_written(connector)):
        (id,) = people(crm, 1, name=channel)

        list(connector.opt_out([id], channel=channel))  # type: ignore[attr-defined]  # declared by the capabilities

        assert [each for each in channels if crm.is_opted_out(id, each)] == [channel]


def test_opting_out_a_contact_that_is_gone_makes_nobody(crm: Crm) -> None:
    connector = crm.connect()
    for channel in may_be_written(connector):
        number = crm.count()

        outcomes = list(connector.opt_out([NOBODY], channel=channel))  # type: ignore[attr-defined]  # declared

        assert [(each.id, each.result) for each in outcomes] == [(NOBODY, Result.GONE)]
        assert crm.count() == number


def test_a_channel_without_an_opt_out_of_the_crms_is_refused(crm: Crm) -> None:
    connector = crm.connect()
    may_be_written(connector)
    ids = people(crm, 2)

    outcomes = list(connector.opt_out(ids, channel="pigeon"))  # type: ignore[attr-defined]  # declared

    assert {each.id: each.result for each in outcomes} == dict.fromkeys(ids, Result.REFUSED)


def test_nobody_is_subscribed_again_by_anything_we_write(crm: Crm) -> None:
    needs_opt_outs(crm)
    ids = people(crm, 6)
    connector = crm.connect()
    for channel in crm.shows:
        crm.opt_out(ids[0], channel)

    write_text(connector, crm, ids)
    list(connector.write([Change(id, {crm.text: ""}) for id in ids]))

    assert all(crm.is_opted_out(ids[0], channel) for channel in crm.shows)
    assert not any(crm.is_opted_out(ids[5], channel) for channel in crm.shows)


__all__ = [name for name in dir() if name.startswith("test_")]
