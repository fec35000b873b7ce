"""The files of a HubSpot project app, from the templates: its scopes, its webhooks, and the card on a contact.

Of our own properties ``contactable_oppose`` alone is subscribed: what we wrote would come back otherwise. HubSpot does
not offer ``hs_email_optout`` for it (reported by its users): the consent feed finds those.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from contactable.errors import Conflict, Malformed
from contactable.mapping.definition import OPPOSE_PROPERTY

WATCHED = (
    OPPOSE_PROPERTY,
    "email",
    "hs_additional_emails",
    "phone",
    "mobilephone",
    "country",
    "zip",
    "lifecyclestage",
    "recent_conversion_date",  # moves with every form that is sent
    "hs_email_hard_bounce_reason_enum",
    "hs_email_quarantined_reason",
)
"""The properties of HubSpot's own whose change is told at once."""
APP, WEBHOOKS = "src/app/app-hsmeta.json", "src/app/webhooks/webhooks-hsmeta.json"
TEXTS = (".json", ".md", ".ts", ".tsx")


def project_files(
    url: str,
    *,
    endpoint: str = "hubspot",
    properties: Iterable[str] = (),
    scopes: Iterable[str] = (),
    redirect_url: str = "",
) -> dict[str, str]:
    """Give the files by their paths. ``url`` is the public address of this installation, with https.

    ``properties`` are further ones whose change is to be told at once, ``scopes`` what a mapping needs beside the usual
    ones. With ``redirect_url`` the app is installed by OAuth, else its token is static. Raises ``Malformed`` for an
    address that HubSpot would refuse.
    """
    public = url.rstrip("/")
    if not public.startswith("https://") or "?" in public or "#" in public:
        raise Malformed("HubSpot posts to an address with https, without a query: --url https://…")
    filled = {
        "__PUBLIC_URL__": public,
        "__TARGET_URL__": f"{public}/hooks/{endpoint}",
        "__ENDPOINT__": endpoint,
    }
    files = {path: _fill(text, filled) for path, text in _templates()}
    files[APP] = _as_json(_with_auth(json.loads(files[APP]), redirect_url, scopes))
    files[WEBHOOKS] = _as_json(_with_properties(json.loads(files[WEBHOOKS]), properties))
    return files


def write_files(folder: Path, files: Mapping[str, str], *, force: bool = False) -> None:
    """Write the files; raise ``Conflict`` before any is written where one is there with another content."""
    changed = [path for path, text in files.items() if _differs(folder / path, text)]
    if changed and not force:
        raise Conflict(f"{folder / changed[0]} is there with another content: --force writes it anew.")
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _templates() -> Iterator[tuple[str, str]]:
    yield from _files_in(resources.files("contactable.hubspot_app"), "")


def _files_in(folder: Traversable, path: str) -> Iterator[tuple[str, str]]:
    for each in sorted(folder.iterdir(), key=lambda one: one.name):
        if each.is_dir() and not each.name.startswith((".", "_", "node_modules")):
            yield from _files_in(each, f"{path}{each.name}/")
        elif each.name.endswith(TEXTS) and each.name != "README.md":
            yield f"{path}{each.name}", each.read_text(encoding="utf-8")


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _with_auth(app: dict[str, Any], redirect_url: str, scopes: Iterable[str]) -> dict[str, Any]:
    auth = app["config"]["auth"]
    auth["optionalScopes"] += scopes
    if redirect_url:
        auth |= {"type": "oauth", "redirectUrls": [redirect_url]}
    else:  # nobody is asked what may be left out: a static token has what the app requires
        auth["requiredScopes"] = auth["requiredScopes"] + auth["optionalScopes"]
        auth["optionalScopes"] = []
    return app


def _with_properties(webhooks: dict[str, Any], properties: Iterable[str]) -> dict[str, Any]:
    told = webhooks["config"]["subscriptions"]["crmObjects"]
    common = {"subscriptionType": "object.propertyChange", "objectType": "contact"}
    told += [{**common, "propertyName": name, "active": True} for name in dict.fromkeys((*WATCHED, *properties))]
    return webhooks


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _differs(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") != text
