"""A source of facts that somebody changed in the CRM, over HTTP: it opens nothing, and people are told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from contactable import Contactable
from contactable.alerts import look
from contactable.loading import load
from contactable.register import marks
from contactable.rules import Channel
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.forms import Form
from contactable.service import Memory
from contactable.tasks import tasks
from contactable.watching import watch

MAPPING = """
[connectors.hubspot.mapping]
informed = ["a_informer"]
opposed_sms_on = ["refus_sms"]
country = ["pays"]
"""
PEOPLE = [
    {
        "email": f"p{number}@example.com",
        "mobilephone": f"+3363998000{number}",
        "address": "1 rue des Lilas",
        "audience": "consumer",
        "last_contact_on": "2026-11-01",
        "a_informer": "oui",
        "refus_sms": "2026-11-01" if number == 0 else "",
        "pays": "France",
    }
    for number in range(5)
]
NOTICE, CHANGED = "Nous vous écrirons à propos de nos offres.", "Nous vous écrirons, et nos partenaires aussi."


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox(PEOPLE) as sandbox:
        yield sandbox


@pytest.fixture
def kit(connect: Callable[..., Contactable], crm: HubSpotSandbox) -> Contactable:
    made = connect(crm, MAPPING)
    made.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
    return made


def run(kit: Contactable, name: str) -> None:
    """Run one task of the schedule, and keep that it ran."""
    task = next(each for each in tasks(kit, lambda: None) if each.name == name)
    Memory(kit.register).ran(name, kit.clock(), True, task.run())


def retype(crm: HubSpotSandbox, name: str, type: str, value: str) -> None:
    """Somebody gives a property another type, and every contact that had a value another one."""
    url = f"{crm.url}/crm/v3/properties/contacts/{name}"
    changed = {"type": type, "fieldType": type}
    answer = requests.patch(url, json=changed, headers={"Authorization": f"Bearer {crm.token}"}, timeout=10)
    assert answer.json()["type"] == type
    for id in crm.portal.contacts.by_id:
        if crm.contact(id).properties.get(name):
            crm.as_person(id, {name: value})


def make_anew(crm: HubSpotSandbox, name: str) -> None:
    """Somebody deletes a property, with all that it held, and makes another of the same name."""
    definition = crm.portal.definitions.by_name[name]
    crm.portal.definitions.by_name[name] = replace(definition, type="number", field_type="number", created_at=1)
    for id in crm.portal.contacts.by_id:
        crm.contact(id).properties.pop(name, None)


def shown(crm: HubSpotSandbox, name: str) -> list[str]:
    return [crm.contact(id).properties.get(f"contactable_{name}", "") for id in crm.portal.contacts.by_id]


def told(kit: Contactable) -> str:
    """What goes out through ``[alerts]`` now."""
    messages: list[str] = []
    look(kit, lambda title, text: messages.append(text))
    return "\n".join(messages)


def test_a_retyped_permission_closes_what_it_opened_and_is_named(crm: HubSpotSandbox, kit: Contactable) -> None:
    load(kit, "hubspot")
    run(kit, "coverage hubspot")
    before = shown(crm, "post")

    retype(crm, "a_informer", "date", "2026-11-20")
    load(kit, "hubspot")
    run(kit, "coverage hubspot")

    assert (before, shown(crm, "post")) == (["allowed"] * 5, ["denied"] * 5)
    assert "informed (100% → 0%)" in "\n".join(each.what for each in watch(kit, "hubspot"))
    assert "informed (100% → 0%)" in told(kit)


def test_a_fact_that_four_of_five_had_and_nobody_has_at_the_next_sync_is_an_alert_and_opens_nobody(
    connect: Callable[..., Contactable],
) -> None:
    people = [
        {**PEOPLE[min(n, 1)], "email": f"p{n}@example.com", "mobilephone": f"+336399800{n:02}"} for n in range(100)
    ]
    with HubSpotSandbox([{**each, "a_informer": "oui" if n < 81 else ""} for n, each in enumerate(people)]) as crm:
        kit = connect(crm, MAPPING)
        kit.register.write(lambda tx: marks.put(tx, marks.KEY_BACKED_UP, tx.keys[0][1].id))
        load(kit, "hubspot")
        run(kit, "coverage hubspot")
        before, quiet = shown(crm, "post"), told(kit)

        for id in crm.portal.contacts.by_id:
            crm.as_person(id, {"a_informer": ""})
        load(kit, "hubspot")
        run(kit, "coverage hubspot")
        alerted, again = told(kit), told(kit)

        assert (before.count("allowed"), before.count("denied")) == (81, 19)
        assert [shown(crm, channel).count("allowed") for channel in Channel] == [0] * len(Channel)
        assert crm.contact(min(crm.portal.contacts.by_id)).properties["contactable_sms_reason"] == "opposition"
        assert "→" not in quiet
        assert "informed (81% → 0%)" in alerted
        assert again == ""


def test_a_retyped_opposition_still_stands_and_the_rest_is_read(crm: HubSpotSandbox, kit: Contactable) -> None:
    load(kit, "hubspot")

    retype(crm, "refus_sms", "number", "7")
    first, second, *_ = list(crm.portal.contacts.by_id)
    crm.as_person(second, {"a_informer": "non"})
    load(kit, "hubspot")

    assert crm.contact(first).properties["contactable_sms_reason"] == "opposition"
    assert shown(crm, "post") == ["allowed", "denied", "allowed", "allowed", "allowed"]


def test_an_opposition_stands_though_another_property_took_the_name_of_the_one_that_held_it(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    load(kit, "hubspot")
    run(kit, "sources hubspot")
    before = told(kit)
    first, *_ = list(crm.portal.contacts.by_id)

    make_anew(crm, "refus_sms")
    load(kit, "hubspot", full=True)
    run(kit, "sources hubspot")

    assert crm.contact(first).properties["contactable_sms_reason"] == "opposition"
    assert "refus_sms" not in before
    assert "the property `refus_sms` is another than it was (string of " in told(kit)


def test_a_property_that_took_a_name_counts_once_the_mapping_did_without_it(
    crm: HubSpotSandbox, kit: Contactable, connect: Callable[..., Contactable]
) -> None:
    load(kit, "hubspot")
    make_anew(crm, "refus_sms")
    first, second, *_ = list(crm.portal.contacts.by_id)
    crm.as_person(second, {"refus_sms": "1"})
    kit.close()

    load(connect(crm, MAPPING.replace('opposed_sms_on = ["refus_sms"]\n', "")), "hubspot", full=True)
    again = connect(crm, MAPPING)
    load(again, "hubspot", full=True)

    assert "another than it was" not in "\n".join(each.what for each in watch(again, "hubspot"))
    assert [crm.contact(id).properties["contactable_sms_reason"] == "opposition" for id in (first, second)] == [
        False,
        True,
    ]


def test_a_source_that_somebody_deletes_is_told_within_the_hour_and_once_more_when_it_is_back(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    load(kit, "hubspot")
    definition = crm.portal.definitions.by_name.pop("a_informer")
    run(kit, "sources hubspot")
    gone = told(kit)

    crm.portal.definitions.by_name["a_informer"] = definition
    run(kit, "sources hubspot")

    assert "the source `informed: property:a_informer` is gone" in gone
    assert "Over: Where facts of hubspot come from is not as it was" in told(kit)


def test_a_form_whose_text_changed_goes_out_as_an_alert_until_it_is_a_wording(
    crm: HubSpotSandbox, kit: Contactable, connect: Callable[..., Contactable]
) -> None:
    crm.portal.forms.add(Form("devis", "Demande de devis", crm.portal.now, NOTICE))
    load(kit, "hubspot")
    assert "Demande de devis" not in told(kit)

    crm.portal.forms.by_id["devis"] = Form("devis", "Demande de devis", crm.portal.now, CHANGED)
    run(kit, "forms hubspot")
    alerted = told(kit)
    kit.close()
    listed = connect(crm, f'{MAPPING}[[wording]]\nkind = "first_message"\nversion = "v2"\ntext = "{CHANGED}"\n')
    run(listed, "forms hubspot")

    assert "The text of the form “Demande de devis” of hubspot changed (notice)." in alerted
    assert "Over: The text of the form “Demande de devis”" in told(listed)
