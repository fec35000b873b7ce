"""Every operation of the API: its scope, what it takes, what it answers. The routes and the document are made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from contactable.console.api_bodies import (
    Agreed,
    ConsentTold,
    Entered,
    OppositionTold,
    Scrubbed,
    ScrubWanted,
    Verdicts,
    VerdictsWanted,
)
from contactable.console.api_doors import ApiDoors, Caller
from contactable.console.api_reading import scrub, verdicts
from contactable.console.api_writing import consent, opposition
from contactable.register.api_tokens import ApiScope


@dataclass(frozen=True, slots=True)
class Operation:
    """One door of the API: the scope it asks for, what it takes, and what it may answer."""

    name: str
    scope: ApiScope
    body: type
    answers: Mapping[HTTPStatus, type]
    run: Callable[[ApiDoors, Caller, Any], tuple[HTTPStatus, Any]]
    summary: str


OPERATIONS: Final[Mapping[str, Operation]] = {
    each.name: each
    for each in (
        Operation(
            "verdicts", ApiScope.VERDICTS, VerdictsWanted, {HTTPStatus.OK: Verdicts}, verdicts,
            "Who may be approached, on which channel, and why",
        ),
        Operation(
            "oppositions", ApiScope.OPPOSITIONS, OppositionTold,
            {HTTPStatus.CREATED: Entered, HTTPStatus.OK: Entered}, opposition,
            "Somebody objected: it counts at once",
        ),
        Operation(
            "consents", ApiScope.CONSENTS, ConsentTold,
            {HTTPStatus.CREATED: Agreed, HTTPStatus.OK: Agreed, HTTPStatus.ACCEPTED: Agreed}, consent,
            "Somebody agreed, with what proves it",
        ),
        Operation(
            "scrub", ApiScope.SCRUB, ScrubWanted, {HTTPStatus.OK: Scrubbed}, scrub,
            "Which lines of a list may not be approached",
        ),
    )
}  # fmt: skip
"""Every operation by its name, which is its path."""
