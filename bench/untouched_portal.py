"""An invented company of sixty in France, and its CRM as nobody has touched it: what ``bench/mapping.py`` measures on.

Consumers and professionals, no property on consent, four forms with their texts, half of the contacts without country,
and three lists of the "do not contact" kind with people in them whom nothing else betrays. Seeded; one person a line.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

TODAY = datetime(2026, 11, 24, tzinfo=UTC)
REFUSALS = {  # list -> channels that it closes
    "NE PLUS CONTACTER (2023)": ("email", "sms", "phone", "robocall", "post"),
    "Stop appels – commercial": ("phone", "robocall"),
    "Refus courrier": ("post",),
}
OTHER_LISTS = ("Newsletter mensuelle", "Salon 2025", "Clients actifs")
FORMS = {
    "f1": (
        "Demande de devis",
        "En envoyant ce formulaire, vous acceptez d'être recontacté. Vous pouvez vous y opposer.",
    ),
    "f2": ("Livre blanc", "Nous vous écrirons à propos de nos offres, sauf si vous cochez la case d'opposition."),
    "f3": ("Newsletter", "J'accepte de recevoir la newsletter par e-mail."),
    "f4": ("Contact", "Vos données servent à vous répondre et à vous proposer nos services ; opposition en un clic."),
}
JOBS = ("Directrice des achats", "Acheteur", "Gérant", "Responsable maintenance", "Assistante", "DG", "")
COUNTRIES = ("France", "FR", "france", "FRANCE", "La Réunion", "Belgique", "Suisse")
WEIGHTS = (60, 20, 6, 6, 2, 4, 2)


def write_records(path: Path, contacts: int, seed: int = 1) -> None:
    """Write the portal as a records file: JSON lines of contacts, lists, forms and submissions."""
    with path.open("w", encoding="utf-8") as file:
        for record in records(contacts, random.Random(seed)):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def records(contacts: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    """Yield every record of the portal, one contact after the other and what they are in at the end."""
    members: dict[str, list[str]] = {name: [] for name in (*REFUSALS, *OTHER_LISTS)}
    submissions = []
    for number in range(1, contacts + 1):
        contact, form = _contact(number, chance)
        yield contact
        if form:
            at = contact["properties"]["recent_conversion_date"]
            submissions.append({"kind": "submission", "form": form, "contact": contact["id"], "submitted_at": at})
        for name, share in zip(members, (0.008, 0.015, 0.01, 0.3, 0.05, 0.2), strict=True):
            if chance.random() < share:
                members[name].append(contact["id"])
    for number, (name, ids) in enumerate(members.items(), 1):
        yield {"kind": "list", "id": str(number), "name": name, "members": ids}
    yield from ({"kind": "form", "id": id, "name": name, "texts": [text]} for id, (name, text) in FORMS.items())
    yield from submissions


def _contact(number: int, chance: random.Random) -> tuple[dict[str, Any], str]:
    professional, source = chance.random() < 0.55, chance.choices(("FORM", "IMPORT", "CRM_UI"), (45, 30, 25))[0]
    created = TODAY - timedelta(days=chance.randint(1, 5 * 365), seconds=chance.randint(0, 86_000))
    form = chance.choice(list(FORMS)) if source == "FORM" else ""
    properties = {
        "createdate": created.isoformat().replace("+00:00", "Z"),
        "hs_object_source_label": source,
        "hs_email_optout": "true" if chance.random() < 0.04 else "",
        "hs_email_last_open_date": _since(created, chance) if chance.random() < 0.6 else "",
        **_addresses(number, professional, chance),
        **_relation(created, professional, chance),
    }
    if form:
        title = FORMS[form][0]
        properties |= {
            "recent_conversion_date": _since(created, chance),
            "recent_conversion_event_name": f"Page : {title}",
        }
        properties["recent_conversion_event_name"] = f"Site: {title}"
    return {"kind": "contact", "id": str(number), "properties": properties}, form


def _addresses(number: int, professional: bool, chance: random.Random) -> dict[str, str]:
    """Addresses as people type them: separators, remarks, a prefix one time in three, half without country."""
    digits = f"{chance.randint(0, 9999):04}"
    mobile = chance.choice(
        (
            f"06 39 98 {digits[:2]} {digits[2:]}",
            f"+3363998{digits}",
            f"06.39.98.{digits[:2]}.{digits[2:]}",
            f"063998{digits}",
        )
    )
    name = chance.choice(("contact", "info", f"p{number}")) if professional and chance.random() < 0.2 else f"p{number}"
    domain = f"company{number % 9000}.example.com" if professional else "example.org"
    return {
        "email": f"{name}@{domain}" if chance.random() < 0.96 else "",
        "mobilephone": mobile + (" (perso)" if chance.random() < 0.02 else "") if chance.random() < 0.45 else "",
        "phone": f"01 99 00 {digits[:2]} {digits[2:]}" if chance.random() < 0.35 else "",
        "address": f"{number % 200 + 1} rue Basse" if chance.random() < 0.4 else "",
        "zip": f"{chance.randint(1, 95):02}000" if chance.random() < 0.4 else "",
        "country": chance.choices(COUNTRIES, WEIGHTS)[0] if chance.random() < 0.5 else "",
    }


def _relation(created: datetime, professional: bool, chance: random.Random) -> dict[str, str]:
    customer = chance.random() < 0.22
    bought = customer and chance.random() < 0.8
    return {
        "lifecyclestage": "customer" if customer else chance.choice(("lead", "subscriber", "opportunity", "")),
        "recent_deal_close_date": _since(created, chance) if bought else "",
        "hs_email_last_click_date": _since(created, chance) if chance.random() < 0.35 else "",
        "associatedcompanyid": str(chance.randint(1, 9000)) if professional else "",
        "jobtitle": chance.choice(JOBS) if professional else "",
    }


def _since(created: datetime, chance: random.Random) -> str:
    """Some moment after the contact was created, as HubSpot writes it."""
    moment = created + (TODAY - created) * chance.random()
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
