"""Bodies of every provider that were cut, mixed up, wrongly encoded or made up, signed as their sender signs, over HTTP
on a real register: each is kept and answered like success, or refused; never an error of ours, which senders take for a
reason to stop.

``HOOK_INPUTS`` says how many are tried for each provider; the suite tries few.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from contactable.errors import Malformed
from contactable.webhooks.captured import read_captured
from contactable.webhooks.registry import find_provider, provider_ids
from contactable.webhooks.request import Request
from contactable.webhooks.testing import PUBLIC_URL, Street

FIXTURES = Path(__file__).parent / "fixtures"
INPUTS = int(os.environ.get("HOOK_INPUTS", "15"))
TRIED = settings(max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck))
HOSTILE: list[Any] = [
    None,
    True,
    "",
    "\0",
    "\ud800",
    "1e999",
    "9" * 400,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    -1,
    0,
    2**31,
    2**63,
    2**64,
    10**40,
    1.5e300,
    [],
    {},
    [[]],
    [{}],
    {"": ""},
]
VALUE = st.sampled_from(HOSTILE) | st.text(max_size=12) | st.integers(-(2**70), 2**70)
ENCODINGS = ("utf-16", "utf-8-sig", "cp1252", "utf-7", "cp500")


def bodies(id: str, street: Street) -> list[Request]:
    """What we have of one provider, unsigned."""
    files = (file for file in sorted((FIXTURES / id).iterdir()) if file.name != "expected.tsv")
    return [read_captured(file, street.bench.clock()) for file in files]


def attacked(request: Request, data: st.DataObject) -> Request:
    """The request with something done to it."""
    attack = data.draw(st.sampled_from([_with_values, _with_values, _cut, _inserted, _encoded, _made_up]))
    return attack(request, data)


def _with_values(request: Request, data: st.DataObject) -> Request:
    """One to three values replaced by hostile ones, wherever they stand; the shape stays, so that it is entered."""
    if request.is_json:
        document = request.document
        for _ in range(data.draw(st.integers(1, 3))):
            document = _replaced(document, data)
        return replace(request, raw=json.dumps(document).encode())
    if not request.raw or request.raw.lstrip().startswith(b"<"):
        return _inserted(request, data)
    pairs = list(request.form_pairs)
    at = data.draw(st.integers(0, len(pairs) - 1)) if pairs else 0
    pairs[at : at + 1] = [(pairs[at][0] if pairs else "x", str(data.draw(VALUE)))]
    return replace(request, raw=urlencode(pairs, errors="surrogatepass").encode(), headers={})


def _replaced(value: Any, data: st.DataObject) -> Any:
    places = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not places:
        return data.draw(VALUE)
    at = data.draw(st.sampled_from(places))
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at] = _replaced(value[at], data) if data.draw(st.integers(0, 5)) else data.draw(VALUE)
    return copy


def _cut(request: Request, data: st.DataObject) -> Request:
    return _with_raw(request, _raw(request)[: data.draw(st.integers(0, len(_raw(request))))])


def _inserted(request: Request, data: st.DataObject) -> Request:
    raw, at = _raw(request), data.draw(st.integers(0, len(_raw(request))))
    return _with_raw(request, raw[:at] + data.draw(st.binary(max_size=6)) + raw[at + data.draw(st.integers(0, 3)) :])


def _encoded(request: Request, data: st.DataObject) -> Request:
    said = _raw(request).decode("utf-8", "replace").encode(data.draw(st.sampled_from(ENCODINGS)), "replace")
    return _with_raw(request, said)


def _made_up(request: Request, data: st.DataObject) -> Request:
    return _with_raw(request, data.draw(st.binary(max_size=300)))


def _raw(request: Request) -> bytes:
    return request.raw or request.url.partition("?")[2].encode()


def _with_raw(request: Request, raw: bytes) -> Request:
    if request.raw:
        return replace(request, raw=raw)
    return replace(request, url=f"{PUBLIC_URL}/?{quote(raw, safe='&=+%')}")


def answers(id: str, street: Street, request: Request) -> Iterator[int]:
    """The statuses that a request is answered with: signed, sent again, and with another secret's signature."""
    try:
        signed = street.signed(id, request)
    except (Malformed, UnicodeError):  # the sender's secret goes into a body that can be read
        assume(False)
    yield street.send(signed).status_code
    yield street.send(signed).status_code


@pytest.mark.parametrize("id", provider_ids())
@TRIED
@given(data=st.data())
def test_whatever_a_true_sender_sends_is_kept_or_refused_and_never_breaks(
    id: str, street: Street, data: st.DataObject
) -> None:
    request = attacked(data.draw(st.sampled_from(bodies(id, street))), data)
    allowed = find_provider(id).answers

    for status in answers(id, street, request):
        assert status in (allowed.stored, allowed.refused)


@pytest.mark.parametrize("id", provider_ids())
@TRIED
@given(
    data=st.data(),
    headers=st.dictionaries(
        st.sampled_from(["Content-Type", "Content-Encoding"]),
        st.sampled_from(
            [
                "",
                "gzip",
                "multipart/form-data; boundary=x",
                "multipart/form-data",
                "text/plain; charset=nonsense",
                "application/xml",
            ]
        ),
    ),
)
def test_whatever_a_stranger_sends_is_refused_and_leaves_nothing_behind(
    id: str, street: Street, data: st.DataObject, headers: dict[str, str]
) -> None:
    street.open(id)
    request = attacked(data.draw(st.sampled_from(bodies(id, street))), data)
    query = request.url.partition("?")[2]
    assume(request.raw or query or request.method == "POST")  # else it is somebody's look at the address
    strange = replace(request, url=f"{PUBLIC_URL}/hooks/{id}?{query}").with_headers(headers)

    assert street.send(strange).status_code in (find_provider(id).answers.refused, 400)
    assert street.states() == {}
