"""A contact's record as a page, as the people who use the CRM see it: labels and choices in words, ours first."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment

from contactable.sandbox.hubspot.contacts import Contact
from contactable.sandbox.hubspot.definitions import Definition
from contactable.sandbox.hubspot.portal import Portal

OURS = "contactable"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ name }}</title><style>
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #213343; background: #f5f8fa; }
header { background: #213343; color: #fff; padding: .75rem 1.5rem; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem;
  padding: 1.5rem; max-width: 76rem; margin: auto; }
section { background: #fff; border: 1px solid #cbd6e2; border-radius: .25rem; padding: 1rem 1.5rem; }
h1 { grid-column: 1 / -1; margin: 0; font-size: 1.6rem; } h2 { font-size: 1.1rem; }
dt { color: #516f90; font-size: .85rem; } dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
</style></head><body><header>The sandbox: contact {{ id }}, as people see it in the CRM</header>
<main><h1>{{ name }}</h1>
{% for title, rows in sections %}<section><h2>{{ title }}</h2><dl>
{% for label, value in rows %}<dt>{{ label }}</dt><dd>{{ value }}</dd>
{% endfor %}</dl></section>
{% endfor %}</main></body></html>
"""


def record_page(portal: Portal, contact: Contact) -> str:
    """The page."""
    filled = list(_filled(portal, contact))
    sections = [
        (title, [(each.label, value) for each, value in filled if each.name.startswith(OURS) is ours])
        for title, ours in (("Contactable", True), ("About this contact", False))
    ]
    names = (contact.properties.get("firstname", ""), contact.properties.get("lastname", ""))
    name = " ".join(filter(None, names)) or contact.properties.get("email", str(contact.id))
    return Environment(autoescape=True).from_string(_PAGE).render(id=contact.id, name=name, sections=sections)


def _filled(portal: Portal, contact: Contact) -> Iterator[tuple[Definition, str]]:
    for name, definition in portal.definitions.by_name.items():
        value = contact.properties.get(name, "")
        if value:
            yield definition, _in_words(definition, value)


def _in_words(definition: Definition, value: str) -> str:
    """A choice by its label, several joined."""
    labels = {each["value"]: each["label"] for each in definition.options}
    return " · ".join(labels.get(part, part) for part in value.split(";")) if labels else value
