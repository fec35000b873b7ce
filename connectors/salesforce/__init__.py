"""Salesforce: contacts and leads by its REST interface, their opt-outs and those of the individual behind them.

What is odd about it stands in ``connectors/salesforce.md``.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from contactable.connectors.parts import (
    Account,
    Bearer,
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
from contactable.connectors.salesforce import fields, people, simple, writing
from contactable.connectors.salesforce.bulk import Jobs
from contactable.errors import ContactableError, SettingsError
from contactable.transport import Answer, Habits, Limiter, usual_delay

__all__ = ["CAPABILITIES", "SETTINGS", "Salesforce", "connect"]

CAPABILITIES = Capabilities(
    status="experimental",
    label="Salesforce",
    write_batch=writing.GROUP,
    requests_per_10_s=None,
    consent_feed=True,
    opt_out=("email", "phone"),
    lists=True,
    notes=(
        "contacts and leads; 200 a request, within the edition's daily limit of requests",
        "large organisations are read by Bulk 2.0 with the extra salesforce",
        "deleted and merged records are told as long as the recycle bin keeps them",
        "changes are polled: Salesforce signs no webhooks",
    ),
)
SETTINGS = (
    Setting("base_url", "The address of your Salesforce (https://…my.salesforce.com)"),
    Setting("client_id", "The consumer key of the connected app (env:NAME or file:PATH)", "env:SALESFORCE_CLIENT_ID"),
    Setting("client_secret", "Its consumer secret (env:NAME or file:PATH)", "env:SALESFORCE_CLIENT_SECRET"),
)
LIFE = 1_200.0  # seconds for which a token is kept: how long it lasts is the organisation's setting, and not told
HOUR = 3_600.0
HEADERS = {"Sforce-Duplicate-Rule-Header": "allowSave=true", "Sforce-Auto-Assign": "FALSE"}
"""Neither a rule on duplicates nor one that assigns leads is a reason not to write a field of ours, or to act on it."""
_CODE = re.compile(r"[A-Z_]{1,60}")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One organisation. ``client_id`` is the consumer key of a connected app, the other references show who we are.

    Either ``client_secret`` (*client credentials*), or ``username`` and ``private_key`` (*JWT bearer*, which needs the
    extra ``salesforce``). ``objects``: Contact, Lead, or both. ``bulk_from``: records of a kind from which they are all
    read by a job of Bulk 2.0. ``requests_per_s``: 0 is no limit beside Salesforce's own of the day.
    """

    base_url: str
    client_id: str
    client_secret: str = ""
    username: str = ""
    private_key: str = ""
    objects: tuple[str, ...] = ("Contact", "Lead")
    version: str = "64.0"
    bulk_from: int = 50_000
    requests_per_s: int = 0
    in_flight: Count = 4
    overlap: Seconds = 120.0
    patience: Seconds = 600.0


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    stopping: threading.Event | None = None,
) -> Salesforce:
    """Connect to the organisation of ``settings``; nothing is asked yet. Raises ``SettingsError``."""
    options = read_options(Options, settings, "Salesforce")
    if not options.objects or set(options.objects) - people.PREFIXES.keys():
        raise SettingsError("Salesforce's settings: objects are Contact, Lead, or both.")
    address, data = options.base_url.rstrip("/"), f"/services/data/v{options.version}"
    habits = Habits(delay=_delay, explain=_explain)
    login = Account("Salesforce", address, habits=habits, patience=options.patience, stopping=stopping)
    account = Account(
        "Salesforce",
        f"{address}{data}",
        headers=lambda: HEADERS,
        bearer=Bearer(_tokens(login, options, secrets)),
        limits=[Limiter(options.requests_per_s, 1.0, stopping=stopping)] if options.requests_per_s else [],
        habits=habits,
        patience=options.patience,
        in_flight=options.in_flight,
        stopping=stopping,
    )
    return Salesforce(name, account, login, options, Jobs(account, data, options.bulk_from))


class Salesforce:
    """The contacts and leads of one organisation, as the kit sees them. Threads may share it."""

    def __init__(self, name: str, account: Account, login: Account, options: Options, jobs: Jobs) -> None:
        self.name = name
        self.account = account
        self.login = login
        self.options = options
        self.jobs = jobs
        self.fields = fields.Fields(account, options.objects)

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, credentials, and which opt-outs the user may see; write nothing, raise nothing."""
        for kind in self.options.objects:
            try:
                known = self.fields.known(kind, fresh=True)
            except ContactableError as error:
                yield Finding(f"Salesforce lets us read {kind}", Level.ERROR, str(error))
                return
            yield Finding(f"Salesforce lets us read {kind}", Level.OK)
            for field in (each for each in writing.OPT_OUTS.values() if each not in known):
                mend = f"Give the integration user read and edit on {kind}.{field} (field-level security)."
                yield Finding(f"Salesforce shows {kind}.{field}", Level.WARNING, mend)
        if not simple.is_here() and (large := self.jobs.large(self.options.objects)):
            what = f"Salesforce's first load by Bulk 2.0 ({', '.join(sorted(large))})"
            yield Finding(what, Level.WARNING, f"Without it all are read by queries of 2,000: {simple.INSTALL}")

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing and let ourselves see it; ``Refused`` where one exists with another type."""
        return self.fields.ensure(schema)

    def property_names(self) -> frozenset[str]:
        """Give the names of all fields of contacts and leads that we may see."""
        return frozenset(self.fields.kinds())

    def property_kinds(self) -> Mapping[str, str]:
        """Give the type of each field; Salesforce does not tell one that was made anew with the same type."""
        return self.fields.kinds()

    def property_labels(self) -> Mapping[str, str]:
        """What people read, of the fields that people made."""
        return self.fields.labels()

    def remove_properties(self, names: Sequence[str]) -> Iterator[str]:
        """Take fields of ours away, with all they hold; Salesforce keeps them in its bin for a while."""
        return self.fields.remove(names)

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of records changed since ``cursor`` (None: all), deleted and merged ones too."""
        fetch = people.fetch(self.account, self.fields, properties, self.jobs)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return window_from(moment)

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield whose individual changed, which moves no date of the record, and who is opted out and changed."""
        fetch = people.fetch_consents(self.account, self.fields, properties)
        return iter_windows(cursor, fetch, self._now, overlap=self.options.overlap)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every contact and every lead that was not converted."""
        for records, _, _ in people.fetch(self.account, self.fields, (), self.jobs)(None, None):
            yield from (each.id for each in records)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these records as they are now; a missing one comes back as ``gone``."""
        for group in in_groups(list(dict.fromkeys(ids)), people.MOST_IDS):
            yield from people.read(self.account, self.fields, group, properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each record."""
        return writing.write(self.account, changes)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Tick *Email Opt Out* or *Do Not Call*."""
        return writing.opt_out(self.account, ids, scope_id, channel)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell whether a record shows *Email Opt Out* or *Do Not Call*."""
        return opt_outs_shown(record, writing.OPT_OUTS, {"email": "Email"})

    def lists(self) -> Iterator[ContactList]:
        """Yield the campaigns with their members."""
        return people.campaigns(self.account)

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()
        self.login.close()

    def _now(self) -> datetime:
        self.account.get("/limits")  # for its clock, ours may be wrong
        return self.account.clock.now


def _tokens(login: Account, options: Options, secrets: Callable[[str], bytes]) -> Callable[[], tuple[str, float]]:
    """How a token is asked for: by the app's secret, or by a private key for a user."""
    client_id = secrets(options.client_id).decode()
    if options.username and options.private_key and not options.client_secret:
        key, test = simple.private_key(secrets(options.private_key)), ".sandbox." in options.base_url
        return lambda: (simple.token_by_key(login, client_id, options.username, key, test=test), LIFE)
    if not options.client_secret or options.private_key:
        raise SettingsError("Salesforce's settings: give client_secret, or username and private_key.")
    given = {"client_id": client_id, "client_secret": secrets(options.client_secret).decode()}
    form = {"grant_type": "client_credentials", **given}
    return lambda: (str(login.call("POST", "/services/oauth2/token", form=form).json["access_token"]), LIFE)


def _code(answer: Answer) -> str:
    """Salesforce's code of an error; its message may quote what was sent."""
    said = answer.json[0] if isinstance(answer.json, list) and answer.json else answer.json
    code = said.get("errorCode", said.get("error")) if isinstance(said, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code.upper()) else ""


def _delay(answer: Answer, attempt: int) -> float | None:
    if _code(answer) == "REQUEST_LIMIT_EXCEEDED":
        return HOUR  # the limit is one of rolling 24 hours, and nothing tells when a place is free
    return usual_delay(answer, attempt)


def _explain(answer: Answer) -> str:
    return _code(answer)
