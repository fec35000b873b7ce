"""How a public page is answered: the company's look, the reader's language, who may embed it, where its files are."""

from __future__ import annotations

import ipaddress
from http import HTTPStatus
from math import ceil
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, request

from contactable.console.centre.doors import CentreDoors
from contactable.console.site.languages import language_of, marked
from contactable.console.site.rendering import page
from contactable.rules.labels import Language

LARGEST: Final = 16 * 1024
"""Bytes of a form: an address, a few ticks."""


def show(doors: CentreDoors, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of ``templates/centre/``. Addresses are paths below the configured one: ``Host`` is never asked."""
    language = reader(doors)
    base = urlsplit(doors.public_url).path.rstrip("/")
    other = "fr" if language == "en" else "en"
    around = {"look": doors.look, "base": base, "static": f"{base}/pages", "other_language": f"?lang={other}"}
    framed = " ".join(doors.look.framed_by) or "'none'"
    return page(f"centre/{template}", language, status=status, framed_by=framed, **(around | values))


def reader(doors: CentreDoors) -> Language:
    """The reader's language."""
    return language_of(request, doors.language)


def said(
    doors: CentreDoors,
    title: str,
    sentence: str,
    status: int = HTTPStatus.OK,
    button: tuple[str, ...] = (),
    *,
    text: str = "",
    stopped: bool = False,
) -> Response:
    """A page that says one thing, in the reader's language; ``button``: name, value and text of one that posts.

    ``text`` is quoted below; ``stopped``: an address or number was just closed on every channel.
    """
    around: dict[str, Any] = {"title": title, "sentence": sentence, "button": button, "text": text, "stopped": stopped}
    return show(doors, "said.html", status=status, **around)


def not_ours(doors: CentreDoors) -> Response:
    """The answer to a link that is forged, cut, used or too old."""
    title = marked("This link is no longer valid")
    sentence = marked("It was used already, is too old, or was cut on its way. Nothing has changed.")
    return said(doors, title, sentence, HTTPStatus.NOT_FOUND)


def later(doors: CentreDoors, status: int = HTTPStatus.SERVICE_UNAVAILABLE) -> Response:
    """The answer when the register is away: nothing was kept, and that is said."""
    sentence = marked("We could not record this just now. Please try again in a few minutes.")
    return said(doors, marked("Please try again"), sentence, status)


def refused_for_now(doors: CentreDoors) -> Response | None:
    """The answer to a client who asks too often, or while everybody does; None where the request may go on."""
    seconds = doors.limits.client.wait(client(doors)) or doors.limits.overall.wait("")
    if not seconds:
        return None
    sentence = marked("Too many requests came at once, and yours was not recorded. Please try again in a minute.")
    answer = said(doors, marked("Please try again"), sentence, HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(ceil(seconds))
    return answer


def client(doors: CentreDoors) -> str:
    """Who asks, as far as the network tells: the address that the configured proxies saw; of IPv6 the network."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    proxies = doors.look.proxies
    # Only what our own proxies wrote, at the end, is believed.
    address = seen[-proxies] if proxies and len(seen) >= proxies else request.remote_addr or ""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
