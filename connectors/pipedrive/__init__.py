"""Pipedrive by version 2 of its API: persons, their custom fields, and the marketing status of Campaigns.

What is odd about it stands in ``connectors/pipedrive.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from contactable.connectors.parts import (
    Account,
    Count,
    Seconds,
    ids_of,
    in_groups,
    in_turns,
    in_words,
    iter_windows,
    opt_outs_shown,
    read_options,
    window_from,
)
from contactable.connectors.pipedrive import fields, persons, writing
from contactable.connectors.protocol import (
    Capabilities,
    Change,
    ContactRecord,
    Finding,
    Level,
    OptOuts,
    Outcome,
    Page,
    Property,
    Setting,
)
from contactable.errors import ContactableError
from contactable.transport import Answer, Habits, Limiter, usual_delay

__all__ = ["CAPABILITIES", "SETTINGS", "Pipedrive", "connect"]

CAPABILITIES = Capabilities(
    status="experimental",
    label="Pipedrive",
    write_batch=1,
    requests_per_10_s=100,
    consent_feed=True,
    opt_out=("email",),
    webhooks=True,
    notes=(
        "one request a person, within a daily budget",
        "opt-outs of its own with Campaigns alone",
        "deleted and merged persons are found by webhooks and the reconciliation",
    ),
)
SETTINGS = (Setting("token", "The personal API token (env:NAME or file:PATH)", "env:PIPEDRIVE_API_TOKEN"),)
WINDOW = 2.0  # seconds in which Pipedrive counts
DAY = 86_400.0
WORDS = {
    401: "the API token is wrong or was taken back",
    402: "the company's plan has ended",
    403: "the token's user may not do that, or the plan does not allow it",
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One Pipedrive company. ``token`` is a user's API token.

    ``requests_per_2_s``: 20 is the smallest plan's; what answers tell goes before it. ``consent_pages``: pages of 500
    persons that each turn of the consent feed looks through.
    """

    token: str
    base_url: str = "https://api.pipedrive.com/api/v2"
    requests_per_2_s: Count = 20
    in_flight: Count = 4
    overlap: Seconds = 60.0
    patience: Seconds = 600.0
    consent_pages: Count = 4


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Pipedrive:
    """Connect to the company of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Pipedrive")
    key = secrets(options.token).decode()
    limiter = Limiter(options.requests_per_2_s, WINDOW, stopping=stopping)
    account = Account(
        "Pipedrive",
        options.base_url,
        headers=lambda: {"x-api-token": key},
        limits=[limiter],
        habits=Habits(delay=_delay, observe=lambda answer: _observe(limiter, answer), explain=in_words(WORDS)),
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    return Pipedrive(name, account, options)


class Pipedrive:
    """One company, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account, options: Options) -> None:
        self.name = name
        self.account = account
        self.options = options
        self.fields = fields.Fields(account)

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, token and Campaigns; write nothing, raise nothing."""
        try:
            self.account.get("/persons", {"limit": 1})
            yield Finding("Pipedrive lets us read persons", Level.OK)
            if persons.MARKETING in self.fields.known(fresh=True):
                yield Finding("Pipedrive tells marketing statuses (Campaigns)", Level.OK)
            else:
                mend = "Without Campaigns there is no opt-out of Pipedrive's own; contactable's properties are written."
                yield Finding("Pipedrive tells marketing statuses (Campaigns)", Level.WARNING, mend)
        except ContactableError as error:
            yield Finding("Pipedrive lets us read persons and their fields", Level.ERROR, str(error))

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        return self.fields.ensure(schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields of persons: custom ones by what people call them, and by their key."""
        return fields.names(self.fields.known(fresh=True)) | persons.BESIDE

    def remove_properties(self, names: Sequence[str]) -> Iterator[str]:
        """Take fields of ours away, with all they hold."""
        return self.fields.remove(names)

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of persons changed since ``cursor`` (None: all), at least once. Deleted ones are not told."""
        fetch = persons.fetch(self.account, self.fields, properties)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield who unsubscribed among some pages of all persons, in turns, whatever their dates say."""
        fetch = persons.fetch(self.account, self.fields, properties)
        return in_turns(fetch, cursor, self.options.consent_pages, persons.has_left)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every person."""
        return ids_of(persons.fetch(self.account, self.fields, ()))

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these persons as they are now; a missing one comes back as ``gone``."""
        for group in in_groups(list(dict.fromkeys(ids)), persons.MOST_IDS):
            yield from persons.read(self.account, self.fields, group, properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each person."""
        return writing.write(self.account, self.fields, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Give persons the marketing status *unsubscribed*."""
        return writing.opt_out(self.account, self.fields, ids, scope_id, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether a record shows that the person unsubscribed."""
        return opt_outs_shown(record, {"email": persons.LEFT}, {"email": "email"})

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()

    def _now(self) -> datetime:
        return self.account.now("/persons", {"limit": 1})


def _delay(answer: Answer, attempt: int) -> float | None:
    if answer.status != 429 or answer.retry_after is not None:
        return usual_delay(answer, attempt)
    if answer.headers.get("x-daily-ratelimit-token-remaining") == "0":
        return DAY / 24  # the budget comes back at midnight of the server: asked again each hour
    reset = answer.headers.get("x-ratelimit-reset", "")
    return float(reset) if reset.isdigit() else WINDOW * attempt


def _observe(limiter: Limiter, answer: Answer) -> None:
    told = [answer.headers.get(f"x-ratelimit-{name}", "") for name in ("limit", "remaining")]
    most, remaining = (int(text) if text.isdigit() else None for text in told)
    limiter.learn(most, remaining)
