"""Whom an event speaks of: the subjects that an address, a number, a CRM record or one of our own links stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contactable.errors import NotAuthentic
from contactable.identifiers import IdentifierKind, read_email, read_phone
from contactable.register import Tx, mirror, subjects
from contactable.signing import LinkPurpose, read_link, read_mail_link
from contactable.webhooks.events import Event, On

_RECORD = IdentifierKind.RECORD
_BY_PHONE = frozenset({IdentifierKind.PHONE})
_REACHED_BY = {
    On.EMAIL: frozenset({IdentifierKind.EMAIL}),
    On.POST: frozenset[IdentifierKind](),
    On.ALL: frozenset({IdentifierKind.EMAIL, IdentifierKind.PHONE}),
}


Named = tuple[Event, str]
"""An event, and the connector whose record ids its sender uses."""


def subjects_of_all(tx: Tx, named: Sequence[Named], link_keys: tuple[bytes, ...]) -> list[list[str]]:
    """Whom each event binds; nobody where it names nobody whom we can tell. A link of ours is believed first."""
    wanted = [_identifier(event, connector) for event, connector in named]
    known = subjects.subjects_for(tx, [each for each in wanted if each is not None])
    carried = {connector: mirror.subjects_of_contacts(tx, connector, ids) for connector, ids in _records(named).items()}
    bound = []
    for (event, connector), identifier in zip(named, wanted, strict=True):
        linked = subject_in(event.token, link_keys) if event.token is not None else None
        if linked:
            bound.append(subjects_of_contact(tx, linked, event.on))
        elif identifier is None:
            bound.append([])
        else:
            own = known[identifier]
            beside = carried.get(connector, {}).get(event.record or "", ()) if identifier[0] == _RECORD else ()
            bound.append([own, *_reached(event.on, own, beside)])
    return bound


def _identifier(event: Event, connector: str) -> subjects.Identifier | None:
    """What names the person of an event: an address or a number before a CRM's record."""
    if event.email is not None or event.phone is not None:
        return identifier_in(event.email, None if event.email is not None else event.phone)
    return (_RECORD, f"{connector}:{event.record}") if event.record is not None and connector else None


def _records(named: Iterable[Named]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event, connector in named:
        if event.record is not None and connector:
            found.setdefault(connector, []).append(event.record)
    return found


def reached_by(on: On) -> frozenset[IdentifierKind]:
    """The kinds of identifiers by which somebody is reached on a channel."""
    return _REACHED_BY.get(on, _BY_PHONE)


def _reached(on: On, own: str, beside: Iterable[tuple[str, IdentifierKind]]) -> list[str]:
    kinds = reached_by(on)
    return [id for id, kind in beside if kind in kinds and id != own]


def subjects_of_address(tx: Tx, text: str) -> list[str]:
    """The subject of an e-mail address, as a sender wrote it."""
    email = read_email(text)
    return [subjects.subject_for(tx, IdentifierKind.EMAIL, email.text)] if email else []


def identifier_in(email: str | None, phone: str | None) -> subjects.Identifier | None:
    """An address or a number as a sender wrote it, normalised; None where there is none that can be read."""
    address, number = read_email(email) if email else None, read_phone(phone) if phone else None
    if address:
        return IdentifierKind.EMAIL, address.text
    return (IdentifierKind.PHONE, number.e164) if number else None


def subjects_of_record(tx: Tx, connector: str, record_id: str, on: On) -> list[str]:
    """A CRM record, and the identifiers by which its contact is reached on that channel."""
    own = subjects.subject_for(tx, IdentifierKind.RECORD, f"{connector}:{record_id}")
    return [own, *_reached(on, own, mirror.subjects_of(tx, connector, record_id))]


def subjects_of_contact(tx: Tx, subject: str, on: On) -> list[str]:
    """The subject of one of our links, and the identifiers of every contact that carries it."""
    return list(dict.fromkeys([subject, *_carried_beside(tx, subject, on)]))


def subject_in(token: str, link_keys: tuple[bytes, ...]) -> str | None:
    """The subject that a link of ours names, in any of its forms; None where the link is not ours.

    That of the preference page counts like one to unsubscribe: both live as long as a message, and can only close.
    """
    for purpose in (LinkPurpose.UNSUBSCRIBE, LinkPurpose.PAGE):
        try:
            return read_mail_link(link_keys, purpose, token).hex()
        except NotAuthentic:
            continue
    try:
        return next(iter(read_link(link_keys, LinkPurpose.UNSUBSCRIBE, token)), None)
    except NotAuthentic:
        return None


def _carried_beside(tx: Tx, subject: str, on: On) -> Iterator[str]:
    for connector, record_id in mirror.contacts_with(tx, [subject], now_only=True):
        yield from subjects_of_record(tx, connector, record_id, on)
