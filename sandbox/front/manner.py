"""What is peculiar about one small CRM: its routes, who is let in, its limits, its errors, and what people do there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from contactable.sandbox.front.limits import Limit, Meter
from contactable.sandbox.front.messages import Incoming, Problem

if TYPE_CHECKING:
    from contactable.sandbox.front.contacts import Contact, Contacts
    from contactable.sandbox.front.small import SmallCrm


class Answer(NamedTuple):
    """A status, a body (None is no body), and headers of its own."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as a route's function sees it."""

    crm: SmallCrm
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any = None

    @property
    def contacts(self) -> Contacts:
        """The CRM's contacts."""
        return self.crm.contacts

    @property
    def json(self) -> Mapping[str, Any]:
        """The body, which must be an object; 400 where it is none."""
        if not isinstance(self.body, dict):
            raise self.crm.problem(400, "an object is expected")
        return self.body

    def one(self, name: str, default: str = "") -> str:
        """A value of the query."""
        return (self.query.get(name) or [default])[0]

    def number(self, name: str, default: int, most: int) -> int:
        """A number of the query from 0 to the most; 400 for anything else."""
        text = self.one(name, str(default))
        if not text.isdigit() or int(text) > most:
            raise self.crm.problem(400, f"{name} must be from 0 to {most}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked. ``path`` is written as Werkzeug's rules: ``/v3/contacts/<id>``.

    ``verb`` is ``read`` or ``write`` where it reads or writes the values of contacts: faults may name it. ``limits``
    name those of the manner that count it; ``open`` asks for no token.
    """

    name: str
    method: str
    path: str
    answer: Callable[[Asked], Answer]
    verb: str = ""
    limits: tuple[str, ...] = ("all",)
    open: bool = False


def _no_headers(meters: Mapping[str, Meter]) -> Mapping[str, str]:
    return {}


def _has_none(crm: SmallCrm, contact: Contact, channel: str) -> bool:
    raise NotImplementedError("This CRM has no opt-outs of its own.")


@dataclass(frozen=True, slots=True)
class Manner:
    """One CRM's manner.

    ``admit`` raises a ``Problem`` for who may not come in. ``error`` gives the body of an error in the CRM's own shape.
    ``limits`` by name; ``headers`` tells of them on each answer. ``begin`` makes what the CRM holds beside contacts
    (``SmallCrm.own``). ``opt_out`` is what happens when a person leaves a channel in this CRM's own way, and
    ``is_opted_out`` whether the CRM itself would still send. ``occupy`` makes a field of numbers.
    ``person`` invents the n-th contact.
    """

    name: str
    routes: Sequence[Route]
    admit: Callable[[SmallCrm, Incoming, Route], None]
    error: Callable[[int, str], Any]
    limits: Mapping[str, Limit] = field(default_factory=dict)
    headers: Callable[[Mapping[str, Meter]], Mapping[str, str]] = _no_headers
    begin: Callable[[], Any] = dict
    new_id: Callable[[int], str] = str
    opt_out: Callable[[SmallCrm, Contact, str], Any] = _has_none
    is_opted_out: Callable[[SmallCrm, Contact, str], bool] = _has_none
    occupy: Callable[[SmallCrm, str], Any] = lambda crm, name: None
    person: Callable[[int], Mapping[str, Any]] = lambda number: {"email": f"person{number}@example.com"}
    merge: Callable[[SmallCrm, str, str], Contact] = lambda crm, id, other: crm.contacts.merge(id, other)
    access: Callable[[SmallCrm], Mapping[str, str]] = lambda crm: {}


def problem(manner: Manner, status: int, message: str, headers: Mapping[str, str] | None = None) -> Problem:
    """An error as this CRM writes it."""
    return Problem(status, manner.error(status, message), headers)
