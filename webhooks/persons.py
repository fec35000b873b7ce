"""Whom an event speaks of: the subjects that an address, a number, a CRM record or one of our own links stands for."""

from __future__ import annotations

from collections.abc import Iterator

from contactable.errors import NotAuthentic
from contactable.identifiers import IdentifierKind, read_email, read_phone
from contactable.register import Tx, mirror, subjects
from contactable.signing import LinkPurpose, read_link, read_mail_link
from contactable.webhooks.events import Event, On

_BY_PHONE = frozenset({IdentifierKind.PHONE})
_REACHED_BY = {
    On.EMAIL: frozenset({IdentifierKind.EMAIL}),
    On.POST: frozenset[IdentifierKind](),
    On.ALL: frozenset({IdentifierKind.EMAIL, IdentifierKind.PHONE}),
}


def subjects_of(tx: Tx, event: Event, connector: str, link_keys: tuple[bytes, ...]) -> list[str]:
    """Whom an event binds; nobody where it names nobody whom we can tell. A link of ours is believed first."""
    if event.token is not None and (subject := subject_in(event.token, link_keys)):
        return subjects_of_contact(tx, subject, event.on)
    if event.email is not None:
        return subjects_of_address(tx, event.email)
    if event.phone is not None:
        phone = read_phone(event.phone)
        return [subjects.subject_for(tx, IdentifierKind.PHONE, phone.e164)] if phone else []
    if event.record is not None and connector:
        return subjects_of_record(tx, connector, event.record, event.on)
    return []


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
    kinds = _REACHED_BY.get(on, _BY_PHONE)
    return [own, *(id for id, kind in mirror.subjects_of(tx, connector, record_id) if kind in kinds and id != own)]


def subjects_of_contact(tx: Tx, subject: str, on: On) -> list[str]:
    """The subject of one of our links, and the identifiers of every contact that carries it."""
    return list(dict.fromkeys([subject, *_carried_beside(tx, subject, on)]))


def subject_in(token: str, link_keys: tuple[bytes, ...]) -> str | None:
    """The subject that a link of ours names, in either of its forms; None where the link is not ours."""
    try:
        return read_mail_link(link_keys, LinkPurpose.UNSUBSCRIBE, token).hex()
    except NotAuthentic:
        pass
    try:
        return next(iter(read_link(link_keys, LinkPurpose.UNSUBSCRIBE, token)), None)
    except NotAuthentic:
        return None


def _carried_beside(tx: Tx, subject: str, on: On) -> Iterator[str]:
    for connector, record_id in mirror.contacts_with(tx, [subject], now_only=True):
        yield from subjects_of_record(tx, connector, record_id, on)
