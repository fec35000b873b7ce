"""The texts that templates and code say, and the catalogues of their French: ``make texts`` writes what is new.

A part of the console has a folder of code, one of templates, and a catalogue of the same name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from contactable.console.site.languages import CATALOGUES

CONSOLE: Final = CATALOGUES.parent
KEYWORDS: Final[dict[str, Any]] = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
OPTIONS: Final = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}  # as the pages are rendered


def parts() -> list[str]:
    """The parts of the console that have pages."""
    return sorted(path.name for path in (CONSOLE / "templates").iterdir() if path.is_dir())


def said_in(part: str) -> Catalog:
    """All texts of a part, in English and untranslated."""
    found = Catalog("fr", fuzzy=False)
    for path in _files(part):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if path.suffix == ".py" else OPTIONS
        for _line, text, _comments, _context in extract_from_file(method, path, keywords=KEYWORDS, options=options):
            found.add(text, locations=[(str(path.relative_to(CONSOLE)), 0)])
    return found


def french_of(part: str) -> Catalog:
    """What the catalogue of a part says."""
    path = CATALOGUES / f"{part}.fr.po"
    if not path.exists():
        return Catalog("fr")
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def renew(part: str) -> int:
    """Write a catalogue anew, with the texts that are said now; return how many have no French yet."""
    renewed = french_of(part)
    renewed.update(said_in(part), no_fuzzy_matching=True)
    renewed.obsolete.clear()
    with (CATALOGUES / f"{part}.fr.po").open("wb") as file:
        write_po(file, renewed, width=120, sort_output=True, no_location=True, omit_header=True)
    return sum(not all(_strings(message.string)) for message in renewed if message.id)


def _strings(said: Any) -> tuple[str, ...]:
    return tuple(said or ("",)) if not isinstance(said, str) else (said,)


def _files(part: str) -> Iterator[Path]:
    yield from sorted((CONSOLE / "templates" / part).rglob("*.html"))
    yield from sorted((CONSOLE / part).rglob("*.py"))


if __name__ == "__main__":
    for name in parts():
        print(f"{name}: {renew(name)} texts without French")
