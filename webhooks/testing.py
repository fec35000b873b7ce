"""For tests: doors for any providers on an open register with a clock set by hand, and senders that sign.

Also for third parties who add a provider: a ``Street`` sends what ``read_captured`` read, as its sender would.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contactable.identifiers import IdentifierKind
from contactable.register import Entry, Tx, inbox, ledger, subjects
from contactable.register.testing import Workbench
from contactable.signing import Secret
from contactable.webhooks.blueprint import make_blueprint
from contactable.webhooks.hooks import Doors
from contactable.webhooks.provider import Sign
from contactable.webhooks.receiver import Endpoint
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets

PUBLIC_URL = "https://hooks.example.com"
SECRET = Secret("current", b"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
FOREIGN = Secret("foreign", b"whsec_Zm9yZWlnbmZvcmVpZ25mb3JlaWduZm9y")
LINK_KEYS = (b"0123456789abcdef0123456789abcdef",)


@dataclass(repr=False)
class Street:
    """Doors of one installation, by provider id, and those who knock. Every endpoint writes to connector ``crm``."""

    bench: Workbench
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    signers: dict[str, Sign] = field(default_factory=dict)  # for those whose signing key only the sender has
    woken: int = 0
    proxies: int = 0

    @cached_property
    def client(self) -> FlaskClient:
        """A client of a Flask application with these doors."""
        app = Flask("street")
        app.register_blueprint(make_blueprint(self.doors))
        return app.test_client()

    @cached_property
    def doors(self) -> Doors:
        """The doors; an endpoint may be opened later."""
        return Doors(
            self.endpoints,
            lambda: self.bench.register,
            PUBLIC_URL,
            LINK_KEYS,
            self.bench.clock,
            self._wake,
            proxies=self.proxies,
        )

    def open(self, id: str, secrets: Secrets | None = None) -> Endpoint:
        """The endpoint of a provider; one secret is its signing key and stands in its path, unless told otherwise."""
        if id not in self.endpoints:
            secrets = secrets or Secrets(keys=(SECRET,), path=(SECRET,))
            self.endpoints[id] = Endpoint(id, find_provider(id), secrets, "crm")
        return self.endpoints[id]

    def signed(self, id: str, request: Request, secrets: Secrets | None = None) -> Request:
        """The request as a sender that knows ``secrets`` (by default, the endpoint's) would send it now."""
        known = secrets or self.open(id).secrets
        query, path = urlsplit(request.url).query, "".join(f"/{secret.value.decode()}" for secret in known.path[:1])
        url = f"{PUBLIC_URL}/hooks/{id}{path}{f'?{query}' if query else ''}"
        addressed = replace(request, url=url, received_at=self.bench.clock())
        return self.signers.get(id, find_provider(id).sign)(addressed, known)

    def send(self, request: Request, address: str = "127.0.0.1") -> TestResponse:
        """Send a request over HTTP to the address that it names, from ``address``."""
        url = urlsplit(request.url)
        return self.client.open(
            path=url.path,
            query_string=url.query,
            method=request.method,
            data=request.raw,
            headers=dict(request.headers),
            environ_base={"REMOTE_ADDR": address},
        )

    def deliver(self, id: str, request: Request) -> TestResponse:
        """Sign and send."""
        return self.send(self.signed(id, request))

    def entries(self, kind: IdentifierKind, text: str) -> list[Entry]:
        """What was entered for one person."""
        return self.bench.read(_entries_of, kind, text)

    def states(self) -> dict[str, int]:
        """How many deliveries the inbox holds in each state."""
        return self.bench.read(inbox.counts)

    def _wake(self) -> None:
        self.woken += 1


def _entries_of(tx: Tx, kind: IdentifierKind, text: str) -> list[Entry]:
    subject = subjects.find_subject(tx, kind, text)
    return ledger.entries_of(tx, [subject] if subject else [])
