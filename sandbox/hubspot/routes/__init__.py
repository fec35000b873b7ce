"""The routes, a file for each part of HubSpot's interface. ``ALL`` is what the sandbox answers; the rest is a 404."""

from __future__ import annotations

from contactable.sandbox.hubspot.routes import (
    account,
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
    *control.ROUTES,
)
