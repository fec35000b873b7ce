"""An installation with something to show on every page, its links, and a browser that is logged in: for tests that go
through all pages and forms, and judge every answer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from tests.console.conftest import Desk
from tests.console.forms import Form, forms_in
from tests.console.test_own_page import MAIL, PROVED, WORDING, links
from tests.console.test_preference_centre import LOU, know
from tests.console.test_private_way import CRM, PASSWORD
from werkzeug.test import Client, TestResponse

from contactable.console.private import passwords
from contactable.identifiers import IdentifierKind
from contactable.register import NewEntry, accounts, ledger, subjects
from contactable.register.accounts import Role
from contactable.webhooks.oneclick import unsubscribe_url

HOME, CONSOLE = "https://crm.example.com", "/contactable/console"
FILLED = {"who": LOU, "reason": "a mistake", "name": "administrator", "password": PASSWORD}


@dataclass
class World:
    """An installation with a contact, its links and an account, and what was wrong with its answers."""

    desk: Desk
    client: Client
    starts: list[str]
    wrong: list[str] = field(default_factory=list)

    def judge(self, answer: TestResponse, what: str) -> TestResponse:
        """Note what no answer may be."""
        signs = {
            "a fault": answer.status_code >= 500,
            "markup": "<img src=x" in answer.text or "<script>document" in answer.text,
            "a template run": "{{7*7}}" not in answer.text and "49${" in answer.text,
            "a header": "stolen" in "".join(answer.headers.getlist("Set-Cookie")),
            "a trace": "Traceback" in answer.text,
            "a foreign host": "evil.example" in answer.text + str(answer.headers),
        }
        self.wrong += [f"{what}: {sign} ({answer.status_code})" for sign, seen in signs.items() if seen]
        return answer

    def get(self, path: str, **headers: str) -> TestResponse:
        """Look at an address."""
        return self.client.get(path, base_url=HOME, headers={"Accept": "text/html", **headers})

    def send(self, form: Form, name: str, value: bytes) -> TestResponse:
        """Send a form with one hostile field, and all others as they should be."""
        if name in form.files:
            data: dict[str, Any] = {each: FILLED.get(each) or said or "x" for each, said in form.fields}
            data[name] = (io.BytesIO(value), value[:99].decode("latin-1") + ".csv")
            return self.client.post(form.path, base_url=HOME, data=data)
        said = [
            (each, value if each == name else (FILLED.get(each) or given or "x").encode())
            for each, given in form.fields
        ]
        body = "&".join(f"{quote(each)}={quote_from_bytes(content)}" for each, content in said)
        return self.client.post(form.path, base_url=HOME, data=body, content_type="application/x-www-form-urlencoded")

    def forms(self) -> Iterator[Form]:
        """Every form that is met by looking at every page, and by sending each form once; leaving comes last."""
        seen: set[tuple[str, tuple[str, ...]]] = set()
        waiting = [form for path in self.starts for form in forms_in(self.get(path).text, path)]
        while waiting:
            form = waiting.pop(0)
            key = (form.path.rpartition("/mine/")[1] or form.path, tuple(form.names))
            if key in seen or form.path.endswith("/logout"):
                continue
            seen.add(key)
            answer = self.judge(self.send(form, "", b""), f"{form.path} {form.names} as it is")
            waiting += forms_in(answer.text, form.path)
            yield form


def build(install: Callable[..., Desk], mailbox: tuple[Any, int], monkeypatch: pytest.MonkeyPatch) -> World:
    """The installation, with everything on it that pages show; whoever tries may try as often as they like."""
    for limit in (
        "centre.doors.PER_CLIENT",
        "centre.doors.OVERALL",
        "private.entering.A_MINUTE",
        "private.entering.ALL_A_MINUTE",
    ):
        monkeypatch.setattr(f"contactable.console.{limit}", 10**6)
    desk = install(WORDING + MAIL.format(port=mailbox[1]) + CRM)
    page = know(desk)
    desk.ask("consents", PROVED)
    desk.app.test_client().post("/contactable/mine", data={"who": LOU})
    _doubt(desk)
    client = desk.app.test_client()
    world = World(desk, client, [page, links(mailbox)[0], *_pages(desk)])
    _log_in(world)
    return world


def _doubt(desk: Desk) -> None:
    """Something to review, so that the forms of the review are there."""
    subject = desk.kit.register.write(lambda tx: subjects.subject_for(tx, IdentifierKind.EMAIL, "sam@example.com"))
    told = NewEntry(kind="opposition", subject_id=subject, on="email", reason="reply", confidence="probable")
    desk.kit.register.write(lambda tx: ledger.record(tx, [told]))


def _log_in(world: World) -> None:
    kept = passwords.hashed(PASSWORD)
    world.desk.kit.register.write(lambda tx: [accounts.add(tx, role, role, kept) for role in Role])
    assert log_in(world.client, Role.ADMINISTRATOR)


def log_in(client: Client, name: str) -> str:
    """Come into the console; return what its forms send back, so that they are known to be ours."""
    shown = client.get(f"{CONSOLE}/login", base_url=HOME)
    (form,) = [each for each in forms_in(shown.text, "") if "password" in each.names]
    said = {**dict(form.fields), "name": name, "password": PASSWORD}
    assert client.post(f"{CONSOLE}/login", base_url=HOME, data=said).status_code == 303
    return dict(forms_in(client.get(f"{CONSOLE}/contact", base_url=HOME).text, "")[0].fields)["csrf"]


def _pages(desk: Desk) -> list[str]:
    """The addresses without a parameter that may be looked at, and one of a mail's link."""
    rules = [each for each in desk.app.url_map.iter_rules() if "GET" in (each.methods or ()) and not each.arguments]
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""
    unsubscribing = unsubscribe_url(f"{HOME}/contactable", desk.kit.link_keys, subject).removeprefix(HOME)
    return [*(each.rule for each in rules), unsubscribing, "/contactable/c/x"]
