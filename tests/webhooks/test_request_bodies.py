"""The body of a request as servers hand it over: with its length, in chunks, or in a stream that never ends."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from werkzeug.exceptions import ClientDisconnected

from contactable.webhooks.hooks import LARGEST, TooLarge, read_body

BODY = b'[{"objectId": 5}]'
CHUNKED = {"HTTP_TRANSFER_ENCODING": "gzip, chunked"}
ENDED = {"wsgi.input_terminated": True}  # the server says that its stream ends where the body does


class Endless(BytesIO):
    """A stream without an end, which knows how much was taken from it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0
        self.taken += size
        return b"x" * size


@pytest.mark.parametrize(
    ("environ", "sent", "body"),
    [
        ({"CONTENT_LENGTH": str(len(BODY)), **ENDED}, BODY, BODY),
        ({"CONTENT_LENGTH": str(len(BODY))}, BODY + b"the next request", BODY),
        ({**CHUNKED, **ENDED}, BODY * 9000, BODY * 9000),
        (ENDED, BODY, BODY),
        # Nobody says where these end.
        ({}, BODY, b""),
        (CHUNKED, BODY, b""),
        ({**CHUNKED, "CONTENT_LENGTH": str(len(BODY))}, BODY, b""),
        ({"CONTENT_LENGTH": "-1"}, BODY, b""),
        ({"CONTENT_LENGTH": "two"}, BODY, b""),
    ],
)
def test_a_body_is_read_as_far_as_the_server_says_that_it_goes(
    environ: dict[str, Any], sent: bytes, body: bytes
) -> None:
    assert read_body({**environ, "wsgi.input": BytesIO(sent)}) == body


def test_a_body_without_an_end_is_given_up_before_much_more_than_the_limit_was_held() -> None:
    stream = Endless()

    with pytest.raises(TooLarge):
        read_body({**CHUNKED, **ENDED, "wsgi.input": stream})

    assert LARGEST < stream.taken <= LARGEST + 128 * 1024


def test_of_a_body_that_says_that_it_is_too_large_nothing_is_read() -> None:
    stream = Endless()

    with pytest.raises(TooLarge):
        read_body({"CONTENT_LENGTH": str(LARGEST + 1), **ENDED, "wsgi.input": stream})

    assert stream.taken == 0


def test_a_body_that_breaks_off_is_no_body() -> None:
    with pytest.raises(ClientDisconnected):
        read_body({"CONTENT_LENGTH": str(len(BODY)), "wsgi.input": BytesIO(BODY[:5])})
