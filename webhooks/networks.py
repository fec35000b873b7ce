"""From where a sender calls: a list of addresses in an endpoint's settings, beside its secrets and never instead.

What counts is the socket's address, or what our own proxies wrote at the end of ``X-Forwarded-For``; whatever stands
before that may have been written by anybody. Lists of senders change: they are settings, never code.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from contactable.errors import NotAuthentic, SettingsError

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_networks(told: str | Iterable[str]) -> tuple[Network, ...]:
    """The addresses or networks (``185.107.232.0/24``) that the settings name; raise ``SettingsError`` otherwise."""
    try:
        return tuple(
            ipaddress.ip_network(str(each), strict=False) for each in ((told,) if isinstance(told, str) else told)
        )
    except (ValueError, TypeError):
        raise SettingsError("`addresses` of an endpoint are IP addresses or networks: 51.159.7.123.") from None


def check_address(networks: Iterable[Network], address: str) -> None:
    """Raise ``NotAuthentic`` unless the address is in one of the networks."""
    found = _read(address)
    if found is None or not any(found in network for network in networks if network.version == found.version):
        raise NotAuthentic("The request comes from none of the endpoint's `addresses`: did the sender's list change?")


def caller(environ: Mapping[str, Any], proxies: int) -> str:
    """Who calls: the socket's address, or, behind so many proxies of ours, the one that the first of them saw."""
    if not proxies:
        return str(environ.get("REMOTE_ADDR", ""))
    seen = [part.strip() for part in str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    # With fewer entries than proxies somebody went around them: nobody vouches for any address.
    return seen[-proxies] if len(seen) >= proxies else ""


def _read(address: str) -> Address | None:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket that listens for both shows an IPv4 address inside an IPv6 one.
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
