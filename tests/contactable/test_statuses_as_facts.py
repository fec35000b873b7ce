"""HubSpot's subscription statuses as a source of facts, from the account to the register, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from contactable import Contactable
from contactable.connectors.protocol import Level
from contactable.health import examine
from contactable.loading import load
from contactable.register import mirror
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.preferences import BY_RECIPIENT, Status
from contactable.sandbox.hubspot.tokens import SCOPES
from contactable.watching import watch

MAPPING = """
[connectors.hubspot.mapping.consent_email_on]
property = "subscription.1602.on"
when = { "subscription.1602.basis" = "CONSENT_WITH_NOTICE" }
[offers.main]
subscriptions = ["1602"]
"""
SOURCE = "property:subscription.1602.on"


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([{"email": f"p{number}@example.com", "audience": "consumer"} for number in range(3)]) as made:
        yield made


@pytest.fixture
def kit(connect: Callable[..., Contactable], crm: HubSpotSandbox) -> Contactable:
    return connect(crm, MAPPING)


def says(crm: HubSpotSandbox, id: str, subscribed: bool) -> None:
    email, now = crm.contact(id).properties["email"], crm.portal.now
    crm.portal.say(email, 1602, Status(subscribed, now, BY_RECIPIENT, "CONSENT_WITH_NOTICE"))


def facts(kit: Contactable, id: str) -> dict[str, list[str]]:
    with kit.register.read() as tx:
        return dict(mirror.contacts(tx, "hubspot", [id])[id].facts or {})


def test_a_consent_comes_with_its_date_and_ends_with_the_unsubscribe(crm: HubSpotSandbox, kit: Contactable) -> None:
    first, second, _ = map(str, crm.portal.contacts.by_id)
    says(crm, first, True)
    load(kit, "hubspot")
    before = facts(kit, first)

    says(crm, first, False)
    kit.reader("hubspot").sync_consents()

    assert before["consent_email_on"][1] == SOURCE
    assert "consent_email_on" not in facts(kit, second)
    assert "consent_email_on" not in facts(kit, first)
    assert facts(kit, first)["opposed_email_on/1602"] == ["unknown", "property:hs_email_optout_1602"]


def test_a_consent_that_comes_later_is_told_by_the_feed(crm: HubSpotSandbox, kit: Contactable) -> None:
    first, *_ = map(str, crm.portal.contacts.by_id)
    load(kit, "hubspot")

    says(crm, first, True)
    kit.reader("hubspot").sync_consents()

    assert facts(kit, first)["consent_email_on"][1] == SOURCE


def test_doctor_names_the_scope_that_a_mapping_needs_and_what_is_closed_without_it(
    crm: HubSpotSandbox, kit: Contactable, connect: Callable[..., Contactable]
) -> None:
    def told(kit: Contactable) -> list[tuple[Level, bool]]:
        scope = "Scope communication_preferences.statuses.batch.read"
        return [(each.level, SOURCE[9:] in each.mend) for each in examine(kit) if each.what == scope]

    with_it = told(kit)
    crm.token = crm.portal.tokens.service_key([each for each in SCOPES if "statuses.batch" not in each])

    assert with_it == [(Level.OK, False)]
    assert told(connect(crm, MAPPING)) == [(Level.ERROR, True)]
    assert told(connect(crm)) == []


def test_a_scope_taken_away_closes_what_it_permitted_and_is_told(crm: HubSpotSandbox, kit: Contactable) -> None:
    first, second, _ = map(str, crm.portal.contacts.by_id)
    says(crm, first, True)
    says(crm, second, False)
    load(kit, "hubspot")
    gone = "the source `consent_email_on: property:subscription.1602.on` is gone"
    before = [each.what for each in watch(kit, "hubspot")]

    tokens = crm.portal.tokens
    grant = tokens.grants[crm.token]
    tokens.grants[crm.token] = replace(grant, scopes=frozenset(each for each in grant.scopes if "batch" not in each))
    load(kit, "hubspot", full=True)

    assert "consent_email_on" not in facts(kit, first)
    assert "opposed_email_on/1602" in facts(kit, second)
    assert not any(gone in each for each in before)
    assert any(gone in each.what for each in watch(kit, "hubspot"))
