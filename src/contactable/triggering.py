"""Samples of what senders send, signed with the secrets of one's own endpoint and posted to it.

The samples are the bodies of ours on which each provider is tested; the people in them are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from contactable.errors import Malformed, NotAuthentic, Refused, SettingsError, Unavailable
from contactable.webhooks.captured import as_captured
from contactable.webhooks.receiver import Endpoint
from contactable.webhooks.request import Request

if TYPE_CHECKING:
    from contactable.kit import Contactable

PATIENCE = 15.0  # seconds; no sender waits longer


def events_of(provider: str) -> list[str]:
    """The names of the samples of one provider; raise ``SettingsError`` where there is none."""
    return [name for name, _ in _samples(provider)]


def make(kit: Contactable, provider: str, event: str, name: str = "") -> Request:
    """A sample, addressed to one's own endpoint for that provider, by ``name`` where it has several, and signed now."""
    found = dict(_samples(provider)).get(event)
    if found is None:
        raise Malformed(f"{provider} has no sample {event!r}; there are: {', '.join(events_of(provider))}.")
    endpoint = _endpoint(kit, provider, name)
    request = as_captured(found.name, found.read_bytes(), kit.clock(), endpoint.secrets.options)
    query, path = urlsplit(request.url).query, "".join(f"/{key.value.decode()}" for key in endpoint.secrets.path[:1])
    url = f"{kit.settings.public_url.rstrip('/')}/hooks/{endpoint.name}{path}{f'?{query}' if query else ''}"
    return _signed(endpoint, replace(request, url=url))


def send(kit: Contactable, request: Request, base: str = "") -> int:
    """Post a sample to ``base`` (by default where ``serve`` listens); return the status of the answer.

    Raises ``Unavailable`` when nobody answers and ``Refused`` when the answer is no success. No message holds the
    address: a path may hold the endpoint's secret.
    """
    public = kit.settings.public_url.rstrip("/")
    base = (base or f"http://{kit.settings.listen}{urlsplit(public).path}").rstrip("/")
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        raise Malformed("The address to send to begins with http:// or https://.")
    url = base + request.url.removeprefix(public)
    headers = dict(request.headers)
    try:
        answer = requests.request(
            request.method, url, data=request.raw, headers=headers, timeout=PATIENCE, allow_redirects=False
        )
    except requests.RequestException as error:
        raise Unavailable(f"Nobody answers at {urlsplit(base).netloc} ({type(error).__name__}).") from None
    if not answer.ok:
        raise Refused(f"The endpoint answered {answer.status_code}.")
    return answer.status_code


def _signed(endpoint: Endpoint, request: Request) -> Request:
    try:
        signed = endpoint.provider.sign(request, endpoint.secrets)
        endpoint.provider.authenticate(signed, endpoint.secrets)
    except IndexError:  # it signs with the first of no secrets
        raise SettingsError(
            f"[endpoints.{endpoint.name}] lacks `secret`: docs/providers/{endpoint.provider.id}.md says which."
        ) from None
    except (NotAuthentic, Malformed):
        raise SettingsError(
            f"{endpoint.provider.id} signs this with a key that it alone has, or no longer signs it, or "
            f"{endpoint.name} lacks its secret: use the test button of its console, or `contactable inbox parse`."
        ) from None
    return signed


def _endpoint(kit: Contactable, provider: str, name: str) -> Endpoint:
    """The endpoint that is meant; the secrets of the others may be missing."""
    names = [each for each, endpoint in kit.settings.endpoints.items() if endpoint.provider == provider]
    if not names:
        raise SettingsError(f"No endpoint has the provider {provider!r}: see docs/providers/{provider}.md.")
    if name and name not in names:
        raise SettingsError(f"No endpoint {name!r} has the provider {provider!r}; there are: {', '.join(names)}.")
    return kit.endpoint(name or names[0])


def _samples(provider: str) -> Iterator[tuple[str, Traversable]]:
    folder = resources.files("contactable.webhooks") / "samples" / provider
    if not folder.is_dir():
        raise SettingsError(f"There is no provider {provider!r}: `contactable providers` lists them.")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".tsv"):
            yield file.name.partition(".")[0], file
