"""Offers, and what ties a contact to one."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.errors import SettingsError
from contactable.mapping import Mapping, OfferSettings, facts_of, map_record, offers_from_settings
from contactable.mapping.offers import unknown_subscriptions, unnamed_subscriptions
from contactable.rules import Purpose, Sector


def related(offer: OfferSettings, properties: dict[str, str | None]) -> bool | None:
    mapping = Mapping.from_settings({"trade": "jobtitle"}, offers=[offer])
    return facts_of(map_record("1", properties, mapping).facts, offer, {}).related_to_profession


def test_the_main_offer_exists_though_nothing_is_written() -> None:
    assert offers_from_settings({})["main"].offer.purpose is Purpose.COMMERCIAL


def test_an_offer_has_the_laws_purpose_and_sector() -> None:
    offer = offers_from_settings({"lofts": {"purpose": "commercial", "sector": "energy_renovation"}})["lofts"].offer

    assert (offer.name, offer.sector) == ("lofts", Sector.ENERGY_RENOVATION)


@pytest.mark.parametrize(
    ("trades", "properties", "answer"),
    [
        (["Achats"], {"jobtitle": "achats"}, True),
        (["Achats"], {"jobtitle": "fleuriste"}, False),
        (["Achats"], {"jobtitle": ""}, None),
        ("all", {}, True),
        (["Achats"], {"jobtitle": "achats", "related_to_profession": "non"}, False),
        (None, {"related_to_profession": "oui"}, True),
        (None, {"jobtitle": "achats"}, None),
    ],
)
def test_an_offer_is_connected_with_the_trades_that_it_names(
    trades: Any, properties: dict[str, str | None], answer: bool | None
) -> None:
    table = {} if trades is None else {"trades": trades}

    assert related(offers_from_settings({"main": table})["main"], properties) is answer


def test_a_purchase_of_the_same_kind_makes_an_offer_similar() -> None:
    offers = offers_from_settings({"tyres": {"similar_to": ["Vélos"]}, "insurance": {"similar_to": ["Assurances"]}})
    mapping = Mapping.from_settings({"bought": "categories"}, offers=offers.values())
    facts = map_record("1", {"categories": "Vélos;Casques"}, mapping).facts

    assert facts_of(facts, offers["tyres"], {}).similar_offer is True
    assert facts_of(facts, offers["insurance"], {}).similar_offer is False


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"main": {"purpose": "sales"}}, "Accepted for purpose: commercial, non_commercial, press"),
        ({"main": {"sector": "cars"}}, "Accepted for sector: energy_renovation"),
        ({"main": {"trade": ["x"]}}, "Known here: .*trades"),
        ({"Été": {}}, "a name is small letters"),
        ({"main": {"trades": "some"}}, "trades"),
    ],
)
def test_a_mistake_in_an_offer_is_named(table: dict[str, dict[str, Any]], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        offers_from_settings(table)


def test_doctor_learns_which_subscription_types_no_offer_names_and_which_do_not_exist() -> None:
    offers = offers_from_settings({"main": {"subscriptions": ["10", "12"]}}).values()

    assert unnamed_subscriptions(offers, {"10": 5, "11": 7}) == {"11": 7}
    assert unknown_subscriptions(offers, ["10", "11"]) == {"main": ["12"]}
