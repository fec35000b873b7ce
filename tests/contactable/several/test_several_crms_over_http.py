"""Several CRMs and a kit that serves: what one sender or application tells reaches all of them through the register."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

from contactable.explaining import explain
from contactable.identifiers import IdentifierKind
from contactable.register import ledger, subjects
from contactable.rules import Channel, Reason

ADDRESS, NUMBER = "camille@example.com", "+33639980077"
SECRET = "a-long-secret-of-the-path"
PATIENCE = 30.0  # seconds


def until(holds: Callable[[], bool]) -> bool:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def all_show(crms: Any, name: str, reason: Reason) -> bool:
    """Wait until every CRM shows a reason."""
    return until(lambda: set(crms.shown(name).values()) == {str(reason)})


def told(address: str, path: str, token: str, **said: Any) -> int:
    """Tell the API something; give its status."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{address}/api/v1/{path}", json=said, headers=headers, timeout=30).status_code


def test_an_unsubscribe_in_brevo_closes_email_in_every_crm(loaded: Any, served: str) -> None:
    event = {"event": "unsubscribed", "email": ADDRESS, "id": 501, "ts_epoch": int(time.time() * 1000)}

    answer = requests.post(f"{served}/hooks/brevo/{SECRET}", json=event, timeout=30)

    assert answer.status_code == 200
    assert all_show(loaded, "contactable_email_reason", Reason.OPPOSITION)
    assert set(loaded.shown("contactable_email").values()) == {"denied"}
    assert str(Reason.OPPOSITION) not in loaded.shown("contactable_sms_reason").values()
    assert until(lambda: loaded.odoo.is_opted_out("1", "email"))  # and as Odoo's own opt-out
    assert not loaded.odoo.is_opted_out("1", "sms")


def test_a_row_on_odoos_black_list_of_numbers_closes_sms_in_every_crm(loaded: Any, served: str) -> None:
    row = {"_model": "phone.blacklist", "_id": 7, "number": NUMBER, "active": True, "write_date": "2026-11-20 08:00:00"}

    answer = requests.post(f"{served}/hooks/odoo/{SECRET}", json=row, timeout=30)

    assert answer.status_code == 200
    assert all_show(loaded, "contactable_sms_reason", Reason.OPPOSITION)
    assert str(Reason.OPPOSITION) not in loaded.shown("contactable_email_reason").values()
    assert until(lambda: loaded.brevo.is_opted_out("1", "sms"))


def test_our_own_row_that_odoo_tells_back_is_nobodys_opposition(loaded: Any, served: str, token: str) -> None:
    assert told(served, "oppositions", token, phone=NUMBER, channel="sms") == 201
    assert until(lambda: loaded.odoo.is_opted_out("1", "sms"))
    row = {"_model": "phone.blacklist", "_id": 1, "number": NUMBER, "active": True, "write_date": "2026-11-27 08:00:00"}

    answer = requests.post(f"{served}/hooks/odoo/{SECRET}", json=row, timeout=30)

    assert answer.status_code == 200
    with loaded.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.PHONE, NUMBER) or ""
        assert [each.origin for each in ledger.entries_of(tx, [subject]) if each.kind == "opposition"] == ["api"]


def test_an_opposition_told_to_the_register_reaches_every_crm_and_its_opt_outs(
    loaded: Any, served: str, token: str
) -> None:
    assert told(served, "oppositions", token, email=ADDRESS, channel="all") == 201

    for channel in Channel:
        assert all_show(loaded, f"contactable_{channel}_reason", Reason.OPPOSITION), channel
    small = (loaded.brevo, loaded.odoo)
    assert until(lambda: all(each.is_opted_out("1", channel) for each in small for channel in ("email", "sms")))
    assert until(lambda: loaded.hubspot.portal.preferences.may_receive(ADDRESS, 1601) is False)


def test_a_consent_told_to_the_register_opens_consumers_in_every_crm(consumers: Any, served: str, token: str) -> None:
    crms = consumers
    assert str(Reason.CONSENT) not in crms.shown("contactable_email_reason").values()
    agreed = {"given_at": "2026-11-20T10:00:00+01:00", "act": "positive", "to": "us", "proof": "box ticked"}

    assert told(served, "consents", token, email=ADDRESS, channel="email", **agreed) == 201

    assert all_show(crms, "contactable_email_reason", Reason.CONSENT)
    found = explain(crms.kit, email=ADDRESS)
    assert found.verdicts[Channel.EMAIL].reason is Reason.CONSENT
    assert {facts["consent_email_on"][1] for facts in found.facts.values()} == {"register"}


def test_a_consent_opens_no_other_record_by_another_records_facts(loaded: Any, served: str, token: str) -> None:
    agreed = {"given_at": "2026-11-20T10:00:00+01:00", "act": "positive", "to": "us", "proof": "box ticked"}

    assert told(served, "consents", token, email=ADDRESS, channel="email", **agreed) == 201

    wanted = {**dict.fromkeys(loaded.kit.connectors, str(Reason.LEGITIMATE_INTEREST_PROFESSIONAL)), "brevo": "consent"}
    assert until(lambda: loaded.shown("contactable_email_reason") == wanted)
