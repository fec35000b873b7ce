"""Whether our own mail server vouches for the author of a mail: ``Authentication-Results`` (RFC 8601).

Anybody can write that header, so it counts only under the name of the server that the settings name, and only the
topmost: a server puts its own on top and takes away what came with its name. What vouches is DMARC for the domain of
``From``, or a signature (DKIM) or an envelope sender (SPF) of that domain or of one above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses

HEADER = "Authentication-Results"
_METHOD = re.compile(r"^\s*(dkim|spf|dmarc)\s*=\s*pass\b(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|header\.from|smtp\.mailfrom)\s*=\s*([^\s;]+)", re.IGNORECASE)
_SPEAKS_OF = {"dkim": {"header.d", "header.i"}, "spf": {"smtp.mailfrom"}, "dmarc": {"header.from"}}
_MOST = 50_000  # characters of one header that are read


def is_vouched_for(message: Message, server: str) -> bool:
    """Whether the mail server of this name (its ``authserv-id``) found that the mail comes from the one ``From``."""
    authors = [address for _, address in getaddresses([str(value) for value in message.get_all("From", [])])]
    domain = authors[0].rpartition("@")[2].lower() if len(authors) == 1 else ""
    if not server or not domain:
        return False
    return any(_covers(method, found, domain) for method, found in _passed(message, server))


def _passed(message: Message, server: str) -> Iterator[tuple[str, str]]:
    """What passed, as method and domain, by the topmost header that the server wrote."""
    for header in message.get_all(HEADER, []):
        name, *results = _bare(str(header)[:_MOST]).split(";")
        if name.lower().split()[:1] == [server.lower()]:
            for result in results:
                yield from _domains(result)
            return


def _domains(result: str) -> Iterator[tuple[str, str]]:
    found = _METHOD.match(result)
    if found is None:
        return
    method = found[1].lower()
    for name, value in _PROPERTY.findall(found[2]):
        if name.lower() in _SPEAKS_OF[method]:
            yield method, value.rpartition("@")[2].lower().rstrip(".")


def _covers(method: str, found: str, domain: str) -> bool:
    above = method != "dmarc" and "." in found and domain.endswith(f".{found}")
    return found == domain or above


def _bare(text: str) -> str:
    """Without comments, which may lie in one another, and without quoted parts: there anybody may write anything."""
    kept, depth, quoted, escaped = [], 0, False, False
    for letter in text:
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == '"' and not depth:
            quoted = not quoted
        elif not quoted and letter in "()":
            depth = max(0, depth + (1 if letter == "(" else -1))
        elif not quoted and not depth:
            kept.append(letter)
    return "".join(kept)
