"""What the console is given by the kit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlsplit

from contactable import effects, first_steps, reviewing
from contactable.approvals import approvals_in, approve, decisions_of
from contactable.commands.scrub import judgement
from contactable.commands.status import look
from contactable.connectors import find, settings_of
from contactable.connectors.protocol import FindsNames, Named
from contactable.console.private.doors import ConsoleDoors, First, Work
from contactable.console.private.openid import Provider
from contactable.explaining import Explanation, explain
from contactable.exports import complaint, person
from contactable.exports.dossier import gather
from contactable.first_settings import read_typed
from contactable.lists.scrubbing import Wish, receipt_entry, scrub
from contactable.register import NewEntry, ledger
from contactable.register.accounts import Role
from contactable.rules import Channel
from contactable.transport import hurried

if TYPE_CHECKING:
    from pathlib import Path

    from contactable.kit import Contactable
    from contactable.mapping.decisions import Approval, Decision
    from contactable.register.subjects import Identifier
    from contactable.rules.labels import Language
    from contactable.settings import OidcSettings, Settings

PATIENCE: Final = 20.0
"""Seconds for each answer of the CRM, while somebody waits for the page."""
FOUND: Final = 20
"""Contacts of one name that are shown."""


def console_doors(kit: Contactable) -> ConsoleDoors:
    """The doors of the console on this installation."""
    public = urlsplit(kit.settings.public_url)
    return ConsoleDoors(
        register=lambda: kit.register,
        clock=kit.clock,
        language=kit.settings.language,
        secure=public.scheme == "https",
        origin=f"{public.scheme}://{public.netloc}",
        offers={name: each.label for name, each in kit.offers.items()},
        connectors=kit.settings.connectors,
        searchable=_searchable(kit),
        wake=kit.service.wake,
        work=Work(
            explain=partial(_explain, kit),
            export=partial(_export, kit),
            find_named=partial(_find_named, kit),
            decisions=partial(_decisions, kit),
            approve=lambda decision, by: approve(kit, [decision], by),
            questions=reviewing.questions,
            confirm=partial(_confirm, kit),
            annul=partial(_annul, kit),
            clean=partial(_clean, kit),
            status=partial(look, kit),
            record_url=partial(_record_url, kit),
        ),
        first=First(
            choices=first_steps.choices,
            settings=settings_of,
            is_secret=first_steps.is_secret,
            draft=partial(first_steps.draft, kit),
            begin=partial(first_steps.begin, kit),
            look=partial(first_steps.look_at, kit),
            effect=first_steps.shown_effects,
            without_country=first_steps.without_country,
            read=read_typed,
            answer=partial(first_steps.answer, kit),
            looked=partial(first_steps.looked, kit),
            forget=partial(first_steps.forget, kit),
        ),
        provider=partial(_provider, kit.settings, each) if (each := kit.settings.console.oidc) else None,
    )


def _provider(settings: Settings, oidc: OidcSettings) -> Provider:
    """The company's own login; raises ``SettingsError`` where its secret is missing."""
    groups, addresses = ({who: Role(role) for who, role in each.items()} for each in (oidc.groups, oidc.addresses))
    secret = settings.secret(oidc.client_secret).decode()
    return Provider(oidc.issuer, oidc.client_id, secret, oidc.scope, oidc.claim, groups, addresses)


def _explain(kit: Contactable, who: Identifier, offer: str, on: date | None, shown: date | None) -> Explanation:
    kind, text = who
    return explain(kit, offer=offer, on=on, shown_on=shown, **{str(kind): text})


def _searchable(kit: Contactable) -> list[str]:
    """The CRMs that find contacts by a name."""
    return [name for name, each in kit.settings.connectors.items() if find(each.type).CAPABILITIES.name_search]


def _find_named(kit: Contactable, connector: str, text: str) -> list[Named]:
    with hurried(PATIENCE):
        return list(islice(cast(FindsNames, kit.connectors[connector]).find_named(text, FOUND), FOUND))


def _export(kit: Contactable, what: str, who: Identifier, by: str, language: Language, came: date) -> str:
    """The sheet, once the receipt is on disk."""
    with kit.register.read() as tx:
        found = gather(tx, *who)
    said = {"subject": found.subjects[0][0]} if found.subjects else {}
    receipt = NewEntry(kind="receipt", origin="admin", reason=f"export_{what}", details=said, note=by)
    kit.register.write(lambda tx: ledger.record(tx, [receipt]))
    if what == "complaint":
        return complaint.page(complaint.document(found, came, kit.settings.pages.company), language)
    return person.page(person.document(found), language)


def _decisions(
    kit: Contactable, language: Language
) -> tuple[Sequence[Decision], Sequence[Approval], Mapping[str, str]]:
    with kit.register.read() as tx:
        counted = effects.counted(tx)
    return decisions_of(kit, language), approvals_in(kit), effects.told(counted, language) if counted else {}


def _confirm(kit: Contactable, id: str, by: str) -> None:
    kit.register.write(lambda tx: reviewing.confirm(tx, id, by))


def _annul(kit: Contactable, id: str, reason: str, by: str, person: str) -> None:
    kit.register.write(lambda tx: reviewing.reject(tx, id, reason, by, person))


def _clean(
    kit: Contactable, source: Path, column: str, channel: str, offer: str, only: bool, by: str
) -> Mapping[str, Any]:
    """Write ``cleaned`` and ``removed`` beside a file; what is returned is the receipt that the register keeps."""
    cleaned, removed = (source.with_name(f"{name}{source.suffix}") for name in ("cleaned", "removed"))
    judge = judgement(kit, Channel(channel), offer, only)
    receipt = scrub(Wish(source, column, channel, offer), cleaned, removed, judge)
    (entry,) = kit.register.write(lambda tx: ledger.record(tx, [receipt_entry(receipt, by)]))
    return {**asdict(receipt), "receipt": entry.id if entry else "", "at": kit.clock().isoformat()}


def _record_url(kit: Contactable, connector: str, record_id: str) -> str:
    """Where people see a record, by ``record_url`` of the connector's settings."""
    each = kit.settings.connectors.get(connector)
    return each.record_url.replace("{id}", quote(record_id, safe="")) if each else ""
