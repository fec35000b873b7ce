"""The routes, a file for each part of HubSpot's interface. ``ALL`` is what the sandbox answers; the rest is a 404."""

from __future__ import annotations

from contactable.sandbox.hubspot.routes import (
    account,
    agreeing,
    batches,
    calls,
    contacts,
    control,
    forms,
    lists,
    preferences,
    properties,
    search,
)
from contactable.sandbox.hubspot.routing import CONTACTS

ALL = (
    *contacts.ROUTES,
    *batches.ROUTES,
    *search.ROUTES,
    *properties.ROUTES,
    *lists.ROUTES,
    *forms.ROUTES,
    *preferences.ROUTES,
    *calls.ROUTES,
    *account.ROUTES,
    *agreeing.ROUTES,
    *control.ROUTES,
)


def table() -> str:
    """The list of ``docs/sandbox.md``: what is answered, under its first path, and the scopes of which one is asked."""
    rows = ["| route | request | one of the scopes |", "|---|---|---|"]
    for route in ALL:
        path = next(route.paths).replace(CONTACTS, "contacts")
        rows.append(f"| `{route.name}` | `{route.method} {path}` | {', '.join(route.scopes) or '–'} |")
    return "\n".join(rows) + "\n"
