"""What is remembered and shortened on the way from record to verdicts says exactly what the long way says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contactable.mapping import Mapping, facts_of, map_record, offers_from_settings, verdicts_of
from contactable.mapping.records import _believed
from contactable.mapping.sources import Found
from contactable.mapping.values import Read, read_date, read_day
from contactable.rules import DEFAULT_READINGS, decide
from contactable.rules.readings import DOUBTS

MOMENTS = st.datetimes(datetime(1989, 12, 30), datetime(2101, 1, 2))
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-11, minutes=-30))])
SPELLINGS = st.sampled_from(["seconds", "milliseconds", "microseconds", "minutes", "hours"])
DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31)).map(date.isoformat)
TEXTS = st.one_of(st.sampled_from(["", "yes", "no", "oui", "x", "?", "2026-11-24T22:30:00Z", "2101-01-01"]), DAYS)
OFFERS = offers_from_settings(
    {
        "main": {"trades": ["bakery"], "subscriptions": ["11"]},
        "spring": {"similar_to": "all", "subscriptions": ["12"]},
    }
)
MAPPING = Mapping.from_settings(
    {
        "last_contact_on": ["clicked", "replied", {"property": "createdate", "when": {"origin": ["FORM", "Saisie"]}}],
        "opposed_phone_on": [{"property": "no_calls", "at": "no_calls_on"}, {"list": "Stop appels"}],
        "trade": "metier",
    },
    offers=OFFERS.values(),
)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("clicked", "replied", "createdate", "no_calls", "no_calls_on", "informed"), TEXTS),
        **dict.fromkeys(("hs_email_optout", "hs_email_optout_11", "hs_email_optout_12", "opposed_all_on"), TEXTS),
        **dict.fromkeys(("relation_ended_on", "consent_sms_on", "consent_sms_act", "customer", "postcode"), TEXTS),
        "origin": st.sampled_from(["form", "FORM", "saisie", "import", ""]),
        "email": st.sampled_from(["anne@example.com", "contact@example.org", "nobody"]),
        "phone": st.sampled_from(["+33639980001", "0199001234", "+3225550000"]),
        "mobilephone": st.sampled_from(["06 39 98 00 02", "+33639980003"]),
        "country": st.sampled_from(["FR", "France", "Belgique", "nowhere"]),
        "audience": st.sampled_from(["professional", "consumer", "both"]),
        "metier": st.sampled_from(["bakery", "other trade", "bakery; butcher"]),
    },
)
# Of addresses, and of opt-outs of a type, which are found by the beginning of their names.
UNREADABLE_ELSEWHERE = {
    f"{name}:unreadable" for name in ("email", "number", "opposed_email_on/11", "opposed_email_on/12")
}
LISTS = st.sampled_from([(), ("Stop appels",), {"stop appels": "2026-01-02"}, ("Newsletter",)])


def the_long_way(text: str) -> Read:
    """A day read without any short way."""
    found = read_date(text)
    if len(found.value) <= len("2026-11-24"):
        return found
    return Read(datetime.fromisoformat(found.value).astimezone(ZoneInfo("Europe/Paris")).date().isoformat())


@example(datetime(1989, 12, 31, 23, 30), UTC, "seconds", True)
@example(datetime(2100, 12, 31, 23, 30), UTC, "seconds", True)
@example(datetime(2026, 7, 24, 22, 0), UTC, "seconds", True)
@example(datetime(2026, 7, 24, 21, 59), UTC, "seconds", True)
@given(MOMENTS, ZONES, SPELLINGS, st.booleans())
def test_a_moment_is_read_as_its_day_in_paris_the_short_way_too(
    moment: datetime, zone: timezone, spelling: str, short: bool
) -> None:
    text = moment.replace(tzinfo=zone).isoformat(timespec=spelling)

    for each in (text, text.replace("+00:00", "Z") if short else text.replace("T", " "), text[:-1]):
        assert read_day(each) == the_long_way(each)


@settings(max_examples=200)
@example("2026-W24-4T10:00:00Z")
@example("2026-11-24T10:99:00Z")
@example("2026-11-24T10")
@given(st.from_regex(r"20[12][0-9]-[0-9W][0-9]-[0-9]{2}[T ][0-9:.,]{0,12}[Z+]?[0-9:]{0,5}", fullmatch=True))
def test_what_looks_like_a_moment_is_read_the_short_way_as_by_the_long_one(text: str) -> None:
    assert read_day(text) == the_long_way(text)


@settings(max_examples=200)
@given(PROPERTIES, LISTS, st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.sampled_from([None, *DOUBTS]))
def test_contacts_that_share_their_facts_get_the_verdicts_of_their_own(
    properties: dict[str, str], lists: tuple[str, ...] | dict[str, str], on: date, doubt: object
) -> None:
    readings = next((DEFAULT_READINGS.but(each) for each in DOUBTS if each is doubt), DEFAULT_READINGS)
    mapped = map_record("1", properties, MAPPING, lists=lists)

    for offer in OFFERS.values():
        one_by_one = decide(facts_of(mapped.facts, offer, {}), offer.offer, on, readings)
        assert verdicts_of(mapped.facts, offer, on, readings) == one_by_one


@settings(max_examples=50)
@given(st.lists(st.tuples(PROPERTIES, LISTS), min_size=1, max_size=6))
def test_a_record_is_read_the_same_whatever_was_read_before(
    records: list[tuple[dict[str, str], tuple[str, ...] | dict[str, str]]],
) -> None:
    again = Mapping.from_settings({}, offers=OFFERS.values())
    remembered = [map_record("1", properties, again, lists=lists) for properties, lists in records]

    for (properties, lists), mapped in zip(records, remembered, strict=True):
        alone = Mapping.from_settings({}, offers=OFFERS.values())
        assert map_record("1", properties, alone, lists=lists) == mapped


@settings(max_examples=200)
@example({"clicked": "2101-01-01", "createdate": "?", "origin": "form"}, True)
@example(
    {"clicked": "2026-02-03", "replied": "2026-02-03T10:00:00Z", "createdate": "2026-02-03", "origin": "FORM"}, True
)
@given(PROPERTIES, st.booleans())
def test_sources_asked_one_after_the_other_in_any_order_say_the_same(
    properties: dict[str, str], forwards: bool
) -> None:
    believed: dict[str, Found] = {}
    for source in MAPPING.sources if forwards else reversed(MAPPING.sources):
        for found in source.told(properties) if not source.membership else ():
            before = believed.get(found.name)
            believed[found.name] = found if before is None else _believed(before, found, [])

    mapped = map_record("1", properties, MAPPING)

    read = {
        name: fact for name, fact in mapped.facts.items() if fact.source.startswith("property:") and "/" not in name
    }
    assert read == {name: found.fact for name, found in believed.items() if found.fact.value}
    unclear = {f"{name}:unreadable" for name, found in believed.items() if not found.clear}
    assert unclear == {each for each in mapped.warnings if each.endswith(":unreadable")} - UNREADABLE_ELSEWHERE
