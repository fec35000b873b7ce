"""The forms of a page as a browser would send them, read from its HTML: for tests that fill each of their fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """One form, and one of its buttons: where it goes, what it sends, which of it is a file."""

    path: str
    fields: Fields
    files: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Its fields, files among them."""
        return [*dict.fromkeys(name for name, _ in self.fields), *self.files]


@dataclass
class _Open:
    path: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, at: str) -> None:
        super().__init__()
        self.at, self.found = at, list[Form]()
        self._form: _Open | None = None
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method") == "post":
            self._form = _Open(urlsplit(urljoin(self.at, said.get("action", ""))).path)
        elif self._form is not None:
            self._field(self._form, tag, said)

    def _field(self, form: _Open, tag: str, said: dict[str, str]) -> None:
        name, value = said.get("name", ""), said.get("value", "")
        if tag == "select":
            self._choice = name
        elif tag == "option" and self._choice and value:
            form.fields.append((self._choice, value))
            self._choice = ""
        elif tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "input" and said.get("type") == "file":
            form.files.append(name)
        elif tag in ("input", "textarea") and name:
            form.fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            done, self._form = self._form, None
            for pressed in [[button] for button in done.buttons] or [[]]:
                self.found.append(Form(done.path, (*done.fields, *pressed), tuple(done.files)))


def forms_in(html: str, at: str) -> list[Form]:
    """The forms of a page that was answered at a path; a form with several named buttons comes once for each."""
    reader = _Reader(at)
    reader.feed(html)
    return reader.found
