"""Zoho CRM (API v8): contacts or leads, read by queries, written a hundred at a time.

What is odd about it stands in ``connectors/zoho.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal

import msgspec

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
    window_from,
)
from contactable.connectors.protocol import (
    Capabilities,
    Change,
    ContactRecord,
    Finding,
    OptOuts,
    Outcome,
    Page,
    Property,
    Setting,
)
from contactable.connectors.zoho import fields, notices, records
from contactable.errors import Refused
from contactable.transport import Answer, Habits, SideBySide, usual_delay

__all__ = ["CAPABILITIES", "SETTINGS", "Zoho", "connect"]

CAPABILITIES = Capabilities(
    status="experimental",
    label="Zoho CRM",
    write_batch=records.BATCH,
    requests_per_10_s=None,
    consent_feed=True,
    opt_out=("email",),
    webhooks=True,
    notes=(
        "limits are credits a day and requests side by side, not requests a second",
        "long names of ours are shortened: labels have 25 letters",
        "our writing sets off no workflow",
    ),
)
SETTINGS = (
    Setting("client_id", "The client id of a self client (env:NAME or file:PATH)", "env:ZOHO_CLIENT_ID"),
    Setting("client_secret", "Its secret (env:NAME or file:PATH)", "env:ZOHO_CLIENT_SECRET"),
    Setting("refresh_token", "Its refresh token (env:NAME or file:PATH)", "env:ZOHO_REFRESH_TOKEN"),
)
AN_HOUR = 3_600.0  # seconds
WORDS = {
    401: "the token was not taken, or it lacks a scope; docs/crm/zoho.md names those it needs",
    403: "the user of the token lacks a permission",
}
"""Words of ours, never Zoho's message, which may quote what was sent."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Zoho CRM. ``client_id``, ``client_secret`` and ``refresh_token`` are references.

    ``module``: Contacts, or Leads; who wants both makes two connectors. ``base_url`` and ``accounts_url``: those of
    the data centre, Europe's by default. ``in_flight``: requests side by side, of which the plan allows 5 to 25.
    ``overlap``: seconds by which one reading of changes reaches back into the last. ``consent_pages``: pages of 2,000
    that each turn of the consent feed looks through.
    """

    client_id: str
    client_secret: str
    refresh_token: str
    module: Literal["Contacts", "Leads"] = "Contacts"
    base_url: str = "https://www.zohoapis.eu/crm/v8"
    accounts_url: str = "https://accounts.zoho.eu"
    in_flight: Count = 4
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 5


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Zoho:
    """Connect to the CRM of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Zoho")
    login = Account("Zoho's accounts", options.accounts_url, patience=options.patience, stopping=stopping)
    form = {
        "grant_type": "refresh_token",
        "client_id": secrets(options.client_id).decode(),
        "client_secret": secrets(options.client_secret).decode(),
        "refresh_token": secrets(options.refresh_token).decode(),
    }
    account = Account(
        "Zoho",
        options.base_url,
        bearer=Bearer(lambda: _token(login, form), scheme="Zoho-oauthtoken"),
        limits=[SideBySide(options.in_flight, stopping=stopping)],  # whichever threads of ours they come from
        habits=Habits(delay=_delay, explain=in_words(WORDS)),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    return Zoho(name, account, login, options)


class Zoho:
    """One module of a Zoho CRM, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account, login: Account, options: Options) -> None:
        self.name, self.account, self.options = name, account, options
        self.module = options.module
        self._login = login
        self._kept = Fresh(lambda: fields.fields_of(account, options.module))

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, credentials and scopes to read; write nothing, raise nothing."""
        known = partial(fields.fields_of, self.account, self.module)
        return looked_at("Zoho", (("fields", known), (self.module, self._now)))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        try:
            yield from fields.ensure(self.account, self.module, schema)
        finally:
            self._kept.forget()

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields."""
        return frozenset(map(fields.property_of, fields.fields_of(self.account, self.module)))

    def property_kinds(self) -> Mapping[str, str]:
        """Give the type and the number of each field: one made anew has another."""
        known = fields.fields_of(self.account, self.module)
        return {fields.property_of(name): f"{each['data_type']} {each['id']}" for name, each in known.items()}

    def property_labels(self) -> Mapping[str, str]:
        """What people read, of the fields that people made."""
        known = fields.fields_of(self.account, self.module)
        return {name: str(each["field_label"]) for name, each in known.items() if each.get("custom_field")}

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of records changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        fetch = records.fetch(self.account, self.module, properties)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield the opted-out among some pages of all records, in turns, whatever their dates say."""
        fetch = records.fetch(self.account, self.module, properties)
        return in_turns(fetch, cursor, self.options.consent_pages, records.is_opted_out)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every record."""
        for found, _, _ in records.fetch(self.account, self.module, ())(None, None):
            yield from (each.id for each in found)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these records as they are now; a missing one comes back as ``gone``."""
        return records.read(self.account, self.module, list(dict.fromkeys(ids)), properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each record."""
        return records.write(self.account, self.module, self._kept, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Tick *Email Opt Out*."""
        return records.opt_out(self.account, self.module, ids, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether a record is opted out of e-mail."""
        return opt_outs_shown(record, {"email": records.OPT_OUT}, {"email": "Email"})

    def notify(self, channel: str, url: str, token: str) -> datetime:
        """Open a channel of notifications for this module, or let it live on."""
        return notices.open_channel(self.account, self.module, channel, url, token)

    def notified_until(self, channel: str) -> datetime | None:
        """When a channel of this module ends; None where it is not open."""
        return notices.ends_at(self.account, self.module, channel)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()
        self._login.close()

    def _now(self) -> Any:
        records.look(self.account, self.module)  # for its clock, ours may be wrong
        return self.account.clock.now


def _token(login: Account, form: Mapping[str, str]) -> tuple[str, float]:
    """A new access token. What is wrong with the credentials, Zoho says in an answer of 200."""
    said = login.call("POST", "/oauth/v2/token", form=form).json
    if not said.get("access_token"):
        raise Refused("Zoho's accounts give no token: the client, its secret or its refresh token is wrong.")
    return str(said["access_token"]), float(said.get("expires_in") or AN_HOUR)


def _delay(answer: Answer, attempt: int) -> float | None:
    """Too many requests side by side pass in a second or so; the credits of the day do not."""
    if answer.status == 429 and answer.retry_after is None:
        return 1.0 * attempt
    return usual_delay(answer, attempt)
