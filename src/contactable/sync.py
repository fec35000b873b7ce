"""From a CRM into the register: what changed since the last time, read, understood, mirrored, and marked stale.

The cursor moves in the transaction that keeps the page, so a crash costs a page read twice. Lists and forms come before
contacts, so that nobody is mirrored without the opposition that only a list knows. Deciding and writing back is the
worker's business; a contact whose input did not change is not touched (``keeping``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from contactable import written_over
from contactable.beside import sync_lists
from contactable.call_records import sync_calls
from contactable.connectors.protocol import Connector, Page
from contactable.errors import ContactableError, Unavailable
from contactable.forgetting import forget
from contactable.holding import holding
from contactable.keeping import Keeper, Summary
from contactable.kinds import meet
from contactable.mapping import Asked, Declaration
from contactable.mapping import Mapping as FactMapping
from contactable.register import Register, cursors, declared, mirror
from contactable.rereading import pages_since
from contactable.rules.wordings import Wording
from contactable.settled import Settled, decide_again, have_read, settled
from contactable.submissions import Intake

log = structlog.get_logger()

CHANGES = "changes"
CONSENT = "consent"
SOME = 500  # contacts read and kept together where they are named one by one
MOST_LOST, MOST_LOST_SHARE = 50, 0.2  # contacts that may be missing at once before somebody is asked
Progress = Callable[[int, int | None], None]
"""Called with the contacts read so far, and how many there are where the CRM tells."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one CRM into the register. ``settings`` are fingerprints of what decides (``settled``).

    ``look_back`` comes before a sync, and before the refresh that precedes each writing (``restoring``).
    """

    register: Register
    connector: Connector
    mapping: FactMapping
    declarations: Sequence[Declaration] = ()
    wordings: Sequence[Wording] = ()
    settings: Settled | None = None
    look_back: Callable[[], object] = lambda: None

    def sync(
        self, *, full: bool = False, since: datetime | None = None, progress: Progress = lambda done, total: None
    ) -> Summary:
        """Read what changed since the last sync (everything with ``full``, or when the settings ask other things).

        ``since`` reads what changed since that moment (aware) instead, and moves no cursor; nothing having been read
        yet, it is everything. Raises ``Conflict`` where another sync of this CRM is under way.
        """
        with holding(self.register, f"sync {self.connector.name}"):
            return self._sync(full, since, progress)

    def _sync(self, full: bool, since: datetime | None, progress: Progress) -> Summary:
        summary = Summary()
        self.look_back()
        self.catch_up()
        meet(self.register, self.connector, self.mapping)
        everything = full or self._asks_otherwise()
        self._sync_beside(summary, everything)
        with self.register.read() as tx:
            summary.began = tx.now
            cursor = None if everything else cursors.get(tx, self.connector.name, CHANGES)
        pages = self.connector.iter_changed(cursor, self._names)
        if since is not None and cursor is not None:
            pages = pages_since(self.connector, since, self._names)
        self._take(pages, CHANGES, progress, summary)
        if self.settings is not None:
            have_read(self.register, self.connector.name, self.settings)
        return summary

    def catch_up(self) -> int:
        """Enter declarations that changed; have every contact decided anew when what decides did. Reads no CRM."""
        declared_now = {each.name: each.to_json() for each in self.declarations}
        with self.register.read() as tx:
            changed = declared.differ(tx, declared_now)
        if changed:
            self.register.write(lambda tx: declared.keep(tx, declared_now))
        return decide_again(self.register, self.connector.name, self.settings) if self.settings else 0

    def sync_consents(self) -> Summary:
        """Read contacts whose native opt-outs changed although their modified date may not have."""
        with self.register.read() as tx:
            cursor = cursors.get(tx, self.connector.name, CONSENT)
        pages = self.connector.iter_consent_changes(cursor, self._names)
        return self._take(pages, CONSENT, lambda done, total: None, Summary())

    def sync_forms(self, *, everything: bool = False) -> int:
        """Read what was sent through forms (those that matter now, or all); return how many entries it made."""
        return Intake(self.register, self.connector, self.wordings, self.asked).sync(everything=everything)

    def read_forms(self, *, everything: bool = False) -> list[str]:
        """The same where a CRM that refuses must not hold up the rest; return warnings, as codes."""
        try:
            self.sync_forms(everything=everything)
        except ContactableError as error:
            log.warning("forms_not_read", connector=self.connector.name, why=str(error))
            return ["forms:unreadable"]
        return []

    def sync_some(self, record_ids: Sequence[str], progress: Progress = lambda done, total: None) -> Summary:
        """Read these contacts, and what stands beside them; every other is left as it is. Raises as ``sync``."""
        summary = Summary()
        with holding(self.register, f"sync {self.connector.name}"):
            self.look_back()
            self.catch_up()
            self._sync_beside(summary)
            for start in range(0, len(record_ids), SOME):
                summary.add(self.read_again(record_ids[start : start + SOME]))
                progress(summary.read, len(record_ids))
        return summary

    def refresh(self, record_ids: Sequence[str]) -> Summary:
        """Read these contacts as they are now; before the first sync of all only those that it began with."""
        self.look_back()
        with self.register.read() as tx:
            begun = cursors.get(tx, self.connector.name, CHANGES) is not None
            ours = record_ids if begun else list(mirror.subjects_of_contacts(tx, self.connector.name, record_ids))
        return self.read_again(ours)

    def read_again(self, record_ids: Sequence[str]) -> Summary:
        """The same of any contacts, without looking back."""
        summary = Summary()
        if record_ids:
            self._keeper.keep(Page(list(self.connector.read(record_ids, self._names)), None), "", summary)
        return summary

    def read_all_again(self) -> Summary:
        """The same of every contact that is mirrored: what stands beside contacts moves no date of theirs."""
        summary, ids = Summary(), list(self._mirrored())
        self.look_back()
        for start in range(0, len(ids), SOME):
            summary.add(self.read_again(ids[start : start + SOME]))
        return summary

    def reconcile(self, *, sure: bool = False) -> int:
        """Forget contacts that the CRM no longer has, whatever it did not tell us; return how many.

        Raises ``Unavailable`` where so many are missing at once that the CRM's answer is the likelier mistake, unless
        somebody is ``sure``.
        """
        living = set(self.connector.iter_ids())
        mirrored = list(self._mirrored())
        lost = [id for id in mirrored if id not in living]
        if len(lost) > max(MOST_LOST, MOST_LOST_SHARE * len(mirrored)) and not sure:
            raise Unavailable(
                f"{self.connector.name} names {len(lost)} contacts of {len(mirrored)} no more, and nothing was "
                "forgotten: look at the token's rights and at the account. If they were really deleted: "
                f"contactable sync {self.connector.name} --forget"
            )
        if lost:
            self.register.write(lambda tx: forget(tx, self.connector.name, lost))
        return len(lost)

    @property
    def _names(self) -> tuple[str, ...]:
        """The properties that are read: what the mapping asks about, and our own where they are watched."""
        return (*self.mapping.properties, *written_over.watched(self.connector))

    @property
    def asked(self) -> Asked:
        """What is asked beside properties."""
        return Asked.by(self.mapping, self.declarations)

    @property
    def _keeper(self) -> Keeper:
        return Keeper(self.register, self.connector, self.mapping, self.declarations, self.asked)

    def _asks_otherwise(self) -> bool:
        """Whether mapping or declarations changed in a way that only reading every contact anew can follow."""
        if self.settings is None:
            return False
        with self.register.read() as tx:
            kept = settled(tx, self.connector.name)
        return kept is not None and not self.settings.can_read_as(kept)

    def _sync_beside(self, summary: Summary, everything: bool = False) -> None:
        """Lists, calls and forms. What a form says only opens: a CRM that refuses it does not hold up the rest."""
        summary.count(sync_lists(self.register, self.connector, self.asked))
        summary.count(sync_calls(self.register, self.connector, self.asked))
        summary.count(self.read_forms(everything=everything))

    def _mirrored(self) -> Iterator[str]:
        after = ""
        with self.register.read() as tx:
            while ids := mirror.contact_ids(tx, self.connector.name, after=after):
                yield from ids
                after = ids[-1]

    def _take(self, pages: Iterator[Page], cursor_name: str, progress: Progress, summary: Summary) -> Summary:
        keeper = self._keeper
        for page in pages:
            keeper.keep(page, cursor_name, summary)
            progress(summary.read, page.total)
        return summary
