"""What doctor says of facts: sources that are gone, coverage that fell, types and decisions nobody answers for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactable import Contactable
from contactable.approvals import approve, decisions_of
from contactable.effects import effects, told
from contactable.loading import load
from contactable.rules import Channel
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.watching import remember_coverage, unsigned, watch

Connect = Callable[..., Contactable]
PEOPLE = [
    {
        "email": f"p{number}@example.com",
        "phone": f"+3363998000{number}",
        "audience": "professional",
        "related_to_profession": "yes",
        "country": "FR",
        "last_contact_on": "2026-11-01",
        "pays": "France",
    }
    for number in range(5)
]
TOLD = """
[[declare]]
name = "told"
all = true
facts = { informed = "yes", source = "person" }
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-01-01
"""


def whats(kit: Contactable) -> str:
    return "\n".join(finding.what for finding in watch(kit, "hubspot"))


@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ('opposed_sms_on = ["stop_sms"]', "opposed_sms_on: property:stop_sms"),
        ('customer = [{ list = "Clients", value = "yes" }]', "customer: list:Clients"),
        ('last_contact_on = [{ form = "Devis" }]', "last_contact_on: form:Devis"),
    ],
    ids=["a property", "a list", "a form"],
)
def test_a_source_that_the_crm_does_not_have_is_named(connect: Connect, mapping: str, named: str) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        kit = connect(crm, f"[connectors.hubspot.mapping]\n{mapping}\n")

        assert named in whats(kit)


def test_sources_that_the_crm_has_are_no_finding_at_all(connect: Connect) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        assert whats(connect(crm, '[connectors.hubspot.mapping]\ncountry = ["pays"]\n')) == ""


def test_a_form_that_was_renamed_is_named_where_a_declaration_speaks_of_it(connect: Connect) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        crm.portal.forms.add(Form("f-1", "Demande de devis", crm.portal.now, "Une mention.", {}))
        kit = connect(crm, TOLD.replace("all = true", 'form = "Demande de *"'))
        assert whats(kit) == ""

        crm.portal.forms.by_id["f-1"] = Form("f-1", "Devis", crm.portal.now, "Une mention.", {})

        assert "a declaration speaks of the form `demande de *`, which is gone" in whats(kit)


def test_a_fact_that_contacts_lose_from_one_day_to_the_next_is_named_with_both_shares(connect: Connect) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        kit = connect(crm)
        load(kit, "hubspot")
        assert remember_coverage(kit, "hubspot") == ""

        for id in list(crm.portal.contacts.by_id):
            crm.as_person(id, {"audience": ""})
        load(kit, "hubspot")

        assert "audience (100% → 0%)" in whats(kit)
        assert remember_coverage(kit, "hubspot") == "audience (100% → 0%)"


def test_declarations_that_contradict_each_other_are_named_with_the_contacts_that_they_leave_closed(
    connect: Connect,
) -> None:
    others = TOLD.replace('"told"', '"not-told"').replace('informed = "yes"', 'informed = "no"')
    with HubSpotSandbox(PEOPLE) as crm:
        kit = connect(crm, TOLD + others)
        summary = load(kit, "hubspot")

        assert "the declarations `told` and `not-told` contradict each other on `informed` for 5 contacts" in whats(kit)
        assert "informed:declarations_contradict:told+not-told 5" in summary
        assert {each.properties["contactable_phone"] for each in crm.portal.contacts.by_id.values()} == {"denied"}


def test_types_that_only_one_of_offers_and_crm_knows_are_named(connect: Connect) -> None:
    people = [{**each, "hs_email_optout_1601": "true"} for each in PEOPLE[:2]]
    with HubSpotSandbox(people) as crm:
        kit = connect(crm, '[offers.main]\nsubscriptions = ["77"]\n')
        load(kit, "hubspot")

        found = whats(kit)

    assert "the subscription type 1601 (2 opt-outs)" in found
    assert "[offers.main] names 77" in found


def test_decisions_that_nobody_approved_are_named_until_somebody_does(connect: Connect) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        kit = connect(crm)
        assert "reading:robinson" in next(unsigned(kit)).what

        approve(kit, decisions_of(kit), "Anne Exemple")

        assert list(unsigned(kit)) == []


def test_a_declaration_tells_how_many_contacts_it_opens_on_which_channel(connect: Connect) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        kit = connect(crm, TOLD)
        load(kit, "hubspot")

        found = effects(kit)

    assert found.opened["declaration:told"][Channel.PHONE] == 5
    assert "5" in told(found, "en")["declaration:told"]
    assert told(found, "fr")["mapping:hubspot"] == "5 contacts lus"
