"""CRMs and senders that run on a laptop: for the demonstration, the tests and the benchmarks.

``HubSpotSandbox`` speaks HubSpot's HTTP interface on loopback, with its limits and quirks; ``senders`` make signed
requests as real senders do; ``people`` invents contacts. Nobody in here exists.
"""

from __future__ import annotations

from contactable.sandbox.hubspot import Fault, HubSpotSandbox, Limits, Quirks

__all__ = ["Fault", "HubSpotSandbox", "Limits", "Quirks"]
