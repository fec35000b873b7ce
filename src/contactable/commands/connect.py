"""``contactable connect``: let a person agree in the CRM, and keep the tokens that come back, encrypted."""

from __future__ import annotations

import secrets
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import click

from contactable.cli import Context, pass_context
from contactable.connectors.hubspot import HubSpot
from contactable.connectors.hubspot.checking import AGREEMENT
from contactable.connectors.hubspot.companies import scopes_for
from contactable.errors import NotAuthentic, SettingsError

LOOPBACK = ("localhost", "127.0.0.1")


@click.command()
@click.argument("connector", default="hubspot")
@click.option(
    "--redirect-uri",
    default="http://localhost:8766/connected",
    show_default=True,
    help="An address that the app names among its redirect URLs.",
)
@click.option(
    "--code", default="", help="The code that the browser brought back, where no browser reaches this machine."
)
@pass_context
def command(context: Context, connector: str, redirect_uri: str, code: str) -> None:
    """Connect an app by OAuth: print the address where a person agrees, wait, and keep the tokens.

    Needs `oauth = { client_id, client_secret }` under [connectors.NAME]. Service keys and project tokens need no such.
    """
    with context.kit() as kit:
        if connector not in kit.connectors:
            raise SettingsError(f"[connectors.{connector}] is not in {context.path}.")
        oauth = getattr(getattr(kit.connectors[connector], "account", None), "oauth", None)
        if oauth is None:
            raise SettingsError(f"[connectors.{connector}] has no `oauth`: a token needs no connecting.")
        hubspot = cast(HubSpot, kit.connectors[connector])
        if not code:
            state = secrets.token_urlsafe(24)
            scopes = (*AGREEMENT, *scopes_for(kit.mapping(connector).properties))
            click.echo(hubspot.agreement_url(redirect_uri, scopes, state))
            code = _wait_for_code(redirect_uri, state)
        oauth.agree(code, redirect_uri)
    click.echo(f"{connector} is connected; its tokens are in the register, encrypted.", err=True)


def _wait_for_code(redirect_uri: str, state: str) -> str:
    """Answer the browser once, where it comes back; raise ``NotAuthentic`` where it is not the one that we sent."""
    address = urlsplit(redirect_uri)
    if address.hostname not in LOOPBACK:
        raise SettingsError("Nobody waits at that address: open the page above, then give the code with --code.")
    asked: list[dict[str, list[str]]] = []
    handler: Any = type("Once", (_Once,), {"asked": asked, "path_expected": address.path})
    with HTTPServer((address.hostname, address.port or 80), handler) as server:
        click.echo("Open that page and agree; this command waits for your browser.", err=True)
        while not asked:
            server.handle_request()
    said = asked[0]
    if not secrets.compare_digest(said.get("state", [""])[0], state):
        raise NotAuthentic("The browser brought back another answer than the one to our question: try again.")
    if not said.get("code"):
        raise NotAuthentic("Nobody agreed: the app was not installed.")
    return said["code"][0]


class _Once(BaseHTTPRequestHandler):
    """Takes the one request that matters, and says so in a sentence."""

    asked: list[dict[str, list[str]]]
    path_expected: str

    def do_GET(self) -> None:
        """The browser comes back."""
        address = urlsplit(self.path)
        mine = address.path == self.path_expected
        if mine:
            self.asked.append(parse_qs(address.query))
        self.send_response(200 if mine else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write("C'est noté, revenez au terminal. / Noted: go back to the terminal.\n".encode())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: the request holds the code."""
