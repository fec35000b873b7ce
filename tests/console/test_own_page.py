"""The page behind a fresh link, sent to the address or number itself: consents, proofs, withdrawing, agreeing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.console.conftest import Desk, wait_for
from tests.console.test_preference_centre import LOU, NUMBER, know, reasons
from werkzeug import Request, Response

from contactable.clock import utc_now
from contactable.identifiers import IdentifierKind
from contactable.register import ledger, subjects
from contactable.register.sealing import seal
from contactable.rules import Reason
from contactable.sandbox.loopback import served
from contactable.signing import LinkPurpose, Secret, check_standard_webhook, sign_fresh_link

MINE = "/contactable/mine"
VERIFIER = Path(__file__).parents[2] / "docs" / "verify_proof.py"
ENGLISH = {"Accept-Language": "en"}
MAIL = '\n[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "prospection@example.com"\ntls = "none"\n'
WORDING = """
[[wording]]
kind = "consent_to_messages"
version = "page-1"
language = "fr"
box = "unticked"
text = '''J'accepte que Vélos SAS m'envoie par e-mail ses offres de vélos. C'est facultatif. Retrait à tout moment
par le lien de chaque message. Vos données : www.example.com/donnees.'''
[wording.says]
who = "Vélos SAS"
channel = "par e-mail"
goods = "ses offres de vélos"
choice = "C'est facultatif"
withdrawal = "Retrait à tout moment"
notice = "www.example.com/donnees"
[pages]
company = "Vélos SAS"
wordings = { email = "page-1" }
"""
GIVEN = {"email": LOU, "channel": "email", "given_at": "2026-01-02T10:00:00Z", "act": "positive", "to": "us"}
PROVED = {**GIVEN, "wording": "form-1", "form": "offers", "proof": "box ticked on /offers"}


@pytest.fixture
def desk(install: Callable[..., Desk], mailbox: tuple[Any, int]) -> Desk:
    return install(WORDING + MAIL.format(port=mailbox[1]))


def links(mailbox: tuple[Any, int], at_least: int = 1) -> list[str]:
    """The paths of the links that were mailed, once that many came."""
    wait_for(lambda: len(mailbox[0].messages) >= at_least)
    texts = [message.get_payload(decode=True).decode() for message in mailbox[0].messages]
    return [re.findall(r"https://crm\.example\.com(\S+)", text)[0] for text in texts]


def ask(desk: Desk, who: str = LOU) -> Any:
    return desk.app.test_client().post(MINE, data={"who": who}, headers=ENGLISH)


class Opened:
    """A page behind a fresh link, and what one does there."""

    def __init__(self, desk: Desk, link: str) -> None:
        self.client, self.link = desk.app.test_client(), link
        self.page = self.client.post(link, headers=ENGLISH)
        self.session = "".join(re.findall(r'name="session" value="([^"]+)"', self.page.text)[:1])

    def do(self, **form: str) -> Any:
        return self.client.post(self.link, data={"session": self.session, **form}, headers=ENGLISH)


@pytest.fixture
def opened(desk: Desk, mailbox: tuple[Any, int]) -> Opened:
    know(desk)
    desk.ask("consents", PROVED)
    ask(desk)
    return Opened(desk, links(mailbox)[0])


def consent_id(desk: Desk) -> str:
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU)
        return next(each.id for each in ledger.entries_of(tx, [subject or ""]) if each.kind == "consent")


def test_the_answer_to_who_asks_for_a_link_tells_nothing_and_only_the_known_get_one(
    desk: Desk, mailbox: tuple[Any, int]
) -> None:
    know(desk)
    unknown, known = ask(desk, "nobody@example.com"), ask(desk)

    assert unknown.text == known.text
    assert len(links(mailbox)) == 1
    assert mailbox[0].messages[0]["To"] == LOU
    assert LOU not in known.text + links(mailbox)[0]


def test_looking_at_a_fresh_link_uses_nothing_up_and_its_button_works_once(
    desk: Desk, mailbox: tuple[Any, int]
) -> None:
    know(desk)
    ask(desk)
    (link,), client = links(mailbox), desk.app.test_client()

    looks = [client.get(link).status_code, client.head(link).status_code, client.get(link).status_code]

    assert looks == [200, 200, 200]
    assert [client.post(link).status_code, client.post(link).status_code, client.get(link).status_code] == [
        200,
        404,
        404,
    ]


def test_each_consent_is_shown_with_its_text_and_day_and_no_address(opened: Opened) -> None:
    assert "Oui, je veux recevoir vos offres." in opened.page.text
    assert "2 January 2026" in opened.page.text
    assert LOU not in opened.page.text


def test_a_proof_is_downloaded_without_an_account_to_read_and_to_verify(desk: Desk, opened: Opened) -> None:
    sheet, data = opened.do(sheet=consent_id(desk)), opened.do(proof=consent_id(desk))

    assert "attachment" in sheet.headers["Content-Disposition"]
    assert "Oui, je veux recevoir vos offres." in sheet.text
    assert "box ticked on /offers" in sheet.text
    assert json.loads(data.text)["entry"]["kind"] == "consent"
    assert LOU not in sheet.text + data.text


def test_the_downloaded_proof_is_verified_with_nothing_but_python(desk: Desk, opened: Opened, tmp_path: Path) -> None:
    roots = desk.kit.settings.roots
    seal(desk.kit.register, desk.kit.seal_key, roots)
    (tmp_path / "proof.json").write_text(opened.do(proof=consent_id(desk)).text, encoding="utf-8")

    words = [sys.executable, *map(str, (VERIFIER, tmp_path / "proof.json", roots)), desk.kit.seal_key.public]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert (done.returncode, "The proof holds" in done.stdout) == (0, True), done.stdout + done.stderr


def test_withdrawing_is_one_press_and_closes_the_channel(desk: Desk, opened: Opened) -> None:
    answer = opened.do(withdraw=consent_id(desk))

    assert "withdrawn" in answer.text
    assert reasons(desk) == {"email"}


def test_agreeing_needs_the_box_and_keeps_text_time_and_form(desk: Desk, opened: Opened) -> None:
    opened.do(withdraw=consent_id(desk))
    assert "did not tick" in opened.do(agree="email").text
    assert reasons(desk) == {"email"}

    opened.do(agree="email", box="page-1")

    assert reasons(desk) == set()
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU)
        entry = ledger.entries_of(tx, [subject or ""])[-1]
    assert (entry.kind, entry.is_own, entry.details["wording"]) == ("consent", True, "page-1")
    proof = opened.do(sheet=entry.id).text
    assert "Vélos SAS" in proof
    assert "ticked by the person" in proof


def test_an_opposition_is_lifted_on_the_channel_that_the_link_proved_and_on_no_other(
    desk: Desk, opened: Opened
) -> None:
    opened.do(everything="yes")
    opened.do(release="sms")
    assert "sms" in reasons(desk)

    opened.do(release="email")

    assert "email" not in reasons(desk)
    assert {"sms", "phone", "robocall", "post"} <= reasons(desk)


def test_the_page_of_one_person_shows_and_ends_nothing_of_another(
    desk: Desk, opened: Opened, mailbox: tuple[Any, int]
) -> None:
    know(desk, "2", "sam@example.com", "+33639980002")
    ask(desk, "sam@example.com")
    other = Opened(desk, links(mailbox, 2)[1])

    assert "vos offres" not in other.page.text.partition("Allow")[0].partition("agreed to")[2]
    assert other.do(proof=consent_id(desk)).status_code == 404
    other.do(withdraw=consent_id(desk))
    assert reasons(desk) == set()


def test_whose_other_number_it_is_stays_untold_where_several_share_an_address(
    desk: Desk, mailbox: tuple[Any, int]
) -> None:
    know(desk)
    know(desk, "2", LOU, "+33639980002")
    desk.ask("consents", {**PROVED, "email": None, "phone": NUMBER, "channel": "sms"})
    ask(desk)

    assert "hold no consent" in Opened(desk, links(mailbox)[0]).page.text


@pytest.mark.parametrize("session", ["", "x", "WyJhIl0.AAAA", "é"])
def test_a_session_that_is_not_ours_does_nothing(desk: Desk, opened: Opened, session: str) -> None:
    opened.session = session
    assert opened.do(everything="yes").status_code == 404
    assert reasons(desk) == set()


def test_a_session_dies_after_a_quarter_of_an_hour(desk: Desk, opened: Opened) -> None:
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""
    then = utc_now().replace(year=2026, month=1)
    opened.session = sign_fresh_link(desk.kit.link_keys, LinkPurpose.SESSION, [subject, "email"], then)

    assert opened.do(everything="yes").status_code == 404


def test_what_is_done_on_the_page_does_not_prolong_it(opened: Opened) -> None:
    after = opened.do(close="post")

    assert set(re.findall(r'name="session" value="([^"]+)"', after.text)) == {opened.session}


def test_a_link_of_another_purpose_opens_no_page(desk: Desk, opened: Opened) -> None:
    page = know(desk).rpartition("/")[2]
    client = desk.app.test_client()

    assert client.post(f"{MINE}/{page}").status_code == 404
    assert client.post(f"{MINE}/{opened.session}").status_code == 404


def test_a_number_is_refused_and_told_so_where_no_text_message_can_be_sent(desk: Desk) -> None:
    answer = ask(desk, NUMBER)

    assert (answer.status_code, "cannot send a link to a phone number" in answer.text) == (400, True)


def test_an_address_is_refused_and_told_so_where_no_mail_can_be_sent(install: Callable[..., Desk]) -> None:
    answer = ask(install('\n[sms]\nurl = "http://127.0.0.1:9"\nsecret = "env:LINK_KEY"\n'))

    assert (answer.status_code, "Please give your phone number" in answer.text) == (400, True)


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any]]]:
    """Somebody's sender of text messages on loopback: its address, and what it was handed."""
    taken: list[Any] = []

    def answer(request: Request) -> Response:
        taken.append(({name.lower(): value for name, value in request.headers.items()}, request.get_data()))
        return Response(status=202)

    with served(answer) as url:
        yield f"{url}/send", taken


def test_a_link_to_a_number_goes_through_the_signed_hook(
    install: Callable[..., Desk], hook: tuple[str, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "whsec_c2VjcmV0IG9mIHRoZSBzbXMgaG9vayBvZiB0ZXN0cw=="
    monkeypatch.setenv("SMS_SECRET", secret)
    desk = install(f'\n[sms]\nurl = "{hook[0]}"\nsecret = "env:SMS_SECRET"\n')
    know(desk)
    ask(desk, "06 39 98 00 01")
    wait_for(lambda: bool(hook[1]))

    ((headers, body),) = hook[1]
    check_standard_webhook([Secret("s", secret.encode())], headers, body, utc_now())
    told = json.loads(body)
    page = Opened(desk, told["text"].partition("crm.example.com")[2])
    assert told["to"] == NUMBER
    page.do(everything="yes")
    page.do(release="sms")
    assert desk.kit.may_contact("sms", phone=NUMBER).reason is not Reason.OPPOSITION
