"""What the public pages and the card in the CRM are given by the kit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contactable.console.card import CardDoors
from contactable.console.centre.doors import CentreDoors, Look
from contactable.deciding import verdicts_of
from contactable.errors import SettingsError
from contactable.exports.proof import consent_proof
from contactable.fresh_links import send_link
from contactable.identifiers import IdentifierKind
from contactable.register import Tx
from contactable.rules import Channel, Verdict
from contactable.rules.calendar import paris_day
from contactable.rules.wordings import Wording, WordingKind, gaps_of

if TYPE_CHECKING:
    from contactable.kit import Contactable

PICTURES: Final = (".png", ".svg", ".jpg", ".jpeg", ".webp")


def centre_doors(kit: Contactable) -> CentreDoors:
    """The doors on this installation; raises ``SettingsError`` naming what is wrong in ``[pages]``."""
    settings = kit.settings
    reached = {IdentifierKind.EMAIL: settings.mail, IdentifierKind.PHONE: settings.sms}
    return CentreDoors(
        register=lambda: kit.register,
        public_url=settings.public_url,
        link_keys=kit.link_keys,
        clock=kit.clock,
        wake=kit.service.wake,
        language=settings.language,
        look=_look(kit),
        open_channels=partial(open_channels, kit),
        proof=partial(consent_proof, kit),
        send_link=partial(send_link, kit),
        reached=[kind for kind, by in reached.items() if by is not None],
        wordings=_wordings(kit),
    )


def card_doors(kit: Contactable) -> CardDoors:
    """What the card on a CRM's contact is given."""

    def decide(tx: Tx, subject: str | None) -> Mapping[Channel, Verdict]:
        return verdicts_of(kit.judge, tx, subject, "main", paris_day(kit.clock()))

    return CardDoors(kit.doors, decide, kit.settings.language)


def open_channels(kit: Contactable, tx: Tx, subject: str) -> Collection[Channel]:
    """The channels on which a person may be approached today for any of the offers."""
    today = paris_day(kit.clock())
    each = [verdicts_of(kit.judge, tx, subject, offer, today) for offer in kit.offers]
    return {channel for verdicts in each for channel, verdict in verdicts.items() if verdict.allowed}


def _look(kit: Contactable) -> Look:
    pages = kit.settings.pages
    return Look(
        company=pages.company,
        logo=_logo(kit.settings.folder / pages.logo) if pages.logo else None,
        colour=pages.colour,
        introduction=pages.introduction,
        contact=pages.contact,
        framed_by=pages.frame_ancestors,
        proxies=pages.proxies,
    )


def _logo(path: Path) -> Path:
    if path.suffix.lower() not in PICTURES or not path.is_file():
        raise SettingsError(f"[pages] logo: {path} is no picture: name a file ({', '.join(PICTURES)}).")
    return path.resolve()


def _wordings(kit: Contactable) -> Mapping[Channel, Wording]:
    known = {wording.version: wording for wording in kit.wordings}
    return {
        Channel(channel): _complete(known.get(version), channel, version)
        for channel, version in kit.settings.pages.wordings.items()
    }


def _complete(wording: Wording | None, channel: str, version: str) -> Wording:
    """A text under which one may consent; one that lacks a statement would give consents that count for nothing."""
    where = f"[pages.wordings] {channel} = {version!r}"
    calls = channel == Channel.PHONE
    kind = WordingKind.CONSENT_TO_CALLS if calls else WordingKind.CONSENT_TO_MESSAGES
    if wording is None or wording.kind is not kind:
        raise SettingsError(f"{where}: there is no [[wording]] of that version and of kind {kind}.")
    if gaps := gaps_of(wording):
        lacking = ", ".join(gap.statement for gap in gaps)
        raise SettingsError(f"{where}: the text lacks {lacking}; `contactable wording check` says more.")
    return wording
