"""Communication preferences: what people said about each type of e-mail. They belong to the address, not the contact.

An opt-out shows as ``hs_email_optout`` (all) or ``hs_email_optout_<id>`` (one type) on the contact and leaves its
modified date alone, so a cursor on that date never sees it. Whoever unsubscribed of their own accord cannot be
subscribed again by the interface. The channel is e-mail and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from contactable.sandbox.hubspot.problems import invalid

BY_RECIPIENT = "SOURCE_RECIPIENT"
BY_API = "SOURCE_API"
LEGAL_BASES = frozenset(
    "LEGITIMATE_INTEREST_PQL LEGITIMATE_INTEREST_CLIENT LEGITIMATE_INTEREST_OTHER PERFORMANCE_OF_CONTRACT "
    "CONSENT_WITH_NOTICE NON_GDPR PROCESS_AND_STORE".split()
)


@dataclass(frozen=True, slots=True)
class SubscriptionType:
    """One type of e-mail that people can leave apart from the others."""

    id: int
    name: str
    description: str
    purpose: str = "Marketing"
    default: bool = False


class Status(NamedTuple):
    """What somebody said about one type, or about all (``subscription_id`` None): when, by whom, on which basis."""

    subscribed: bool
    at: int
    source: str
    legal_basis: str = ""
    explanation: str = ""


class Said(NamedTuple):
    """One change, for the timeline of the whole portal."""

    email: str
    subscription_id: int | None
    status: Status


DEFAULT_TYPES = (
    SubscriptionType(1601, "Newsletter", "Nos conseils, une fois par mois", default=True),
    SubscriptionType(1602, "Offres commerciales", "Nos offres et nos promotions"),
    SubscriptionType(1603, "Invitations", "Salons et webinaires"),
)


@dataclass(slots=True)
class Preferences:
    """Every address and what was said. Addresses are lower case; the caller holds the portal's lock."""

    types: dict[int, SubscriptionType] = field(default_factory=lambda: {t.id: t for t in DEFAULT_TYPES})
    by_email: dict[str, dict[int | None, Status]] = field(default_factory=dict)
    timeline: list[Said] = field(default_factory=list)

    def status(self, email: str, subscription_id: int | None) -> Status | None:
        """What was last said about one type, or about all."""
        return self.by_email.get(email, {}).get(subscription_id)

    def may_receive(self, email: str, subscription_id: int) -> bool | None:
        """True, False, or None where nothing was said."""
        everything, one = self.status(email, None), self.status(email, subscription_id)
        if everything is not None and not everything.subscribed:
            return False
        return None if one is None else one.subscribed

    def say(self, email: str, subscription_id: int | None, status: Status) -> bool:
        """Note what somebody said and tell whether it changes anything; 400 where the interface would resubscribe."""
        if subscription_id is not None and subscription_id not in self.types:
            raise invalid(f"Subscription {subscription_id} does not exist.")
        if status.subscribed and status.source == BY_API and self._left(email, subscription_id):
            raise invalid("Contact has unsubscribed of their own accord and cannot be subscribed by the API.")
        # Saying the same again keeps the first time and source: the person's act is not made the app's.
        before = self.status(email, subscription_id)
        if before is not None and before.subscribed == status.subscribed:
            return False
        self.by_email.setdefault(email, {})[subscription_id] = status
        self.timeline.append(Said(email, subscription_id, status))
        return True

    def _left(self, email: str, subscription_id: int | None) -> bool:
        said = self.status(email, subscription_id), self.status(email, None)
        return any(each and not each.subscribed and each.source == BY_RECIPIENT for each in said)

    def opt_out_properties(self, email: str) -> Iterator[tuple[str, str]]:
        """The properties that show the opt-outs of an address, ``true`` or empty."""
        for subscription_id, status in self.by_email.get(email, {}).items():
            suffix = "" if subscription_id is None else f"_{subscription_id}"
            yield f"hs_email_optout{suffix}", "" if status.subscribed else "true"
