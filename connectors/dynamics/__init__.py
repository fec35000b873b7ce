"""Microsoft Dynamics 365 (Dataverse Web API 9.2): contacts by delta links, its own "do not" columns read and written.

What is odd about it stands in ``connectors/dynamics.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec

from contactable.connectors.dynamics import columns, contacts, lists, writing
from contactable.connectors.parts import (
    Account,
    Bearer,
    Count,
    Fresh,
    Seconds,
    in_turns,
    in_words,
    iter_windows,
    looked_at,
    opt_outs_shown,
    read_options,
    says_yes,
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
from contactable.transport import Habits, Limiter, SideBySide

__all__ = ["CAPABILITIES", "SETTINGS", "Dynamics", "connect"]

CAPABILITIES = Capabilities(
    status="experimental",
    label="Microsoft Dynamics 365",
    write_batch=writing.BATCH,
    requests_per_10_s=200,
    consent_feed=True,
    opt_out=tuple(contacts.FLAGS),
    lists=True,
    notes=(
        "the consents of Customer Insights are not read, only the columns of contacts",
        "what bound a contact that was merged binds the one that is left",
        "choices show their codes",
    ),
)
SETTINGS = (
    Setting("base_url", "The address of the organisation (https://….crm4.dynamics.com)"),
    Setting("tenant", "The id of the tenant"),
    Setting("client_id", "The application's client id (env:NAME or file:PATH)", "env:DYNAMICS_CLIENT_ID"),
    Setting("client_secret", "Its secret (env:NAME or file:PATH)", "env:DYNAMICS_CLIENT_SECRET"),
)
Prefix = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9]{1,7}$")]
WORDS = {
    400: "it does not understand what was asked; is change tracking on for contacts?",
    401: "the token was not taken: is the application a user of this organisation?",
    403: "the application's role lacks a privilege; docs/crm/dynamics.md names those it needs",
}
"""Words of ours, never Dataverse's message, which may quote what was sent."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One organisation. ``client_id`` and ``client_secret`` are references.

    ``prefix``: that of the publisher under which our columns are made. ``change_tracking``: whether the table of
    contacts tracks changes; without it changes are asked for by their date. ``overlap``: seconds by which one reading
    of changes reaches back into the last. ``consent_pages``: pages of 1,000 opted-out contacts that each turn of the
    consent feed looks through. ``login_url``: where tokens are fetched, where that is elsewhere.
    """

    base_url: str
    tenant: str
    client_id: str
    client_secret: str
    prefix: Prefix = "new"
    change_tracking: bool = True
    login_url: str = "https://login.microsoftonline.com"
    requests_per_10_s: Count = 200
    in_flight: Count = 8
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 10


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Dynamics:
    """Connect to the organisation of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Dynamics")
    site = options.base_url.rstrip("/")
    login = Account("Microsoft's login", options.login_url, patience=options.patience, stopping=stopping)
    form = {
        "grant_type": "client_credentials",
        "client_id": secrets(options.client_id).decode(),
        "client_secret": secrets(options.client_secret).decode(),
        "scope": f"{site}/.default",
    }
    bearer = Bearer(lambda: _token(login, options.tenant, form))
    limiter = Limiter(options.requests_per_10_s, 10.0, stopping=stopping)
    side_by_side = SideBySide(options.in_flight, stopping=stopping)  # whichever threads of ours they come from

    def account(**shown: str) -> Account:
        return Account(
            "Dynamics",
            f"{site}{contacts.API}",
            headers=lambda: {"OData-Version": "4.0", "OData-MaxVersion": "4.0", **shown},
            bearer=bearer,
            limits=[side_by_side, limiter],
            habits=Habits(explain=in_words(WORDS)),
            patience=options.patience,
            in_flight=options.in_flight,
            stopping=stopping,
        )

    size = f"odata.maxpagesize={contacts.PAGE}"
    plain, tracking = account(Prefer=size), account(Prefer=f"odata.track-changes,{size}")
    reader = contacts.Reader(plain, tracking, options.prefix, options.overlap)
    return Dynamics(name, reader, account(**{"If-Match": "*"}), login, options)


class Dynamics:
    """One organisation, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, reader: contacts.Reader, writer: Account, login: Account, options: Options) -> None:
        self.name, self.options = name, options
        self._reader, self._writer, self._login = reader, writer, login
        self._kept = Fresh(lambda: columns.look(reader.plain, options.prefix))

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, credentials, rights to read and change tracking; write nothing, raise nothing."""
        looked = [(self._reader.plain, "contacts", "/contacts?$top=1&$select=contactid")]
        looked.append((self._reader.plain, "columns", f"{columns.TABLE}?$select=LogicalName"))
        if self.options.change_tracking:
            looked.append((self._reader.tracking, "changes", "/contacts?$select=contactid"))
        return looked_at("Dynamics", ((what, partial(account.get, path)) for account, what, path in looked))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        try:
            yield from columns.ensure(self._reader.plain, self.options.prefix, schema)
        finally:
            self._kept.forget()

    def property_names(self) -> frozenset[str]:
        """Give the names of all columns; a look-up is read as ``_name_value``."""
        known = columns.look(self._reader.plain, self.options.prefix).kinds
        named = {columns.property_of(self.options.prefix, each) for each in known}
        return frozenset(named | {f"_{each}_value" for each in known})

    def property_kinds(self) -> Mapping[str, str]:
        """Give the kind and the number of each column."""
        return columns.identities(self._reader.plain, self.options.prefix)

    def property_labels(self) -> Mapping[str, str]:
        """What people read, of the columns that people made."""
        return columns.labels(self._reader.plain)

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), at least once, deleted ones as ``gone``."""
        if self.options.change_tracking and not (cursor or {}).get("since"):
            return contacts.by_delta(self._reader, cursor, properties)
        fetch = contacts.by_date(self._reader, properties)
        return iter_windows(cursor, fetch, lambda: self._reader.now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment; from it, changes are read by their date."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield the opted-out, page by page and again and again, whatever their dates say."""
        fetch = contacts.by_date(self._reader, properties, contacts.opted_out())
        return in_turns(fetch, cursor, self.options.consent_pages, contacts.is_opted_out)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact."""
        for records, _, _ in contacts.by_date(self._reader, ())(None, None):
            yield from (each.id for each in records if not each.gone)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        return contacts.read(self._reader, list(dict.fromkeys(ids)), properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each contact."""
        return writing.write(self._writer, self._reader.plain, self._kept, self.options.prefix, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Set *do not allow* bulk e-mails, phone calls or bulk mails."""
        return writing.opt_out(self._writer, self._reader.plain, ids, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether a record may get no bulk e-mail, or none at all, no calls, no bulk mail."""
        email = contacts.FLAGS["email"] if says_yes(record, contacts.FLAGS["email"]) else "donotemail"
        return opt_outs_shown(record, {**contacts.FLAGS, "email": email}, {"email": "emailaddress1"})

    def lists(self) -> Iterator[ContactList]:
        """Yield the static marketing lists of contacts with their members."""
        return lists.static_lists(self._reader.plain)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        for account in (self._reader.plain, self._reader.tracking, self._writer, self._login):
            account.close()


def _token(login: Account, tenant: str, form: Mapping[str, str]) -> tuple[str, float]:
    said = login.call("POST", f"/{tenant}/oauth2/v2.0/token", form=form).json
    return str(said["access_token"]), float(said.get("expires_in") or 3_600)
