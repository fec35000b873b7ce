"""The compiled table says what ``decide`` says, from every kind of column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from itertools import product
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from contactable.errors import Malformed
from contactable.rules import (
    DEFAULT_READINGS,
    UNKNOWN_TIME,
    Channel,
    Facts,
    Offer,
    Purpose,
    Readings,
    Sector,
    decide,
    decide_batches,
    decide_many,
)
from contactable.rules.columns import NO_DAY
from contactable.rules.compiled import REASONS
from contactable.rules.table import ANSWERS

TODAY = date(2026, 11, 23)
WIDEST = Readings("open", "yes", "close", "open")
MOMENTS = [
    date(2018, 5, 25),
    date(2020, 7, 25),
    date(2024, 2, 29),
    date(2025, 7, 1),
    date(2026, 8, 10),
    date(2026, 8, 11),
    datetime(2025, 3, 3, 9, tzinfo=UTC),
]
OFFERS = [Offer(), Offer(purpose=Purpose.NON_COMMERCIAL), Offer(sector=Sector.ENERGY_RENOVATION)]


def as_written(value: Any) -> str | None:
    """A value as the contact file writes it."""
    if value is UNKNOWN_TIME:
        return "some day"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return str(value.value)
    return value.isoformat() if isinstance(value, date) else value


def as_columns(contacts: list[dict[str, Any]]) -> dict[str, Any]:
    names = sorted({name for facts in contacts for name in facts})
    return {name: pa.array([as_written(facts.get(name)) for facts in contacts], pa.string()) for name in names}


QUICK = {(on, OFFERS[0], WIDEST) for on in MOMENTS[2:]} | {(MOMENTS[5], offer, DEFAULT_READINGS) for offer in OFFERS}
QUESTIONS = list(product(MOMENTS, OFFERS, (DEFAULT_READINGS, WIDEST)))


@pytest.mark.parametrize(
    ("on", "offer", "readings"),
    [pytest.param(*each, marks=() if each in QUICK else pytest.mark.slow) for each in QUESTIONS],
)
def test_the_table_says_of_each_contact_what_decide_says(
    contacts: Callable[..., list[dict[str, Any]]], on: date, offer: Offer, readings: Readings
) -> None:
    people = contacts(30, seed=on.toordinal(), timed=isinstance(on, datetime))

    many = decide_many(as_columns(people), offer, on, readings, answers=(*ANSWERS, "advice", "readings"))

    for row, facts in enumerate(people):
        for channel, verdict in decide(Facts(**facts), offer, on, readings).items():
            assert REASONS[many[f"{channel}_reason"][row]] is verdict.reason
            assert many[f"{channel}_allowed"][row] == verdict.allowed
            assert many[f"{channel}_until"][row].item() == verdict.until
            assert many[f"{channel}_advice"][row] == "+".join(verdict.advice)
            assert many[f"{channel}_readings"][row] == "+".join(verdict.readings)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_the_table_and_decide_agree_on_thousands_of_contacts(
    contacts: Callable[..., list[dict[str, Any]]], seed: int
) -> None:
    people, on = contacts(300, seed, timed=seed % 2 == 0), MOMENTS[seed % len(MOMENTS)]

    many = decide_many(as_columns(people), OFFERS[seed % 3], on, WIDEST)

    for row, facts in enumerate(people):
        for channel, verdict in decide(Facts(**facts), OFFERS[seed % 3], on, WIDEST).items():
            assert REASONS[many[f"{channel}_reason"][row]] is verdict.reason
            assert many[f"{channel}_until"][row].item() == verdict.until


def test_a_contact_with_times_of_day_gets_the_same_verdicts(contacts: Callable[..., list[dict[str, Any]]]) -> None:
    people = contacts(60, seed=5, timed=True)

    many = decide_many(as_columns(people), Offer(), TODAY)

    reasons = [[REASONS[many[f"{channel}_reason"][row]] for channel in Channel] for row in range(len(people))]
    assert reasons == [[each.reason for each in decide(Facts(**facts), Offer(), TODAY).values()] for facts in people]


def test_codes_words_and_dictionaries_mean_the_same() -> None:
    words = pa.array(["professional", "consumer", None])
    mailboxes = pa.array(["generic", "generic", "personal"])
    days = np.array(["2026-03-02", "2026-03-02", "NaT"], "datetime64[D]")
    as_words = {"audience": words, "country": ["FR"] * 3, "email": mailboxes, "last_contact_on": days}
    as_codes = {
        "audience": np.array([2, 1, 0], np.int8),
        "country": np.array([1, 1, 1], np.int8),
        "email": mailboxes.dictionary_encode(),
        "last_contact_on": np.array([20514, 20514, NO_DAY], np.int32),
    }

    first, second = decide_many(as_words, Offer(), TODAY), decide_many(as_codes, Offer(), TODAY)

    assert [REASONS[code] for code in first["email_reason"]] == [
        "organisation_address",
        "consent_required",
        "last_contact_unknown",
    ]
    assert all(np.array_equal(first[name], second[name], equal_nan="until" in name) for name in first)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize(
    ("zone", "first", "rest", "stands"),
    [
        (None, "2026-11-01T00:00", ["2026-11-01T10:00", "2026-11-01T09:59"], True),
        ("UTC", "2026-10-31T23:00", ["2026-11-01T09:00", "2026-11-01T08:59"], False),
    ],
)
def test_timestamps_are_instants_and_those_at_midnight_without_zone_are_days(
    unit: str, zone: str | None, first: str, rest: list[str], stands: bool
) -> None:
    opposed = pa.array(np.array([first, *rest], f"datetime64[{unit}]")).cast(pa.timestamp(unit, zone))
    released = pa.array(["2026-11-01T10:00+01:00"] * 3)
    columns = {"country": ["FR"] * 3, "street": [True] * 3, "opposed_post_on": opposed, "reopened_post_on": released}

    many = decide_many(columns, Offer(), TODAY)

    assert [REASONS[code] == "opposition" for code in many["post_reason"]] == [stands, True, False]


def test_an_objection_of_a_mere_day_outlasts_every_release_of_that_day() -> None:
    columns = {
        "country": ["FR"] * 4,
        "street": [True] * 4,
        "opposed_post_on": ["2026-11-01", "2026-11-01T23:59:58", "2026-11-01", "2026-11-01"],
        "reopened_post_on": ["2026-11-01T23:59:59", "2026-11-01T23:59:59", "2026-11-02T00:00:01", "2026-11-02"],
    }

    many = decide_many(columns, Offer(), TODAY)

    assert [REASONS[code] == "opposition" for code in many["post_reason"]] == [True, False, False, False]


def test_a_moment_asked_about_leaves_out_what_is_later_on_that_day() -> None:
    noon = datetime(2026, 11, 23, 11, tzinfo=UTC)
    columns = {
        "country": ["FR"] * 4,
        "street": [True] * 4,
        "opposed_post_on": ["2026-11-23T12:00:00", "2026-11-23T12:00:01", "2026-11-23", "some day"],
    }

    many = decide_many(columns, Offer(), noon)

    reasons = [str(REASONS[code]) for code in many["post_reason"]]
    assert reasons == ["opposition", "last_contact_unknown", "opposition", "opposition"]


def test_a_day_asked_about_leaves_out_what_is_dated_later() -> None:
    columns = {"country": ["FR"] * 3, "street": [True] * 3, "opposed_post_on": ["2026-11-23", "2026-11-24", "some day"]}

    many = decide_many(columns, Offer(), TODAY)

    reasons = [str(REASONS[code]) for code in many["post_reason"]]
    assert reasons == ["opposition", "last_contact_unknown", "opposition"]


def test_a_frame_of_another_library_is_read_through_arrow() -> None:
    values = {"country": ["FR", "BE"], "street": [True, True], "informed": [True, None]}
    frame = pl.DataFrame({**values, "audience": pl.Series(["consumer", None], dtype=pl.Categorical)})

    many = decide_many(frame, Offer(), TODAY)

    assert [REASONS[code] for code in many["post_reason"]] == ["last_contact_unknown", "outside_scope"]


def test_record_batches_come_back_with_their_ids_and_texts() -> None:
    batch = pa.record_batch({"id": ["a", "b"], "country": ["FR", "BE"], "street": [True, True]})

    (decided,) = decide_batches([batch], Offer(), TODAY)

    assert decided.column("id").to_pylist() == ["a", "b"]
    assert decided.column("post_reason").to_pylist() == ["last_contact_unknown", "outside_scope"]
    assert decided.schema.field("post_until").type == pa.date32()


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"favourite_colour": ["blue"]}, "favourite_colour"),
        ({"audience": ["everybody"]}, "audience"),
        ({"country": ["France"]}, "country"),
        ({"informed": ["oui"]}, "informed is 'oui': yes, no or nothing"),
        ({"country": ["Francia"]}, "country is 'Francia': a code of ISO 3166-1"),
        ({"last_contact_on": ["yesterday"]}, "last_contact_on"),
        ({"consent_email_on": ["2026-02-30"]}, "consent_email_on"),
        ({"audience": np.array([3], np.int8)}, "audience"),  # the first code beyond the three
        ({"audience": np.array([0, -1], np.int8)}, "audience"),
        ({"street": ["yes"], "mobile": ["yes", "no"]}, "differ in length"),
        ({"consent_phone_on": ["2026-03-02"], "consent_phone_until": ["2026-03-01"]}, "consent_phone_until"),
    ],
)
def test_a_column_that_cannot_be_read_is_refused_by_name(columns: dict[str, Any], named: str) -> None:
    with pytest.raises(Malformed, match=named):
        decide_many(columns, Offer(), TODAY)


@pytest.mark.parametrize("on", [TODAY, date(2026, 11, 24)])
def test_periods_that_begin_on_the_day_asked_about_are_counted_from_it(on: date) -> None:
    columns = {"country": ["FR"], "street": [True], "informed": [True], "last_contact_on": [on]}

    assert decide_many(columns, Offer(), on)["post_until"][0].item() == on.replace(year=2029)


@pytest.mark.parametrize("given", ["2026-03-02", "2026-03-02T10:00:00"])
def test_a_stated_period_may_end_on_the_day_of_its_consent_and_not_before(given: str) -> None:
    columns = {"consent_phone_on": [given, given, None], "consent_phone_until": ["2026-03-02", None, "2026-03-01"]}

    assert len(decide_many(columns, Offer(), TODAY)["phone_reason"]) == 3
    with pytest.raises(Malformed, match="in some row"):
        decide_many(columns | {"consent_phone_until": ["2026-03-02", "2026-03-01", None]}, Offer(), TODAY)


@pytest.mark.parametrize("column", ["consent_phone_on", "consent_phone_until"])
def test_a_consent_or_its_period_may_stand_without_the_other(column: str) -> None:
    decided = decide_many({column: ["2026-12-01"], "audience": ["consumer"]}, Offer(), TODAY)

    assert [*decided["phone_allowed"]] == [False]


def test_a_day_of_collection_that_no_column_tells_begins_no_month_for_the_first_message() -> None:
    who: dict[str, Any] = {"audience": "professional", "related_to_profession": True, "source": "elsewhere"}
    who |= {"country": "FR", "email": "personal", "street": True, "last_contact_on": TODAY}

    many = decide_many({name: [as_written(value)] for name, value in who.items()}, Offer(), TODAY, WIDEST)

    for channel, verdict in decide(Facts(**who), Offer(), TODAY, WIDEST).items():
        assert (REASONS[many[f"{channel}_reason"][0]], verdict.allowed) == (verdict.reason, False)


def test_columns_that_are_no_facts_may_stay_in_the_table() -> None:
    columns = {"id": ["a"], "postcode": ["75001"], "country": ["FR"], "street": [True]}

    assert REASONS[decide_many(columns, Offer(), TODAY)["post_reason"][0]] == "last_contact_unknown"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"purpose": ["non_commercial", None, ""]}, ["non_commercial", "consent_required", "consent_required"]),
        ({"sector": ["training_account", None, "home_adaptation"]}, ["sector_ban", "consent_required", "sector_ban"]),
    ],
)
def test_purpose_and_sector_may_differ_from_row_to_row(columns: dict[str, Any], reason: list[str]) -> None:
    people = {"country": ["FR"] * 3, "email": ["personal"] * 3, "informed": [True] * 3, "last_contact_on": [TODAY] * 3}

    many = decide_many(people | columns, Offer(), TODAY)

    assert [REASONS[code] for code in many["email_reason"]] == reason


@pytest.mark.parametrize("word", ["no", "Non", "FALSE", "0", "-", "n/a", "", None])
def test_an_opposition_column_that_says_no_closes_nothing(word: str | None) -> None:
    columns = {"country": ["FR"], "street": ["yes"], "opposed_all_on": pa.array([word], pa.string())}

    assert REASONS[decide_many(columns, Offer(), TODAY)["post_reason"][0]] == "last_contact_unknown"


def test_an_opposition_column_that_cannot_be_read_closes_for_good() -> None:
    columns = {"country": ["FR"], "street": ["yes"], "opposed_all_on": ["oui"], "reopened_post_on": ["2026-11-01"]}

    assert REASONS[decide_many(columns, Offer(), TODAY)["post_reason"][0]] == "opposition"


def test_what_is_no_table_is_refused_by_its_type() -> None:
    with pytest.raises(Malformed, match="columns are list"):
        decide_many(["FR"], Offer(), TODAY)


def test_no_contact_at_all_gives_empty_columns() -> None:
    many = decide_many({"country": np.array([], np.int8)}, Offer(), TODAY)

    assert [len(column) for column in many.values()] == [0] * 15
