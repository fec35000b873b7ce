"""What the HTTP API is given by the kit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from contactable.confirming import send_link
from contactable.console.api_doors import ApiDoors
from contactable.deciding import closed_for, verdicts_of
from contactable.lists.scrubbing import judged
from contactable.register import Tx, consents
from contactable.register.subjects import Identifier, find_subjects
from contactable.rules import Channel
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable


def api_doors(kit: Contactable) -> ApiDoors:
    """The doors on this installation; the texts that consents may name are kept first."""
    for wording in kit.wordings:
        kit.register.write(partial(consents.add_wording, wording=wording))
    sends_mail = kit.settings.mail is not None and bool(kit.settings.public_url)
    return ApiDoors(
        register=lambda: kit.register,
        decide=partial(verdicts_of, kit.judge),
        scrub=partial(_scrub, kit),
        offers=kit.offers,
        connectors=kit.connectors,
        clock=kit.clock,
        wake=kit.service.wake,
        ask=partial(send_link, kit) if sends_mail else None,
    )


def _scrub(
    kit: Contactable, tx: Tx, texts: Sequence[str], channel: Channel, offer: str, only_oppositions: bool
) -> tuple[Sequence[str | None], Collection[str]]:
    read: set[str] = set()

    def judge(part: Sequence[Identifier]) -> Sequence[str | None]:
        read.update(find_subjects(tx, part).values())
        day = paris_day(kit.clock())
        return closed_for(kit.judge, tx, part, channel, offer, day, only_oppositions=only_oppositions)

    return judged(texts, channel, judge), read
