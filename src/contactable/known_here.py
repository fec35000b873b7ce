"""What the register knows of contacts that are only looked at: for the figures of ``contactable mapping check``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from contactable.identifiers import IdentifierKind
from contactable.mapping import Mapped, OfferSettings, Sourced
from contactable.mapping.coverage import Known
from contactable.register import Entry, Tx, cursors, ledger, subjects
from contactable.rules.acts import consents_by_the_person, known
from contactable.submissions import SEEN
from contactable.together import oppositions_of_carriers, with_oppositions

if TYPE_CHECKING:
    from contactable.kit import Contactable


@dataclass(frozen=True, slots=True)
class KnownHere:
    """Asks the register about records of a CRM, or of a file (``connector`` is empty) by their addresses alone.

    Nothing is written. What is known of an address counts as it does in a sync: oppositions, consents and releases for
    this offer, as of ``on``, and what other records show.
    """

    kit: Contactable
    connector: str
    offer: OfferSettings
    on: date

    def __call__(self, records: Sequence[Mapped]) -> list[Known | None]:
        """What is known of each, in their order."""
        with self.kit.register.read() as tx:
            bound = self._bound(tx, records)
            entries: dict[str, list[Entry]] = {}
            for entry in ledger.entries_of(tx, {subject for of_one in bound for subject in of_one}):
                entries.setdefault(entry.subject_id or "", []).append(entry)
            mirrored: dict[str, list[Entry]] = {}
            elsewhere: dict[str, dict[str, list[str]]] = {}
            if self.connector:
                mirrored = ledger.entries_of_contacts(tx, self.connector, [each.record_id for each in records])
                bears = {each.record_id: of_one for each, of_one in zip(records, bound, strict=True)}
                elsewhere = oppositions_of_carriers(tx, self.connector, bears)
        return [
            self._known(
                [
                    *mirrored.get(each.record_id, ()),
                    *(entry for subject in of_one for entry in entries.get(subject, ())),
                ],
                _stricter(each, elsewhere.get(each.record_id, {})),
            )
            for each, of_one in zip(records, bound, strict=True)
        ]

    @property
    def forms_entered(self) -> bool:
        """Whether a sync entered already what the form submissions of this CRM prove."""
        with self.kit.register.read() as tx:
            return cursors.get(tx, self.connector, SEEN) is not None

    def _bound(self, tx: Tx, records: Sequence[Mapped]) -> list[set[str]]:
        """The subjects of each record that the register has met."""
        own = [[*each.identifiers, *self._record(each)] for each in records]
        met = subjects.find_subjects(tx, [identifier for of_one in own for identifier in of_one])
        return [{met[each] for each in of_one if each in met} for of_one in own]

    def _record(self, record: Mapped) -> list[tuple[IdentifierKind, str]]:
        return [(IdentifierKind.RECORD, f"{self.connector}:{record.record_id}")] if self.connector else []

    def _known(self, entries: Sequence[Entry], elsewhere: dict[str, Sourced]) -> Known | None:
        if not entries and not elsewhere:
            return None
        acts, scopes = list({each.id: each for each in entries}.values()), self.offer.scopes
        return Known(
            known(acts, offer_scopes=scopes, as_of=self.on),
            consents_by_the_person(acts, offer_scopes=scopes, as_of=self.on),
            elsewhere,
        )


def _stricter(record: Mapped, told: dict[str, list[str]]) -> dict[str, Sourced]:
    """Of the oppositions that other records show, those that are stricter than the record's own."""
    both = with_oppositions(record.facts, told)
    return {column: Sourced(*fact) for column, fact in told.items() if both[column] is fact}
