"""The page on which a person lets an app in (``app.hubspot.com/oauth/authorize``), and what it brings the browser back.

A person who agrees comes back with a code that counts once, for the scopes and the address that were asked for; one who
declines with ``error=access_denied`` [K]. The state comes back as it was sent. A wrong app, address or scope is told on
the page and sends nobody anywhere.
"""

from __future__ import annotations

from html import escape
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from contactable.sandbox.hubspot.routing import Answer, Asked, Route

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{rest}</html>"""
_FORM = """<p>{app} asks to do this in account {account}:</p><ul>{scopes}</ul><form method="post">{hidden}
<button name="answer" value="agree">Connect app</button>
<button name="answer" value="decline">Cancel</button></form>"""
_KEPT = ("client_id", "redirect_uri", "scope", "state")


class _Wish(NamedTuple):
    """What the app asks for."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str


def _show(asked: Asked) -> Answer:
    wish = _Wish(*(asked.one(name) for name in _KEPT))
    if wrong := _wrong(asked, wish):
        return _page(400, "This app cannot be connected", f"<p>{wrong}</p>")
    scopes = "".join(f"<li>{escape(each)}</li>" for each in wish.scope.split())
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in wish._asdict().items()
    )
    app = escape(wish.client_id)
    return _page(200, "Connect an app", _FORM.format(app=app, account=asked.portal.id, scopes=scopes, hidden=hidden))


def _decide(asked: Asked) -> Answer:
    said = asked.json
    wish = _Wish(*(str(said.get(name, "")) for name in _KEPT))
    if wrong := _wrong(asked, wish):
        return _page(400, "This app cannot be connected", f"<p>{wrong}</p>")
    if said.get("answer") != "agree":
        return _back(wish, {"error": "access_denied", "error_description": "The person did not agree"})
    with asked.portal.lock:
        return _back(wish, {"code": asked.portal.tokens.code(wish.scope.split(), wish.redirect_uri)})


def _wrong(asked: Asked, wish: _Wish) -> str:
    if wish.client_id != asked.portal.tokens.client_id:
        return "The app is not known: look at client_id."
    address = urlsplit(wish.redirect_uri)
    if address.scheme not in ("http", "https") or not address.hostname:
        return "The redirect_uri is no address."
    return "" if wish.scope.split() else "No scope was asked for."


def _back(wish: _Wish, said: dict[str, str]) -> Answer:
    more = said | ({"state": wish.state} if wish.state else {})
    joined = "&" if urlsplit(wish.redirect_uri).query else "?"
    return Answer(302, None, {"Location": f"{wish.redirect_uri}{joined}{urlencode(more)}"})


def _page(status: int, title: str, rest: str) -> Answer:
    return Answer(status, _PAGE.format(title=title, rest=rest).encode(), {"Content-Type": "text/html; charset=utf-8"})


ROUTES = (
    Route("agreement", "GET", "", "/oauth/authorize", _show, open=True),
    Route("agreed", "POST", "", "/oauth/authorize", _decide, open=True),
)
