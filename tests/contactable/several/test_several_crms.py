"""One person in several CRMs: whose facts decide where, which opposition crosses, and how far."""

from __future__ import annotations

from typing import Any

from contactable.explaining import explain
from contactable.loading import drain
from contactable.register import shown
from contactable.rules import Channel, Reason

ADDRESS = "camille@example.com"


def test_each_record_keeps_its_own_facts_and_its_own_verdict(loaded: Any) -> None:
    reasons = loaded.shown("contactable_email_reason")
    facts = explain(loaded.kit, email=ADDRESS).facts

    professional = str(Reason.LEGITIMATE_INTEREST_PROFESSIONAL)
    assert reasons == {**dict.fromkeys(loaded.kit.connectors, professional), "brevo": Reason.CONSENT_REQUIRED}
    assert {record: told["audience"] for record, told in facts.items()} == {
        f"hubspot:{loaded.hubspot_id}": ("professional", "property:audience"),
        "brevo:1": ("consumer", "property:AUDIENCE"),
        "odoo:1": ("professional", "property:function"),
        "export:9": ("professional", "property:audience"),
    }


def test_the_person_is_judged_by_the_stricter_record_which_explain_names(loaded: Any) -> None:
    verdicts = loaded.kit.verdicts(email=ADDRESS)
    told = explain(loaded.kit, email=ADDRESS)

    assert verdicts[Channel.EMAIL].reason is Reason.CONSENT_REQUIRED
    assert told.decided_by[Channel.EMAIL] == "brevo:1"
    assert {each.partition(":")[0] for each in told.contacts} == set(loaded.kit.connectors)


def test_the_stricter_is_taken_channel_by_channel(loaded: Any) -> None:
    loaded.odoo.opt_out("1", "sms")
    loaded.kit.reader("odoo").sync_consents()

    verdicts, told = loaded.kit.verdicts(email=ADDRESS), explain(loaded.kit, email=ADDRESS)

    assert (verdicts[Channel.EMAIL].reason, told.decided_by[Channel.EMAIL]) == (Reason.CONSENT_REQUIRED, "brevo:1")
    assert verdicts[Channel.SMS].reason is Reason.OPPOSITION
    assert told.facts["odoo:1"]["opposed_sms_on"][1] == "property:phone_sanitized_blacklisted"
    assert told.facts["brevo:1"]["opposed_sms_on"][1] == "record:odoo:1"


def test_an_unsubscribe_that_only_brevos_black_list_shows_closes_the_others(loaded: Any) -> None:
    loaded.brevo.opt_out("1", "email")  # and no date moved

    loaded.kit.reader("brevo").sync_consents()
    for name in loaded.kit.connectors:
        drain(loaded.kit, name)

    assert set(loaded.shown("contactable_email_reason").values()) == {str(Reason.OPPOSITION)}
    assert str(Reason.OPPOSITION) not in loaded.shown("contactable_sms_reason").values()
    assert explain(loaded.kit, email=ADDRESS).decided_by[Channel.EMAIL] == "brevo:1"


def test_a_row_of_odoos_black_list_closes_the_others(loaded: Any) -> None:
    loaded.odoo.opt_out("1", "email")  # and no date of the contact moved

    loaded.kit.reader("odoo").sync_consents()
    for name in loaded.kit.connectors:
        drain(loaded.kit, name)

    assert set(loaded.shown("contactable_email_reason").values()) == {str(Reason.OPPOSITION)}
    facts = explain(loaded.kit, email=ADDRESS).facts
    assert facts["brevo:1"]["opposed_email_on"][1] == "record:odoo:1"
    assert facts["odoo:1"]["opposed_email_on"][1] == "property:is_blacklisted"


def test_what_hubspot_showed_names_the_record_of_brevo_whose_black_list_closed_it(loaded: Any) -> None:
    loaded.brevo.opt_out("1", "email")
    loaded.kit.reader("brevo").sync_consents()
    drain(loaded.kit, "hubspot")

    with loaded.kit.register.read() as tx:
        rows = shown.at(tx, "hubspot", str(loaded.hubspot_id), loaded.kit.clock())
    facts = rows["main", "email"].facts

    assert facts["opposed_email_on"][1] == "record:brevo:1"
    assert facts["audience"][0] == "professional"  # and no fact of Brevo's


def test_a_black_listing_that_is_taken_back_opens_the_others_again(loaded: Any) -> None:
    before = loaded.shown("contactable_email_reason")
    for black in (True, False):
        loaded.brevo.contacts.change("1", {"emailBlacklisted": black})
        loaded.load("brevo", "hubspot", "odoo", "export")

    assert loaded.shown("contactable_email_reason") == before


def test_an_opposition_to_email_does_not_cross_where_only_the_number_is_shared(crms: Any) -> None:
    crms.brevo.contacts.change("1", {"email": "somebody.else@example.com"})
    crms.brevo.opt_out("1", "email")
    crms.brevo.opt_out("1", "sms")

    crms.load("brevo", "hubspot", "odoo", "export")

    email, sms = crms.shown("contactable_email_reason"), crms.shown("contactable_sms_reason")
    assert [name for name, reason in email.items() if reason == Reason.OPPOSITION] == ["brevo"]
    assert set(sms.values()) == {str(Reason.OPPOSITION)}


def test_a_tick_in_the_table_closes_calls_in_every_crm(loaded: Any) -> None:
    text = loaded.table.read_text().replace("audience\n", "audience,contactable_oppose\n")
    loaded.table.write_text(text.replace("professional\n", "professional,calls\n"))

    loaded.load("export", "hubspot", "brevo", "odoo")

    assert set(loaded.shown("contactable_phone_reason").values()) == {str(Reason.OPPOSITION)}


def test_a_tick_in_hubspot_is_written_on_the_black_lists_of_the_others(loaded: Any) -> None:
    loaded.hubspot.as_person(loaded.hubspot_id, {"contactable_oppose": "email"})

    loaded.load("hubspot", "brevo", "odoo")

    assert loaded.brevo.is_opted_out("1", "email")
    assert loaded.odoo.is_opted_out("1", "email")
    assert not loaded.odoo.is_opted_out("1", "sms")


def test_a_record_asked_for_by_its_id_knows_what_the_other_crms_show(loaded: Any) -> None:
    loaded.brevo.opt_out("1", "sms")
    loaded.kit.reader("brevo").sync_consents()

    assert loaded.kit.may_contact("sms", record="export:9").reason is Reason.OPPOSITION
    assert explain(loaded.kit, record="export:9").facts["export:9"]["opposed_sms_on"][1] == "record:brevo:1"
