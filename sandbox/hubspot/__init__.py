"""A HubSpot account on loopback: its HTTP interface, its limits, its quirks, and the people who use it.

State stands apart from HTTP: a ``Portal`` holds the account, ``routes`` turn requests into calls on it, ``front`` does
what HubSpot does before any of them (token, scopes, limits), and ``HubSpotSandbox`` starts and stops the whole.
"""

from __future__ import annotations

from contactable.sandbox.front.faults import Fault, seeded_faults
from contactable.sandbox.hubspot.limits import FREE, OAUTH, PLANS, PROFESSIONAL, UNLIMITED, Limits
from contactable.sandbox.hubspot.portal import Portal, Quirks
from contactable.sandbox.hubspot.sandbox import HubSpotSandbox

__all__ = [
    "FREE",
    "OAUTH",
    "PLANS",
    "PROFESSIONAL",
    "UNLIMITED",
    "Fault",
    "HubSpotSandbox",
    "Limits",
    "Portal",
    "Quirks",
    "seeded_faults",
]
