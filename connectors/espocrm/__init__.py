"""EspoCRM: contacts by its REST API, opt-outs that belong to addresses and numbers.

What is odd about it stands in ``connectors/espocrm.md``.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from contactable.connectors.espocrm import contacts, fields, writing
from contactable.connectors.parts import (
    Account,
    Count,
    Seconds,
    ids_of,
    in_turns,
    in_words,
    iter_windows,
    looked_at,
    opt_outs_shown,
    read_options,
    window_from,
)
from contactable.connectors.protocol import (
    Capabilities,
    Change,
    ContactList,
    ContactRecord,
    Finding,
    OptOuts,
    Outcome,
    Page,
    Property,
    Setting,
)
from contactable.transport import Habits

__all__ = ["CAPABILITIES", "SETTINGS", "EspoCrm", "connect"]

CAPABILITIES = Capabilities(
    status="documented",
    label="EspoCRM",
    write_batch=1,
    requests_per_10_s=None,
    consent_feed=True,
    opt_out=tuple(contacts.FLAGS),
    lists=True,
    webhooks=True,
    notes=(
        "an opt-out belongs to the address or number: whoever shares it is opted out too",
        "only an administrator may make fields",
        "deleted and merged contacts are found by the reconciliation",
    ),
)
SETTINGS = (
    Setting("base_url", "The address of EspoCRM (https://…)"),
    Setting("token", "The key of an API user (env:NAME or file:PATH)", "env:ESPOCRM_API_KEY"),
)
MEMBERS_PAGE = 200
WORDS = {
    401: "the key or the password is wrong, or the user is not active",
    403: "the role of the user lacks a right; docs/crm/espocrm.md names those it needs",
}
"""Words of ours: EspoCRM's may quote what was sent."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One EspoCRM. ``token`` is an API user's key; ``admin`` is "user:password" of an administrator, to make fields.

    ``overlap``: seconds by which one reading of changes reaches back into the last. ``consent_pages``: pages of 200
    opted-out contacts that each turn of the consent feed looks through.
    """

    base_url: str
    token: str
    admin: str = ""
    in_flight: Count = 4
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 25


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> EspoCrm:
    """Connect to the EspoCRM of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "EspoCRM")
    shown = {"X-Api-Key": secrets(options.token).decode(), "X-Skip-Duplicate-Check": "true"}
    account = _account("EspoCRM", options, shown, stopping)
    admin = None
    if options.admin:
        basic = base64.b64encode(secrets(options.admin)).decode()
        admin = _account("EspoCRM's administration", options, {"Authorization": f"Basic {basic}"}, stopping)
    return EspoCrm(name, account, admin, options)


def _account(who: str, options: Options, shown: Mapping[str, str], stopping: threading.Event | None) -> Account:
    return Account(
        who,
        f"{options.base_url.rstrip('/')}/api/v1",
        headers=lambda: shown,
        habits=Habits(explain=in_words(WORDS)),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )


class EspoCrm:
    """One EspoCRM, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account, admin: Account | None, options: Options) -> None:
        self.name, self.account, self.admin, self.options = name, account, admin, options

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, keys and rights to read; write nothing, raise nothing."""
        looked = [
            (self.account, "contacts", "/Contact?maxSize=1&select=id"),
            (self.account, "fields", "/Metadata?key=app"),
        ]
        if self.admin:
            looked.append((self.admin, "the administration", "/Admin/jobs?maxSize=1"))
        return looked_at("EspoCRM", ((what, partial(account.get, path)) for account, what, path in looked))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one has another type, or without admin."""
        return fields.ensure(self.account, self.admin, schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields, and of the flags that belong to addresses and numbers."""
        known = fields.fields_of(self.account).keys() - fields.OF_ONE_LIST
        return frozenset({*map(fields.property_of, known), *contacts.ALWAYS})

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        fetch = contacts.fetch(self.account, properties)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield the opted-out, page by page and again and again, whatever their dates say."""
        fetch = contacts.fetch(self.account, properties, opted_out=True)
        return in_turns(fetch, cursor, self.options.consent_pages, contacts.is_opted_out)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact, once."""
        return ids_of(contacts.fetch(self.account, ()))

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        return contacts.read(self.account, list(dict.fromkeys(ids)), properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each contact."""
        return writing.write(self.account, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Opt out the address or number of contacts, or tick *do not call*."""
        return writing.opt_out(self.account, ids, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether the address or the number of a record is opted out, or the record not to be called."""
        return opt_outs_shown(record, contacts.FLAGS, {"email": "emailAddress", "sms": "phoneNumber"})

    def lists(self) -> Iterator[ContactList]:
        """Yield the target lists. When somebody came into one is not told."""
        for item in self._by_offset("/TargetList", "id,name"):
            path = f"/TargetList/{item['id']}/contacts"
            members = ((str(each["id"]), None) for each in self._by_offset(path, "id"))
            size = self.account.get(path, {"maxSize": 1, "select": "id"}).json.get("total")
            yield ContactList(str(item["id"]), str(item["name"]), max(0, int(size or 0)), members)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()
        if self.admin:
            self.admin.close()

    def _by_offset(self, path: str, select: str) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while True:
            found = self.account.get(path, {"select": select, "maxSize": MEMBERS_PAGE, "offset": offset}).json["list"]
            yield from found
            offset += len(found)
            if len(found) < MEMBERS_PAGE:
                return

    def _now(self) -> datetime:
        return self.account.now("/Contact", {"maxSize": 1, "select": "id"})
