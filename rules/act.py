"""One act, as the register keeps it: an opposition, a release, a consent, an information, or what ends one of them.

Its time is worth what its quality says: ``event`` is when it happened; ``arrival`` and ``unknown`` say only that it was
not after it was recorded. Of two acts whose order cannot be told, the opposition stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from contactable.rules.moments import at_the_latest, moment_of

AUTHENTIC: Final = frozenset({"signed", "token"})
"""Proof levels that show an act to be the person's own, where its origin says so."""
OF_THE_PERSON: Final = frozenset({"recipient", "complaint"})
"""Origins that are the person's: they acted with the sender, or complained through a mailbox provider or 33700."""
ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. ``occurred_at`` is an aware instant or a day of Europe/Paris; ``on`` a channel or ``all``.

    ``details`` of a consent: ``act``, ``to``, ``proof``, ``complete``, ``until``, ``minor``, ``parental``, as in the
    contact file; of an information ``what``: ``told``, ``first_message`` or ``callback``.
    """

    id: str
    kind: str
    recorded_at: datetime
    on: str = ALL
    origin: str = "recipient"
    proof_level: str = "signed"
    occurred_at: date | None = None
    time_quality: str = "event"
    scope_kind: str = "global"
    scope_id: str = ""
    ends: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    subject_id: str | None = None
    confidence: str = "certain"
    batch: str = ""
    evidence: str | None = None

    @property
    def when(self) -> date:
        """When it happened, as far as one knows: at the latest when it was recorded."""
        dated = self.time_quality == "event" and self.occurred_at is not None
        return self.occurred_at if dated and self.occurred_at else self.recorded_at

    @property
    def is_dated(self) -> bool:
        """Whether it is known when it happened, and not only when it arrived."""
        return self.time_quality == "event" and self.occurred_at is not None

    @property
    def is_own(self) -> bool:
        """Whether it is shown to be the person's own act: such an act is never annulled."""
        return self.proof_level in AUTHENTIC and self.origin in OF_THE_PERSON

    @property
    def is_scoped(self) -> bool:
        """Whether it is bound to one subscription type, list or sender; a complaint never is."""
        return self.scope_kind != "global" and self.origin != "complaint"


@dataclass(frozen=True, slots=True)
class OfferScopes:
    """The subscription types and lists that carry an offer, and those that carry only others."""

    named: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()

    def closed_by(self, act: Act) -> bool:
        """Whether an opposition closes the offer: a general one, one bound to it, or one that no offer names."""
        return not act.is_scoped or act.scope_id not in self.elsewhere

    def opened_by(self, act: Act) -> bool:
        """Whether a consent may open the offer: a general one, or one given for it."""
        return not act.is_scoped or act.scope_id in self.named


ANY_SCOPE: Final = OfferScopes()
"""An offer that names nothing, where no offer does: every opposition closes it."""


def is_after(act: Act, opposition: Act) -> bool:
    """Whether an act is known to be later: by its date, and by its record where only the arrival of one is known."""
    # A mere day counts as its beginning for the act and as its end for the opposition: on one day the latter stands.
    if act.time_quality == "unknown" or moment_of(act.when) <= at_the_latest(moment_of(opposition.when)):
        return False
    return (act.is_dated and opposition.is_dated) or act.recorded_at > opposition.recorded_at
