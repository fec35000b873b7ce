"""CRMs and senders that run on a laptop: for the demonstration, the tests and the benchmarks.

``HubSpotSandbox`` speaks HubSpot's HTTP interface on loopback, with its limits and quirks; ``SMALL`` names the small
CRMs, each a ``MANNER`` in a folder of its own (``front``); ``senders`` make signed requests as real senders do;
``people`` invents contacts. Nobody in here exists.
"""

from __future__ import annotations

from importlib import import_module

from contactable.sandbox.front import Manner
from contactable.sandbox.hubspot import Fault, HubSpotSandbox, Limits, Quirks

SMALL: tuple[str, ...] = (
    "brevo",
    "dolibarr",
    "dynamics",
    "espocrm",
    "odoo",
    "pipedrive",
    "salesforce",
    "sellsy",
    "zoho",
)
"""The small CRMs: ``contactable.sandbox.<name>`` offers ``MANNER``."""


def small(name: str) -> Manner:
    """The manner of one of the small CRMs."""
    found: Manner = import_module(f"{__name__}.{name}").MANNER
    return found


__all__ = ["SMALL", "Fault", "HubSpotSandbox", "Limits", "Quirks", "small"]
