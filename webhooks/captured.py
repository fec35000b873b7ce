"""A body captured in a file, as the request that it came with: for trials, replays by hand, and tests.

The ending tells which part of a request it was: ``.query.txt`` a query, ``.form.txt`` a form, ``.json``, ``.xml``,
``.eml``, ``.csv``; any other ``.txt`` is taken for JSON or a form by its first letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from contactable.errors import Malformed
from contactable.webhooks.request import Request

URL = "https://hooks.example.com/hooks/captured"
CONTENT_TYPES = {
    ".json": "application/json",
    ".xml": "application/xml",
    ".eml": "message/rfc822",
    ".csv": "text/csv",
    ".txt": "application/x-www-form-urlencoded",
}


def read_captured(path: Path, received_at: datetime, options: Mapping[str, Any] | None = None) -> Request:
    """The request whose body, or query, is in a file; raise ``Malformed`` where the file cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}.") from None
    if path.name.endswith(".query.txt"):
        url = f"{URL}?{raw.decode('latin-1').strip().removeprefix('?')}"
        return Request(b"", received_at, method="GET", url=url, options=options or {})
    headers = {"Content-Type": CONTENT_TYPES.get(path.suffix, "application/octet-stream")}
    raw = raw.rstrip(b"\r\n") if path.name.endswith(".form.txt") else raw
    return Request(raw, received_at, url=URL, headers=headers, options=options or {})
