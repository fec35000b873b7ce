"""A body captured in a file, as the request that it came with: for trials, replays by hand, and tests.

The ending tells which part of a request it was: ``.query.txt`` a query, or a URL with one; ``.form.txt`` a form. Any
other ``.txt`` is a form where its first line looks like one. What is left is a body whose provider knows what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from contactable.errors import Malformed
from contactable.webhooks.request import Request

URL = "https://hooks.example.com/hooks/captured"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def read_captured(path: Path, received_at: datetime, options: Mapping[str, Any] | None = None) -> Request:
    """The request whose body, or query, is in a file; raise ``Malformed`` where the file cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}.") from None
    return as_captured(path.name, raw, received_at, options)


def as_captured(name: str, raw: bytes, received_at: datetime, options: Mapping[str, Any] | None = None) -> Request:
    """The request that ``raw`` came in, by the name of its file."""
    options, lower = options or {}, name.lower()
    # Every byte is a letter in Latin-1, so what cannot be decoded is left to the provider's readers.
    text = raw.decode("latin-1").strip()
    if lower.endswith((".query.txt", ".query")):
        query = text.partition("?")[2] if "://" in text.partition("?")[0] else text.removeprefix("?")
        return Request(b"", received_at, method="GET", url=f"{URL}?{query}", options=options)
    if lower.endswith(".form.txt") or (lower.endswith(".txt") and _looks_like_a_form(text)):
        return Request(text.encode("latin-1"), received_at, url=URL, headers=FORM, options=options)
    return Request(raw, received_at, url=URL, options=options)


def _looks_like_a_form(text: str) -> bool:
    return not text.startswith(("{", "[", "<")) and "=" in text.partition("\n")[0]
