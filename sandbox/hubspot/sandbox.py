"""A HubSpot account on loopback that a test, a benchmark or the demonstration owns.

::

    with HubSpotSandbox(contacts=500, seed=7) as hubspot:
        client = Client.create(access_token=hubspot.token, host=hubspot.url)  # hubspot-api-client

Equal arguments give equal people. Nothing is kept when it stops.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from contactable.sandbox.front.faults import Fault, Plan
from contactable.sandbox.front.journal import Journal
from contactable.sandbox.front.startable import Startable
from contactable.sandbox.hubspot.contacts import Contact, Writer
from contactable.sandbox.hubspot.front import serve
from contactable.sandbox.hubspot.limits import PROFESSIONAL, Limits, Meter
from contactable.sandbox.hubspot.loading import load
from contactable.sandbox.hubspot.portal import A_PERSON, AS_DOCUMENTED, Portal, Quirks
from contactable.sandbox.hubspot.preferences import BY_RECIPIENT, Status
from contactable.sandbox.hubspot.times import iso
from contactable.sandbox.hubspot.tokens import SCOPES
from contactable.sandbox.hubspot.webhooks import USUAL, Sender, Subscriptions


class HubSpotSandbox(Startable):
    """The account and its server. ``contacts`` is how many to invent, or the properties of each one.

    ``profile``: who is invented (``people.PROFILES``). ``latency``: seconds that each answer takes longer. ``limits``:
    requests allowed. ``faults``: ``Fault`` values or their texts. ``clock``: seconds, for tests that move it.
    """

    def __init__(
        self,
        contacts: int | Iterable[Mapping[str, str]] = 0,
        *,
        profile: str = "demo",
        seed: int = 1,
        latency: float = 0.0,
        limits: Limits = PROFESSIONAL,
        faults: Iterable[Fault | str] = (),
        quirks: Quirks = AS_DOCUMENTED,
        quota: int = 1_000,
        scopes: Iterable[str] = SCOPES,
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(partial(serve, self), port)
        self.portal = Portal(clock=clock, quirks=quirks, quota=quota, seed=seed)
        self.latency = latency
        self.meter = Meter(limits, clock)
        self.plan = Plan(tuple(each if isinstance(each, Fault) else Fault.parse(each) for each in faults))
        self.journal = Journal()
        self.token = self.portal.tokens.service_key(scopes)
        self._senders: list[Sender] = []
        load(self.portal, contacts, profile, seed)

    def stop(self) -> None:
        """Stop answering and sending; the state stays to be looked at."""
        for sender in self._senders:
            sender.stop()
        self._senders.clear()
        super().stop()

    @property
    def client_secret(self) -> str:
        """What webhooks are signed with."""
        return self.portal.tokens.client_secret

    @property
    def client_id(self) -> str:
        """The app's client id, for OAuth."""
        return self.portal.tokens.client_id

    @property
    def portal_id(self) -> int:
        """The account's number."""
        return self.portal.id

    @property
    def app_id(self) -> int:
        """Our app's number."""
        return self.portal.app_id

    @property
    def access(self) -> dict[str, str | int]:
        """What an app needs to begin; none of it opens anything but this sandbox."""
        return {
            "url": self.url,
            "token": self.token,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "portal_id": self.portal_id,
            "app_id": self.app_id,
        }

    def contact(self, id: str | int) -> Contact:
        """One contact as it is now; an old id of a merged one gives the survivor."""
        return self.portal.contacts.get(str(id))

    def as_person(self, id: str | int, values: Mapping[str, str]) -> None:
        """Write on a contact as somebody who sits at HubSpot's screen (``CRM_UI``)."""
        self.portal.write(self.contact(id), values, A_PERSON)

    def as_app(self, id: str | int, values: Mapping[str, str], app_id: int | None = None) -> None:
        """Write on a contact as an app does: ours, or a foreign one."""
        self.portal.write(self.contact(id), values, Writer("INTEGRATION", str(app_id or self.app_id)))

    def as_hubspot(self, id: str | int, values: Mapping[str, str]) -> None:
        """Write what only HubSpot itself can: clicks, bounces, quarantines."""
        self.portal.set_by_hubspot(self.contact(id), values, Writer("EMAIL"))

    def unsubscribe(self, id: str | int, subscription_id: int | None = None) -> None:
        """The person leaves one type of e-mail, or all: the contact's modified date does not move."""
        email = self.contact(id).properties["email"]
        self.portal.say(email, subscription_id, Status(False, self.portal.now, BY_RECIPIENT))

    def submit_form(self, form_id: str, values: Mapping[str, str]) -> Contact:
        """Somebody sends a form: the submission is kept, and the contact created or changed (``FORM``)."""
        portal, by = self.portal, Writer("FORM", form_id)
        shown = {name: value for name, value in values.items() if not name.startswith("LEGAL_CONSENT")}
        with portal.lock:
            form, known = portal.forms.get(form_id), portal.contacts.find(values["email"], "email")
            portal.forms.submit(form_id, values, portal.now, page="https://www.example.com/")
            contact = known or portal.create(shown, by)
            portal.write(contact, shown, by)
            converted = {"recent_conversion_event_name": form.name, "recent_conversion_date": iso(portal.now)}
            portal.set_by_hubspot(contact, converted, by)
        return contact

    def archive(self, id: str | int) -> None:
        """A person puts a contact into the bin."""
        with self.portal.lock:
            self.portal.contacts.archive(self.contact(id), self.portal.now, A_PERSON)

    def restore(self, id: str | int) -> None:
        """A person takes it out again."""
        with self.portal.lock:
            self.portal.contacts.restore(self.portal.contacts.by_id[int(id)], self.portal.now, A_PERSON)

    def merge(self, primary: str | int, other: str | int) -> Contact:
        """A person merges two contacts; the survivor has a new id."""
        with self.portal.lock:
            contacts = self.portal.contacts
            return contacts.merge(self.contact(primary), self.contact(other), self.portal.now, A_PERSON)

    def erase(self, id: str | int) -> None:
        """A person deletes a contact for privacy."""
        with self.portal.lock:
            self.portal.contacts.erase(self.contact(id), self.portal.now, A_PERSON)

    def limit(self, limits: Limits) -> None:
        """Other limits from now on."""
        self.meter = replace(self.meter, limits=limits)

    def send_webhooks_to(self, url: str, subscriptions: Subscriptions = USUAL) -> Sender:
        """Post what happens from now on to this address; give the sender, whose ``drain`` waits for the last one."""
        sender = Sender(url, self.client_secret.encode(), self.portal_id, self.app_id, subscriptions)
        sender.start()
        self._senders.append(sender)
        self.portal.listeners.append(sender.hear)
        return sender
