"""Transport: what is tried again, for how long, and what an error never says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from email.utils import formatdate

import pytest
import requests
import responses

from contactable.errors import ContactableError, LimitReached, Refused, Unavailable
from contactable.transport import Answer, Limiter, Transport, ahead, backoff, hurried, in_turn, pipelined, usual_delay

URL = "https://crm.example.com"
SECRET = "pat-0123456789"
ADDRESS = "camille@example.org"


@pytest.fixture
def crm() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def transport(patience: float = 30.0) -> Transport:
    return Transport("the CRM", URL, headers=lambda: {"Authorization": f"Bearer {SECRET}"}, patience=patience)


@pytest.mark.parametrize("status", [408, 423, 429, 477, 500, 502, 503, 504, 520, 521, 523, 524])
def test_a_passing_trouble_is_waited_out_as_the_server_asks(crm: responses.RequestsMock, status: int) -> None:
    crm.get(f"{URL}/a", status=status, headers={"Retry-After": "0"}, body="<html>trouble</html>")
    crm.get(f"{URL}/a", json={"fine": True})

    answer = transport().call("GET", "/a")

    assert answer.json == {"fine": True}


def test_a_lost_connection_is_tried_again(crm: responses.RequestsMock) -> None:
    crm.post(f"{URL}/a", body=requests.ConnectionError("gone"))
    crm.post(f"{URL}/a", json={"fine": True})

    assert transport().call("POST", "/a", json={"x": 1}).json == {"fine": True}


def test_a_success_that_is_no_json_is_tried_again(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", body='{"results": [{"id"')
    crm.get(f"{URL}/a", json={"results": []})

    assert transport().call("GET", "/a").json == {"results": []}


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 414, 501])
def test_a_plain_no_is_not_asked_twice(crm: responses.RequestsMock, status: int) -> None:
    crm.get(f"{URL}/a", status=status)

    with pytest.raises(Refused, match=str(status)):
        transport().call("GET", "/a")

    assert len(crm.calls) == 1


def test_no_request_leaves_without_a_timeout_and_its_token(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", json={})

    transport().call("GET", "/a")

    sent = crm.calls[0].request.req_kwargs  # type: ignore[attr-defined]  # what responses adds
    assert (sent["timeout"], crm.calls[0].request.headers["Authorization"]) == ((5.0, 100.0), f"Bearer {SECRET}")


def test_an_expected_status_comes_back_as_an_answer(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", status=404, json={"category": "OBJECT_NOT_FOUND"})

    answer = transport().call("GET", "/a", expected=(404,))

    assert (answer.status, answer.json["category"]) == (404, "OBJECT_NOT_FOUND")


def test_a_limit_that_outlasts_our_patience_names_its_delay(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", status=429, headers={"Retry-After": "86400"})

    with pytest.raises(LimitReached) as caught:
        transport().call("GET", "/a")

    assert caught.value.retry_after == 86_400
    assert len(crm.calls) == 1


def test_a_server_that_stays_down_is_unavailable_in_the_end(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", status=503)

    with pytest.raises(Unavailable, match="503"):
        transport(patience=0.0).call("GET", "/a")


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, f"Email {ADDRESS} is invalid"), (401, f"token {SECRET}"), (403, ADDRESS), (503, ADDRESS), (429, SECRET)],
)
def test_no_error_repeats_what_the_server_said_or_was_sent(crm: responses.RequestsMock, status: int, body: str) -> None:
    crm.post(f"{URL}/a", status=status, body=body)

    with pytest.raises(ContactableError) as caught:
        transport(patience=0.0).call("POST", "/a", params={"q": ADDRESS}, json={"email": ADDRESS})

    assert told_by(caught.value).isdisjoint({ADDRESS, SECRET})


def test_somebody_who_waits_is_told_sooner(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", status=503)

    with hurried(0.2), pytest.raises(Unavailable):
        transport(patience=3600).call("GET", "/a")

    assert len(crm.calls) == 1


def test_a_broken_connection_leaks_no_address_through_its_cause(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", body=requests.ConnectionError(f"https://crm.example.com/a?q={ADDRESS}"))

    with pytest.raises(Unavailable) as caught:
        transport(patience=0.0).call("GET", "/a", params={"q": ADDRESS})

    assert told_by(caught.value).isdisjoint({ADDRESS, SECRET})
    assert caught.value.__suppress_context__


def told_by(error: BaseException) -> set[str]:
    said = f"{error} {error.args} {error.__cause__}"
    return {secret for secret in (ADDRESS, SECRET) if secret in said}


def test_nothing_of_one_request_travels_with_the_next(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", json={}, headers={"Set-Cookie": "session=1"})
    calling = transport()

    calling.call("GET", "/a")
    calling.call("GET", "/a")

    assert "Cookie" not in crm.calls[1].request.headers


def test_a_shutdown_ends_the_wait_between_attempts(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", status=503, headers={"Retry-After": "500"})
    stopping = threading.Event()
    stopping.set()

    with pytest.raises(Unavailable):
        Transport("the CRM", URL, stopping=stopping).call("GET", "/a")


def test_a_429_holds_every_thread_of_the_account(crm: responses.RequestsMock) -> None:
    crm.get(f"{URL}/a", status=429, headers={"Retry-After": "1"})
    crm.get(f"{URL}/a", json={})
    stopping = threading.Event()
    limiter = Limiter(10, 1.0, stopping=stopping, clock=lambda: 0.0)  # time stands still: what is held stays held
    calling = Transport("the CRM", URL, stopping=stopping)
    threading.Timer(0.5, stopping.set).start()

    with pytest.raises(Unavailable):
        calling.call("GET", "/a", limits=[limiter])

    assert limiter.delay == 1.0


@pytest.mark.parametrize(
    ("status", "said", "attempt", "least", "most"),
    [
        (429, "7", 1, 7, 7),
        (429, "", 1, 10, 10),
        (429, "", 3, 30, 30),
        (429, "soon", 1, 10, 10),
        (423, "", 1, 2, 2),
        (503, "", 1, 0.5, 0.75),
        (503, "", 4, 4, 6),
        (503, "", 40, 60, 90),
    ],
)
def test_the_delay_is_what_the_server_says_or_grows(
    status: int, said: str, attempt: int, least: float, most: float
) -> None:
    delay = usual_delay(Answer(status, {"Retry-After": said}), attempt)

    assert delay is not None
    assert least <= delay <= most


def test_a_delay_may_be_written_as_a_date() -> None:
    delay = Answer(503, {"Retry-After": formatdate(time.time() + 90, usegmt=True)}).retry_after

    assert delay is not None
    assert 60 < delay <= 90


def test_backing_off_never_exceeds_a_minute_and_a_half() -> None:
    assert max(backoff(attempt) for attempt in range(1, 2000)) <= 90.0


def test_results_come_as_they_end_and_no_more_run_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.001)
        with lock:
            running -= 1
        return item * 2

    results = sorted(pipelined(work, range(30), at_once=4))

    assert results == [item * 2 for item in range(30)]
    assert most <= 4


def test_what_goes_in_turn_is_overtaken_by_no_more_than_run_beside_it() -> None:
    ended: list[int] = []
    others = threading.Event()

    def work(item: int) -> int:
        if item == 0:  # the slowest: it ends when those that may overtake it have
            assert others.wait(30)
        ended.append(item)
        if len(ended) == 2:
            others.set()
        return item

    assert list(in_turn(work, range(9), at_once=3)) == list(range(9))
    assert ended.index(0) == 2


@pytest.mark.parametrize("side_by_side", [pipelined, in_turn])
def test_an_error_in_a_thread_is_raised_to_the_reader(side_by_side: Callable[..., Generator[int, None, None]]) -> None:
    def fail(item: int) -> int:
        raise Refused(str(item))

    with pytest.raises(Refused):
        list(side_by_side(fail, [1, 2, 3], at_once=2))


def test_a_generator_read_ahead_is_closed_when_the_reader_leaves() -> None:
    closed = threading.Event()

    def pages() -> Generator[int, None, None]:
        try:
            yield from range(100)
        finally:
            closed.set()

    reading = ahead(pages())
    assert next(reading) == 0
    reading.close()

    assert closed.is_set()
