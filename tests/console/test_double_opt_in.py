"""A consent that the person confirms by the link in a mail: nothing counts before, and then it is their own act."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, ledger, subjects
from contactable.rules import Reason

LOU = "lou@example.com"
MAIL = '\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "prospection@example.com"\ntls = "none"\n'
TOLD = {"email": LOU, "channel": "email", "given_at": "2026-01-02T10:00:00Z", "act": "positive", "to": "us"}
ASKED = {**TOLD, "proof": "box ticked on /offers", "confirm": True}


@pytest.fixture
def desk(install: Callable[..., Any], mailbox: tuple[Any, int]) -> Any:
    return install(MAIL.format(port=mailbox[1]))


def link_in(mailbox: tuple[Any, int]) -> str:
    (message,) = mailbox[0].messages
    found = re.search(r"https://\S+", message.get_payload(decode=True).decode())
    assert found
    return found[0]


def entries(desk: Any) -> list[Entry]:
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU)
        return ledger.entries_of(tx, [subject] if subject else [])


def test_a_consent_that_waits_for_its_link_is_mailed_and_counts_for_nothing(
    desk: Any, mailbox: tuple[Any, int]
) -> None:
    answer = desk.ask("consents", ASKED)

    assert (answer.status_code, answer.json) == (202, {"entry": None, "waits_for_the_person": True})
    assert entries(desk) == []
    assert LOU not in link_in(mailbox)


def test_looking_at_the_link_changes_nothing_and_its_button_confirms_once(desk: Any, mailbox: tuple[Any, int]) -> None:
    desk.ask("consents", ASKED)
    client, link = desk.app.test_client(), link_in(mailbox)

    looks = [client.get(link).status_code, client.head(link).status_code, len(entries(desk))]
    first, second = client.post(link), client.post(link)

    (entry,) = entries(desk)
    assert looks == [200, 200, 0]
    assert client.get(link).text == second.text  # once it was used, looking says so too
    assert ("It is confirmed" in first.text, "already" in second.text) == (True, True)
    assert (entry.kind, entry.proof_level, entry.is_own) == ("consent", "token", True)


def test_the_page_of_the_link_shows_the_text_that_one_would_agree_to(desk: Any, mailbox: tuple[Any, int]) -> None:
    desk.ask("consents", {**ASKED, "wording": "form-1"})

    assert "Oui, je veux recevoir vos offres." in desk.app.test_client().get(link_in(mailbox)).text


def test_a_confirmed_consent_lifts_an_opposition_that_came_before(desk: Any, mailbox: tuple[Any, int]) -> None:
    desk.ask("oppositions", {"email": LOU, "channel": "email"})
    desk.ask("consents", ASKED)
    before = desk.kit.may_contact("email", email=LOU).reason

    desk.app.test_client().post(link_in(mailbox))

    assert before is Reason.OPPOSITION
    assert desk.kit.may_contact("email", email=LOU).reason is not Reason.OPPOSITION


@pytest.mark.parametrize("token", ["x", "WyJhIl0.AAAA", "%00", "é" * 50])
def test_a_confirmation_link_that_is_not_ours_confirms_nothing(desk: Any, token: str) -> None:
    answer = desk.app.test_client().post(f"/contactable/c/{token}")

    assert (answer.status_code, "nothing has changed" in answer.text) == (200, True)


def test_a_consent_whose_mail_does_not_leave_is_told_as_not_asked(install: Callable[..., Any]) -> None:
    desk = install(MAIL.format(port=9))

    answer = desk.ask("consents", ASKED)

    assert (answer.status_code, LOU in answer.text) == (503, False)
    assert entries(desk) == []


def test_a_number_cannot_be_asked_by_mail_and_without_mail_nobody_can(install: Callable[..., Any]) -> None:
    by_phone = {**ASKED, "phone": "+33639980001"}
    del by_phone["email"]
    desk = install()

    assert desk.ask("consents", by_phone).status_code == 422
    assert desk.ask("consents", ASKED).status_code == 409
