"""Who is believed: generated contacts, register entries and declarations, decided by the law itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.mapping import Mapping, Sourced, facts_of, map_record, offers_from_settings, verdicts_of
from contactable.mapping.columns import COLUMNS, Kind
from contactable.rules import UNKNOWN_TIME, Channel, Facts, decide

ON = date(2026, 11, 24)
HUBSPOT = Mapping.from_settings({})
MAIN = offers_from_settings({"main": {"trades": "all", "similar_to": "all"}})["main"]
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 30)).map(date.isoformat)
TEXTS = st.sampled_from(["", "?", "oui", "non", "2026-02-31", "n/a", "x y", "true"])
_VALUES = {
    Kind.YES_NO: st.sampled_from(["yes", "no", "Oui", "?"]),
    Kind.DATE: DAYS,
    Kind.OPPOSITION: DAYS | TEXTS,
    Kind.COUNTRY: st.sampled_from(["France", "FR", "Belgique", "?"]),
    Kind.EMAIL: st.sampled_from(["anne@example.com", "contact@example.org", "?"]),
    Kind.NUMBER: st.sampled_from(["0639980001", "+33639980002", "+3225550000", "?"]),
    Kind.STREET: st.just("1 rue Basse"),
}
OPPOSITIONS = sorted(name for name, column in COLUMNS.items() if column.kind is Kind.OPPOSITION)


def _value(name: str) -> st.SearchStrategy[str]:
    column = COLUMNS[name]
    return st.sampled_from([*column.values, "?"]) if column.kind is Kind.CHOICE else _VALUES[column.kind]


_MAPPABLE = sorted(name for name, column in COLUMNS.items() if column.kind in _VALUES or column.kind is Kind.CHOICE)
RECORDS = st.lists(st.sampled_from(_MAPPABLE), max_size=25, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _value(name) for name in names})
)
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "opposed_email_on": st.dates(date(2025, 1, 1), ON) | st.just(UNKNOWN_TIME),
        "opposed_all_on": st.dates(date(2025, 1, 1), ON),
        "consent_sms_on": st.dates(date(2025, 1, 1), ON),
        "informed": st.booleans(),
        "last_contact_on": st.dates(date(2022, 1, 1), ON),
    },
)


def read(record: dict[str, str]) -> dict[str, Sourced]:
    return map_record("1", dict(record), HUBSPOT).facts


def open_channels(facts: Facts) -> set[Channel]:
    return {channel for channel, verdict in decide(facts, MAIN.offer, ON).items() if verdict.allowed}


@settings(max_examples=150)
@given(RECORDS, KNOWN, st.sampled_from(OPPOSITIONS), DAYS | TEXTS)
def test_no_text_in_an_opposition_column_ever_opens_a_channel(
    record: dict[str, str], known: dict[str, Any], column: str, text: str
) -> None:
    without = {name: value for name, value in record.items() if name != column}

    after = open_channels(facts_of(read({**without, column: text}), MAIN, known))

    assert after <= open_channels(facts_of(read(without), MAIN, known))


@settings(max_examples=150)
@given(RECORDS, KNOWN, st.sampled_from([*Channel, "all"]))
def test_an_opposition_in_the_register_closes_whatever_the_crm_says(
    record: dict[str, str], known: dict[str, Any], channel: str
) -> None:
    known = {name: value for name, value in known.items() if not name.startswith("consent")}
    known[f"opposed_{channel}_on"] = date(2025, 6, 1)

    still_open = open_channels(facts_of(read(record), MAIN, known))

    assert not still_open if channel == "all" else channel not in still_open


@settings(max_examples=150)
@given(RECORDS, st.sampled_from([name for name in _MAPPABLE if not COLUMNS[name].forbids]))
def test_an_unreadable_permission_opens_nothing_that_its_absence_keeps_closed(
    record: dict[str, str], column: str
) -> None:
    without = {name: value for name, value in record.items() if name != column}

    after = open_channels(facts_of(read({**without, column: "?¿"}), MAIN, {}))

    # A street is there when anything stands in it: nobody can tell whether the postman finds it.
    assert column == "street" or after <= open_channels(facts_of(read(without), MAIN, {}))


@settings(max_examples=100)
@given(RECORDS, KNOWN)
def test_the_order_of_properties_in_a_record_does_not_matter(record: dict[str, str], known: dict[str, Any]) -> None:
    backwards = dict(reversed(record.items()))

    assert facts_of(read(record), MAIN, known) == facts_of(read(backwards), MAIN, known)


@settings(max_examples=150)
@given(RECORDS, st.dates(date(2022, 1, 1), ON))
def test_the_short_way_to_verdicts_says_what_the_long_way_says(record: dict[str, str], day: date) -> None:
    facts = read(record)

    assert verdicts_of(facts, MAIN, day) == decide(facts_of(facts, MAIN, {}), MAIN.offer, day)


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(_MAPPABLE), st.text(max_size=30), max_size=12))
def test_no_record_whatever_stands_in_it_makes_the_mapping_raise(record: dict[str, str]) -> None:
    assert facts_of(read(record), MAIN, {}) is not None
