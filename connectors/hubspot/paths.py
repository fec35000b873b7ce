"""Where HubSpot offers what: v3, and versions by date since 2026-03, whose prefixes are not uniform.

Contacts stand under ``/crm/objects/2026-03``, properties under ``/crm/properties/2026-03``, lists under
``/crm/lists/2026-03`` (HubSpot's specification collection, read 2026-08-21). What has no dated form yet keeps its own.
"""

from __future__ import annotations

from dataclasses import dataclass

V3 = "v3"
VERSIONS = (V3, "2026-03", "2026-09")

_V3 = {
    "contacts": "/crm/v3/objects/contacts",
    "companies": "/crm/v3/objects/companies",
    "calls": "/crm/v3/objects/calls",
    "meetings": "/crm/v3/objects/meetings",
    "properties": "/crm/v3/properties/contacts",
    "company_properties": "/crm/v3/properties/companies",
    "lists": "/crm/v3/lists",
    "forms": "/marketing/v3/forms",
    "preferences": "/communication-preferences/v4",
    "token": "/oauth/v1/token",
    "install": "/appinstalls/v3/external-install",
}
_DATED = {
    "contacts": "/crm/objects/{version}/contacts",
    "companies": "/crm/objects/{version}/companies",
    "calls": "/crm/objects/{version}/calls",
    "meetings": "/crm/objects/{version}/meetings",
    "properties": "/crm/properties/{version}/contacts",
    "company_properties": "/crm/properties/{version}/companies",
    "lists": "/crm/lists/{version}",
    "forms": "/marketing/forms/{version}",
    "preferences": "/communication-preferences/{version}",
    "token": "/oauth/{version}/token",
    "install": "/appinstalls/{version}/external-install",
}
_FIXED = {
    "quota": "/crm/limits/2026-03/custom-properties",
    "definitions": "/communication-preferences/v3/definitions",
    "unsubscribe": "/communication-preferences/v3/unsubscribe",
    "timeline": "/email/public/v1/subscriptions/timeline",
    "submissions": "/form-integrations/v1/submissions/forms",
    "key": "/oauth/v2/private-apps/get/access-token-info",
    "introspect": "/oauth/2026-03/token/introspect",
    "usage": "/account-info/v3/api-usage/daily/private-apps",
}


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of one version of the interface."""

    version: str = V3

    def __call__(self, area: str, *below: str) -> str:
        """The path of an area, and of what is below it: ``paths("contacts", "batch", "read")``."""
        if area in _FIXED:
            prefix = _FIXED[area]
        else:
            prefix = (_V3 if self.version == V3 else _DATED)[area].format(version=self.version)
        return "/".join((prefix, *below))
