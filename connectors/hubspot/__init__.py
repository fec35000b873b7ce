"""HubSpot: every contact, at the speed that HubSpot allows, and nothing missed.

What is odd about it stands in ``connectors/hubspot.md``; each file below says what it does about which oddity. Reads
come at least once, writes are repeated without harm, nothing is created and nobody is subscribed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from contactable.connectors.hubspot import (
    activities,
    changes,
    checking,
    companies,
    consents,
    histories,
    naming,
    optouts,
    properties,
    segments,
    statuses,
    writing,
)
from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.oauth import Tokens, TokenStore, agreement_url
from contactable.connectors.hubspot.options import read_options
from contactable.connectors.hubspot.pages import PAGE, further, list_page, read
from contactable.connectors.hubspot.records import existing_kinds, existing_names, names_in_account
from contactable.connectors.parts import not_here
from contactable.connectors.protocol import (
    Call,
    Capabilities,
    Change,
    ContactList,
    ContactRecord,
    Finding,
    Form,
    Level,
    Named,
    OptOuts,
    Outcome,
    Page,
    Property,
    PropertyWrite,
    Segment,
    Setting,
    Submission,
)
from contactable.errors import ContactableError

__all__ = ["CAPABILITIES", "HubSpot", "TokenStore", "Tokens", "agreement_url", "connect"]

CAPABILITIES = Capabilities(
    status="stable",
    label="HubSpot",
    write_batch=PAGE,
    requests_per_10_s=190,
    consent_feed=True,
    opt_out=("email",),
    lists=True,
    segments=True,
    forms=True,
    calls=True,
    histories=True,
    name_search=True,
    webhooks=True,
    notes=(
        "HubSpot's own opt-outs are of e-mail only",
        "a service key has no webhooks: changes are polled",
        "deleted contacts are found in the bin, five pages at a time",
    ),
)


SETTINGS = (Setting("token", "The token of a service key or an app (env:NAME or file:PATH)", "env:HUBSPOT_TOKEN"),)


def connect(
    name: str,
    settings: Mapping[str, Any],
    secrets: Callable[[str], bytes],
    *,
    tokens: TokenStore | None = None,
    stopping: threading.Event | None = None,
) -> HubSpot:
    """Connect to the account of ``settings``; nothing is asked yet.

    ``secrets`` reads a reference such as ``env:HUBSPOT_TOKEN``. ``tokens`` keeps OAuth's tokens. Setting ``stopping``
    ends every wait. Raises ``SettingsError``.
    """
    return HubSpot(name, Account(read_options(settings), secrets, tokens, stopping))


class HubSpot:
    """One HubSpot account, as the kit sees it. Threads may share it."""

    def __init__(self, name: str, account: Account) -> None:
        self.name = name
        self.account = account
        self.statuses = statuses.SubscriptionStatuses(name, account)
        self.companies = companies.AssociatedCompanies(name, account)

    @property
    def capabilities(self) -> Capabilities:
        """What can be done here."""
        return CAPABILITIES

    def check(self) -> Iterator[Finding]:
        """Look at reach, token, scopes and quota; write nothing, raise nothing."""
        return checking.check(self.account)

    def check_properties(self, schema: Sequence[Property]) -> Iterator[Finding]:
        """Look at the properties: missing ones, and those that exist with another type."""
        try:
            existing = properties.existing_properties(properties.make_client(self.account))
        except ContactableError as error:
            yield Finding("The properties of contacts", Level.ERROR, str(error))
            return
        for name in properties.other_shapes(existing, schema):
            yield Finding(f"Property {name}", Level.ERROR, "it has another type: rename or delete it there")
        missing = tuple(each.name for each in schema if each.name not in existing)
        if missing:
            what = f"{self.name}: {len(missing)} of our {len(schema)} properties are missing"
            yield Finding(what, Level.WARNING, f"contactable sync {self.name} --yes   # makes them", missing)

    def quota_left(self) -> int | None:
        """How many custom properties contacts may still get; None where HubSpot does not tell."""
        return properties.quota_left(self.account)

    def ensure_properties(self, schema: Sequence[Property]) -> Iterator[str]:
        """Create what is missing, yield the names created; ``Refused`` where one exists with another type."""
        return properties.ensure_properties(self.account, schema)

    def remove_properties(self, names: Sequence[str]) -> Iterator[str]:
        """Take properties of ours away and yield their names."""
        return properties.remove_properties(self.account, names)

    def iter_changed(self, cursor: Mapping[str, Any] | None, properties: Sequence[str]) -> Iterator[Page]:
        """Yield pages of contacts changed since ``cursor`` (None: all), at least once, deleted ones as ``gone``."""
        asked = self.companies.asked(properties)
        return self._complete(changes.iter_changed(self.account, cursor, asked), properties)

    def cursor_at(self, moment: datetime) -> Mapping[str, Any]:
        """The cursor of one who had read everything up to a moment."""
        return {"since": int(moment.timestamp() * 1000)}

    def iter_consent_changes(self, cursor: Mapping[str, Any] | None, properties: Sequence[str] = ()) -> Iterator[Page]:
        """Yield pages of contacts whose opt-outs changed, or may have: see ``consents``."""
        asked = self.companies.asked(properties)
        return self._complete(consents.iter_consent_changes(self.account, cursor, asked), properties)

    def _complete(self, pages: Iterator[Page], wanted: Sequence[str]) -> Iterator[Page]:
        return self.companies.of_pages(self.statuses.of_pages(pages, wanted), wanted)

    def iter_ids(self) -> Iterator[str]:
        """Yield the id of every living contact.

        One page after the other: what is missing here is forgotten, so nothing is taken on trust, and most of the limit
        is left to others meanwhile.
        """
        after: str | None = ""
        while after is not None:
            page = list_page(self.account, ("hs_object_id",), after)
            yield from (record.id for record in page.records)
            after = page.after and further(after, page.after)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[ContactRecord]:
        """Yield these contacts as they are now; a missing one comes back as ``gone``."""
        if not ids:
            return iter(())
        names = names_in_account(self.account, self.companies.asked(properties))
        records = self.statuses.of_records(read(self.account, ids, names), properties)
        return self.companies.of_records(records, properties)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Write changed properties; one outcome for each contact."""
        return writing.write(self.account, changes)

    def find_named(self, text: str, most: int) -> Iterator[Named]:
        """Yield contacts by a name, live."""
        return naming.find_named(self.account, text, most)

    @property
    def ends_access(self) -> bool:
        """An app that was installed by OAuth can uninstall itself; a key and a static token are taken back by hand."""
        return self.account.oauth is not None

    def end_access(self) -> None:
        """Uninstall the app: its webhooks end with it, and HubSpot writes to the account's administrators."""
        self.account.delete(self.account.paths("install"))

    def property_names(self) -> frozenset[str]:
        """Give the names of all properties of contacts."""
        return existing_names(self.account)

    def works_out(self, names: Iterable[str]) -> frozenset[str]:
        """Of these names those that no contact's property has and that are told all the same: statuses, companies."""
        names = tuple(names)
        return self.statuses.works_out(names) | self.companies.works_out(names)

    def check_worked_out(self, names: Iterable[str]) -> Iterator[Finding]:
        """Look whether what these names mean may be read, and say what is closed where it may not."""
        names = tuple(names)
        yield from self.statuses.check(names)
        yield from self.companies.check(names)

    def property_kinds(self) -> Mapping[str, str]:
        """Give the type of each property of contacts, and when it was made."""
        return existing_kinds(self.account)

    def opt_out(self, ids: Sequence[str], scope_id: str = "", channel: str = "email") -> Iterator[Outcome]:
        """Write HubSpot's own unsubscribe from e-mail, from everything or from one subscription type."""
        if channel not in CAPABILITIES.opt_out:
            return not_here(ids, channel)
        return optouts.opt_out(self.account, ids, scope_id)

    def opt_outs_of(self, record: ContactRecord) -> Mapping[str, OptOuts]:
        """Tell which of HubSpot's own opt-outs a record shows."""
        return {"email": optouts.opt_outs_of(record)}

    def lists(self) -> Iterator[ContactList]:
        """Yield the lists of contacts."""
        return activities.lists(self.account)

    def make_list(self, segment: Segment) -> str:
        """Make a list that HubSpot keeps by itself, and give its id."""
        return segments.make_list(self.account, segment)

    def change_list(self, id: str, segment: Segment) -> None:
        """Give a list of ours other conditions."""
        segments.change_list(self.account, id, segment)

    def remove_list(self, id: str) -> None:
        """Take a list of ours away; its contacts stay."""
        segments.remove_list(self.account, id)

    def forms(self) -> Iterator[Form]:
        """Yield the forms with their texts of consent."""
        return activities.forms(self.account)

    def submissions(self, form_id: str, since: datetime | None = None) -> Iterator[Submission]:
        """Yield what was sent through a form, newest first, back to ``since``."""
        return activities.submissions(self.account, form_id, since)

    def calls(self, since: datetime | None = None) -> Iterator[Call]:
        """Yield recorded calls since a moment."""
        return activities.calls(self.account, since)

    def meetings(self, since: datetime | None = None) -> Iterator[Call]:
        """Yield recorded meetings since a moment."""
        return activities.meetings(self.account, since)

    def histories(self, ids: Sequence[str], properties: Sequence[str]) -> Iterator[PropertyWrite]:
        """Yield who wrote these properties, newest first for each."""
        return histories.read_histories(self.account, ids, properties, self.app_id)

    @cached_property
    def app_id(self) -> str:
        """The number of our app, by which HubSpot's history names what we wrote; empty where it is not told."""
        return str(checking.about_token(self.account).get("appId") or "")

    def agreement_url(self, redirect_uri: str, scopes: tuple[str, ...], state: str) -> str:
        """Where to send the browser of the person who shall agree to what our app may do; empty without OAuth."""
        oauth, base_url = self.account.oauth, self.account.options.base_url
        return agreement_url(oauth.client_id, redirect_uri, scopes, state, base_url) if oauth else ""

    def close(self) -> None:
        """End every wait and let go of the connections."""
        self.account.close()
