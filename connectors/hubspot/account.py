"""One HubSpot account: how it is asked, how its answers are judged, what it lets us do.

Limits (usage guidelines, 2026): a rolling window of ten seconds for each app, whose size the answers name; five
searches a second for the whole account, whose answers name nothing; a day. ``Retry-After`` is not guaranteed.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from contactable.connectors.hubspot.oauth import MemoryStore, OAuth, Tokens, TokenStore
from contactable.connectors.hubspot.options import Options
from contactable.connectors.hubspot.paths import Paths
from contactable.transport import Answer, Habits, Limiter, Transport, usual_delay

ONE_HOUR = 3600.0  # seconds; the day ends at midnight of a time zone that is not told
_CODE = re.compile(r"[A-Z][A-Z_0-9]{1,60}")
_SCOPE = re.compile(r"[a-z][a-z_.\-]{1,80}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class Account:
    """Requests to one account. Threads share it."""

    def __init__(
        self,
        options: Options,
        secret: Callable[[str], bytes],
        tokens: TokenStore | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self.options = options
        self._secret = secret
        self.paths = Paths(options.api)
        self.stopping = stopping or threading.Event()
        self.limiter = Limiter(options.requests_per_10_s, 10.0, asks_first=True, stopping=self.stopping)
        self.search_limiter = Limiter(options.searches_per_s, 1.0, stopping=self.stopping)
        self.oauth = self._oauth(secret, tokens)
        self._key = secret(options.token).decode() if options.token else ""
        self._now_ms = 0
        self._transport = self._make_transport(headers=self._authorization, observe=self._observe)

    @property
    def token(self) -> str:
        """The access token, renewed if need be."""
        return self.oauth.access_token() if self.oauth else self._key

    @property
    def now_ms(self) -> int:
        """HubSpot's clock in milliseconds, as of its last answer and rounded up: ours may be wrong by minutes."""
        return self._now_ms or int(time.time() * 1000)

    @property
    def overlap_ms(self) -> int:
        """By how much a window begins before the end of the last: the index's lag, and what rounding added."""
        return int(self.options.index_lag * 1000) + 1000

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, expected: Collection[int] = ()) -> Answer:
        """Read something. A parameter that is None is left out."""
        return self._call("GET", path, params=params, limits=[self.limiter], expected=expected)

    def post(self, path: str, body: Any, *, expected: Collection[int] = ()) -> Answer:
        """Send something."""
        return self._call("POST", path, json=body, limits=[self.limiter], expected=expected)

    def put(self, path: str, body: Any, *, expected: Collection[int] = ()) -> Answer:
        """Replace something."""
        return self._call("PUT", path, json=body, limits=[self.limiter], expected=expected)

    def delete(self, path: str, *, expected: Collection[int] = ()) -> Answer:
        """Take something away."""
        return self._call("DELETE", path, limits=[self.limiter], expected=expected)

    def search(self, path: str, body: Any, *, expected: Collection[int] = ()) -> Answer:
        """Search: counted apart, five a second."""
        return self._call("POST", path, json=body, limits=[self.search_limiter], expected=expected)

    def ask_token_endpoint(self, path: str, body: Mapping[str, str]) -> Answer:
        """Post a form without the account's token."""
        return self._make_transport().call("POST", path, form=body)

    @property
    def introspection(self) -> dict[str, str]:
        """The form by which an app asks what its token may do."""
        app = self.options.oauth
        known = {"client_id": app.client_id, "client_secret": self._secret(app.client_secret).decode()} if app else {}
        return {**known, "token": self.token, "token_type_hint": "access_token"}

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.stopping.set()
        self._transport.close()

    def _call(self, method: str, path: str, *, expected: Collection[int], **request: Any) -> Answer:
        if self.oauth is None:
            return self._transport.call(method, path, expected=expected, **request)
        used = self.token
        answer = self._transport.call(method, path, expected=(*expected, 401), **request)
        if answer.status == 401:  # ended before its time: the app was installed anew, or our clock is wrong
            self.oauth.renew(used)
            answer = self._transport.call(method, path, expected=expected, **request)
        return answer

    def _make_transport(
        self,
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
        observe: Callable[[Answer], None] = lambda answer: None,
    ) -> Transport:
        return Transport(
            "HubSpot",
            self.options.base_url,
            headers=headers,
            habits=Habits(delay, observe, explain),
            patience=self.options.patience,
            connections=2 * self.options.in_flight,
            stopping=self.stopping,
        )

    def _authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _oauth(self, secret: Callable[[str], bytes], tokens: TokenStore | None) -> OAuth | None:
        app = self.options.oauth
        if app is None:
            return None
        begun = Tokens("", secret(app.refresh_token).decode()) if app.refresh_token else None
        path = self.paths("token")
        return OAuth(
            app.client_id,
            secret(app.client_secret).decode(),
            tokens or MemoryStore(),
            lambda form: self.ask_token_endpoint(path, form),
            begun=begun,
        )

    def _observe(self, answer: Answer) -> None:
        if date := answer.headers.get("Date"):
            self._now_ms = max(self._now_ms, int(parsedate_to_datetime(date).timestamp() * 1000) + 999)
        if answer.headers.get("X-HubSpot-RateLimit-Interval-Milliseconds") == "10000":
            most, remaining = (answer.headers.get(f"X-HubSpot-RateLimit-{each}") for each in ("Max", "Remaining"))
            self.limiter.learn(_number(most), _number(remaining))


def delay(answer: Answer, attempt: int) -> float | None:
    """Seconds to wait; HubSpot's own client waits as long where the answer does not say.

    A day's limit, and an account on the move (477, up to a day), outlast every patience: the caller comes back later.
    """
    if answer.retry_after is not None or answer.status not in (429, 477):
        return usual_delay(answer, attempt)
    if answer.status == 477 or policy(answer) == "DAILY":
        return ONE_HOUR
    return 1.0 * attempt if policy(answer) == "SECONDLY" else 10.0 * attempt


def policy(answer: Answer) -> str:
    """Which limit a 429 speaks of: TEN_SECONDLY_ROLLING, SECONDLY, DAILY, or nothing."""
    return _text(answer.json, "policyName", _CODE)


def explain(answer: Answer) -> str:
    """Say in words of ours what HubSpot's codes mean. Its own messages quote what was sent, addresses included."""
    if answer.status == 401:
        return "the token is wrong, has ended, or was taken back"
    missing = ", ".join(sorted(_missing_scopes(answer.json)))
    if missing:
        return f"the token lacks a scope (one of {missing})"
    return policy(answer) or _text(answer.json, "category", _CODE)


def _missing_scopes(body: Any) -> set[str]:
    errors = body.get("errors") if isinstance(body, dict) else None
    named: set[str] = set()
    for error in errors if isinstance(errors, list) else ():
        context = error.get("context") if isinstance(error, dict) else None
        scopes = context.get("requiredGranularScopes") if isinstance(context, dict) else None
        named.update(each for each in scopes or () if isinstance(each, str) and _SCOPE.fullmatch(each))
    return named


def _text(body: Any, name: str, form: re.Pattern[str]) -> str:
    found = body.get(name) if isinstance(body, dict) else None
    return found if isinstance(found, str) and form.fullmatch(found) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and _NUMBER.fullmatch(text) else None
