"""What reads, decides and writes the contacts of a CRM, made from the settings of a kit."""

from __future__ import annotations

import hashlib
import json
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from contactable.call_history import call_sources
from contactable.errors import SettingsError
from contactable.judging import Judge
from contactable.mapping import Mapping as FactMapping
from contactable.mapping import in_force_on
from contactable.next_calls import NextCalls
from contactable.rules import Readings
from contactable.rules.calendar import paris_day
from contactable.rules.sources import SOURCES
from contactable.settings import Settings
from contactable.settled import Settled, declared_by
from contactable.signing import LinkPurpose, sign_mail_link
from contactable.sync import Reader
from contactable.unsubscribing import channels_of
from contactable.worker import Desk

if TYPE_CHECKING:
    from contactable.connectors.protocol import Connector
    from contactable.kit import Contactable


def names_of(settings: Settings, connector: str | None) -> list[str]:
    """The CRM of that name, or all of them; raises ``SettingsError`` where the settings have none."""
    names = [connector] if connector else list(settings.connectors)
    if missing := [name for name in names or ["NAME"] if name not in settings.connectors]:
        raise SettingsError(f"[connectors.{missing[0]}] is not in the settings.")
    return names


def connectors_of(kit: Contactable) -> dict[str, Connector]:
    """The CRMs of the settings, by name."""
    from contactable.connectors import connect
    from contactable.token_store import RegisterTokens

    made: dict[str, Connector] = {}
    for name, each in kit.settings.connectors.items():
        # Tokens that renew themselves are kept in the register; it is not opened for others.
        more = {"tokens": RegisterTokens(lambda: kit.register, name)} if "oauth" in each.options else {}
        made[name] = connect(name, each.type, each.options, kit.settings.secret, **more)
    return made


def mapping_of(kit: Contactable, name: str) -> FactMapping:
    """What the properties of one CRM mean."""
    from contactable.connectors import mapping_of as shipped_for

    each = kit.settings.connectors[name]
    offers = kit.offers.values()
    return FactMapping.from_settings(each.mapping, crm=each.type, shipped=shipped_for(each.type), offers=offers)


def reader_of(kit: Contactable, name: str) -> Reader:
    """Reads one CRM into the register."""
    mapping = kit.mapping(name)
    # One that begins or runs out is as one that comes or is taken out: what another says then is read.
    standing = in_force_on(kit.declarations, paris_day(kit.clock()))
    settings = Settled(mapping.fingerprint, _judging(kit), declared_by(standing))
    given = (kit.register, kit.connectors[name], mapping, kit.declarations, kit.wordings, settings)
    return Reader(*given, look_back=lambda: kit.look_back(name))


def desk_of(kit: Contactable, name: str) -> Desk:
    """What a worker needs to bring contacts of one CRM up to date."""
    mapping, reader, connector = kit.mapping(name), kit.reader(name), kit.connectors[name]
    return Desk(
        register=kit.register,
        connector=connector,
        judge=kit.judge,
        refresh=reader.refresh,
        read_forms=reader.read_forms,
        next_calls=NextCalls(partial(call_sources, kit), kit.clock),
        link=kit.link,
        clock=kit.clock,
        language=kit.settings.language,
        brake=kit.settings.brake,
        opt_outs=channels_of(connector) if kit.settings.connectors[name].unsubscribe else (),
        versions={
            "law": law_checked_on(),
            "mapping": mapping.fingerprint,
            "readings": str(kit.judge.readings),
            "declarations": ", ".join(f"{each.name} {each.fingerprint}" for each in kit.declarations),
        },
    )


def judge_of(kit: Contactable) -> Judge:
    """What decides: the offers, and the readings of the law."""
    readings = Readings(**asdict(kit.settings.readings))
    return Judge(kit.offers, readings, kit.declarations)


def link_of(kit: Contactable, subject: str) -> str:
    """The preference link of a record's subject; empty while no public address is set."""
    if not kit.settings.public_url:
        return ""
    token = sign_mail_link(kit.link_keys, LinkPurpose.PAGE, bytes.fromhex(subject))
    return f"{kit.settings.public_url.rstrip('/')}/p/{token}"


def law_checked_on() -> str:
    """When the sources of the law were last checked: the version of the law behind a verdict."""
    return max(source.checked_on for source in SOURCES.values()).isoformat()


def _judging(kit: Contactable) -> str:
    """A fingerprint of all that decides beside a contact's own facts, as it stands today."""
    offers = [
        (each.offer, [sorted(terms or "") for _, terms in sorted(each.ties.items())], sorted(each.subscriptions))
        for each in kit.offers.values()
    ]
    in_force = kit.judge.in_force(paris_day(kit.clock()))
    declared = sorted(each.fingerprint for each in kit.declarations if each.name in in_force)
    listed = [repr(offers), repr(kit.judge.readings), law_checked_on(), declared]
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]
