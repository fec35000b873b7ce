"""The preference page behind a person's own link: it closes, shows open or closed, and takes back for some minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.console.conftest import Desk

from contactable.identifiers import IdentifierKind
from contactable.register import journal, ledger, mirror, subjects
from contactable.register.journal import Written
from contactable.register.mirror import SeenContact
from contactable.rules import Channel, Reason

LOU, NUMBER = "lou@example.com", "+33639980001"
FACTS: dict[str, Any] = {}


def know(desk: Desk, record: str = "1", email: str = LOU, phone: str = NUMBER) -> str:
    """Mirror a contact; return the path of its page."""
    identifiers = [(IdentifierKind.EMAIL, email), (IdentifierKind.PHONE, phone)]
    seen = SeenContact(record, identifiers, FACTS, b"x", label="l***@e***.com")
    desk.kit.register.write(lambda tx: mirror.remember(tx, "crm", [seen]))
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.RECORD, f"crm:{record}")
    assert subject
    return desk.kit.link(subject).removeprefix("https://crm.example.com")


def reasons(desk: Desk) -> set[str]:
    verdicts = desk.kit.verdicts(email=LOU)
    return {str(channel) for channel, each in verdicts.items() if each.reason is Reason.OPPOSITION}


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_page_changes_nothing_and_shows_no_address(desk: Desk, method: str) -> None:
    answer = getattr(desk.app.test_client(), method)(know(desk))

    assert (answer.status_code, reasons(desk)) == (200, set())
    assert not any(part in answer.text for part in (LOU, "39980001", " checked"))
    assert method == "head" or "l***@e***.com" in answer.text


def test_ticked_channels_close_at_once_and_no_other(desk: Desk) -> None:
    answer = desk.app.test_client().post(know(desk), data={"close": ["email", "sms", "fax"]})

    assert answer.status_code == 200
    assert reasons(desk) == {"email", "sms"}


def test_one_button_closes_everything_for_record_address_and_number(desk: Desk) -> None:
    desk.app.test_client().post(know(desk), data={"everything": "yes"})

    assert reasons(desk) == set(map(str, Channel))
    assert desk.kit.may_contact("sms", phone=NUMBER).reason is Reason.OPPOSITION


def test_the_same_browser_takes_its_choice_back_and_everything_is_as_before(desk: Desk) -> None:
    client, page = desk.app.test_client(), know(desk)
    client.post(page, data={"close": "sms"})
    client.post(page, data={"everything": "yes"})

    undone = client.post(page, data={"undo": "yes"}, headers={"Accept-Language": "en"})

    assert "as it was before" in undone.text
    assert reasons(desk) == {"sms"}
    assert "nothing left to undo" in client.post(page, data={"undo": "yes"}, headers={"Accept-Language": "en"}).text


def test_what_senders_knew_already_is_said_when_it_is_taken_back(desk: Desk) -> None:
    client, page = desk.app.test_client(), know(desk)
    client.post(page, data={"close": "email"})
    with desk.kit.register.read() as tx:
        email = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU)
    desk.kit.register.write(lambda tx: journal.add(tx, [Written("brevo:blocklist", email or "", "email")]))

    undone = client.post(page, data={"undo": "yes"}, headers={"Accept-Language": "en"})

    assert "Our senders knew already" in undone.text
    assert "as it was before" not in undone.text
    assert reasons(desk) == set()


def test_what_was_taken_back_may_be_closed_again(desk: Desk) -> None:
    client, page = desk.app.test_client(), know(desk)
    for form in ({"close": "email"}, {"undo": "yes"}, {"close": "email"}):
        client.post(page, data=form)

    assert reasons(desk) == {"email"}


def test_another_browser_takes_nothing_back(desk: Desk) -> None:
    page = know(desk)
    desk.app.test_client().post(page, data={"close": "email"})

    desk.app.test_client().post(page, data={"undo": "yes"})

    assert reasons(desk) == {"email"}


def test_a_choice_cannot_be_taken_back_after_a_quarter_of_an_hour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client, page, now = desk.app.test_client(), know(desk), desk.kit.clock()
    client.post(page, data={"close": "email"})
    token = client.get_cookie("contactable_undo", path=page)
    assert token
    monkeypatch.setattr("contactable.console.centre.page.read_fresh_link", _later(now))

    client.post(page, data={"undo": "yes"})

    assert reasons(desk) == {"email"}


def _later(now: Any) -> Any:
    from contactable.signing import read_fresh_link

    return lambda keys, purpose, token, at: read_fresh_link(keys, purpose, token, now + timedelta(minutes=16))


def test_the_undo_of_one_person_undoes_nothing_of_another(desk: Desk) -> None:
    client, page = desk.app.test_client(), know(desk)
    other = know(desk, "2", "sam@example.com", "+33639980002")
    client.post(page, data={"close": "email"})
    token = client.get_cookie("contactable_undo", path=page)
    assert token
    client.set_cookie("contactable_undo", token.value, path=other)

    client.post(other, data={"undo": "yes"})

    assert reasons(desk) == {"email"}


def test_an_older_opposition_outlives_the_undo_of_a_newer_one(desk: Desk) -> None:
    desk.ask("oppositions", {"email": LOU, "channel": "email"})
    client, page = desk.app.test_client(), know(desk)
    client.post(page, data={"everything": "yes"})

    client.post(page, data={"undo": "yes"})

    assert reasons(desk) == {"email"}


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: t[:10], lambda t: ("b" if t[0] == "a" else "a") + t[1:], lambda t: t + "a" * 900],
)
def test_a_cut_or_forged_link_shows_and_closes_nothing(desk: Desk, change: Any) -> None:
    page = know(desk)
    head, _, token = page.rpartition("/")
    answers = [call(f"{head}/{change(token)}", **more) for call, more in _calls(desk)]

    assert {answer.status_code for answer in answers} == {404}
    assert reasons(desk) == set()


def _calls(desk: Desk) -> list[Any]:
    client = desk.app.test_client()
    return [(client.get, {}), (client.post, {"data": {"everything": "yes"}})]


def test_a_link_about_a_contact_of_which_nothing_is_kept_closes_nothing_and_says_so(desk: Desk) -> None:
    link = desk.kit.link("0" * 32).removeprefix("https://crm.example.com")
    client = desk.app.test_client()

    assert [client.get(link).status_code, client.post(link, data={"everything": "yes"}).status_code] == [404, 404]


def test_a_fault_of_ours_is_a_page_and_its_log_holds_neither_the_link_nor_the_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: Any) -> None:
        raise ValueError(LOU)

    link = know(desk)
    monkeypatch.setattr("contactable.console.centre.page._act", stumble)
    answer = desk.app.test_client().post(link, headers={"Accept": "text/html"})

    said = capsys.readouterr()
    logged = said.out + said.err + caplog.text
    assert (answer.status_code, "page_failed" in logged, "<h1>" in answer.text) == (500, True, True)
    assert not any(part in logged + answer.text for part in (LOU, link.rpartition("/")[2]))


def test_the_page_never_believes_the_host_that_a_request_names(desk: Desk) -> None:
    answer = desk.app.test_client().get(know(desk), headers=dict.fromkeys(("Host", "X-Forwarded-Host"), "evil.example"))

    assert "evil.example" not in answer.text + str(answer.headers)


def test_nobody_frames_the_page_but_those_whom_the_settings_name(install: Any) -> None:
    desk = install('\n[pages]\ncompany = "Vélos & Cie"\nframe_ancestors = ["https://www.example.com"]\n')
    answer = desk.app.test_client().get(know(desk))

    assert "frame-ancestors https://www.example.com" in answer.headers["Content-Security-Policy"]
    assert "Vélos &amp; Cie" in answer.text


def test_the_act_is_the_persons_own_and_told_nobody_elses_words(desk: Desk) -> None:
    desk.app.test_client().post(know(desk), data={"close": "email", "reason": "<script>"})

    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU)
        (entry,) = ledger.entries_of(tx, [subject or ""])
    assert (entry.is_own, entry.proof_level, entry.reason) == (True, "token", "page")


@pytest.mark.parametrize("sent", [{}, {"content_type": "multipart/form-data"}], ids=["url-encoded", "multipart"])
def test_a_mail_program_that_presses_the_button_for_a_preference_link_closes_mail_at_once(
    desk: Desk, sent: dict[str, Any]
) -> None:
    client, page = desk.app.test_client(), know(desk)

    looked, pressed = client.get(page), client.post(page, data={"List-Unsubscribe": "One-Click"}, **sent)

    assert (looked.status_code, pressed.status_code) == (200, 200)
    assert reasons(desk) == {"email"}
