"""Our properties in HubSpot over real HTTP: the schema that fits, completed on upgrade, never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from contactable import Contactable, own_properties
from contactable.connectors.protocol import Level
from contactable.errors import Refused
from contactable.loading import drain, load
from contactable.register import Tx, cursors
from contactable.rules import Channel, Reason
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.hubspot.definitions import Definition
from contactable.tasks import tasks

Connect = Callable[..., Contactable]
PERSON = {"email": "camille@example.com", "audience": "consumer", "country": "FR", "last_contact_on": "2026-11-01"}
CHANNELS = [*Channel]


def ours(crm: HubSpotSandbox) -> dict[str, Definition]:
    known = crm.portal.definitions.by_name.values()
    return {each.name.removeprefix("contactable_"): each for each in known if each.group == "contactable"}


def there(crm: HubSpotSandbox) -> set[str]:
    return {name for name, each in ours(crm).items() if not each.archived}


def values(crm: HubSpotSandbox) -> dict[str, str]:
    (id,) = crm.portal.contacts.by_id
    return {name: value for name, value in crm.contact(id).properties.items() if name.startswith("contactable_")}


def sync_by_schedule(kit: Contactable) -> str:
    (task,) = [each for each in tasks(kit, lambda: None) if each.name == "sync hubspot"]
    note = task.run()
    drain(kit, "hubspot")
    return note


def test_a_portal_gets_every_property_in_one_group_with_its_kind(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        load(connect(crm), "hubspot")

        kinds = {name: (each.type, each.field_type) for name, each in ours(crm).items()}
    boxes, choice = ("enumeration", "checkbox"), ("enumeration", "select")
    text, day, moment = ("string", "text"), ("date", "date"), ("datetime", "date")
    by_channel = {f"{each}{what}": kind for each in CHANNELS for what, kind in
                  (("", choice), ("_reason", choice), ("_advice", text), ("_until", day))}  # fmt: skip
    assert by_channel.items() <= kinds.items()
    named = {"channels": boxes, "oppose": boxes, "changed_at": moment, "link": text}
    assert named.items() <= kinds.items()


@pytest.mark.parametrize(
    ("language", "label", "state", "reason"),
    [("fr", "Prospection – SMS", "Interdite", "S'est opposé"), ("en", "Prospecting – SMS", "Denied", "Objected")],
)
def test_labels_are_in_the_language_of_the_settings(
    connect: Connect, language: str, label: str, state: str, reason: str
) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm)
        kit.settings = structs.replace(kit.settings, language=language)
        load(kit, "hubspot")
        made = ours(crm)

    labels = {option["value"]: option["label"] for name in ("sms", "sms_reason") for option in made[name].options}
    assert (made["sms"].label, labels["denied"], labels["opposition"]) == (label, state, reason)
    assert set(Reason) <= labels.keys()


def test_the_compact_schema_is_chosen_where_the_quota_is_small(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        crm.portal.definitions.quota = crm.portal.definitions.custom + 7

        load(connect(crm), "hubspot")

        assert there(crm) == {"channels", "oppose", "reasons", "until", "changed_at"}
        assert "email:consent_required" in values(crm)["contactable_reasons"].split(";")


def test_five_properties_that_do_not_fit_are_refused_with_what_to_do(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        crm.portal.definitions.quota = crm.portal.definitions.custom + 4

        with pytest.raises(Refused, match="allows 4 more custom properties and 5 are needed"):
            load(connect(crm), "hubspot")

        assert there(crm) == set()


def test_the_schema_stays_when_there_is_room_later_and_changes_when_it_is_named(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        crm.portal.definitions.quota = crm.portal.definitions.custom + 7
        kit = connect(crm)
        load(kit, "hubspot")
        crm.portal.definitions.quota = 1_000
        load(kit, "hubspot")
        assert "email_reason" not in there(crm)

        load(connect(crm, 'properties = "full"'), "hubspot")

        assert "reasons" not in there(crm)
        assert values(crm)["contactable_email_reason"] == "consent_required"


def test_a_code_of_a_new_version_is_added_by_the_schedule_and_labels_stay(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm)
        load(kit, "hubspot")
        of_old = replace(ours(crm)["sms_reason"], label="Le motif", options=ours(crm)["sms_reason"].options[:3])
        crm.portal.define(of_old)
        kit.register.write(_as_of_an_older_version)

        sync_by_schedule(kit)

        there_now = ours(crm)["sms_reason"]
        assert there_now.label == "Le motif"
        assert {option["value"] for option in there_now.options} == set(Reason)


def _as_of_an_older_version(tx: Tx) -> None:
    cursors.set(tx, "hubspot", own_properties.CURSOR, {"compact": False, "fingerprint": "older"})


def test_a_property_that_somebody_deleted_is_made_and_filled_again(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm)
        load(kit, "hubspot")
        crm.portal.definitions.archive("contactable_email_reason")
        (id,) = crm.portal.contacts.by_id
        crm.contact(id).properties.pop("contactable_email_reason")

        load(kit, "hubspot")

        assert values(crm)["contactable_email_reason"] == "consent_required"


def _retype(crm: HubSpotSandbox, name: str) -> None:
    crm.portal.define(replace(ours(crm)[name], type="number", field_type="number", options=()))


def test_a_property_that_somebody_retyped_is_named_and_left_alone(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm)
        load(kit, "hubspot")
        _retype(crm, "sms")

        with pytest.raises(Refused, match="contactable_sms with another type"):
            load(kit, "hubspot")

        assert ours(crm)["sms"].type == "number"
        wrong = [each.what for each in own_properties.check(kit, "hubspot") if each.level is Level.ERROR]
        assert wrong == ["Property contactable_sms"]


def test_a_portal_whose_properties_are_refused_is_read_all_the_same(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm)
        load(kit, "hubspot")
        _retype(crm, "sms")
        kit.register.write(_as_of_an_older_version)

        note = sync_by_schedule(kit)

        assert note.startswith("1 read")
        assert "contactable_sms" in note


def test_the_link_is_short_and_names_nobody(connect: Connect) -> None:
    with HubSpotSandbox([PERSON]) as crm:
        load(connect(crm), "hubspot")

        link = values(crm)["contactable_link"]

    assert link.startswith("https://crm.example.com/contactable/p/")
    assert len(link) < 100
    assert "camille" not in link
