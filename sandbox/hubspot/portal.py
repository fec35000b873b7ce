"""One HubSpot account: contacts, companies, properties, lists, forms, preferences and calls, and what people do in it.

Everything that changes anything takes ``lock``; reads do not (what they hold is replaced, never altered). The clock is
given, so that tests may move it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from contactable.sandbox.hubspot.contacts import Contact, Contacts, Event, Writer
from contactable.sandbox.hubspot.definitions import Definition, Definitions
from contactable.sandbox.hubspot.forms import Forms
from contactable.sandbox.hubspot.index import Index
from contactable.sandbox.hubspot.lists import Lists
from contactable.sandbox.hubspot.objects import Calls, Companies
from contactable.sandbox.hubspot.preferences import BY_RECIPIENT, Preferences, Status
from contactable.sandbox.hubspot.problems import problem
from contactable.sandbox.hubspot.tokens import Tokens
from contactable.sandbox.hubspot.values import accept

PORTAL_ID = 9_800_001
APP_ID = 980_017
A_PERSON = Writer("CRM_UI", "userId:9801", 9801)


@dataclass(frozen=True, slots=True)
class Quirks:
    """What the real thing does and a simple fake would not; each can be switched for a test.

    ``index_lag``: seconds at most until search knows of a change. ``refuses_whole_batches``: one bad value refuses a
    batch of updates even where every input has a trace id. ``drops_merged``: an update under the old id of a merged
    contact is left out of the answer without an error (met by a public integration).
    """

    index_lag: float = 0.0
    refuses_whole_batches: bool = False
    drops_merged: bool = False


AS_DOCUMENTED = Quirks()


@dataclass(slots=True)
class Portal:
    """The account. ``quota`` is the number of custom properties it may have."""

    clock: Callable[[], float] = time.time
    quirks: Quirks = AS_DOCUMENTED
    quota: int = 1_000
    seed: int = 0
    id: int = PORTAL_ID
    app_id: int = APP_ID
    lock: threading.RLock = field(default_factory=threading.RLock)
    definitions: Definitions = field(init=False)
    contacts: Contacts = field(init=False)
    index: Index = field(init=False)
    preferences: Preferences = field(default_factory=Preferences)
    lists: Lists = field(default_factory=Lists)
    forms: Forms = field(default_factory=Forms)
    companies: Companies = field(default_factory=Companies)
    calls: Calls = field(default_factory=Calls)
    meetings: Calls = field(default_factory=lambda: Calls("meeting_event_to_contact"))
    tokens: Tokens = field(init=False)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    held: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.definitions = Definitions(self.quota)
        self.contacts = Contacts(self._tell)
        self.index = Index(self.quirks.index_lag, self.seed)
        self.tokens = Tokens(self.app_id, self.id)
        for type in self.preferences.types.values():
            name = f"hs_email_optout_{type.id}"
            label = f"Opted out of email: {type.name}"
            self.definitions.by_name[name] = replace(self.definitions.get("hs_email_optout"), name=name, label=label)

    @property
    def now(self) -> int:
        """The portal's clock, in milliseconds."""
        return int(self.clock() * 1000)

    @property
    def app(self) -> Writer:
        """Our own app as a writer: what webhooks call INTEGRATION, with the app's id."""
        return Writer("INTEGRATION", str(self.app_id))

    def create(self, values: Mapping[str, Any], by: Writer) -> Contact:
        """Create a contact with checked values."""
        with self.lock:
            made = self.contacts.add(accept(self.definitions.by_name, values), self.now, by)
            self._show_opt_outs(made)
            return made

    def write(self, contact: Contact, values: Mapping[str, Any], by: Writer) -> None:
        """Write checked values on a contact."""
        with self.lock:
            moved = contact.properties.get("email")
            self.contacts.change(contact, accept(self.definitions.by_name, values), self.now, by)
            if contact.properties.get("email") != moved:
                self._show_opt_outs(contact)

    def set_by_hubspot(self, contact: Contact, values: Mapping[str, str], by: Writer, *, silent: bool = False) -> None:
        """Write what no app may: read-only properties, by HubSpot itself."""
        with self.lock:
            self.contacts.change(contact, values, self.now, by, silent=silent)

    def say(self, email: str, subscription_id: int | None, status: Status) -> bool:
        """Note what somebody said about e-mails, and show it on the contact without touching its modified date."""
        address = email.strip().lower()
        with self.lock:
            changed = self.preferences.say(address, subscription_id, status)
            contact = self.contacts.find(address, "email")
            # The address may be nobody's contact: what was said of it is kept all the same.
            if changed and contact is not None:
                by = Writer("EMAIL") if status.source == BY_RECIPIENT else self.app
                shown = dict(self.preferences.opt_out_properties(address))
                self.contacts.change(contact, shown, status.at, by, silent=True)
            return changed

    @contextmanager
    def holding(self, ids: Iterable[str]) -> Iterator[None]:
        """Hold records while they are written; raise a 423 where another request holds one of them."""
        wanted = set(ids)
        with self.lock:
            if wanted & self.held:
                raise problem(423, "The resource is locked; wait at least two seconds.", "LOCKED")
            self.held |= wanted
        try:
            yield
        finally:
            with self.lock:
                self.held -= wanted

    def define(self, definition: Definition) -> None:
        """Give the portal a property that it has had from the beginning."""
        self.definitions.by_name[definition.name] = definition

    def _show_opt_outs(self, contact: Contact) -> None:
        """Opt-outs belong to the address: a contact shows those of the one that it has now."""
        address = contact.properties.get("email", "").lower()
        had = [name for name, value in contact.properties.items() if name.startswith("hs_email_optout") and value]
        shown = {**dict.fromkeys(had, ""), **dict(self.preferences.opt_out_properties(address))}
        self.contacts.change(contact, shown, self.now, self.app, silent=True)

    def _tell(self, event: Event) -> None:
        self.index.add(event.contact, event.at)
        for listener in self.listeners:
            listener(event)
