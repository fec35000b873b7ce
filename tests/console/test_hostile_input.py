"""Hostile input in every field of every form of every page, in every address and header: refused, and never a fault.

Pages, forms and fields are found by asking the application itself, so that a new one is tried too.
"""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes

import pytest
from tests.console.test_preference_centre import LOU
from tests.console.world import HOME, World

MARKUP = "\"><script>document.title='run'</script><img src=x onerror=alert(1)>"
HOSTILE: dict[str, bytes] = {
    "markup": MARKUP.encode(),
    "template": b"{{7*7}}${7*7}<%=7*7%>",
    "header": b"x\r\nSet-Cookie: stolen=1\r\n\r\n<script>",
    "sql": b"' OR '1'='1'; DROP TABLE entries; --",
    "null": b"a\x00b@example.com",
    "long": b"x" * 65_000,
    "marks": "\u202e\ufeff\U0001f642@example.com".encode() * 9,
    "no utf-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80",
    "utf-16": "lou@example.com".encode("utf-16"),
    "path": b"../../../../etc/passwd",
    "bare markup": b"<img src=x onerror=alert(1)>",
    "percent": b"100 % %s %(x)s",
    "number": b"9" * 400,
    "empty": b"",
}
BODIES = [
    ("application/json", b'{"who": ["\xff"]}'),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="who"; filename="\xff"\r\n\r\na'),
    ("application/x-www-form-urlencoded; charset=utf-7", b"who=+ADw-script+AD4-"),
    ("application/x-www-form-urlencoded; charset=none", "who=é".encode("latin-1")),
    ("text/plain", b"\x00" * 100),
    ("", b"&".join(b"a%d=1" % n for n in range(2000))),
]


@pytest.fixture
def url(sqlite_url: str) -> str:
    """One database: the pages stand above it."""
    return sqlite_url


def test_no_field_of_any_form_breaks_a_page_or_comes_back_as_markup(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    tried = 0
    for form in world.forms():
        for name in form.names:
            for kind, value in HOSTILE.items():
                world.judge(world.send(form, name, value), f"{form.path} {name} {kind}")
                tried += 1

    said = capfd.readouterr()
    assert world.wrong == []
    assert tried > 500
    assert LOU not in said.out + said.err
    assert world.get("/contactable/readyz").status_code == 200


def test_no_body_of_another_kind_breaks_a_page(world: World) -> None:
    for rule in world.desk.app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        for kind, body in BODIES:
            for method in (rule.methods or set()) & {"POST", "PUT"}:
                answer = world.client.open(path, base_url=HOME, method=method, data=body, content_type=kind)
                world.judge(answer, f"{method} {path} {kind}")

    assert world.wrong == []


def test_no_address_and_no_query_breaks_a_page(world: World) -> None:
    names = ("lang", "id", "who", "state", "code", "iss", "next", "session")
    for rule in world.desk.app.url_map.iter_rules():
        for kind, value in HOSTILE.items():
            said = quote_from_bytes(value[:2000], safe="")
            path = re.sub(r"<[^>]+>", said or "x", rule.rule)
            query = "&".join(f"{name}={said}" for name in names)
            world.judge(world.get(path), f"{rule.rule} {kind}")
            world.judge(world.get(f"{re.sub(r'<[^>]+>', 'x', rule.rule)}?{query}"), f"{rule.rule} ?{kind}")

    assert world.wrong == []


FORGED = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "evil.example", "Forwarded": "host=evil.example"}


def test_no_page_and_no_redirect_repeats_the_host_that_was_asked_for(world: World) -> None:
    for path in world.starts:
        for variant in (
            path,
            f"{path}/",
            path.rstrip("/"),
            path.replace("/contactable", "/contactable/", 1),
            f"/{path}",
        ):
            for asked in (f"{variant}?next=//evil.example", f"{variant}?lang=en"):
                answer = world.client.get(asked, base_url="https://evil.example", headers=FORGED)
                world.judge(answer, asked)

    assert world.wrong == []


def test_no_header_breaks_a_page(world: World) -> None:
    for path in world.starts:
        for name in (
            "Accept-Language",
            "Cookie",
            "X-Forwarded-For",
            "Origin",
            "Sec-Fetch-Site",
            "User-Agent",
            "Accept",
        ):
            for value in ("\u00e9" * 500, "x" * 9000, "=;=;,q=nan", "\x01"):
                world.judge(world.get(path, **{name: value}), f"{path} {name} {value[:5]!r}")

    assert world.wrong == []
