"""OAuth: tokens of half an hour, renewed two minutes before they end, by one at a time.

Where tokens are kept is the caller's business (``TokenStore``): the kit keeps them encrypted in its register, with a
lock between processes, since renewing twice at once may leave one of the two with a token that is void.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from contactable.errors import Refused
from contactable.transport import Answer

API = "https://api.hubapi.com"
EARLY = 120.0  # seconds before its end at which a token is renewed


@dataclass(frozen=True, slots=True)
class Tokens:
    """An access token, when it ends (seconds since the epoch), and the token that renews it. Never printed."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: float = 0.0


class TokenStore(Protocol):
    """Where tokens are kept between runs and shared between processes."""

    def load(self) -> Tokens | None:
        """The tokens kept last, or None."""
        ...

    def save(self, tokens: Tokens) -> None:
        """Keep these instead."""
        ...

    def lock(self) -> AbstractContextManager[object]:
        """Held by whoever renews, over all processes."""
        ...


class MemoryStore:
    """Keeps tokens as long as the process lives."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()

    def load(self) -> Tokens | None:
        """The tokens kept last, or None."""
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        """Keep these instead."""
        self._tokens = tokens

    def lock(self) -> AbstractContextManager[object]:
        """One thread at a time."""
        return self._lock


class OAuth:
    """The access token of one installation. ``exchange`` posts a form to HubSpot's token address."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        store: TokenStore,
        exchange: Callable[[Mapping[str, str]], Answer],
        clock: Callable[[], float] = time.time,
        *,
        begun: Tokens | None = None,
    ) -> None:
        self._app = {"client_id": client_id, "client_secret": client_secret}
        self._store = store
        self._exchange = exchange
        self._clock = clock
        self._begun = begun

    @property
    def client_id(self) -> str:
        """The app's public name."""
        return self._app["client_id"]

    def access_token(self) -> str:
        """A token that is good for a while, renewed if need be; raises ``Refused`` when the app was uninstalled."""
        tokens = self._kept()
        if tokens and self._is_good(tokens):
            return tokens.access
        return self.renew(tokens.access if tokens else None)

    def renew(self, stale: str | None = None) -> str:
        """Renew, unless somebody else just did; give the access token."""
        with self._store.lock():
            tokens = self._kept()
            if tokens is None:
                raise Refused(
                    "HubSpot is not connected: nobody has agreed yet, or the tokens are lost: `contactable connect`."
                )
            if tokens.access != stale and self._is_good(tokens):
                return tokens.access
            return self._obtain({"grant_type": "refresh_token", "refresh_token": tokens.refresh}).access

    def agree(self, code: str, redirect_uri: str) -> Tokens:
        """Exchange the code that the browser brought back, once somebody has agreed; the tokens are kept."""
        with self._store.lock():
            form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
            return self._obtain(form)

    def _kept(self) -> Tokens | None:
        """The tokens kept last, or those of the settings, which begin."""
        return self._store.load() or self._begun

    def _is_good(self, tokens: Tokens) -> bool:
        return bool(tokens.access) and tokens.expires_at - EARLY > self._clock()

    def _obtain(self, form: Mapping[str, str]) -> Tokens:
        answer: Any = self._exchange({**form, **self._app}).json
        tokens = Tokens(answer["access_token"], answer["refresh_token"], self._clock() + float(answer["expires_in"]))
        self._store.save(tokens)
        return tokens


def agreement_url(client_id: str, redirect_uri: str, scopes: tuple[str, ...], state: str, base_url: str = API) -> str:
    """Where to send the browser of the person who shall agree: HubSpot's own page, or that of another ``base_url``."""
    from hubspot.utils.oauth import get_auth_url  # 50 ms, and only here

    url: str = get_auth_url(client_id, redirect_uri, scope=scopes, state=state)
    if base_url == API:
        return url
    address, own = urlsplit(url), urlsplit(base_url)
    return address._replace(scheme=own.scheme, netloc=own.netloc).geturl()
