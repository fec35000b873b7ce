"""What a company, a status or the outcome of a meeting tells of a contact: from the record to the fact."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contactable.mapping import Mapping, facts_of, map_record, offers_from_settings, verdicts_of
from contactable.rules import Channel

MAIN = offers_from_settings({})["main"]
LEGAL_FORM = {
    "sole_trader": {
        "property": "forme_juridique",
        "values": {
            "Entreprise individuelle": "yes",
            "EI": "yes",
            "Micro*": "yes",
            "Auto-entrepreneur*": "yes",
            "*": "no",
        },
    }
}


def read(table: dict[str, Any], properties: dict[str, str | None]) -> dict[str, str]:
    facts = map_record("1", properties, Mapping.from_settings(table)).facts
    return {name: fact.value for name, fact in facts.items()}


@pytest.mark.parametrize(
    ("written", "fact"),
    [
        ("Entreprise individuelle", "yes"),
        ("ei", "yes"),
        ("Micro-entrepreneur", "yes"),
        ("Auto-entrepreneur (BNC)", "yes"),
        ("SARL", "no"),
        ("", None),
    ],
)
def test_the_legal_form_of_the_company_tells_a_sole_trader(written: str, fact: str | None) -> None:
    assert read(LEGAL_FORM, {"forme_juridique": written}).get("sole_trader") == fact


@pytest.mark.parametrize(("form", "open_"), [("SARL", True), ("EI", False)])
def test_the_office_mailbox_of_a_sole_trader_is_a_persons_and_that_of_a_company_is_not(form: str, open_: bool) -> None:
    record = {"email": "contact@example.org", "audience": "professional", "country": "FR", "forme_juridique": form}
    facts = map_record("1", {**record, "last_contact_on": "2026-11-01"}, Mapping.from_settings(LEGAL_FORM)).facts

    verdict = verdicts_of(facts, MAIN, date(2026, 11, 24))[Channel.EMAIL]

    assert facts["email"].value == "generic"
    assert verdict.allowed is open_


@pytest.mark.parametrize(
    ("employees", "fact"), [("1", "yes"), ("0", "yes"), ("2", "no"), ("60", "no"), ("", None), ("1000", "no")]
)
def test_the_size_of_the_company_tells_a_sole_trader_where_the_settings_say_so(
    employees: str, fact: str | None
) -> None:
    table = {"sole_trader": {"property": "numemployees", "values": {"0": "yes", "1": "yes", "*": "no"}}}

    assert read(table, {"numemployees": employees}).get("sole_trader") == fact


@pytest.mark.parametrize(
    ("industry", "trade"), [("CONSTRUCTION", "construction"), ("Hospital & Health Care", "other"), ("", None)]
)
def test_the_industry_of_the_company_is_a_trade_where_an_offer_names_it(industry: str, trade: str | None) -> None:
    offers = offers_from_settings({"main": {"trades": ["Construction"]}}).values()
    mapping = Mapping.from_settings({"trade": "industry"}, offers=offers)

    found = map_record("1", {"industry": industry}, mapping).facts

    assert (found["trade"].value if "trade" in found else None) == trade


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("UNQUALIFIED", {"opposed_phone_on": "unknown"}),
        ("Ne pas rappeler", {"opposed_phone_on": "unknown"}),
        ("OPEN_DEAL", {"customer": "yes"}),
        ("NEW", {}),
        ("", {}),
    ],
)
def test_the_lead_status_closes_or_tells_a_customer(status: str, facts: dict[str, str]) -> None:
    refused = {"UNQUALIFIED": "yes", "ne pas *": "yes", "*": ""}
    table = {
        "opposed_phone_on": {"property": "hs_lead_status", "values": refused},
        "customer": {"property": "hs_lead_status", "values": {"OPEN_DEAL": "yes", "*": ""}},
    }

    assert read(table, {"hs_lead_status": status}) == facts


@pytest.mark.parametrize(("stage", "customer"), [("customer", "yes"), ("lead", "no"), ("opportunity", None)])
def test_the_lifecycle_tells_a_customer_as_the_settings_translate_it(stage: str, customer: str | None) -> None:
    table = {"customer": {"property": "lifecyclestage", "values": {"customer": "yes", "lead": "no", "*": ""}}}

    assert read(table, {"lifecyclestage": stage}).get("customer") == customer


@pytest.mark.parametrize("outcome", ["NO_SHOW", "A refusé en rendez-vous"])
def test_the_outcome_of_a_meeting_is_an_opposition_and_a_kept_one_a_contact(outcome: str) -> None:
    table = {"opposed_all_on": {"outcome": outcome}, "last_contact_on": {"outcome": "COMPLETED"}}
    met = {outcome: "2026-05-01T09:00:00Z", "COMPLETED": "2026-04-01T09:00:00Z"}

    facts = facts_of(map_record("1", {}, Mapping.from_settings(table), outcomes=met).facts, MAIN, {})

    assert facts.opposed_all_on == datetime(2026, 5, 1, 9, tzinfo=UTC)
    assert facts.last_contact_on == date(2026, 4, 1)
