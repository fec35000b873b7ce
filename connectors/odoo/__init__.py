"""Odoo 17 to 19: contacts and their black lists, by JSON-2 or JSON-RPC.

What is odd about it stands in ``connectors/odoo.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from contactable.connectors.odoo import fields, partners, writing
from contactable.connectors.odoo.rpc import Json2, JsonRpc, Rpc, explain
from contactable.connectors.parts import (
    Account,
    Count,
    Seconds,
    in_groups,
    iter_windows,
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
    Level,
    OptOuts,
    Outcome,
    Page,
    Property,
    Setting,
)
from contactable.errors import ContactableError, SettingsError
from contactable.transport import Habits, Limiter

__all__ = ["CAPABILITIES", "SETTINGS", "Odoo", "connect"]

CAPABILITIES = Capabilities(
    status="stable",
    label="Odoo",
    write_batch=1_000,
    requests_per_10_s=None,
    consent_feed=True,
    opt_out=("email", "sms"),
    lists=True,
    webhooks=True,
    notes=(
        "contacts that get the same values are written together, others one by one",
        "several choices are a text, contactable_oppose is a box for each value",
        "deleted and merged contacts are found by the reconciliation",
    ),
)
SETTINGS = (
    Setting("base_url", "The address of Odoo (https://…)"),
    Setting("token", "The API key of a user (env:NAME or file:PATH)", "env:ODOO_API_KEY"),
)
TAG = "res.partner.category"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One database of an Odoo server. ``token`` is a user's API key.

    ``api``: json2 from version 19 on; rpc for 17 and 18, which needs ``database`` and ``login``. ``overlap``: seconds
    by which one reading of changes reaches back into the last; a change bears the moment at which its transaction
    began. ``requests_per_s``: 0 is no limit; hosted servers may have one.
    """

    base_url: str
    token: str
    api: Literal["json2", "rpc"] = "json2"
    database: str = ""
    login: str = ""
    requests_per_s: int = 0
    in_flight: Count = 2
    overlap: Seconds = 300.0
    patience: Seconds = 600.0


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Odoo:
    """Connect to the database of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Odoo")
    if options.api == "rpc" and not (options.database and options.login):
        raise SettingsError('Odoo\'s settings: api = "rpc" needs database and login.')
    key = secrets(options.token).decode()
    shown = {"Authorization": f"bearer {key}"} if options.api == "json2" else {}
    chosen = {"X-Odoo-Database": options.database} if options.database else {}
    account = Account(
        "Odoo",
        options.base_url.rstrip("/"),
        headers=lambda: {**shown, **chosen},
        limits=[Limiter(options.requests_per_s, 1.0, stopping=stopping)] if options.requests_per_s else [],
        habits=Habits(explain=explain),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    rpc = Json2(account) if options.api == "json2" else JsonRpc(account, options.database, options.login, key)
    return Odoo(name, rpc, options.overlap)


class Odoo:
    """One database, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, rpc: Rpc, overlap: float) -> None:
        self.name = name
        self.rpc = rpc
        self.overlap = overlap

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, key, rights and modules; write nothing, raise nothing."""
        try:
            among = fields.known(self.rpc)
            yield Finding("Odoo lets us read contacts", Level.OK)
            for channel, each in partners.BLACK_LISTS.items():
                if each.shown in among:
                    self.rpc.call(each.model, "search_count", domain=[])
                    yield Finding(f"Odoo lets us read its black list of {channel}", Level.OK)
                else:
                    mend = f"Install the module that brings {each.model}, or leave that opt-out to contactable."
                    yield Finding(f"Odoo has a black list of {channel}", Level.WARNING, mend)
        except ContactableError as error:
            yield Finding("Odoo lets us read contacts and black lists", Level.ERROR, str(error))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        return fields.ensure(self.rpc, schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields of contacts."""
        return fields.names(self.rpc)

    def property_labels(self) -> Mapping[str, str]:
        """Give what people read of the fields that they made."""
        return fields.labels(self.rpc)

    def remove_properties(self, names: Sequence[str]) -> Iterator[str]:
        """Take fields of ours away, with all they hold."""
        return fields.remove(self.rpc, names)

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        return iter_windows(cursor, partners.fetch(self.rpc, properties), self._now, overlap=self.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield whom rows of the black lists concern that were added or made inactive since ``cursor``."""
        return iter_windows(cursor, partners.fetch_black_lists(self.rpc, properties), self._now, overlap=self.overlap)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact, archived ones too."""
        return partners.all_ids(self.rpc)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        for group in in_groups(list(dict.fromkeys(ids)), partners.PAGE):
            yield from partners.read(self.rpc, group, properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each contact."""
        return writing.write(self.rpc, changes, self.rpc.account.in_flight)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Put the address or the number of contacts on Odoo's own black list."""
        return writing.opt_out(self.rpc, ids, scope_id, channel, self.rpc.account.in_flight)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell which black lists show the address and the number of a record."""
        lists = partners.BLACK_LISTS.items()
        flags = {channel: each.shown for channel, each in lists}
        return opt_outs_shown(record, flags, {channel: each.joined for channel, each in lists})

    def lists(self) -> Iterator[ContactList]:
        """Yield the tags of contacts. When somebody got one is not told."""
        for tag in self.rpc.call(TAG, "search_read", domain=[], fields=["name"], order="id"):
            bears = ["category_id", "in", [tag["id"]]]
            size = self.rpc.call(fields.PARTNER, "search_count", domain=[partners.ANY, bears])
            members = ((id, None) for id in partners.all_ids(self.rpc, [bears]))
            yield ContactList(str(tag["id"]), str(tag["name"]), size, members)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.rpc.account.close()

    def _now(self) -> datetime:
        self.rpc.call(fields.PARTNER, "search_count", domain=[["id", "=", 0]])  # for its clock, ours may be wrong
        return self.rpc.account.clock.now
