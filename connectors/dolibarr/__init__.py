"""Dolibarr: contacts or third parties by its REST API, complementary attributes, opt-outs of mailings read and written.

What is odd about it stands in ``connectors/dolibarr.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

import msgspec

from contactable.connectors.dolibarr import contacts, fields, writing
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

__all__ = ["CAPABILITIES", "SETTINGS", "Dolibarr", "connect"]

CAPABILITIES = Capabilities(
    status="experimental",
    label="Dolibarr",
    write_batch=1,
    requests_per_10_s=None,
    consent_feed=True,
    opt_out=("email",),
    lists=True,
    notes=(
        "the key of an administrator, since only those may look at attributes",
        "opt-outs of mailings are kept only where the module of mailings is on",
        "before version 20 attributes are read and written as a whole",
    ),
)
SETTINGS = (
    Setting("base_url", "The address of Dolibarr (https://…)"),
    Setting("token", "The API key of an administrator (env:NAME or file:PATH)", "env:DOLIBARR_API_KEY"),
)
WORDS = {
    401: "the key is wrong, or its user lacks a right (versions up to 19 say both alike)",
    403: "the user of the key lacks a right; docs/crm/dolibarr.md names those it needs",
}
"""Words of ours: Dolibarr's may quote what was sent, and even its database's words."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Dolibarr. ``token`` is the API key of an administrator.

    ``records``: contacts, or thirdparties (companies and private persons); who wants both makes two connectors.
    ``time_zone``: that of its database, such as Europe/Paris; without it each reading reaches back half a day.
    ``overlap``: seconds by which one reading of changes reaches back into the last. ``consent_pages``: pages of 100
    that each turn of the consent feed looks through.
    """

    base_url: str
    token: str
    records: Literal["contacts", "thirdparties"] = "contacts"
    time_zone: str = ""
    in_flight: Count = 4
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 50


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Dolibarr:
    """Connect to the Dolibarr of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Dolibarr")
    shown = {"DOLAPIKEY": secrets(options.token).decode()}
    account = Account(
        "Dolibarr",
        f"{options.base_url.rstrip('/')}/api/index.php",
        headers=lambda: shown,
        habits=Habits(explain=in_words(WORDS)),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    return Dolibarr(name, account, options)


class Dolibarr:
    """One kind of record of a Dolibarr, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account, options: Options) -> None:
        self.name, self.account, self.options = name, account, options
        self.kind = contacts.KINDS[options.records]

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, key and rights; write nothing, raise nothing."""
        attributes = f"/setup/extrafields?elementtype={self.kind.element}"
        looks = ((self.options.records, f"{self.kind.path}?limit=1"), ("attributes", attributes))
        return looked_at("Dolibarr", ((what, partial(self.account.get, path, expected=(404,))) for what, path in looks))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        return fields.ensure(self.account, self.kind.element, schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields and attributes."""
        return frozenset({*self.kind.own, *fields.fields_of(self.account, self.kind.element)})

    def property_labels(self) -> Mapping[str, str]:
        """Give what people read of the attributes."""
        return {name: each.label for name, each in fields.fields_of(self.account, self.kind.element).items()}

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of records changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        fetch = contacts.fetch(self.account, self.kind, self.options.time_zone)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield the opted-out among some pages of all records, in turns, whatever their dates say."""
        fetch = contacts.fetch(self.account, self.kind)
        return in_turns(fetch, cursor, self.options.consent_pages, contacts.is_opted_out)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every record."""
        return ids_of(contacts.fetch(self.account, self.kind))

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these records as they are now, a request each; a missing one comes back as ``gone``."""
        return contacts.read(self.account, self.kind, list(dict.fromkeys(ids)))

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each record."""
        return writing.write(self.account, self.kind, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Opt the address of contacts out of mailings."""
        return writing.opt_out(self.account, self.kind, ids, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether a record's address is opted out of mailings."""
        return opt_outs_shown(record, {"email": contacts.NO_EMAIL}, {"email": "email"})

    def lists(self) -> Iterator[ContactList]:
        """Yield the categories of records."""
        return contacts.categories(self.account, self.kind)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()

    def _now(self) -> datetime:
        return self.account.now(f"{self.kind.path}?limit=1", expected=(404,))
