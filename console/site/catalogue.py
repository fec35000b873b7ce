"""The texts that templates and code say, and the catalogues of their French: ``make texts`` writes what is new.

A part of the console has a folder of code, one of templates, and a catalogue of the same name. A catalogue of its own
holds what the kit says outside of its pages (``sentences.py``): read where errors are raised, a place for each value.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from contactable.console.site.languages import CATALOGUES
from contactable.console.site.sentences import KIT, PLACE

CONSOLE: Final = CATALOGUES.parent
KEYWORDS: Final[dict[str, Any]] = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}
OPTIONS: Final = {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}  # as the pages are rendered


SAID: Final = frozenset({"SettingsError", "RegisterError", "NoRegister", "KeyMismatch", "Conflict", "part"})
"""What is called with a sentence, or (``errors.part``) with a part of one; ``Setting`` has it in second place."""
SAID_HERE: Final = {
    "first_steps.py": frozenset({"Malformed"}),
    "mapping/values.py": frozenset({"Malformed"}),
    "mapping/written.py": frozenset({"Malformed"}),
}
"""Other errors of which people are told in the first hour."""
OF_MSGSPEC: Final = (
    "Expected `%(1)s`, got `%(2)s`",
    "Expected `%(1)s` >= %(2)s",
    "Expected `%(1)s` <= %(2)s",
    "Expected `%(1)s` > %(2)s",
    "Expected `%(1)s` matching regex %(2)s",
    "Object contains unknown field `%(1)s`",
    "Object missing required field `%(1)s`",
    "Invalid enum value %(1)s",
)
"""What the library that checks settings says of them, with or without the place."""
ALSO: Final = (
    "run `contactable register upgrade`.",
    "mount its disk for writing",
    "change its rights",
    "this one",
    " since %(1)s",
    " (campaign %(1)s)",
    "has suspended our URL",
    "has our URL no more",
    # Why a CRM cannot be connected:
    "%(1)d answers %(2)d: %(3)s.",
    "%(1)d answers %(2)d.",
    "%(1)d does not answer: %(2)s.",
    "%(1)d does not answer.",
    "no whole answer (%(1)s)",
    # What the system says of files and addresses:
    "No such file or directory",
    "Permission denied",
    "Is a directory",
    "Not a directory",
    "File exists",
    "No space left on device",
    "Read-only file system",
    "Address already in use",
    "Cannot assign requested address",
    *OF_MSGSPEC,
    *(f"{each} - at `%({each.count('%(') + 1})s`" for each in OF_MSGSPEC),
)
"""What stands in a place of these sentences."""


def parts() -> list[str]:
    """The parts of the console that have pages, and the kit itself."""
    return [*sorted(path.name for path in (CONSOLE / "templates").iterdir() if path.is_dir()), KIT]


def said_in(part: str) -> Catalog:
    """All texts of a part, in English and untranslated."""
    found = Catalog("fr", fuzzy=False)
    if part == KIT:
        for sentence in (*(text for _, text in raised() if text), *ALSO):
            found.add(sentence)
        return found
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


def raised() -> Iterator[tuple[str, str]]:
    """Where the code says something to people outside of pages, and its shape; empty where it is made elsewhere."""
    for folder, folders, names in os.walk(CONSOLE.parent, followlinks=True):
        folders[:] = sorted(set(folders) - {"sandbox"})
        for path in sorted(Path(folder, name) for name in names if name.endswith(".py")):
            place = str(path.relative_to(CONSOLE.parent))
            for text in _said(ast.parse(path.read_text(encoding="utf-8")), SAID | SAID_HERE.get(place, frozenset())):
                yield f"{place}: {ast.unparse(text)}", _shape(text)


def _said(code: ast.Module, names: frozenset[str]) -> Iterator[ast.expr]:
    for each in ast.walk(code):
        match each:
            case ast.Call(func=ast.Name(id="Setting"), args=[_, question, *_]):
                yield question
            case ast.Call(func=ast.Name(id="Trouble"), args=[_, what, to_do]):
                yield from (text for text in (what, to_do) if isinstance(text, ast.Constant) or len(_words(text)) > 3)
            case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name in names:
                yield text
            case ast.Assign(targets=[ast.Name(id="_SAID")], value=ast.Dict(values=texts)):
                yield from texts
            case ast.FunctionDef(name="explain", body=body):
                yield from (
                    step.value for step in _returns(body) if isinstance(step.value, ast.Constant | ast.JoinedStr)
                )


def _returns(body: list[ast.stmt]) -> Iterator[ast.Return]:
    return (each for statement in body for each in ast.walk(statement) if isinstance(each, ast.Return))


def _words(text: ast.expr) -> str:
    """What a sentence says besides its values."""
    return PLACE.sub("", _shape(text))


def _shape(text: ast.expr) -> str:
    if isinstance(text, ast.Constant):
        return str(text.value)
    if not isinstance(text, ast.JoinedStr):
        return ""
    pieces = [str(each.value) if isinstance(each, ast.Constant) else None for each in text.values]
    places = iter(range(1, len(pieces) + 1))
    return "".join(f"%({next(places)})s" if each is None else each for each in pieces)


def _strings(said: Any) -> tuple[str, ...]:
    return tuple(said or ("",)) if not isinstance(said, str) else (said,)


def _files(part: str) -> Iterator[Path]:
    yield from sorted((CONSOLE / "templates" / part).rglob("*.html"))
    yield from sorted((CONSOLE / part).rglob("*.py"))


if __name__ == "__main__":
    for name in parts():
        print(f"{name}: {renew(name)} texts without French")
