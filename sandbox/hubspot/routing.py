"""What a route is, what it is asked, and the paths under which HubSpot offers it: v3, and by date since 2026-03.

The prefixes of the dated versions are not uniform (HubSpot's specification collection): contacts stand under
``/crm/objects/2026-03``, properties under ``/crm/properties/2026-03``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from contactable.sandbox.hubspot.portal import Portal
from contactable.sandbox.hubspot.problems import invalid
from contactable.sandbox.hubspot.tokens import Grant

DATES = ("2026-03", "2026-09")
_PREFIXES = {
    "objects": ("/crm/v3/objects", *(f"/crm/objects/{date}" for date in DATES)),
    "properties": ("/crm/v3/properties", *(f"/crm/properties/{date}" for date in DATES)),
    "lists": ("/crm/v3/lists", *(f"/crm/lists/{date}" for date in DATES)),
    "forms": ("/marketing/v3/forms", *(f"/marketing/forms/{date}" for date in DATES)),
    "preferences": ("/communication-preferences/v4", *(f"/communication-preferences/{date}" for date in DATES)),
    "account": ("/account-info/v3", *(f"/account-info/{date}" for date in DATES)),
    "limits": ("/crm/v3/limits", *(f"/crm/limits/{date}" for date in DATES)),
    "installs": ("/appinstalls/v3", *(f"/appinstalls/{date}" for date in DATES)),
    "oauth": ("/oauth/v1", *(f"/oauth/{date}" for date in DATES)),
}
CONTACTS = '<any("contacts","contact","0-1"):kind>'
READ = ("crm.objects.contacts.read",)
WRITE = ("crm.objects.contacts.write",)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as a handler sees it. ``base`` is the address that it came to, for links to the next page."""

    portal: Portal
    grant: Grant
    path: Mapping[str, str]
    query: Mapping[str, list[str]] = field(default_factory=dict)
    body: Any = None
    base: str = ""
    sandbox: Any = None  # for the control routes alone

    def one(self, name: str, default: str = "") -> str:
        """A value of the query."""
        return (self.query.get(name) or [default])[0]

    def flag(self, name: str) -> bool:
        """A yes or no of the query; clients in Python write ``True``."""
        return self.one(name).lower() == "true"

    def many(self, name: str) -> list[str]:
        """Values of the query, repeated or joined by commas: clients do either."""
        return [part for value in self.query.get(name, []) for part in value.split(",") if part]

    def limit(self, default: int, most: int, name: str = "limit") -> int:
        """The page's size; 400 above the most."""
        text = self.one(name, str(default))
        if not text.isdigit() or not 0 < int(text) <= most:
            raise invalid(f"Invalid {name}: it must be from 1 to {most}.")
        return int(text)

    def after(self) -> int:
        """The cursor of the page before, 0 at the beginning."""
        text = self.one("after", "0")
        if not text.isdigit():
            raise invalid("Invalid after: it is the cursor of the page before.")
        return int(text)

    @property
    def json(self) -> Mapping[str, Any]:
        """The body, which must be an object."""
        if not isinstance(self.body, dict):
            raise invalid("Invalid input JSON on line 1, column 1: an object is expected.")
        return self.body

    def inputs(self, most: int = 100) -> Sequence[Mapping[str, Any]]:
        """The inputs of a batch; 400 where they are none, too many, or no objects."""
        inputs = self.json.get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(each, dict) for each in inputs):
            raise invalid("Some required fields were not set: [inputs]")
        if len(inputs) > most:
            raise invalid(f"The maximum number of inputs supported in a batch request for object type 0-1 is {most}.")
        return inputs

    def text(self, name: str) -> str:
        """A field of the body that must be there."""
        value = self.json.get(name)
        if not isinstance(value, str | int) or value == "":
            raise invalid(f"Some required fields were not set: [{name}]")
        return str(value)


class Answer(NamedTuple):
    """A status, a body (None is none, bytes are no JSON), and headers of its own."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked. ``area`` names a prefix; an empty one means that ``path`` is whole.

    ``scopes``: any of them is enough, none is needed where it is empty. ``search``: it has a limit of its own.
    ``open``: no token is asked for. ``locks``: the inputs are held until the answer.
    """

    name: str
    method: str
    area: str
    path: str
    answer: Callable[[Asked], Answer]
    scopes: tuple[str, ...] = ()
    search: bool = False
    open: bool = False
    locks: bool = False

    @property
    def paths(self) -> Iterator[str]:
        """Every path under which it is offered."""
        for prefix in _PREFIXES[self.area] if self.area else ("",):
            yield f"{prefix}{self.path}"


def ok(body: Any) -> Answer:
    """200."""
    return Answer(200, body)


NO_CONTENT = Answer(204)


def page(asked: Asked, results: Sequence[Any], next_after: int | str | None) -> dict[str, Any]:
    """A page of results; ``next_after`` None is the last one."""
    if next_after is None:
        return {"results": results}
    following = {"after": str(next_after), "link": f"{asked.base}?after={next_after}"}
    return {"results": results, "paging": {"next": following}}
