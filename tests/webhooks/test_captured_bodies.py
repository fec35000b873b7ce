"""A captured file becomes the request that it came with, by its name alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contactable.errors import Malformed
from contactable.webhooks.captured import as_captured, read_captured

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["a=1&b=2", "?a=1&b=2\n", "https://x.example/hook?a=1&b=2"])
def test_a_query_file_is_a_get_with_that_query(text: str) -> None:
    request = as_captured("stop.query.txt", text.encode(), NOW)

    assert (request.method, request.raw) == ("GET", b"")
    assert request.query.values == {"a": "1", "b": "2"}


@pytest.mark.parametrize("name", ["stop.form.txt", "stop.txt", "STOP.TXT"])
def test_a_form_file_loses_the_line_end_that_an_editor_put_there(name: str) -> None:
    assert as_captured(name, b"a=1&b=stop\r\n", NOW).form.text("b") == "stop"


@pytest.mark.parametrize("name", ["event.json", "event.txt"])
def test_a_json_body_stays_as_it_is_whatever_its_ending(name: str) -> None:
    raw = b'[{"a": "b=c"}]\n'

    assert as_captured(name, raw, NOW).raw == raw


def test_the_options_of_an_endpoint_go_with_the_request() -> None:
    assert as_captured("x.json", b"{}", NOW, {"refusing_key": "3"}).options == {"refusing_key": "3"}


def test_a_file_that_is_not_there_is_malformed_and_named(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"nothing\.json"):
        read_captured(tmp_path / "nothing.json", NOW)
