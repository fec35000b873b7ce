"""Who asked for an opposition stands beside the verdict: what the register knows, and what a CRM shows by itself."""

from __future__ import annotations

import re

import pytest
from tests.console.conftest import Desk
from tests.console.test_private_access import client as client
from tests.console.test_private_access import log_in, send
from werkzeug.test import Client

from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, ledger, subjects
from contactable.register.annulling import annul
from contactable.register.mirror import SeenContact, remember

EMAIL = "camille.durand@example.com"


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: what people see is the same on both."""
    return sqlite_url


def know(desk: Desk, **facts: str) -> str:
    """A contact of a CRM with an address; its subject."""
    known = [(IdentifierKind.RECORD, "crm:1"), (IdentifierKind.EMAIL, EMAIL)]
    mapped = {name: [value, "property:stop"] for name, value in {"email": "personal", **facts}.items()}
    desk.kit.register.write(lambda tx: remember(tx, "crm", [SeenContact("1", known, mapped, b"1")]))
    return desk.kit.register.write(lambda tx: subjects.subject_for(tx, *known[1]))


def oppose(desk: Desk, subject: str, on: str, origin: str) -> str:
    new = NewEntry(kind="opposition", subject_id=subject, on=on, origin=origin, proof_level="operator")
    (entry,) = desk.kit.register.write(lambda tx: ledger.record(tx, [new]))
    assert entry
    return entry.id


def asked(client: Client) -> dict[str, str]:
    """For each channel what stands under *Who asked for it*, in plain text."""
    cards = send(client, "/contact", who=EMAIL).text.split("<article>")[1:]
    found = {}
    for card in cards:
        text = " ".join(re.sub(r"<[^>]+>", " ", card.partition("</article>")[0]).split())
        before, mark, after = text.partition("Who asked for it")
        found[before.split(" · ")[0]] = after.strip() if mark else ""
    return found


def test_the_last_act_that_stands_is_named_on_the_channels_that_it_closes(client: Client, desk: Desk) -> None:
    log_in(client, "operator")
    who = know(desk)
    oppose(desk, who, "all", "crm_user")
    oppose(desk, who, "sms", "complaint")

    found = asked(client)
    assert found["SMS"].startswith("a complaint, or 33700")
    assert found["E-mail"].startswith("a colleague, in the CRM or here")


def test_an_annulled_act_is_not_who_asked(client: Client, desk: Desk) -> None:
    log_in(client, "operator")
    who = know(desk)
    oppose(desk, who, "all", "admin")
    mistake = oppose(desk, who, "sms", "crm_user")
    desk.kit.register.write(lambda tx: annul(tx, entry_id=mistake, reason="mistake", by="tests"))

    assert asked(client)["SMS"].startswith("somebody in a sender")


def test_what_the_crm_shows_by_itself_is_named_with_its_field(client: Client, desk: Desk) -> None:
    log_in(client, "viewer")
    know(desk, opposed_sms_on="2026-11-02")

    found = asked(client)
    assert found["SMS"].startswith("what the CRM itself shows (crm:1, property:stop)")
    assert [channel for channel, text in found.items() if text] == ["SMS"]
