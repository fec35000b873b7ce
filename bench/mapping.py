"""How far the facts reach on an untouched portal, after the eight answers of ``init`` and two declarations.

``bench/mapping.py [--json] [--contacts N] [--records FILE]`` prints: the share of verdicts closed for a missing fact;
how many are open against an opposition that only a list knows; the seconds of ``mapping check``; and the contacts a
second from records to verdicts, in one process: as the kit reads addresses and numbers, and with all of them left to
the libraries. The same by the processor's own seconds, which other programs on the machine touch less.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from contactable.identifiers import parsed_phone, validated_email
from contactable.mapping import (
    Mapping,
    addresses,
    declarations_from_settings,
    map_record,
    offers_from_settings,
    verdicts_of,
)
from contactable.mapping.coverage import Setup, coverage
from contactable.mapping.portal import Contact, Portal, read_portal
from contactable.mapping.questions import tables_from_answers
from contactable.mapping.suggest import suggest
from contactable.sandbox.people import invent
from contactable.sandbox.records import write_records

ON = date(2026, 11, 24)
NOW = int(datetime(2026, 11, 24, tzinfo=UTC).timestamp() * 1000)
CHUNK = 1_000
_Seconds = tuple[float, float]  # by the clock on the wall, and of the processor
REFUSALS = {  # the lists of refusals that the profile hides people in -> the channels that each closes
    "NE PLUS CONTACTER (2023)": ("email", "sms", "phone", "robocall", "post"),
    "Stop appels – commercial": ("phone", "robocall"),
    "Refus courrier": ("post",),
}
ANSWERS: dict[str, Any] = {
    "oppositions": {f"list:{name}": "take" for name in REFUSALS},
    "audience": {"property": "associatedcompanyid", "filled": "professional"},
    "trades": "all",
    "last_contact_on": [
        "hs_email_last_click_date",
        "recent_conversion_date",
        "recent_deal_close_date",
        # Whoever sent a form, or was entered by the sales team, had come to the company on that day; imports had not.
        {"property": "createdate", "when": {"hs_object_source_label": ["FORM", "CRM_UI"]}},
    ],
    "declare": [
        {
            "name": "our-market",
            "all": True,
            "facts": {"country": "FR"},
            "evidence": "delivery terms: mainland and overseas departments only",
            "by": "Anne Exemple, data protection officer",
            "on": ON,
        },
        {
            "name": "told-at-collection",
            "source": ["FORM", "CRM_UI"],
            "facts": {"informed": "yes", "source": "person"},
            "evidence": "texts of the four forms; the script of the sales team",
            "by": "Anne Exemple, data protection officer",
            "on": ON,
        },
    ],
}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--contacts", type=int, default=80_000)
    parser.add_argument("--records", type=Path, help="A records file instead of the invented portal.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.records or Path(folder) / "records.jsonl"
        if options.records is None:
            write_records(path, invent("untouched", options.contacts, now=NOW))
        figures = measure(path)
    if options.json:
        print(json.dumps(figures))
    else:
        sys.stdout.writelines(f"{name:<36}{value:>14,.3f}\n" for name, value in figures.items())


def measure(path: Path) -> dict[str, float]:
    """Answer the questions for a records file, and count."""
    began = perf_counter()
    portal = read_portal(path)
    reading = perf_counter() - began
    setup = _setup(portal)
    speeds = _speeds(portal, setup)  # first, before anything is remembered
    began = perf_counter()
    found = coverage(portal.contacts, setup)
    checking = perf_counter() - began
    before = Setup(Mapping.from_settings({}), offers_from_settings({})["main"], ON)
    return {
        "contacts": found.contacts,
        "closed_for_missing_fact_share": found.closed_for_missing_fact_share,
        "closed_for_missing_fact_share_untouched": coverage(portal.contacts, before).closed_for_missing_fact_share,
        "open_against_hidden_opposition": _open_against(portal, setup),
        "mapping_check_s": reading + checking,
        **speeds,
    }


def _setup(portal: Portal) -> Setup:
    shipped = Mapping.from_settings({}).properties
    tables = tables_from_answers(ANSWERS, suggest(portal, mapped=shipped))
    offers = offers_from_settings({"main": tables.main})
    mapping = Mapping.from_settings(tables.mapping, offers=offers.values())
    return Setup(mapping, offers["main"], ON, declarations_from_settings(tables.declare))


def _open_against(portal: Portal, setup: Setup) -> int:
    """Count the verdicts that are open although the contact stands in a list of refusals."""
    wrong = 0
    for contact in portal.contacts:
        refused = {channel for name in contact.lists for channel in REFUSALS.get(name, ())}
        if refused:
            verdicts = setup.verdicts(setup.mapped(contact).facts)
            wrong += sum(verdict.allowed for channel, verdict in verdicts.items() if channel in refused)
    return wrong


def _speeds(portal: Portal, setup: Setup) -> dict[str, float]:
    """From records to verdicts, each contact once: the medians of chunks, since other programs run on the machine.

    Every other chunk goes with the libraries, so that both ways find as much remembered by those before.
    """
    gc.collect()
    gc.freeze()  # a sync holds a page of contacts in memory, not all of them
    size = max(1, min(CHUNK, len(portal.contacts) // 2))
    ways: tuple[list[_Seconds], list[_Seconds]] = ([], [])
    for number, at in enumerate(range(0, len(portal.contacts) - size + 1, size)):
        with _libraries() if number % 2 else nullcontext():
            ways[number % 2].append(_seconds(portal.contacts[at : at + size], setup))
    gc.unfreeze()
    return {
        f"contacts_per_{clock}{name}": size / median(each[place] for each in way)
        for name, way in zip(("", "_libraries"), ways, strict=True)
        for place, clock in enumerate(("s", "processor_s"))
    }


@contextmanager
def _libraries() -> Iterator[None]:
    """Leave every address to email-validator and every number to phonenumbers, as for those of unusual shapes.

    The domain of an address is left to it at its first sight alone, as there; about half of them are new.
    """
    short = addresses.read_email, addresses.read_phone
    addresses.read_email, addresses.read_phone = validated_email, parsed_phone
    try:
        yield
    finally:
        addresses.read_email, addresses.read_phone = short


def _seconds(contacts: Sequence[Contact], setup: Setup) -> _Seconds:
    offer, mapping, declarations = setup.offer, setup.mapping, setup.declarations
    began = perf_counter(), process_time()
    for each in contacts:
        mapped = map_record(each.id, each.properties, mapping, lists=each.lists, declarations=declarations)
        verdicts_of(mapped.facts, offer, ON)
    return perf_counter() - began[0], process_time() - began[1]


if __name__ == "__main__":
    main()
