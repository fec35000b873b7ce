"""Lists, forms and subscription types that go while the kit runs: one alert, nothing opens, the rest is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactable import Contactable
from contactable.alerts import look
from contactable.loading import load
from contactable.register import marks
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.service import Memory
from contactable.tasks import tasks

Connect = Callable[..., Contactable]
LISTS = """
[connectors.hubspot.mapping]
opposed_sms_on = { list = "Stop SMS" }
informed = { list = "Informés", value = "yes" }
"""
DECLARED = """
[[declare]]
name = "quote"
form = "Demande de devis"
facts = { informed = "yes", source = "person" }
evidence = "text of the form"
by = "Anne Exemple"
on = 2026-01-01
"""
TYPES = """
[offers.main]
subscriptions = ["1601"]
"""
PEOPLE = [
    {
        "email": f"p{number}@example.com",
        "mobilephone": f"+3363998000{number}",
        "address": "1 rue des Lilas",
        "audience": "professional",
        "related_to_profession": "yes",
        "country": "FR",
        "last_contact_on": "2026-11-01",
        "first_conversion_event_name": "Demande de devis" if number < 2 else "",
    }
    for number in range(3)
]


def opened(connect: Connect, crm: HubSpotSandbox, text: str) -> Contactable:
    kit = connect(crm, text)
    kit.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
    load(kit, "hubspot")
    return kit


def told(kit: Contactable) -> str:
    """What goes out after the look of the hour."""
    name = "sources hubspot"
    task = next(each for each in tasks(kit, lambda: None) if each.name == name)
    Memory(kit.register).ran(name, kit.clock(), True, task.run())
    messages: list[str] = []
    look(kit, lambda title, text: messages.append(text))
    return "\n".join(messages)


def shown(crm: HubSpotSandbox, channel: str) -> list[str]:
    return [crm.contact(id).properties[f"contactable_{channel}"] for id in crm.portal.contacts.by_id]


@pytest.mark.parametrize("way", ["deleted", "renamed"])
def test_a_list_that_goes_keeps_closed_whom_it_closed_and_closes_whom_it_opened(connect: Connect, way: str) -> None:
    with HubSpotSandbox([{**each, "informed": ""} for each in PEOPLE]) as crm:
        portal, (first, *others) = crm.portal, list(crm.portal.contacts.by_id)
        portal.lists.put_in(portal.lists.add("Stop SMS", "MANUAL", portal.now), [first], portal.now)
        portal.lists.put_in(portal.lists.add("Informés", "MANUAL", portal.now), [first, *others], portal.now)
        kit = opened(connect, crm, LISTS)
        before, alerted = shown(crm, "sms"), told(kit)

        for name in ("Stop SMS", "Informés"):
            gone = portal.lists.named(name)
            gone.name, gone.deleted = f"{name} (archive)", way == "deleted"
        crm.as_person(others[0], {"audience": "consumer"})
        load(kit, "hubspot", full=True)
        after, gone_now = shown(crm, "sms"), told(kit)

    assert (before, after) == (["denied", "allowed", "allowed"], ["denied"] * 3)
    assert crm.contact(first).properties["contactable_sms_reason"] == "opposition"
    assert crm.contact(others[0]).properties["contactable_sms_reason"] == "consent_required"
    assert "is gone" not in alerted
    assert "the source `informed: list:Informés` is gone" in gone_now
    assert "the source `opposed_sms_on: list:Stop SMS` is gone" in gone_now


def test_a_form_that_is_renamed_is_an_alert_and_opens_nobody_who_comes_from_now_on(connect: Connect) -> None:
    with HubSpotSandbox(PEOPLE) as crm:
        crm.portal.forms.add(Form("f-1", "Demande de devis", crm.portal.now, "Une mention.", {}))
        kit = opened(connect, crm, DECLARED)
        before, alerted = shown(crm, "sms"), told(kit)

        crm.portal.forms.by_id["f-1"] = Form("f-1", "Devis", crm.portal.now, "Une mention.", {})
        crm.submit_form("f-1", {"email": PEOPLE[2]["email"]})
        load(kit, "hubspot")

        assert (before, shown(crm, "sms")) == (["allowed", "allowed", "denied"],) * 2
        assert "is gone" not in alerted
        assert "a declaration speaks of the form `demande de devis`, which is gone" in told(kit)


def test_an_offer_that_names_a_subscription_type_which_the_crm_has_not_is_an_alert_and_the_rest_is_read(
    connect: Connect,
) -> None:
    people = [{**each, "informed": "yes", "source": "person"} for each in PEOPLE]
    with HubSpotSandbox([{**people[0], "hs_email_optout_1601": "true"}, *people[1:]]) as crm:
        kit = opened(connect, crm, TYPES)
        assert "names 1601" not in told(kit)
        kit.close()

        wrong = opened(connect, crm, TYPES.replace("1601", "77"))
        alerted = told(wrong)

        assert "[offers.main] names 77, which the CRM has not" in alerted
        assert shown(crm, "email") == ["denied", "allowed", "allowed"]  # of a type that no offer names, all
