"""What connectors are put together from: tokens that end, options, the server's clock, windows of changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contactable.connectors.parts import Bearer, ServerClock, iter_windows, not_here, read_options, write_in_groups
from contactable.connectors.protocol import Change, ContactRecord, Outcome, Result
from contactable.errors import Refused, SettingsError, Unavailable
from contactable.transport import Answer

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_a_token_is_fetched_once_and_again_before_it_ends() -> None:
    now, fetched = [0.0], []

    def fetch() -> tuple[str, float]:
        fetched.append(now[0])
        return f"token-{len(fetched)}", 3_600.0

    bearer = Bearer(fetch, clock=lambda: now[0])
    first = [bearer.token, bearer.token]
    now[0] = 3_550.0

    assert first == ["token-1", "token-1"]
    assert bearer.headers == {"Authorization": "Bearer token-2"}
    assert fetched == [0.0, 3_550.0]


def test_threads_that_need_a_token_at_once_fetch_one() -> None:
    fetched: list[int] = []

    def fetch() -> tuple[str, float]:
        time.sleep(0.05)
        fetched.append(threading.get_ident())
        return "token", 3_600.0

    bearer = Bearer(fetch)
    with ThreadPoolExecutor(4) as pool:
        tokens = set(pool.map(lambda _: bearer.token, range(8)))

    assert (tokens, len(fetched)) == ({"token"}, 1)


def test_a_token_that_the_server_refuses_is_forgotten_and_fetched_anew() -> None:
    tokens = iter(["old", "new"])
    bearer = Bearer(lambda: (next(tokens), 3_600.0))

    assert bearer.token == "old"
    bearer.forget()

    assert bearer.token == "new"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: str
    in_flight: int = 8


@pytest.mark.parametrize("settings", [{}, {"token": "t", "colour": "red"}, {"token": "t", "in_flight": "many"}])
def test_wrong_options_are_named_with_those_that_are_known(settings: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"My CRM's settings: .*known: token, in_flight"):
        read_options(Options, settings, "My CRM")


def test_the_server_s_clock_is_believed_and_not_ours() -> None:
    clock = ServerClock()
    clock.observe(Answer(200, {"Date": "Fri, 27 Nov 2026 12:00:00 GMT"}))

    assert timedelta(0) <= clock.now - NOON < timedelta(seconds=2)


def test_an_unreadable_date_leaves_our_own_clock() -> None:
    clock = ServerClock()
    clock.observe(Answer(200, {"Date": "yesterday"}))

    assert abs(clock.now - datetime.now(UTC)) < timedelta(seconds=2)


def test_a_window_begins_before_the_end_of_the_last_and_goes_on_where_it_stood() -> None:
    asked: list[tuple[datetime | None, Any]] = []

    def fetch(since: datetime | None, place: Any) -> Iterator[tuple[Sequence[ContactRecord], Any, int | None]]:
        asked.append((since, place))
        yield [ContactRecord("1", {})], 7, 1

    first = list(iter_windows(None, fetch, lambda: NOON, overlap=60))
    list(iter_windows(first[0].cursor, fetch, lambda: NOON, overlap=60))
    list(iter_windows(first[-1].cursor, fetch, lambda: NOON, overlap=60))

    assert asked == [(None, None), (None, 7), (NOON - timedelta(seconds=60), None)]


def test_what_befalls_one_group_leaves_the_outcomes_of_the_others() -> None:
    def write(group: Sequence[Change]) -> list[Outcome]:
        if group[0].id == "2":
            raise Unavailable("Not now.")
        if group[0].id == "3":
            raise Refused("Never.")
        return [Outcome(each.id, Result.WRITTEN) for each in group]

    groups = [[Change(str(number), {})] for number in range(1, 5)]
    outcomes: list[Outcome] = []
    with pytest.raises(Refused, match="Never"):
        outcomes.extend(write_in_groups(write, groups, in_flight=1))

    assert [(each.id, each.result) for each in outcomes] == [
        ("1", Result.WRITTEN),
        ("2", Result.LATER),
        ("4", Result.WRITTEN),
    ]


def test_a_channel_without_an_opt_out_is_refused_once_for_each_contact() -> None:
    assert [(each.id, each.result) for each in not_here(["7", "7", "8"], "post")] == [
        ("7", Result.REFUSED),
        ("8", Result.REFUSED),
    ]
