"""What every CRM of the sandbox stands on: HTTP on loopback, a door, limits, faults by script, a journal, contacts.

HubSpot has a door of its own, for its scopes and its searches; the smaller ones are a ``Manner`` each (``manner.py``),
and ``SmallCrm`` runs it.
"""

from __future__ import annotations

from contactable.sandbox.front.contacts import Contact, Contacts
from contactable.sandbox.front.faults import Fault, Plan
from contactable.sandbox.front.journal import Journal
from contactable.sandbox.front.limits import Limit
from contactable.sandbox.front.manner import Answer, Asked, Manner, Route
from contactable.sandbox.front.messages import Problem
from contactable.sandbox.front.small import SmallCrm

__all__ = [
    "Answer",
    "Asked",
    "Contact",
    "Contacts",
    "Fault",
    "Journal",
    "Limit",
    "Manner",
    "Plan",
    "Problem",
    "Route",
    "SmallCrm",
]
