"""What must hold of the law, proved on every combination of facts of every channel and every version of the law.

The rules are run on a tree of questions (``exploration``); each way through it stands for all combinations that differ
only in what was not asked on it. The questions asked before a channel's own rules can only close, so what holds of them
and of the own rules holds of both together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache, partial, reduce
from itertools import product
from math import prod
from random import Random
from typing import Any

import numpy as np
import pytest

from contactable.rules import Channel, Readings, Reason, Sector
from contactable.rules.case import Case, Derivations
from contactable.rules.compiled import REASONS, compile_law
from contactable.rules.consent import consent_of
from contactable.rules.derived import DERIVED
from contactable.rules.exploration import DOMAIN, Frame, asked, explore
from contactable.rules.law import FRENCH_LAW
from contactable.rules.lookup import look_up
from contactable.rules.questions import MESSAGES_BANNED, parts_of
from contactable.rules.rule import Answer, Rule, first_answer
from contactable.rules.sources import FIRST_DAY
from contactable.rules.terms import Audience, Consent, Mailbox

DAYS = [FIRST_DAY, *(date.fromordinal(day) for day in FRENCH_LAW.changes if day > FIRST_DAY.toordinal())]
AUGUST_2026 = DAYS[-1]
STRICTEST, WIDEST = Readings(), Readings("open", "yes", "close", "open")
ALL_READINGS = [
    Readings(*each) for each in product(("closed", "open"), ("no", "yes"), ("ignore", "close"), ("closed", "open"))
]
QUICK = [Frame(channel, AUGUST_2026, WIDEST) for channel in Channel if channel is not Channel.EMAIL]
SLOW = [Frame(*each) for each in product(Channel, DAYS, ALL_READINGS) if Frame(*each) not in QUICK]
WITHOUT_CONSENT: Derivations = {name: how for name, how in DERIVED.items() if name != "consent"}
BEHIND_CONSENT = (
    *(name for name, values in DOMAIN.items() if name.startswith("consent_") and None in values),
    "parental_authorisation",
)
NEVER_HELD_AGAINST_ANYBODY = ("sole_trader", "minor_at_consent")
NOT_UNKNOWN_WHEN_EMPTY = ("sector",)


MAY_BE_UNKNOWN = [
    name
    for name, values in DOMAIN.items()
    if None in values and name not in (*NEVER_HELD_AGAINST_ANYBODY, *NOT_UNKNOWN_WHEN_EMPTY, *BEHIND_CONSENT)
]


def name_of(frame: Frame) -> str:
    return f"{frame.channel}-{frame.day}-{ALL_READINGS.index(frame.readings)}"


each_frame = pytest.mark.parametrize(
    "frame", [*QUICK, *(pytest.param(frame, marks=pytest.mark.slow) for frame in SLOW)], ids=name_of
)


def combinations(facts: dict[str, Any], names: Sequence[str]) -> int:
    """How many combinations of facts with these names a way stands for."""
    return prod(len(DOMAIN[name]) for name in names if name not in facts)


def parts(frame: Frame) -> list[tuple[Rule, ...]]:
    """The questions asked before, and the channel's own rules."""
    *questions, own = parts_of(FRENCH_LAW.rules(frame.channel, frame.day))
    return [sum(questions, ()), own]


PARTS = {
    (channel, readings, rules): Frame(channel, day, readings)
    for channel, day, readings in product(Channel, DAYS, (STRICTEST, WIDEST))
    for rules in parts(Frame(channel, day, readings))
}
"""Every set of rules that is, or was, in force together; many last through several versions of the law."""


QUICK_PARTS = [parts(frame)[0] for frame in QUICK] + [parts(frame)[1] for frame in QUICK if frame.channel != "phone"]

each_part = pytest.mark.parametrize(
    ("frame", "rules"),
    [
        pytest.param(
            frame,
            rules,
            id=name_of(frame),
            marks=() if frame.readings == WIDEST and rules in QUICK_PARTS else pytest.mark.slow,
        )
        for (_, _, rules), frame in PARTS.items()
    ],
)


def changes(
    frame: Frame, rules: tuple[Rule, ...], change: Callable[[Case], dict[str, Any]], derive: Derivations
) -> Iterator[tuple[dict[str, Any], Answer | None, Answer | None]]:
    """Every combination, what rules say of it, and what they say after a change."""

    def both(case: Case) -> tuple[Answer | None, Answer | None]:
        held = {name: value for name, value in vars(case).items() if name in DOMAIN and name not in derive}
        return first_answer(rules, case), first_answer(rules, Case(*frame, held | change(case), derive))

    for facts, (before, after) in explore(both, frame, derive=derive):
        yield facts, before, after


@cache
def behind(name: str, frame: Frame) -> frozenset[str]:
    """The facts, derived and not, that a fact rests on."""
    found = asked(DERIVED[name], frame) if name in DERIVED else set[str]()
    return frozenset(found.union(*(behind(each, frame) for each in found)))


def changed_to(change: dict[str, Any], case: Case) -> dict[str, Any]:
    return change


def opens(before: Answer | None, after: Answer | None) -> bool:
    """Whether a change opens: what was closed is open, or a question that closed is silent."""
    return before is not None and not before.allowed and (after is None or after.allowed)


@each_frame
def test_an_opposition_is_never_overruled(frame: Frame) -> None:
    objected = {"opposed": True, "reopened": False}

    said = {
        answer.reason
        for facts, answer in explore(FRENCH_LAW.answer, frame, objected)
        if facts["consent"] is not Consent.VALID
    }

    assert said == {Reason.OPPOSITION}


@each_part
@pytest.mark.parametrize("consent", [None, Consent.NONE], ids=["before-the-consent", "after-it"])
def test_adding_an_opposition_never_opens_a_channel(
    frame: Frame, rules: tuple[Rule, ...], consent: Consent | None
) -> None:
    objected: dict[str, Any] = {"opposed": True} | ({"consent": consent} if consent else {})

    assert not [
        facts for facts, *answers in changes(frame, rules, partial(changed_to, objected), {}) if opens(*answers)
    ]


@each_part
def test_making_a_fact_unknown_never_opens_a_closed_channel(frame: Frame, rules: tuple[Rule, ...]) -> None:
    for fact in MAY_BE_UNKNOWN:
        unknown, derive = (
            {fact: None},
            {name: how for name, how in WITHOUT_CONSENT.items() if fact in behind(name, frame)},
        )

        found = changes(frame, rules, partial(changed_to, unknown), derive)

        assert not [facts for facts, *answers in found if opens(*answers)]


@each_part
def test_a_consent_that_loses_its_worth_never_opens_a_closed_channel(frame: Frame, rules: tuple[Rule, ...]) -> None:
    for worth in set(Consent) - {Consent.VALID}:
        lost = {"consent": worth}

        found = changes(frame, rules, partial(changed_to, lost), {})

        assert not [facts for facts, *answers in found if opens(*answers)]


@pytest.mark.parametrize("fact", [*BEHIND_CONSENT, "audience", "related_to_profession"])
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.PHONE])
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_making_a_fact_unknown_never_makes_a_consent_valid(day: date, channel: Channel, fact: str) -> None:
    frame = Frame(channel, day, STRICTEST)

    def both(case: Case) -> tuple[Consent, Consent]:
        held = {name: value for name, value in vars(case).items() if name in DOMAIN and name not in DERIVED}
        return consent_of(case), consent_of(Case(*frame, held | {fact: None}, DERIVED))

    worths = {worths for _, worths in explore(both, frame, derive=DERIVED)}
    assert not [before for before, after in worths if after is Consent.VALID and before is not Consent.VALID]


@each_part
def test_a_professional_without_connection_is_treated_as_a_consumer(frame: Frame, rules: tuple[Rule, ...]) -> None:
    def becomes_a_consumer(case: Case) -> dict[str, Any]:
        alone = case.audience is Audience.PROFESSIONAL and case.related_to_profession is not True
        return {"audience": Audience.CONSUMER} if alone else {}

    different = [
        facts
        for facts, before, after in changes(frame, rules, becomes_a_consumer, WITHOUT_CONSENT)
        if (before and before.reason) is not (after and after.reason)
    ]

    assert all(facts["email"] is Mailbox.GENERIC and facts["sole_trader"] is not True for facts in different)
    assert not different or frame.channel is Channel.EMAIL


@each_frame
def test_no_consent_lifts_a_sector_ban(frame: Frame) -> None:
    for sector in Sector:
        banned = [
            facts | {"sector": sector}
            for facts, answer in explore(FRENCH_LAW.answer, frame, {"sector": sector, "opposed": False})
            if answer.reason is Reason.SECTOR_BAN
        ]

        assert all(
            FRENCH_LAW.answer(Case(*frame, facts | {"consent": consent}, {})).reason is Reason.SECTOR_BAN
            for facts in banned
            for consent in Consent
        )


@pytest.mark.parametrize("sector", [Sector.ENERGY_RENOVATION, Sector.HOME_ADAPTATION])
@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.ROBOCALL, Channel.EMAIL, Channel.SMS])
def test_works_in_homes_open_to_consumers_only_by_contract_or_call_back(channel: Channel, sector: Sector) -> None:
    given = {"sector": sector, "professional": False, "contract_covers_the_offer": False, "audience": Audience.CONSUMER}

    ways = explore(FRENCH_LAW.answer, Frame(channel, AUGUST_2026, WIDEST), given)

    opening = {answer.reason for _, answer in ways if answer.allowed}
    assert opening == ({Reason.REQUESTED_CALLBACK} if channel is Channel.PHONE else set())


def test_no_consent_of_a_consumer_to_calls_is_alive_after_a_year() -> None:
    frame = Frame(Channel.PHONE, AUGUST_2026, WIDEST)
    given = {"professional": False, "consent_year_over": True}

    worth = {consent for _, consent in explore(consent_of, frame, given)}

    assert worth == set(Consent) - {Consent.VALID}


@each_frame
def test_every_closed_verdict_has_a_reason_with_a_source_in_force(frame: Frame) -> None:
    closing = [answer for _, answer in explore(FRENCH_LAW.answer, frame) if not answer.allowed]

    assert closing
    assert all(answer.sources for answer in closing)
    assert all(source.in_force(frame.day) for answer in closing for source in answer.sources)


@pytest.mark.parametrize("channel", list(Channel))
def test_every_rule_decides_some_combination(channel: Channel) -> None:
    def deciding(rules: Sequence[Rule], case: Case) -> str:
        return next((rule.name for rule in rules if rule.answer(case)), "")

    names = {
        name
        for frame in (Frame(channel, day, readings) for day in DAYS for readings in (STRICTEST, WIDEST))
        for rules in parts(frame)
        for _, name in explore(partial(deciding, rules), frame)
    }

    assert names - {""} == {rule.name for rule in FRENCH_LAW.channels[channel]}


@each_frame
def test_the_table_and_the_rules_agree_on_every_combination(
    frame: Frame, record_property: Callable[[str, object], None]
) -> None:
    ways = list(explore(FRENCH_LAW.answer, frame))
    names = sorted({name for facts, _ in ways for name in facts})
    chance = Random(1)
    codes = {
        name: np.array(
            [
                DOMAIN[name].index(facts[name]) if name in facts else chance.randrange(len(DOMAIN[name]))
                for facts, _ in ways
            ],
            np.int8,
        )
        for name in names
    }

    found = reduce(np.maximum, [look_up(part, codes.__getitem__) for part in compile_law(FRENCH_LAW, frame).parts])

    assert [REASONS[code] for code in found] == [answer.reason for _, answer in ways]
    record_property("combinations", sum(combinations(facts, names) for facts, _ in ways))


@pytest.mark.parametrize("channel", list(Channel))
def test_the_table_of_each_derived_fact_agrees_with_it(channel: Channel) -> None:
    frame = Frame(channel, AUGUST_2026, WIDEST)

    for name, table in compile_law(FRENCH_LAW, frame).derived.items():
        for facts, value in explore(DERIVED[name], frame):
            codes = {fact: DOMAIN[fact].index(facts.get(fact, DOMAIN[fact][0])) for fact in table.places}
            assert DOMAIN[name][int(look_up(table, codes.__getitem__))] == value


def test_no_ban_asks_about_consent_or_purpose() -> None:
    frame = Frame(Channel.EMAIL, AUGUST_2026, WIDEST)

    facts = {name for rule in MESSAGES_BANNED for name in asked(rule.answer, frame)}

    assert not facts & {"consent", "purpose"}
