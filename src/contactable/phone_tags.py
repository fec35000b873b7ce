"""The two tags by which agents note a refusal: looked for in the account of a phone system, and made where missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from contactable.agent_cards import phones
from contactable.errors import SettingsError
from contactable.transport import Transport
from contactable.webhooks.phones import REFUSING_TAGS, PhoneSystem, missing_tags

if TYPE_CHECKING:
    from contactable.kit import Contactable

MOST_PAGES = 100  # of tags, in case an account says for ever that there are more


def tags_missing(kit: Contactable, name: str) -> list[str]:
    """Which of the two tags the account of a phone system has not; raises as the transport does."""
    with _talking(kit, name) as (phone, transport):
        return missing_tags(list(_tags(phone, transport)))


def make_tags(kit: Contactable, name: str) -> list[str]:
    """Make the tags that are missing; return their names. Twice is once."""
    with _talking(kit, name) as (phone, transport):
        missing = missing_tags(list(_tags(phone, transport)))
        for each in missing:
            order = phone.make_tag(each, REFUSING_TAGS[each])
            transport.call(order.method, order.path, json=order.json)
        return missing


def _tags(phone: PhoneSystem, transport: Transport) -> Iterator[str]:
    for page in range(1, MOST_PAGES + 1):
        order = phone.tags(page)
        names, further = phone.names(transport.call(order.method, order.path).json)
        yield from names
        if not further:
            return


@contextmanager
def _talking(kit: Contactable, name: str) -> Iterator[tuple[PhoneSystem, Transport]]:
    endpoint = phones(kit).get(name)
    if endpoint is None or endpoint.provider.phone is None:
        raise SettingsError(f"[endpoints.{name}] is no phone system with keys under `api`.")
    phone, secrets = endpoint.provider.phone, endpoint.secrets
    transport = Transport(name, phone.url(secrets), headers=lambda: phone.headers(secrets))
    try:
        yield phone, transport
    finally:
        transport.close()
