"""Brevo: contacts by its API, page by page and one by one; its black lists read and written.

What is odd about it stands in ``connectors/brevo.md``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from contactable.connectors.brevo import attributes, contacts, importing, writing
from contactable.connectors.parts import (
    Account,
    Count,
    Seconds,
    ids_of,
    in_groups,
    in_turns,
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
from contactable.transport import Answer, Habits, Limiter, usual_delay

__all__ = ["CAPABILITIES", "SETTINGS", "Brevo", "connect"]

CAPABILITIES = Capabilities(
    status="documented",
    label="Brevo",
    write_batch=1,
    requests_per_10_s=100,
    consent_feed=True,
    opt_out=("email", "sms"),
    lists=True,
    webhooks=True,
    notes=(
        "a choice is a text: Brevo ignores a wrong value and says nothing",
        "merges leave no trace, deleted contacts are found by the reconciliation",
        "imports only into a list that the settings name",
    ),
)
SETTINGS = (Setting("token", "The API key, version 3 (env:NAME or file:PATH)", "env:BREVO_API_KEY"),)
MEMBERS_PAGE, LISTS_PAGE = 500, 50
_CODE = re.compile(r"[a-z_]{1,40}")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Brevo account. ``token`` is an API key.

    ``overlap``: seconds by which one reading of changes reaches back into the last. ``consent_pages``: pages of 1,000
    contacts that each turn of the consent feed looks through. ``import_list``: the id of a list into which contacts may
    be imported when ``import_from`` or more are written at once; 0: never.
    """

    token: str
    base_url: str = "https://api.brevo.com/v3"
    requests_per_s: Count = 10
    in_flight: Count = 8
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 10
    import_list: int = 0
    import_from: Count = 500


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Brevo:
    """Connect to the account of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Brevo")
    key = secrets(options.token).decode()
    account = Account(
        "Brevo",
        options.base_url,
        headers=lambda: {"api-key": key},
        limits=[Limiter(options.requests_per_s, 1.0, stopping=stopping)],
        habits=Habits(delay=_delay, explain=_explain),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    return Brevo(name, account, options)


class Brevo:
    """One Brevo account, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account, options: Options) -> None:
        self.name = name
        self.account = account
        self.options = options

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach and key; write nothing, raise nothing."""
        looks = (("contacts", "/contacts?limit=1"), ("attributes", "/contacts/attributes"))
        return looked_at("Brevo", ((what, partial(self.account.get, path)) for what, path in looks))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        return attributes.ensure(self.account, schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all attributes, and of what Brevo holds beside them."""
        return attributes.names(self.account) | contacts.BESIDE

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        fetch = contacts.fetch(self.account)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield the black-listed among some pages of all contacts, in turns, whatever their dates say."""
        return in_turns(contacts.fetch(self.account), cursor, self.options.consent_pages, contacts.is_opted_out)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact."""
        return ids_of(contacts.fetch(self.account))

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        for group in in_groups(list(dict.fromkeys(ids)), contacts.MOST_IDS):
            yield from contacts.read(self.account, group)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each contact."""
        if self.options.import_list and len(changes) >= self.options.import_from:
            return importing.write(self.account, changes, self.options.import_list)
        return writing.write(self.account, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Put contacts on the black list of e-mail or SMS, or take them out of one list."""
        return writing.opt_out(self.account, ids, scope_id, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell which black lists a record shows."""
        return opt_outs_shown(record, writing.BLACKLISTS, {"email": "email", "sms": "SMS"})

    def lists(self) -> Iterator[ContactList]:
        """Yield the lists of contacts. When somebody came into one is not told."""
        for item in _by_offset(self.account, "/contacts/lists", "lists", LISTS_PAGE):
            path = f"/contacts/lists/{item['id']}/contacts"
            members = ((str(each["id"]), None) for each in _by_offset(self.account, path, "contacts", MEMBERS_PAGE))
            yield ContactList(str(item["id"]), str(item["name"]), int(item.get("uniqueSubscribers") or 0), members)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()

    def _now(self) -> datetime:
        return self.account.now("/contacts?limit=1")


def _by_offset(account: Account, path: str, name: str, size: int) -> Iterator[Mapping[str, Any]]:
    offset = 0
    while True:
        found = account.get(path, {"limit": size, "offset": offset, "sort": "asc"}).json.get(name) or ()
        yield from found
        offset += len(found)
        if len(found) < size:
            return


def _delay(answer: Answer, attempt: int) -> float | None:
    reset = answer.headers.get("x-sib-ratelimit-reset", "")
    if answer.status == 429 and answer.retry_after is None:
        return float(reset) if reset.isdigit() else 1.0 * attempt
    return usual_delay(answer, attempt)


def _explain(answer: Answer) -> str:
    """Brevo's code, never its message, which may quote what was sent."""
    if answer.status == 401:
        return "the API key is wrong, was taken back, or our address is not among those it allows"
    code = answer.json.get("code") if isinstance(answer.json, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
