"""HTTP to CRMs and senders: kept connections, explicit timeouts, one limiter an account, retries that listen.

Failures are told apart by what to do next: wait and try again (429, 423, 5xx, a lost connection), give up for now
(``Unavailable``, ``LimitReached``), or ask a person (``Refused``). No message and no log line holds an address, a
token, a query or what a server said: servers quote what was sent to them.
"""

from __future__ import annotations

import email.utils
import math
import random
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Any

import msgspec
import requests
import structlog
import tenacity
from requests.adapters import HTTPAdapter

from contactable.errors import ContactableError, LimitReached, Refused, Unavailable
from contactable.transport.limiter import Limiter, SideBySide

log = structlog.get_logger()

CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 100.0  # seconds; HubSpot itself gives up after 100
PATIENCE = 600.0  # seconds for one request, all its retries included
SUCCESS = range(200, 300)
TABLE = "text/csv"
_longest: ContextVar[float] = ContextVar("longest", default=math.inf)  # seconds
TRANSIENT = frozenset({408, 423, 429, 477, 500, 502, 503, 504, 520, 521, 522, 523, 524})
"""Statuses after which the same request may go through: limits, locks, an account on the move, and edges in trouble."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. ``json`` is empty where the body was none; a table (CSV) stays bytes, in ``table``."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = field(default_factory=dict)
    table: bytes = field(default=b"", repr=False)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks us to wait; None where it does not say, or not readably."""
        said = self.headers.get("Retry-After", "").strip()
        if said.isascii() and said.isdigit():
            return float(said)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
        except ValueError:
            return None


def usual_delay(answer: Answer, attempt: int) -> float | None:
    """Seconds to wait before the next attempt (1 is the first that failed); None where trying again would not help.

    Without ``Retry-After``: ten seconds more each time after a 429, else twice as long each time, from half a second.
    """
    if answer.status not in TRANSIENT:
        return None
    if answer.retry_after is not None:
        return answer.retry_after
    if answer.status == 429:
        return 10.0 * attempt
    return max(backoff(attempt), 2.0 if answer.status == 423 else 0.0)


def backoff(attempt: int) -> float:
    """Half a second, one, two … a minute, each up to a half more, so that threads do not come back together."""
    return float(min(60.0, 2.0 ** min(attempt - 2, 10))) * random.uniform(1.0, 1.5)  # noqa: S311 - no secret


@dataclass(frozen=True, slots=True)
class Habits:
    """What is peculiar about one API.

    ``delay`` decides on waiting, ``observe`` learns limits from an answer, ``explain`` gives the words of ours (never
    the server's) that an error message ends with.
    """

    delay: Callable[[Answer, int], float | None] = usual_delay
    observe: Callable[[Answer], None] = lambda answer: None
    explain: Callable[[Answer], str] = lambda answer: ""


class Transport:
    """Requests to one account. Threads share it; ``stopping`` ends every wait."""

    def __init__(
        self,
        who: str,
        base_url: str,
        *,
        headers: Callable[[], Mapping[str, str]] = dict,
        habits: Habits = Habits(),
        patience: float = PATIENCE,
        connections: int = 16,
        stopping: threading.Event | None = None,
    ) -> None:
        self.who = who
        self._base_url = base_url.rstrip("/")
        self._headers = headers
        self._habits = habits
        self._patience = patience
        self._stopping = stopping or threading.Event()
        self._session = make_session(connections)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        accept: str = "",
        limits: Sequence[Limiter | SideBySide] = (),
        expected: Collection[int] = (),
    ) -> Answer:
        """Make a request and return its answer: a success, or one of the statuses that the caller ``expected``.

        ``path`` is below the base URL and holds no address or number: it may end in other people's logs. ``accept`` is
        the kind of answer that is wanted, JSON unless said. Raises ``LimitReached``, ``Unavailable`` or ``Refused``.
        """
        request = requests.Request(method, self._base_url + path, params=params, data=form)
        if accept:
            request.headers["Accept"] = accept
        if json is not None:
            request.data, request.headers["Content-Type"] = msgspec.json.encode(json), "application/json"
        try:
            return self._retrying(limits)(self._attempt, request, limits, expected)
        except _NotYet as failed:
            raise failed.giving_up(self.who) from None

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _retrying(self, limits: Sequence[Limiter | SideBySide]) -> tenacity.Retrying:
        patience = min(self._patience, _longest.get())
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_NotYet),
            wait=_wait_as_told,
            stop=tenacity.stop_before_delay(patience) | tenacity.stop_when_event_set(self._stopping),
            sleep=tenacity.sleep_using_event(self._stopping),
            before_sleep=lambda state: self._note(state, limits),
            reraise=True,
        )

    def _attempt(
        self, request: requests.Request, limits: Sequence[Limiter | SideBySide], expected: Collection[int]
    ) -> Answer:
        answer = self._send(request, limits)
        if answer.status in SUCCESS or answer.status in expected:
            return answer
        # Whether to wait is asked with attempt 1; how long, when it is known which attempt this was.
        if self._habits.delay(answer, 1) is None:
            raise Refused(_sentence(f"{self.who} answers {answer.status}", self._habits.explain(answer)))
        raise _NotYet(lambda attempt: self._habits.delay(answer, attempt), answer.status, self._habits.explain(answer))

    def _send(self, request: requests.Request, limits: Sequence[Limiter | SideBySide]) -> Answer:
        with ExitStack() as places:
            for limiter in limits:
                places.enter_context(limiter.place())
            request.headers.update(self._headers())  # here, since a token may have been renewed while we waited
            try:
                sent = self._session.prepare_request(request)
                got = self._session.send(sent, timeout=(CONNECT_TIMEOUT, READ_TIMEOUT), allow_redirects=False)
                answer = _answer(got)
            except (requests.RequestException, msgspec.DecodeError) as error:
                # The error's own text holds the URL.
                raise _NotYet(backoff, None, f"no whole answer ({type(error).__name__})") from None
            self._habits.observe(answer)  # before the place is free: what it tells is for the next request
            return answer

    def _note(self, state: tenacity.RetryCallState, limits: Sequence[Limiter | SideBySide]) -> None:
        failed, seconds = _failure(state), state.upcoming_sleep
        if failed.status == 429:
            for limiter in limits:
                limiter.hold(seconds)
        log.info("tries_again", who=self.who, status=failed.status, attempt=state.attempt_number, seconds=seconds)


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Within the block no request takes longer, retries included: a person waits for the answer."""
    token = _longest.set(seconds)
    try:
        yield
    finally:
        _longest.reset(token)


def make_session(connections: int = 16) -> requests.Session:
    """A session that keeps its connections and carries nothing from one request to the next."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # A ~/.netrc would replace our Authorization; an auth of one's own, even one that does nothing, prevents it.
    session.auth = _leave_as_is
    session.headers.update({"User-Agent": f"contactable/{version('contactable')}", "Accept": "application/json"})
    return session


class _NotYet(Exception):
    """This attempt failed and another may not. ``delay`` gives the seconds to wait after attempt n."""

    def __init__(self, delay: Callable[[int], float | None], status: int | None, why: str) -> None:
        super().__init__(status)
        self.delay, self.status, self.why = delay, status, why

    def giving_up(self, who: str) -> ContactableError:
        """The error for a caller whose patience is at its end."""
        if self.status == 429:
            return LimitReached(_sentence(f"The limit of {who} is used up", self.why), retry_after=self.delay(1))
        what = f"answers {self.status}" if self.status else "does not answer"
        return Unavailable(_sentence(f"{who} {what}", self.why))


def _failure(state: tenacity.RetryCallState) -> _NotYet:
    failed = state.outcome.exception() if state.outcome else None
    if not isinstance(failed, _NotYet):
        raise TypeError(failed)
    return failed


def _wait_as_told(state: tenacity.RetryCallState) -> float:
    return _failure(state).delay(state.attempt_number) or 0.0


def _answer(got: requests.Response) -> Answer:
    if got.headers.get("Content-Type", "").startswith(TABLE):
        return Answer(got.status_code, got.headers, table=got.content)
    return Answer(got.status_code, got.headers, _decoded(got))


def _decoded(got: requests.Response) -> Any:
    """The body as JSON; one that is none counts as empty where the answer is an error, which edges write as HTML."""
    try:
        return msgspec.json.decode(got.content) if got.content else {}
    except msgspec.DecodeError:
        if got.status_code in SUCCESS:
            raise
        return {}


def _leave_as_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _sentence(what: str, why: str) -> str:
    return f"{what}: {why}." if why else f"{what}."
