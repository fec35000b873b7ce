"""What doctor says of facts: sources that are gone, coverage that fell, types and decisions nobody answers for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contactable import Contactable
from contactable.alerts import look
from contactable.approvals import approve, decisions_of
from contactable.effects import effects, told
from contactable.loading import load
from contactable.register import marks
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


def alerts(kit: Contactable) -> str:
    """What goes out through ``[alerts]`` now."""
    messages: list[str] = []
    look(kit, lambda title, text: messages.append(text))
    return "\n".join(messages)


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


def test_declarations_that_contradict_each_other_are_one_alert_that_names_both_until_one_of_them_is_mended(
    connect: Connect,
) -> None:
    people = [{**each, "hs_object_source_label": "IMPORT" if n < 2 else "FORM"} for n, each in enumerate(PEOPLE)]
    imported = TOLD.replace('"told"', '"imported"').replace("all = true", 'source = "IMPORT"')
    with HubSpotSandbox(people) as crm:
        kit = connect(crm, TOLD + imported.replace('informed = "yes"', 'informed = "no"'))
        kit.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
        load(kit, "hubspot")
        alerted, again = alerts(kit), alerts(kit)
        shown = [each.properties["contactable_phone"] for each in crm.portal.contacts.by_id.values()]
        kit.close()

        mended = connect(crm, TOLD + imported)
        load(mended, "hubspot")
        over = alerts(mended)

    assert "the declarations `told` and `imported` contradict each other on `informed` for 2 contacts" in alerted
    assert again == ""
    assert shown == ["denied", "denied", "allowed", "allowed", "allowed"]
    assert "Over: hubspot: the declarations `told` and `imported` contradict each other" in over


@pytest.mark.parametrize("name", ["sms+mail", "100 %", "%2B", "contradiction:a"])
def test_a_declaration_is_named_whole_in_the_alert_whatever_its_name(connect: Connect, name: str) -> None:
    one, no = TOLD.replace('"told"', f'"{name}"'), 'informed = "no"'
    others = TOLD.replace('"told"', '"a+b"') + TOLD.replace('informed = "yes"', no).replace('"told"', '"no"')
    with HubSpotSandbox(PEOPLE[:1]) as crm:
        two = connect(crm, one + TOLD.replace('informed = "yes"', no))
        two.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
        load(two, "hubspot")
        alerted = alerts(two)
        two.close()
        three = connect(crm, one.replace('informed = "yes"', no) + others)
        load(three, "hubspot")

        assert f"the declarations `{name}` and `told` contradict each other on `informed` for 1 contacts" in alerted
        assert f"the declarations `{name}` and `a+b` and `no` contradict each other" in whats(three)


def test_a_declaration_that_ran_out_contradicts_nobody_and_makes_way_for_the_next(connect: Connect) -> None:
    first = TOLD.replace("on = 2026-01-01", "on = 2025-01-01\nvalid_until = 2026-11-24")
    second = TOLD.replace('"told"', '"told-again"').replace("on = 2026-01-01", "on = 2026-11-25")
    third = second.replace("told-again", "not-told").replace("2026-11-25", "2026-11-26")
    days = iter(datetime(2026, 11, day, 12, tzinfo=UTC) for day in (24, 25, 26))
    today, shown = next(days), []
    with HubSpotSandbox(PEOPLE) as crm:
        kit = connect(crm, first + second + third.replace('informed = "yes"', 'informed = "no"'), clock=lambda: today)
        load(kit, "hubspot")
        shown.append(crm.portal.contacts.by_id[min(crm.portal.contacts.by_id)].properties["contactable_phone"])
        for today in days:
            load(kit, "hubspot")
            shown.append(crm.portal.contacts.by_id[min(crm.portal.contacts.by_id)].properties["contactable_phone"])
            assert ("contradict" in whats(kit)) is (today.day == 26)

    assert shown == ["allowed", "allowed", "denied"]


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
