"""What the kit writes into a CRM."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contactable.connectors.protocol import Property as WantedProperty
from contactable.connectors.protocol import Shape
from contactable.mapping import offers_from_settings, opposed_by_tick, property_values, schema, state_of
from contactable.rules import Channel, Reason, Verdict

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CLOSED = {channel: Verdict(channel, allowed=False, reason=Reason.CONSENT_REQUIRED) for channel in Channel}
SOME_OPEN = {
    **CLOSED,
    Channel.EMAIL: Verdict(Channel.EMAIL, allowed=True, reason=Reason.CONSENT, until=date(2027, 3, 2)),
    Channel.POST: Verdict(Channel.POST, allowed=True, reason=Reason.INFORMATION_GIVEN, until=date(2027, 1, 5)),
}
OFFERS = offers_from_settings({"main": {}, "bikes": {"label": "Vélos", "description": "Vélos et pneus"}})


@pytest.mark.parametrize("compact", [True, False])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_property_is_what_a_connector_wants(compact: bool, language: str) -> None:
    wanted: tuple[WantedProperty, ...] = schema(OFFERS, language=language, compact=compact)  # type: ignore[arg-type]

    assert all(each.label and each.description and Shape(each.shape) for each in wanted)
    assert all("{" not in each.label + each.description for each in wanted)
    assert [each.name for each in wanted if each.for_people] == ["contactable_oppose"]


def test_the_compact_schema_is_five_properties() -> None:
    names = [each.name.removeprefix("contactable_") for each in schema(OFFERS, compact=True)]

    assert sorted(names) == ["changed_at", "channels", "oppose", "reasons", "until"]


def test_a_further_offer_has_one_property_that_says_what_it_is() -> None:
    (found,) = [each for each in schema(OFFERS) if each.name == "contactable_channels_bikes"]

    assert found.description == "Vélos et pneus"
    assert [option.value for option in found.options] == list(Channel)


@pytest.mark.parametrize("compact", [True, False])
def test_what_is_written_fits_the_properties_that_were_created(compact: bool) -> None:
    by_name = {each.name: each for each in schema(OFFERS, compact=compact)}

    values = property_values({"main": SOME_OPEN, "bikes": CLOSED}, changed_at=NOW, link="x", compact=compact)

    assert set(values) == {name for name, each in by_name.items() if not each.for_people}
    for name, value in values.items():
        if by_name[name].options:
            assert set(filter(None, value.split(";"))) <= {option.value for option in by_name[name].options}


def test_open_channels_are_a_multi_checkbox_and_each_has_its_reason_and_day() -> None:
    values = property_values({"main": SOME_OPEN}, changed_at=NOW, link="https://example.com/p/1")

    assert values["contactable_channels"] == "email;post"
    assert values["contactable_email"] == "allowed"
    assert values["contactable_email_until"] == "2027-03-02"
    assert values["contactable_sms_reason"] == "consent_required"
    assert values["contactable_changed_at"] == "2026-11-24T10:00:00.000Z"


def test_the_compact_form_tells_every_reason_and_the_next_day() -> None:
    values = property_values({"main": SOME_OPEN}, changed_at=NOW, compact=True)

    assert values["contactable_reasons"].startswith("email:consent;sms:consent_required;")
    assert values["contactable_until"] == "2027-01-05"


def test_advice_is_written_in_the_words_of_the_columns() -> None:
    advised = {**CLOSED, Channel.SMS: replace(CLOSED[Channel.SMS], advice=("country", "mobile"))}

    value = property_values({"main": advised}, changed_at=NOW, language="en")["contactable_sms_advice"]

    assert value == "the country where the person is + the mobile number"


def test_outside_the_scope_is_not_called_denied() -> None:
    verdict = Verdict(Channel.EMAIL, allowed=False, reason=Reason.OUTSIDE_SCOPE)

    assert state_of(verdict) == "not_covered"


@pytest.mark.parametrize(
    ("ticks", "closed"),
    [("calls", ["phone", "robocall"]), ("email;sms", ["email", "sms"]), ("all", ["all"]), ("", []), ("fax", ["all"])],
)
def test_a_tick_closes_what_it_names_and_an_unknown_one_everything(ticks: str, closed: list[str]) -> None:
    assert list(opposed_by_tick(ticks)) == closed
