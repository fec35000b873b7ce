"""Sellsy (API v2): contacts or individuals, custom fields, and the subscriptions by channel that it has itself.

What is odd about it stands in ``connectors/sellsy.md``.
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
    ContactRecord,
    Finding,
    OptOuts,
    Outcome,
    Page,
    Property,
    Setting,
)
from contactable.connectors.sellsy import contacts, fields, writing
from contactable.transport import Answer, Habits, Limiter, usual_delay

__all__ = ["CAPABILITIES", "SETTINGS", "Sellsy", "connect"]

CAPABILITIES = Capabilities(
    status="experimental",
    label="Sellsy",
    write_batch=1,
    requests_per_10_s=50,
    consent_feed=True,
    opt_out=tuple(contacts.CHANNELS),
    notes=(
        "whoever is not subscribed to a channel counts as opposed to it",
        "a subscription is taken away by writing the whole list: Sellsy has no other way",
        "deleted and merged contacts are found by the reconciliation",
    ),
)
SETTINGS = (
    Setting("client_id", "The client id of a private API access (env:NAME or file:PATH)", "env:SELLSY_CLIENT_ID"),
    Setting("client_secret", "Its secret (env:NAME or file:PATH)", "env:SELLSY_CLIENT_SECRET"),
)
API, LOGIN = "https://api.sellsy.com/v2", "https://login.sellsy.com"
TOKENS = "/oauth2/access-tokens"
AN_HOUR, A_WHILE = 3_600.0, 10.0  # seconds
WORDS = {
    401: "the token was not taken, although it is new",
    402: "the plan's quota is used up",
    403: "the API access lacks a right; docs/crm/sellsy.md names those it needs",
}
"""Words of ours, never Sellsy's message, which may quote what was sent."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Sellsy account. ``client_id`` and ``client_secret`` are references, both.

    ``records``: contacts, which are people of companies, or individuals; who has both makes two connectors.
    ``overlap``: seconds by which one reading of changes reaches back into the last. ``consent_pages``: pages of 100
    that each turn of the consent feed looks through. ``login_url``: where tokens are fetched, where that is elsewhere.
    """

    client_id: str
    client_secret: str
    records: Literal["contacts", "individuals"] = "contacts"
    base_url: str = API
    login_url: str = ""
    requests_per_s: Count = 5
    in_flight: Count = 4
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 20

    @property
    def login(self) -> str:
        """The address below which tokens are fetched."""
        return self.login_url or (LOGIN if self.base_url == API else self.base_url)


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Sellsy:
    """Connect to the account of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Sellsy")
    login = Account("Sellsy's login", options.login, patience=options.patience, stopping=stopping)
    form = {
        "grant_type": "client_credentials",
        "client_id": secrets(options.client_id).decode(),
        "client_secret": secrets(options.client_secret).decode(),
    }
    account = Account(
        "Sellsy",
        options.base_url,
        bearer=Bearer(lambda: _token(login, form)),
        limits=[Limiter(options.requests_per_s, 1.0, stopping=stopping)],
        habits=Habits(delay=_delay, explain=in_words(WORDS)),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    return Sellsy(name, account, login, options)


class Sellsy:
    """One kind of record of a Sellsy account, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account, login: Account, options: Options) -> None:
        self.name, self.account, self.options = name, account, options
        self.kind = contacts.KINDS[options.records]
        self._login = login
        self._alone = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, credentials and rights to read; write nothing, raise nothing."""
        looks = ((self.options.records, self.kind.path), ("custom fields", "/custom-fields"))
        return looked_at("Sellsy", ((what, partial(self.account.get, path, {"limit": 1})) for what, path in looks))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        return fields.ensure(self.account, self.kind.related, schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields, of what we tell of addresses and subscriptions, and of all custom fields."""
        own = {*contacts.OWN, *contacts.ADDRESS, *contacts.SHOWN}
        return frozenset(own | fields.fields_of(self.account, self.kind.related).keys())

    def property_labels(self) -> Mapping[str, str]:
        """Give what people read of the custom fields."""
        return {code: each.name for code, each in fields.fields_of(self.account, self.kind.related).items()}

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        fetch = contacts.fetch(self.account, self.kind, properties)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield who left a subscription among some pages of all contacts, in turns, whatever their dates say."""
        fetch = contacts.fetch(self.account, self.kind, properties)
        return in_turns(fetch, cursor, self.options.consent_pages, _has_left)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact."""
        return ids_of(contacts.fetch(self.account, self.kind, ()))

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now, a request each; a missing one comes back as ``gone``."""
        return contacts.read(self.account, self.kind, list(dict.fromkeys(ids)), properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each contact."""
        return writing.write(self.account, self.kind, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Take the subscription of a channel away from contacts."""
        return writing.opt_out(self.account, self.kind, ids, channel, alone=self._alone)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell which subscriptions a record has left."""
        flags = {channel: contacts.unsubscribed(name) for channel, name in contacts.CHANNELS.items()}
        return opt_outs_shown(record, flags, {"email": "email"})

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()
        self._login.close()

    def _now(self) -> datetime:
        return self.account.now(self.kind.path, {"limit": 1})


def _token(login: Account, form: Mapping[str, str]) -> tuple[str, float]:
    said = login.call("POST", TOKENS, form=form).json
    return str(said["access_token"]), float(said.get("expires_in") or AN_HOUR)


def _has_left(record: ContactRecord) -> bool:
    return bool(contacts.SHOWN & record.properties.keys())


def _delay(answer: Answer, attempt: int) -> float | None:
    """Sellsy names no delay: its headers say which of its limits is used up."""
    if answer.status != 429 or answer.retry_after is not None:
        return usual_delay(answer, attempt)
    left = {each: answer.headers.get(f"X-Quota-Remaining-By-{each}") for each in ("Minute", "Day", "Month")}
    if "0" in (left["Day"], left["Month"]):
        return AN_HOUR
    return A_WHILE if left["Minute"] == "0" else 1.0 * attempt
