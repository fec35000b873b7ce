"""Offers: what a campaign proposes, and what ties it to a contact.

``[offers.main]`` always exists. An offer says its purpose and sector (the law's), which trades it concerns, what it is
similar to, the object of the contracts it belongs to, the requests it answers, and the CRM's subscription types that
carry it. Where it says ``"all"`` every known contact is concerned; where it says nothing, the contact's own column
(``related_to_profession`` …) decides, and without one it stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from contactable.errors import SettingsError, part
from contactable.mapping.values import plain
from contactable.rules import Offer, Purpose, Sector
from contactable.rules.acts import OfferScopes

Terms = frozenset[str] | Literal["all"] | None
TIES = {  # column of the contact file -> key of [offers.NAME], column of codes on the contact
    "similar_offer": ("similar_to", "bought"),
    "related_to_profession": ("trades", "trade"),
    "offer_on_contract": ("contract_objects", "contract_object"),
    "offer_as_asked": ("requests", "asked_for"),
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")  # it becomes part of a property's name in the CRM


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table ``[offers.NAME]``, as it may be written."""

    label: str = ""
    description: str = ""
    purpose: Purpose = Purpose.COMMERCIAL
    sector: Sector | None = None
    trades: list[str] | Literal["all"] | None = None
    similar_to: list[str] | Literal["all"] | None = None
    contract_objects: list[str] | Literal["all"] | None = None
    requests: list[str] | Literal["all"] | None = None
    subscriptions: list[str | int] = []


@dataclass(frozen=True, slots=True, eq=False)
class OfferSettings:
    """One offer: the rules' own ``offer``, its texts for people, its ties, and the subscription types that carry it.

    ``ties`` gives for each of the four columns of ``TIES`` the codes that make it true, "all", or None (not said).
    """

    offer: Offer
    label: str
    description: str
    ties: Mapping[str, Terms]
    subscriptions: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()  # types that other offers name and this one does not

    @property
    def name(self) -> str:
        """Its name in the settings, in commands and in property names."""
        return self.offer.name

    @property
    def scopes(self) -> OfferScopes:
        """What ``rules.acts.known`` asks: the subscription types that carry the offer, and those of others alone."""
        return OfferScopes(self.subscriptions, self.elsewhere)

    def closed_by(self, subscription: str) -> bool:
        """Whether an opt-out of this subscription type closes the offer: its own, or one that no offer names."""
        return subscription not in self.elsewhere

    def tie(self, column: str, codes: str | None) -> str | None:
        """Tell ``yes``, ``no`` or None for one of the ties, from the contact's codes (joined by ``;``, or None)."""
        terms = self.ties[column]
        if terms is None or terms == "all":
            return terms and "yes"
        if codes is None:
            return None
        return "yes" if not terms.isdisjoint(codes.split(";")) else "no"


def offers_from_settings(table: Mapping[str, Mapping[str, Any]]) -> dict[str, OfferSettings]:
    """Understand ``[offers]``; ``main`` is added and comes first. Raise ``SettingsError`` naming offer and key."""
    written = {name: _understood(name, entry) for name, entry in {"main": {}, **table}.items()}
    named = {name: frozenset(str(each) for each in entry.subscriptions) for name, entry in written.items()}
    # Each offer must know what the others name: an opt-out that no offer names closes all.
    everything = frozenset().union(*named.values())
    return {name: _offer(name, entry, named[name], everything) for name, entry in written.items()}


def vocabulary(offers: Iterable[OfferSettings]) -> frozenset[str]:
    """Every code that an offer names: what else a contact bought or does is kept as ``other``."""
    ties = (terms for offer in offers for terms in offer.ties.values())
    return frozenset(term for terms in ties if isinstance(terms, frozenset) for term in terms)


def unnamed_subscriptions(offers: Iterable[OfferSettings], seen: Mapping[str, int]) -> dict[str, int]:
    """Give, of the subscription types ``seen`` (id to number of opt-outs), those that no offer names: ``doctor``."""
    named = frozenset(each for offer in offers for each in offer.subscriptions)
    return {subscription: count for subscription, count in seen.items() if subscription not in named}


def unknown_subscriptions(offers: Iterable[OfferSettings], existing: Iterable[str]) -> dict[str, list[str]]:
    """Give for each offer the subscription types that it names and the CRM does not have."""
    there = frozenset(existing)
    missing = {offer.name: sorted(offer.subscriptions - there) for offer in offers}
    return {name: absent for name, absent in missing.items() if absent}


def _understood(name: str, entry: Mapping[str, Any]) -> _Written:
    if not _NAME.fullmatch(name):
        raise SettingsError(f"[offers.{name}]: a name is small letters, digits and _, and starts with a letter.")
    try:
        return msgspec.convert({key: value for key, value in entry.items() if value != ""}, _Written)
    except msgspec.ValidationError as error:
        raise SettingsError(f"[offers.{name}]: {error}. {_accepted(entry)}") from None


def _accepted(entry: Mapping[str, Any]) -> str:
    for key, words in (("purpose", Purpose), ("sector", Sector)):
        if key in entry and entry[key] not in list(words):
            return part(f"Accepted for {key}: {', '.join(words)}.")
    return part(f"Known here: {', '.join(_Written.__struct_fields__)}.")


def _offer(name: str, entry: _Written, subscriptions: frozenset[str], everything: frozenset[str]) -> OfferSettings:
    return OfferSettings(
        Offer(name, entry.purpose, entry.sector),
        entry.label or name,
        entry.description,
        {column: _terms(getattr(entry, key)) for column, (key, _) in TIES.items()},
        subscriptions,
        everything - subscriptions,
    )


def _terms(written: list[str] | Literal["all"] | None) -> Terms:
    return frozenset(plain(each) for each in written) if isinstance(written, list) else written
