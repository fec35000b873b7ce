"""``Contactable``: the kit on one settings file, for applications and for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from contactable.call_history import call_history
from contactable.clock import Clock, utc_now
from contactable.deciding import verdicts_of
from contactable.desks import connectors_of, desk_of, judge_of, link_of, mapping_of, names_of, reader_of
from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind
from contactable.judging import Judge
from contactable.keys import keyring_of
from contactable.mapping import Declaration, OfferSettings, declarations_from_settings, offers_from_settings
from contactable.mapping import Mapping as FactMapping
from contactable.naming import identifier
from contactable.register import Keyring, Register, subjects
from contactable.register.roots import SealKey
from contactable.rules import Channel, Verdict
from contactable.rules.calendar import paris_day
from contactable.rules.calling import CallAnswer, may_call_at
from contactable.rules.wordings import Wording, read_wording
from contactable.settings import Settings, load
from contactable.sync import Reader
from contactable.worker import Desk

if TYPE_CHECKING:
    from flask import Blueprint

    from contactable.connectors.protocol import Connector
    from contactable.restoring import LookBack
    from contactable.service import Service
    from contactable.webhooks.hooks import Doors
    from contactable.webhooks.receiver import Endpoint


class Contactable:
    """The kit. Nothing is opened before it is needed; ``close`` ends what was.

    One that does not work (``works=False``) only answers: other processes write to the CRMs and run the schedule.
    """

    def __init__(self, settings: Settings, *, clock: Clock = utc_now, works: bool = True) -> None:
        self.settings = settings
        self.clock = clock
        self.works = works
        self.begin_anew: Callable[[], None] = lambda: None  # set by whoever can start again with other settings

    @classmethod
    def from_settings(cls, path: str | Path) -> Self:
        """The kit on a settings file; raises ``SettingsError`` naming line, key and what is accepted."""
        return cls(load(path))

    def verdicts(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        record: str | None = None,
        offer: str = "main",
        on: date | None = None,
    ) -> dict[Channel, Verdict]:
        """Decide for the person with that address, number or record (``<connector name>:<id>``), today or ``on`` a day.

        Several records of one person give the stricter verdict for each channel. Without a record there is the
        register alone, and everything that it does not close is closed as ``place_unknown``.
        """
        if offer not in self.offers:
            raise Malformed(f"There is no offer {offer!r}; known are {', '.join(self.offers)}.")
        kind, text = identifier(email=email, phone=phone, record=record)
        today = on or paris_day(self.clock())
        with self.register.read() as tx:
            return verdicts_of(self.judge, tx, subjects.find_subject(tx, kind, text), offer, today)

    def may_contact(
        self,
        channel: str,
        *,
        email: str | None = None,
        phone: str | None = None,
        record: str | None = None,
        offer: str = "main",
    ) -> Verdict:
        """Decide one channel; see ``verdicts``. Raises ``Malformed`` for an unknown channel."""
        if channel not in set(Channel):
            raise Malformed(f"There is no channel {channel!r}; known are {', '.join(Channel)}.")
        return self.verdicts(email=email, phone=phone, record=record, offer=offer)[Channel(channel)]

    def may_call_at(
        self,
        moment: datetime,
        *,
        phone: str | None = None,
        record: str | None = None,
        agreed_slots: Sequence[tuple[datetime, datetime]] = (),
        postcode: str | None = None,
        country: str | None = None,
    ) -> CallAnswer:
        """Tell whether a consumer may be called at a moment, and when next, by the calls that the register knows.

        Never yes before every phone system and CRM that tells of calls has told for a month (``attempts_unknown``).
        Hours and frequency alone: whether one may call at all is ``may_contact("phone", …)``.
        """
        kind, text = identifier(phone=phone, record=record)
        known = call_history(self, kind, text)
        number = text if kind is IdentifierKind.PHONE else None
        return may_call_at(
            moment, known.attempts, known.refusals, agreed_slots, postcode=postcode, country=country, phone=number
        )

    @cached_property
    def blueprint(self) -> Blueprint:
        """The doors for senders and people, to be registered in a Flask application; it also starts the service.

        Raises ``Conflict`` on SQLite when another process has the register already: several processes need PostgreSQL.
        """
        from contactable.mounting import blueprint_of

        return blueprint_of(self)

    @cached_property
    def offers(self) -> dict[str, OfferSettings]:
        """The company's offers; ``main`` comes first."""
        return offers_from_settings(self.settings.offers)

    @cached_property
    def judge(self) -> Judge:
        """What decides: the offers, and the readings of the law."""
        return judge_of(self)

    @cached_property
    def register(self) -> Register:
        """The open register; raises ``RegisterError`` or ``KeyMismatch`` saying what to do."""
        return Register.open(self.settings.register_url, self.keyring, clock=self.clock)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys of the settings."""
        return keyring_of(self.settings)

    @cached_property
    def link_keys(self) -> tuple[bytes, ...]:
        """The keys under which our links are signed, newest first."""
        return (self.settings.secret(self.settings.keys.links),)

    @cached_property
    def seal_key(self) -> SealKey:
        """The key that seals the register."""
        return SealKey.from_secret(self.settings.secret(self.settings.keys.seals))

    @cached_property
    def connectors(self) -> dict[str, Connector]:
        """The CRMs of the settings, by name."""
        return connectors_of(self)

    @cached_property
    def declarations(self) -> list[Declaration]:
        """What the company declared in its settings."""
        settings = self.settings
        return list(declarations_from_settings(settings.declare, folder=settings.folder, wordings=self.wordings))

    @cached_property
    def wordings(self) -> list[Wording]:
        """The texts that people were shown; raises ``Malformed`` naming what is wrong with one."""
        return [read_wording(each) for each in self.settings.wording]

    def named(self, connector: str | None) -> list[str]:
        """The CRM of that name, or all of them; raises ``SettingsError`` where the settings have none."""
        return names_of(self.settings, connector)

    def mapping(self, name: str) -> FactMapping:
        """What the properties of one CRM mean."""
        return mapping_of(self, name)

    def reader(self, name: str) -> Reader:
        """Reads one CRM into the register."""
        return reader_of(self, name)

    @cached_property
    def look_back(self) -> LookBack:
        """What notices that the register went back in time."""
        from contactable.restoring import LookBack

        return LookBack(self)

    def desk(self, name: str) -> Desk:
        """What a worker needs to bring contacts of one CRM up to date."""
        return desk_of(self, name)

    def link(self, subject: str) -> str:
        """The preference link of a record's subject; empty while no public address is set."""
        return link_of(self, subject)

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        """The senders' doors, by name."""
        return {name: self.endpoint(name) for name in self.settings.endpoints}

    def endpoint(self, name: str) -> Endpoint:
        """One sender's door; raises ``SettingsError`` naming it where its provider or a secret is missing."""
        from contactable.mounting import read_endpoint

        return read_endpoint(self, name)

    @cached_property
    def service(self) -> Service:
        """What runs beside the web: workers, schedule, jobs."""
        from contactable.service import Service

        return Service(self)

    @cached_property
    def metrics(self) -> Blueprint:
        """``/metrics`` for Prometheus, apart from the public doors: for your own network alone."""
        from contactable.mounting import metrics_of

        return metrics_of(self)

    @cached_property
    def api(self) -> Blueprint:
        """The HTTP API, apart from the public doors: mount it under a prefix of its own."""
        from contactable.api import api_doors
        from contactable.console.api import make_api

        return make_api(api_doors(self))

    @cached_property
    def console(self) -> Blueprint:
        """The console for people who log in, apart from the public doors: mount it under a prefix of its own."""
        from contactable.console.private.blueprint import make_console
        from contactable.private_console import console_doors

        return make_console(console_doors(self))

    @cached_property
    def doors(self) -> Doors:
        """What the blueprint needs."""
        from contactable.mounting import doors_of

        return doors_of(self)

    def run_job(self, name: str, arguments: Mapping[str, Any], job: str) -> str:
        """Run what a command left for the server; return a note on what was done."""
        from contactable.job_kinds import run_job

        return run_job(self, name, arguments, job)

    def close(self) -> None:
        """Stop what runs and let go of the register."""
        if "service" in self.__dict__:
            self.service.stop()
        if "register" in self.__dict__:
            self.register.close()
