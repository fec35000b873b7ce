"""What holds for every route: who may call it, what looking may change, whose form counts, and the headers it answers.

The routes come from the application itself, so that a new one is held to it from its first day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import func, select
from tests.console.conftest import Desk, Look
from tests.console.test_preference_centre import LOU, know
from tests.console.world import CONSOLE, HOME, World, log_in

from contactable.console.private.blueprint import PAGES
from contactable.console.private.visits import Page
from contactable.identifiers import IdentifierKind
from contactable.register import consents, subjects, tokens
from contactable.register.accounts import Role
from contactable.register.schema import metadata
from contactable.signing import LinkPurpose, sign_fresh_link
from contactable.webhooks.confirming import confirmation_url
from contactable.webhooks.oneclick import unsubscribe_url

KEPT = ("entries", "proofs", "wordings", "declarations", "accounts", "tokens", "api_tokens", "jobs", "identifiers")
"""The tables of what people said and decided."""
FOR_VIEWERS = {"contact", "what_if", "enrol", "end_codes"}
"""Forms that ask something and change nothing about anybody; and those of one's own account."""
NOT_FOR_YOU = "Your role does not allow this"
TYPED = ("/contactable/stop", "/contactable/mine")
"""Pages on which anybody may type anything: no cookie makes them do more."""


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: the pages stand above it."""
    return sqlite_url


def kept(world: World) -> dict[str, Any]:
    """How many rows each table of weight has."""
    with world.desk.kit.register.read() as tx:
        return {name: tx.connection.scalar(select(func.count()).select_from(metadata.tables[name])) for name in KEPT}


def rules(world: World, method: str, prefix: str = "") -> Iterator[str]:
    """The addresses that a method may be sent to, with a word in the place of each parameter."""
    for each in world.desk.app.url_map.iter_rules():
        if method in (each.methods or ()) and each.rule.startswith(prefix):
            yield re.sub(r"<[^>]+>", "x", each.rule)


ASKED = {
    "who": LOU,
    "channel": "email",
    "way": "told_by_phone",
    "what": "person",
    "id": "x",
    "reason": "x",
    "confirm": "yes",
}
ASKED |= {"everything": "yes", "close": "email", "undo": "yes", "offer": "main", "set": "audience", "to": "consumer"}


def test_looking_at_any_address_changes_nothing(world: World) -> None:
    before = kept(world)
    for path in [*rules(world, "GET"), *world.starts]:
        for method in ("GET", "HEAD"):
            answer = world.client.open(path, base_url=HOME, method=method, query_string=ASKED)
            world.judge(answer, f"{method} {path}")

    assert (kept(world), world.wrong) == (before, [])


@pytest.mark.parametrize("form", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é"}])
def test_no_form_of_the_console_counts_without_its_secret(world: World, form: dict[str, str]) -> None:
    before = kept(world)
    paths = list(rules(world, "POST", CONSOLE))
    statuses = {path: world.client.post(path, base_url=HOME, data=ASKED | form).status_code for path in paths}

    assert statuses == dict.fromkeys(paths, 403)
    assert (kept(world), len(paths) > 10) == (before, True)


@pytest.mark.parametrize(
    "header", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_no_form_of_another_site_counts_even_with_the_secret(world: World, header: dict[str, str]) -> None:
    csrf = log_in(world.desk.app.test_client(), "operator")
    before = kept(world)
    for path in rules(world, "POST", CONSOLE):
        answer = world.client.post(path, base_url=HOME, data=ASKED | {"csrf": csrf}, headers=header)
        assert answer.status_code == 403, path

    assert kept(world) == before


def test_a_login_of_the_console_lets_nobody_do_anything_elsewhere(world: World) -> None:
    before = kept(world)
    for path in rules(world, "POST"):
        if not path.startswith(CONSOLE) and path not in TYPED:
            world.judge(world.client.post(path, base_url=HOME, data=ASKED), path)

    assert (kept(world), world.wrong) == (before, [])


@pytest.mark.parametrize("role", Role)
def test_each_role_gets_what_is_its_own_and_no_more(world: World, role: Role) -> None:
    client = world.desk.app.test_client()
    csrf = log_in(client, role)
    for page in PAGES:
        for method in ("GET", "POST") if page.posts else ("GET",):
            if page.acts and method == "GET":
                continue
            address = f"{CONSOLE}{page.path}?lang=en"
            answer = client.open(address, base_url=HOME, method=method, data={"csrf": csrf})
            refused = answer.status_code == 403 and NOT_FOR_YOU in answer.text
            assert refused is not role.may(page.role), f"{method} {page.path}: {answer.status_code}"


def test_a_viewer_has_no_form_that_changes_anything() -> None:
    def changes(page: Page) -> bool:
        return page.posts and page.role is Role.VIEWER

    assert {page.name for page in PAGES if changes(page)} == FOR_VIEWERS


def test_without_a_login_every_page_of_the_console_leads_to_the_form(world: World) -> None:
    for page in PAGES:
        answer = world.desk.app.test_client().get(f"{CONSOLE}{page.path}", base_url=HOME)
        assert (answer.status_code, answer.headers["Location"].rpartition("/")[0]) == (303, CONSOLE), page.path


def test_every_answer_for_people_keeps_to_itself(world: World) -> None:
    """No frame, no script, nothing from elsewhere, no copy in a cache: refusals and what is not found too."""
    answers = [world.get(path) for path in [*rules(world, "GET"), *world.starts, "/contactable/nothing", "/nothing"]]
    answers += [
        world.client.post(path, base_url=HOME, headers={"Accept": "text/html"}) for path in rules(world, "POST")
    ]
    answers += [world.client.delete("/contactable/stop", base_url=HOME, headers={"Accept": "text/html"})]
    pages = [answer for answer in answers if answer.mimetype == "text/html" and answer.status_code != 303]

    assert {403, 404, 405, 200} <= {answer.status_code for answer in pages}
    for answer in pages:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_cookie_is_secure_and_read_by_no_script(world: World) -> None:
    fresh = world.desk.app.test_client()
    answers = [fresh.get(path, base_url=HOME, query_string={"lang": "en"}) for path in rules(world, "GET")]
    answers += [world.client.post(world.starts[0], base_url=HOME, data={"everything": "yes"})]
    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]

    assert {cookie.partition("=")[0] for cookie in cookies} >= {
        "contactable_form",
        "contactable_language",
        "contactable_undo",
    }
    for cookie in cookies:
        assert {"Secure", "HttpOnly"} <= {part.strip() for part in cookie.split(";")}, cookie
        assert re.search(r"SameSite=(Lax|Strict)", cookie), cookie
        assert re.search(r"Path=/contactable/\w", cookie), cookie


def _links(desk: Desk) -> dict[str, str]:
    """A link of each kind about one person, each where it belongs."""
    page = know(desk)
    keys, now = desk.kit.link_keys, desk.kit.clock()
    with desk.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.EMAIL, LOU) or ""
    unsubscribing = unsubscribe_url("", keys, subject)
    waiting = desk.kit.register.write(lambda tx: tokens.issue(tx, consents.CONFIRM, [subject], {}))
    fresh = desk.kit.register.write(lambda tx: tokens.issue(tx, "fresh", [subject], {"kind": "email"}, once=True))
    return {
        "/p/": page.rpartition("/")[2],
        "/u/": unsubscribing.rpartition("/")[2],
        "/c/": confirmation_url("", keys, waiting).rpartition("/")[2],
        "/mine/": sign_fresh_link(keys, LinkPurpose.CONFIRM, [fresh.hex()], now),
        "a session": sign_fresh_link(keys, LinkPurpose.SESSION, [subject, "email"], now),
        "an undo": sign_fresh_link(keys, LinkPurpose.UNDO, [subject, "page-x"], now),
    }


def test_a_link_of_one_kind_does_nothing_where_one_of_another_belongs(world: World) -> None:
    found = _links(world.desk)
    before = kept(world)
    form = {"everything": "yes", "List-Unsubscribe": "One-Click", "confirm": "yes", "withdraw": "x"}
    for where in ("/p/", "/u/", "/c/", "/mine/"):
        for kind, link in found.items():
            if kind != where:
                answer = world.client.post(f"/contactable{where}{link}", base_url=HOME, data=form)
                world.judge(answer, f"{where} {kind}")
                assert kept(world) == before, f"{kind} at {where}"
                assert LOU not in answer.text

    assert world.wrong == []


@pytest.fixture
def framing(answering: Callable[[Flask], str]) -> str:
    """Another site, which frames what its query names."""
    app = Flask("framing", static_folder=None)

    @app.get("/")
    def frame() -> Response:
        return Response(f'<iframe src="{request.args["of"]}"></iframe>', content_type="text/html")

    return answering(app).replace("127.0.0.1", "localhost")


def framed(look: Look, framing: str, page: str) -> str:
    look.page.goto(f"{framing}/?of={page}")
    return look.page.frames[1].content() if len(look.page.frames) > 1 else ""


def test_a_foreign_site_frames_no_page(
    install: Callable[..., Desk], answering: Callable[..., str], look: Look, framing: str
) -> None:
    start = answering(install().app)
    for path in ("/contactable/stop", f"{CONSOLE}/login", "/contactable/nothing"):
        assert "<form" not in framed(look, framing, start + path), path
    assert sum("frame-ancestors" in each for each in look.complaints) == 3


def test_a_site_that_the_settings_name_frames_the_public_pages_alone(
    install: Callable[..., Desk], answering: Callable[..., str], look: Look, framing: str
) -> None:
    start = answering(install(f'\n[pages]\nframe_ancestors = ["{framing}"]\n').app)

    assert "<form" in framed(look, framing, f"{start}/contactable/stop")
    assert "<form" not in framed(look, framing, f"{start}{CONSOLE}/login")
