"""From what people and others did, as the register keeps it, to facts: what opposes, what lifts what, what is agreed.

Releases, and consents that are to lift an opposition, count only from the person: signed or by a token of ours.
``known`` gives single dates; what they could not express (an act that is later by date and recorded earlier) it has
settled before, so that ``decide`` comes to the right verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from contactable.rules.act import ALL, ANY_SCOPE, Act, OfferScopes, is_after
from contactable.rules.agreements import consent_facts, information, minority, worth
from contactable.rules.moments import at_the_latest, moment_of
from contactable.rules.terms import UNKNOWN_TIME, Channel

__all__ = ["ANY_SCOPE", "Act", "OfferScopes", "consents_by_the_person", "in_force", "known", "opposed"]

CONSENT_CHANNELS: Final = (Channel.EMAIL, Channel.SMS, Channel.PHONE, Channel.ROBOCALL)
_EVER: Final = 1 << 62


def known(acts: Iterable[Act], *, offer_scopes: OfferScopes = ANY_SCOPE, as_of: date | None = None) -> dict[str, Any]:
    """Give the facts that the acts of one person tell, by the names of ``Facts``; what did not happen is left out.

    ``as_of`` (a day, or an aware instant) leaves out what lies after it. Raises ``Malformed`` for a naive date-time.
    """
    limit = _EVER if as_of is None else at_the_latest(moment_of(as_of))
    standing = in_force(acts, limit)
    facts = information(standing)
    chosen = []
    for channel in Channel:
        history = _History.of(channel, standing, offer_scopes)
        facts |= history.oppositions_and_releases(limit)
        if consent := history.consent():
            chosen.append(consent)
            facts |= consent_facts(channel, consent)
    everywhere = [act for act in standing if _opposes(act, ALL, offer_scopes) and act.on == ALL]
    if everywhere:
        facts["opposed_all_on"] = _latest_opposition(everywhere, limit)
    return facts | minority(chosen)


def _is_on_our_page(act: Act) -> bool:
    return act.proof_level == "token" and act.origin == "recipient"


def _is_over(act: Act, ends: Mapping[str | None, Act], undoes: Mapping[str | None, Act]) -> bool:
    if not act.is_own:
        return act.id in ends or act.id in undoes
    undo = undoes.get(act.id)
    return undo is not None and _is_on_our_page(act) and undo.subject_id == act.subject_id


def opposed(acts: Iterable[Act], channel: str, offer_scopes: OfferScopes = ANY_SCOPE) -> bool:
    """Whether an opposition stands on a channel, or for ``all`` on every one, with no later own act to lift it."""
    standing = in_force(acts)
    channels = list(Channel) if channel == ALL else [Channel(channel)]
    return all(_History.of(each, standing, offer_scopes).is_closed for each in channels)


def in_force(acts: Iterable[Act], limit: int = _EVER) -> list[Act]:
    """The acts that had happened by a moment, without those that an annulment had ended by then.

    What the person did, nobody else ends; what they did on a page of ours, they may take back there, at once.
    """
    happened = [act for act in acts if moment_of(act.when) <= limit or _may_have_happened(act)]
    ends = {act.ends: act for act in happened if act.kind == "annulment" and not _is_on_our_page(act)}
    undoes = {act.ends: act for act in happened if act.kind == "annulment" and _is_on_our_page(act)}
    return [act for act in happened if not _is_over(act, ends, undoes)]


def consents_by_the_person(
    acts: Iterable[Act], *, offer_scopes: OfferScopes = ANY_SCOPE, as_of: date | None = None
) -> frozenset[Channel]:
    """The channels whose consent in ``known`` is the person's own act, and so lifts oppositions known elsewhere."""
    limit = _EVER if as_of is None else at_the_latest(moment_of(as_of))
    standing = in_force(acts, limit)
    consents = {channel: _History.of(channel, standing, offer_scopes).consent() for channel in CONSENT_CHANNELS}
    return frozenset(channel for channel, consent in consents.items() if consent and consent.is_own)


@dataclass(frozen=True, slots=True)
class _History:
    """What happened on one channel, as far as it concerns one offer."""

    channel: Channel
    oppositions: Sequence[Act]
    releases: Sequence[Act]
    consents: Sequence[Act]

    @classmethod
    def of(cls, channel: Channel, acts: Sequence[Act], scopes: OfferScopes) -> _History:
        # Latest first: what lifts, or stands against, is nearly always the latest, so the searches below end at once.
        here = sorted((act for act in acts if act.on in (channel, ALL)), key=_moment, reverse=True)
        return cls(
            channel,
            [act for act in here if _opposes(act, channel, scopes)],
            [act for act in here if act.kind == "release" and act.is_own and act.origin == "recipient"],
            [act for act in here if _consents(act, channel, scopes)],
        )

    @property
    def lifting(self) -> list[Act]:
        """The latest release of each opposition; none when one of them stands."""
        # Each opposition needs a release of its own kind: one list's release says nothing of another's.
        lifting = []
        for opposition in self.oppositions:
            release = next((release for release in self.releases if _releases(release, opposition)), None)
            if release is None:
                return []
            lifting.append(release)
        return lifting

    @property
    def is_closed(self) -> bool:
        """Whether an opposition stands."""
        return bool(self.oppositions) and not self.lifting and self.consent() is None

    def oppositions_and_releases(self, limit: int) -> dict[str, Any]:
        """The dates of both; of a release, only where it lifts all."""
        facts: dict[str, Any] = {}
        own = [act for act in self.oppositions if act.on != ALL]
        if own:
            facts[f"opposed_{self.channel}_on"] = _latest_opposition(own, limit)
        if lifting := self.lifting:
            facts[f"reopened_{self.channel}_on"] = max((act.when for act in lifting), key=moment_of)
        return facts

    def consent(self) -> Act | None:
        """The best consent on file: later than every opposition, and where there was one, the person's own.

        Anybody's record of a consent counts again once the person has released the channel, if it is later than that.
        """
        lifting = self.lifting
        released = max((moment_of(act.when) for act in lifting), default=0)
        on_file = [
            consent
            for consent in self.consents
            if all(is_after(consent, opposition) for opposition in self.oppositions)
            and (
                not self.oppositions
                or (consent.is_own and consent.origin == "recipient")
                or (lifting and moment_of(consent.when) >= released)
            )
        ]
        return max(on_file, key=worth, default=None)


def _moment(act: Act) -> int:
    return moment_of(act.when)


def _opposes(act: Act, channel: str, scopes: OfferScopes) -> bool:
    return act.kind == "opposition" and act.on in (channel, ALL) and scopes.closed_by(act)


def _consents(act: Act, channel: Channel, scopes: OfferScopes) -> bool:
    """Nobody consents to post; and a consent of unknown time could not be judged."""
    asked = act.kind == "consent" and channel in CONSENT_CHANNELS
    return asked and act.time_quality != "unknown" and scopes.opened_by(act)


def _releases(release: Act, opposition: Act) -> bool:
    """A general release lifts every opposition of its channel; one of a list, only those of that list."""
    same = (release.scope_kind, release.scope_id) == (opposition.scope_kind, opposition.scope_id)
    return is_after(release, opposition) and (not release.is_scoped or (same and opposition.is_scoped))


def _may_have_happened(act: Act) -> bool:
    """An opposition of unknown time may lie before any moment that one asks about."""
    return act.kind == "opposition" and act.time_quality == "unknown"


def _latest_opposition(oppositions: Sequence[Act], limit: int) -> Any:
    latest = max((act.when for act in oppositions), key=lambda when: at_the_latest(moment_of(when)))
    return UNKNOWN_TIME if moment_of(latest) > limit else latest
