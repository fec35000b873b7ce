"""The company of a HubSpot contact as a source of facts, from the account to verdicts, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from contactable import Contactable
from contactable.connectors.protocol import Level
from contactable.explaining import explain
from contactable.health import examine
from contactable.loading import drain, load
from contactable.previewing import preview
from contactable.register import mirror
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.tokens import SCOPES
from contactable.tasks import tasks
from contactable.watching import watch

MAPPING = """
[connectors.hubspot.mapping]
sole_trader = { property = "company.forme_juridique", values = { EI = "yes", "Micro*" = "yes", "*" = "no" } }
audience = { property = "company.type", values = { PROSPECT = "professional", "*" = "" } }
trade = "company.industry"
opposed_post_on = { property = "company.refus", contains = "courrier" }
[offers.main]
trades = ["Construction"]
"""
SCOPE = "crm.objects.companies.read"
FORM = "property:company.forme_juridique"
PERSON = {"country": "FR", "last_contact_on": "2026-11-01"}


class World:
    """An account in which three offices belong to a sole trader, a company, and nobody."""

    def __init__(self, crm: HubSpotSandbox) -> None:
        self.crm = crm
        add, now = crm.portal.companies.add, crm.portal.now
        common = {"type": "PROSPECT", "industry": "CONSTRUCTION"}
        self.trader = add({**common, "forme_juridique": "Micro-entreprise", "refus": "courrier"}, now)
        self.firm = add({**common, "forme_juridique": "SARL"}, now)
        self.theirs, self.its, self.nobodys = map(str, crm.portal.contacts.by_id)
        crm.as_person(self.theirs, {"associatedcompanyid": self.trader})
        crm.as_person(self.its, {"associatedcompanyid": self.firm})

    def emails(self) -> list[str]:
        """What the three show of e-mail."""
        return [
            self.crm.contact(each).properties.get("contactable_email", "")
            for each in (self.theirs, self.its, self.nobodys)
        ]

    def take_scope_away(self) -> None:
        tokens = self.crm.portal.tokens
        grant = tokens.grants[self.crm.token]
        tokens.grants[self.crm.token] = replace(grant, scopes=grant.scopes - {SCOPE})


@pytest.fixture
def world() -> Iterator[World]:
    with HubSpotSandbox([{**PERSON, "email": f"contact@office{number}.example.com"} for number in range(3)]) as made:
        yield World(made)


@pytest.fixture
def kit(connect: Callable[..., Contactable], world: World) -> Contactable:
    return connect(world.crm, MAPPING)


def facts(kit: Contactable, id: str) -> dict[str, list[str]]:
    with kit.register.read() as tx:
        return dict(mirror.contacts(tx, "hubspot", [id])[id].facts or {})


def test_the_legal_form_decides_whose_an_office_mailbox_is(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")

    assert facts(kit, world.theirs)["sole_trader"] == ["yes", FORM]
    assert facts(kit, world.its)["sole_trader"] == ["no", FORM]
    assert facts(kit, world.its)["trade"] == ["construction", "property:company.industry"]
    assert facts(kit, world.its)["audience"] == ["professional", "property:company.type"]
    assert "sole_trader" not in facts(kit, world.nobodys)
    assert world.emails() == ["denied", "allowed", "denied"]


def test_a_dry_run_counts_by_companies_and_writes_nothing(world: World, kit: Contactable) -> None:
    seen = preview(kit, "hubspot")

    assert seen.reasons["email"]["organisation_address"] == 1
    assert world.emails() == [""] * 3


def test_explain_names_the_property_of_the_company(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")

    found = explain(kit, email="contact@office0.example.com")

    assert found.facts[found.contacts[0]]["sole_trader"] == ("yes", FORM)


def test_another_company_shows_with_the_next_changes(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")
    before = world.emails()

    world.crm.as_person(world.its, {"associatedcompanyid": world.trader})
    world.crm.as_person(world.nobodys, {"associatedcompanyid": world.firm})
    load(kit, "hubspot")

    assert (before, world.emails()) == (["denied", "allowed", "denied"], ["denied", "denied", "allowed"])


def test_what_a_company_that_is_read_tells_no_more_does_not_stand(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")
    before = facts(kit, world.theirs)

    world.crm.portal.companies.change(world.trader, {"forme_juridique": "", "refus": ""}, world.crm.portal.now)
    load(kit, "hubspot", full=True)

    assert {"sole_trader", "opposed_post_on"} <= before.keys()
    assert not {"sole_trader", "opposed_post_on"} & facts(kit, world.theirs).keys()


def test_a_property_of_companies_that_somebody_deletes_opens_nobody_and_is_told(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")

    world.crm.portal.companies.names -= {"forme_juridique", "refus"}
    load(kit, "hubspot", full=True)

    assert world.emails()[0] == "denied"
    assert facts(kit, world.theirs)["sole_trader"] == ["yes", FORM]
    assert "opposed_post_on" in facts(kit, world.theirs)
    assert any(f"the source `sole_trader: {FORM}` is gone" in each.what for each in watch(kit, "hubspot"))


def test_who_leaves_a_company_is_opened_by_nothing(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")

    world.crm.as_person(world.theirs, {"associatedcompanyid": ""})
    load(kit, "hubspot")

    assert facts(kit, world.theirs)["sole_trader"] == ["yes", FORM]
    assert "opposed_post_on" in facts(kit, world.theirs)


def reconciled(kit: Contactable) -> str:
    """Run the task of the schedule that looks at everybody, and give its note."""
    note = next(each for each in tasks(kit, lambda: None) if each.name == "reconcile hubspot").run()
    drain(kit, "hubspot")
    return note


@pytest.mark.parametrize("again", [reconciled, lambda kit: load(kit, "hubspot", full=True)], ids=["schedule", "full"])
def test_a_change_of_the_company_shows_when_everybody_is_read_again(
    world: World, kit: Contactable, again: Callable[[Contactable], object]
) -> None:
    load(kit, "hubspot")
    before = world.emails()

    world.crm.portal.companies.change(world.firm, {"forme_juridique": "EI"}, world.crm.portal.now)
    again(kit)

    assert (before[1], world.emails()[1]) == ("allowed", "denied")


def test_the_reconciliation_reads_contacts_again_only_where_a_mapping_names_what_stands_beside_them(
    world: World, connect: Callable[..., Contactable]
) -> None:
    notes = []
    for mapping in ("", MAPPING):
        kit = connect(world.crm, mapping)
        load(kit, "hubspot")
        notes.append(reconciled(kit))

    assert notes == ["0 gone", "0 gone, 3 read again, 0 changed"]


def test_doctor_names_the_scope_that_a_mapping_needs_and_what_is_closed_without_it(
    world: World, kit: Contactable, connect: Callable[..., Contactable]
) -> None:
    def told(kit: Contactable) -> list[tuple[Level, bool]]:
        found = [each for each in examine(kit) if each.what == f"Scope {SCOPE}"]
        return [(each.level, FORM.removeprefix("property:") in each.mend) for each in found]

    with_it = told(kit)
    world.crm.token = world.crm.portal.tokens.service_key([each for each in SCOPES if each != SCOPE])

    assert with_it == [(Level.OK, False)]
    assert told(connect(world.crm, MAPPING)) == [(Level.ERROR, True)]
    assert told(connect(world.crm)) == []


def test_a_scope_taken_away_opens_nobody_and_is_told(world: World, kit: Contactable) -> None:
    load(kit, "hubspot")
    gone = f"the source `sole_trader: {FORM}` is gone"
    before = [each.what for each in watch(kit, "hubspot")]

    world.take_scope_away()
    load(kit, "hubspot", full=True)

    assert world.emails() == ["denied"] * 3
    assert "audience" not in facts(kit, world.its)
    assert facts(kit, world.theirs)["sole_trader"] == ["yes", FORM]
    assert "opposed_post_on" in facts(kit, world.theirs)
    assert not any(gone in each for each in before)
    assert any(gone in each.what for each in watch(kit, "hubspot"))


@pytest.mark.parametrize("told", ['audience = { always = "professional" }', ""])
def test_a_company_that_is_gone_opens_nobody(world: World, connect: Callable[..., Contactable], told: str) -> None:
    kept = "\n".join(told if told and line.startswith("audience") else line for line in MAPPING.splitlines())
    kit = connect(world.crm, kept)
    load(kit, "hubspot")

    for each in (world.trader, world.firm):
        world.crm.portal.companies.remove(each)
    load(kit, "hubspot", full=True)

    assert world.emails()[0] == "denied"
    assert facts(kit, world.theirs)["sole_trader"] == ["yes", FORM]
    assert "opposed_post_on" in facts(kit, world.theirs)
    assert "trade" not in facts(kit, world.its)
