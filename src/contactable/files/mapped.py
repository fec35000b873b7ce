"""Decide an export as it is, with a map: what its columns mean is the map's, what is unknown stays closed.

Rows are decided as a CRM's contacts are: a consent that only the file knows lifts no opposition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from contactable.errors import Malformed
from contactable.files.contacts import Question
from contactable.files.seen import SeenIds
from contactable.files.sheets import Chunk, Remark, Sheet
from contactable.files.verdicts import Decided, Outcome, answers_of, decide_one
from contactable.mapping import Declaration, MapFile, OfferSettings, facts_of, in_force_on, map_record
from contactable.mapping import Mapping as FactMapping
from contactable.rules import Facts, Offer
from contactable.rules.calendar import paris_day
from contactable.rules.decision import asked_at

_IDS = ("id", "Record ID", "Record ID - Contact", "ID", "Id", "EXT_ID", "CONTACT ID")
"""How exports call the column that names a row; without one its line does."""
_OF_THE_OFFER = frozenset({"purpose", "sector"})


def decide_mapped(sheet: Sheet, map_file: MapFile, offer: OfferSettings, question: Question) -> Iterator[Decided]:
    """Decide every row of a table, a chunk at a time. A row's own values come first, then what was set for all."""
    asked_at(question.on)  # raises
    standing = in_force_on(map_file.declarations, paris_day(question.on))
    look, seen = _Look(map_file.mapping, standing, offer, question), SeenIds()
    named = next((name for name in _IDS if name in sheet.header), None)
    decided = lru_cache(65_536)(look.decide)
    for chunk in sheet.chunks():
        ids = list(chunk.columns[named]) if named else [str(place) for place in chunk.places]
        twice = set(seen.refused(ids))
        outcomes, warnings = [], []
        for row, properties in enumerate(_rows(chunk)):
            facts, codes = look.facts(ids[row], properties)
            outcomes.append(Outcome(refusal="its id is empty, or an earlier row's") if row in twice else decided(facts))
            warnings += [Remark(chunk.places[row], *code.split(":", 1)) for code in codes]
        answers = answers_of(outcomes)
        refused = [Remark(chunk.places[row], "", words) for row, words in answers.refused.items()]
        kept = [id for row, id in enumerate(ids) if row not in answers.refused]
        yield Decided(kept, answers.cells, answers.ends, [*chunk.refused, *refused], warnings, chunk.done)


@dataclass(frozen=True, slots=True)
class _Look:
    """How one row is looked at."""

    mapping: FactMapping
    declarations: tuple[Declaration, ...]
    offer: OfferSettings
    question: Question

    def facts(self, id: str, properties: Mapping[str, str]) -> tuple[Facts, tuple[str, ...]]:
        mapped = map_record(id, properties, self.mapping, declarations=self.declarations)
        facts = facts_of(mapped.facts, self.offer, {})
        unknown: dict[str, Any] = {
            name: value
            for name, value in self.question.given.items()
            if name not in _OF_THE_OFFER and name in Facts.__dataclass_fields__ and getattr(facts, name) is None
        }
        return (replace(facts, **unknown) if unknown else facts), mapped.warnings

    def decide(self, facts: Facts) -> Outcome:
        asked, given = self.offer.offer, self.question.given
        offer = Offer(asked.name, given.get("purpose") or asked.purpose, given.get("sector") or asked.sector)
        try:
            return decide_one(facts, offer, self.question)
        except Malformed as error:
            return Outcome(refusal=str(error))


def _rows(chunk: Chunk) -> Iterator[dict[str, str]]:
    names = tuple(chunk.columns)
    for cells in zip(*chunk.columns.values(), strict=True):
        yield dict(zip(names, cells, strict=True))
