"""A sender's request as a value, and the secrets of the endpoint that it came to.

Providers are judged on these two alone, without Flask, clock or network. Most European senders sign nothing: a long
secret in the path, basic authentication, a bearer token or a header of theirs is then all there is, and every scheme
that an endpoint configures must be right. An endpoint without any secret accepts nobody.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from contactable.errors import Malformed, NotAuthentic, SettingsError
from contactable.signing import Secret, check_equal
from contactable.webhooks.networks import Network, check_address, read_networks
from contactable.webhooks.reading import Section, read_fields, read_json


@dataclass(frozen=True)
class Request:
    """What arrived. ``url`` is the configured public URL with the query as received, never rebuilt from ``Host``;
    ``received_at`` is aware; ``path_secret`` is what stood behind the endpoint's name in the path; ``options`` is what
    the endpoint's settings say beyond its secrets (names of tags, a field map); ``address`` is where it came from."""

    raw: bytes
    received_at: datetime
    method: str = "POST"
    url: str = "https://hooks.example.com/hooks/endpoint"
    headers: Mapping[str, str] = field(default_factory=dict)
    path_secret: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""

    @cached_property
    def lower_headers(self) -> dict[str, str]:
        """The headers by lower-case name."""
        return {name.lower(): value for name, value in self.headers.items()}

    def header(self, name: str) -> str:
        """One header, whatever its case; "" where there is none."""
        return self.lower_headers.get(name.lower(), "")

    @cached_property
    def document(self) -> Any:
        """The JSON value of the body; raise ``Malformed``."""
        return read_json(self.raw)

    @property
    def json(self) -> Section:
        """The JSON object that the body is; raise ``Malformed``."""
        return Section.of(self.document, "the body")

    @property
    def batch(self) -> list[Any]:
        """The items of a JSON array; a sole object counts as a batch of one."""
        document = self.document
        # Brevo and Mailjet send either, after a setting of theirs.
        return document if isinstance(document, list) else [document]

    @cached_property
    def form_pairs(self) -> tuple[tuple[str, str], ...]:
        """The fields of the form in their order, url-encoded or multipart; raise ``Malformed``."""
        # Anything but multipart is read as url-encoded: the type is often missing, or wrong.
        kind, options = parse_options_header(self.header("content-type"))
        if kind == "multipart/form-data":
            return _multipart(self.raw, kind, options)
        try:
            return read_fields(self.raw.decode("ascii"))
        except UnicodeDecodeError:  # not escaped, against the standard
            return read_fields(self.raw.decode("latin-1").translate(_ESCAPES))

    @cached_property
    def form(self) -> Section:
        """The form; of a repeated name the last value."""
        return Section(dict(self.form_pairs), "")

    @cached_property
    def query(self) -> Section:
        """The query of the URL; of a repeated name the last value."""
        return Section(dict(read_fields(urlsplit(self.url).query)), "")

    @property
    def sent_fields(self) -> Section:
        """The form, or where there is no body the query, for senders that use either.

        Never both: a signature covers the body, and what somebody adds to the URL must not count beside it.
        """
        return self.form if self.raw else self.query

    def with_headers(self, headers: Mapping[str, str]) -> Request:
        """The same request with more headers, as a signer leaves it."""
        return replace(self, headers={**self.headers, **headers})

    def with_token(self, token: bytes, name: str = "token") -> Request:
        """The same JSON object with ``token`` in it, for senders that put their secret into the body."""
        return replace(self, raw=json.dumps({**self.json.values, name: token.decode()}).encode())

    def without_token(self, name: str = "token") -> bytes:
        """The JSON object without ``token``: what may be kept of it."""
        return json.dumps({each: value for each, value in self.json.values.items() if each != name}).encode()

    @property
    def is_json(self) -> bool:
        """Whether the body looks like JSON; the content type is not asked, senders get it wrong."""
        return self.raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


_ESCAPES = {code: f"%{code:02X}" for code in range(128, 256)}


def _multipart(raw: bytes, kind: str, options: dict[str, str]) -> tuple[tuple[str, str], ...]:
    try:
        # The body is in memory already, so its own length is limit enough.
        parser = FormDataParser(max_form_memory_size=len(raw), max_form_parts=1000, silent=False)
        _, form, _ = parser.parse(BytesIO(raw), kind, len(raw), options)
    except (ValueError, HTTPException):
        raise Malformed("The form cannot be read.") from None
    return tuple(form.items(multi=True))


@dataclass(frozen=True, slots=True)
class Secrets:
    """The active secrets of one endpoint, by scheme, the current one first; and what its provider wants to know.

    ``keys`` sign; ``basic`` holds ``user:password``; ``headers`` maps a header's lower-case name to its secrets;
    ``api`` holds by name what the sender's own API wants of us when its lists are polled. Where there are
    ``addresses``, a request must come from one of them as well.
    """

    keys: tuple[Secret, ...] = ()
    path: tuple[Secret, ...] = ()
    basic: tuple[Secret, ...] = ()
    bearer: tuple[Secret, ...] = ()
    headers: Mapping[str, tuple[Secret, ...]] = field(default_factory=dict)
    api: Mapping[str, Secret] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    addresses: tuple[Network, ...] = ()

    @classmethod
    def from_settings(cls, options: Mapping[str, Any], read: Callable[[str], bytes]) -> Secrets:
        """Read ``secret``, ``path_secret``, ``basic``, ``bearer``, ``headers`` and ``api`` of ``[endpoints.<name>]``.

        Each is a reference (``env:NAME``, ``file:PATH``) or a list of them, the current one first. ``read`` fetches one
        and raises ``SettingsError``. ``addresses`` are plain. Everything else stays in ``options``.
        """
        known = {"secret", "path_secret", "basic", "bearer", "headers", "api", "addresses"}
        headers, api = (_table(options, name) for name in ("headers", "api"))
        return cls(
            keys=_read_all(options.get("secret", ()), read),
            path=_read_all(options.get("path_secret", ()), read),
            basic=_read_all(options.get("basic", ()), read),
            bearer=_read_all(options.get("bearer", ()), read),
            headers={name.lower(): _read_all(value, read) for name, value in headers.items()},
            api={name: Secret(value, read(value)) for name, value in api.items()},
            options={name: value for name, value in options.items() if name not in known},
            addresses=read_networks(options.get("addresses", ())),
        )

    def of_api(self, name: str) -> str:
        """One of the keys for the sender's API; raise ``SettingsError`` where the endpoint lacks it."""
        if name not in self.api:
            raise SettingsError(f'The endpoint lacks `{name}` for polling: api = {{ {name} = "env:NAME" }}.')
        return self.api[name].value.decode()

    @property
    def unsigned(self) -> bool:
        """Whether any scheme is configured that a sender without signatures can use."""
        return bool(self.path or self.basic or self.bearer or any(self.headers.values()))


def _table(options: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = options.get(name, {})
    if not isinstance(found, Mapping):
        raise SettingsError(f'`{name}` of an endpoint is a table: {name} = {{ "name" = "env:NAME" }}.')
    return found


def _read_all(references: str | Iterable[str], read: Callable[[str], bytes]) -> tuple[Secret, ...]:
    # One reference is a list of one: most endpoints never rotate.
    listed = (references,) if isinstance(references, str) else references
    return tuple(Secret(reference, read(reference)) for reference in listed)


def authenticate_by_secret(request: Request, secrets: Secrets) -> str:
    """Return the id of a secret that fitted; raise ``NotAuthentic`` unless every configured scheme is right."""
    # Without this an endpoint that lacks its secret would be open to the world.
    if not secrets.unsigned:
        raise NotAuthentic("The endpoint has no secret: give it a path_secret, basic, bearer or headers.")
    used = check_schemes(request, secrets)
    return used[0]


def check_schemes(request: Request, secrets: Secrets) -> list[str]:
    """The ids of the secrets that fitted, one for each scheme that is configured; raise ``NotAuthentic``."""
    if secrets.addresses:
        check_address(secrets.addresses, request.address)
    used = []
    if secrets.path:
        used.append(check_equal(secrets.path, request.path_secret, "path"))
    if secrets.basic:
        used.append(check_equal(secrets.basic, _basic(request.header("authorization")), "basic authentication"))
    if secrets.bearer:
        used.append(check_equal(secrets.bearer, _after("bearer", request.header("authorization")), "bearer token"))
    used += [check_equal(active, request.header(name), "header") for name, active in secrets.headers.items()]
    return used


def sign_by_secret(request: Request, secrets: Secrets) -> Request:
    """The request as a sender that knows the current secrets would send it."""
    headers = {name: active[0].value.decode() for name, active in secrets.headers.items()}
    if secrets.bearer:
        headers["Authorization"] = f"Bearer {secrets.bearer[0].value.decode()}"
    if secrets.basic:
        headers["Authorization"] = f"Basic {base64.b64encode(secrets.basic[0].value).decode()}"
    path = secrets.path[0].value.decode() if secrets.path else ""
    address = str(secrets.addresses[0].network_address) if secrets.addresses else request.address
    return replace(request.with_headers(headers), path_secret=path, address=address)


def _after(scheme: str, header: str) -> str:
    found, _, rest = header.partition(" ")
    return rest.strip() if found.lower() == scheme else ""


def _basic(header: str) -> bytes:
    try:
        return base64.b64decode(_after("basic", header), validate=True)
    except (binascii.Error, ValueError):
        return b""
