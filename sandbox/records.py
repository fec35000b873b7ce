"""Write a records file: JSON lines of contacts, lists, forms and submissions, one object a line with its ``kind``.

It says what a portal holds without a portal; ``contactable mapping check`` and the benchmarks read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contactable.sandbox.hubspot.times import iso
from contactable.sandbox.population import Population


def write_records(path: Path, population: Population) -> int:
    """Write everybody to ``path``; give the number of lines."""
    lines = 0
    with path.open("w", encoding="utf-8") as file:
        for record in records(population):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            lines += 1
    return lines


def records(population: Population) -> Iterator[dict[str, Any]]:
    """The same as objects: properties first, then contacts and what they are in."""
    for given in population.properties:
        yield {"kind": "property", "name": given["name"], "label": given["label"]}
    opted_out = {number for number, subscription, _ in population.opt_outs if subscription is None}
    for number, person in enumerate(population.people):
        shown = {**person.properties, "createdate": iso(person.created_at)}
        if number in opted_out:
            shown["hs_email_optout"] = "true"
        yield {"kind": "contact", "id": str(number + 1), "properties": shown}
    for place, (name, members) in enumerate(population.lists.items(), 1):
        yield {"kind": "list", "id": str(place), "name": name, "members": [str(number + 1) for number in members]}
    for form in population.forms:
        yield {"kind": "form", "id": form.id, "name": form.name, "texts": list(form.texts)}
    for sent in population.submissions:
        at = iso(sent.at)
        yield {"kind": "submission", "form": sent.form, "contact": str(sent.person + 1), "submitted_at": at}
