"""``Contactable``: the kit on one settings file, for applications and for the command line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from contactable.call_history import call_history, call_sources
from contactable.clock import Clock, utc_now
from contactable.deciding import verdicts_of
from contactable.errors import Malformed, SettingsError
from contactable.identifiers import IdentifierKind, read_email, read_phone
from contactable.judging import Judge
from contactable.mapping import Declaration, OfferSettings, declarations_from_settings, offers_from_settings
from contactable.mapping import Mapping as FactMapping
from contactable.next_calls import NextCalls
from contactable.register import Keyring, Register, subjects
from contactable.register.roots import SealKey
from contactable.rules import Channel, Readings, Verdict
from contactable.rules.calendar import paris_day
from contactable.rules.calling import CallAnswer, may_call_at
from contactable.rules.sources import SOURCES
from contactable.rules.wordings import Wording, read_wording
from contactable.settings import Key, Settings, load
from contactable.settled import Settled, declared_by
from contactable.signing import LinkPurpose, sign_mail_link
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
        from contactable.console.centre.routes import add_pages
        from contactable.pages import centre_doors
        from contactable.webhooks.blueprint import make_blueprint

        blueprint = make_blueprint(self.doors)
        add_pages(blueprint, centre_doors(self))
        blueprint.record_once(lambda state: self.service.start() if self.works else None)
        return blueprint

    @cached_property
    def offers(self) -> dict[str, OfferSettings]:
        """The company's offers; ``main`` comes first."""
        return offers_from_settings(self.settings.offers)

    @cached_property
    def judge(self) -> Judge:
        """What decides: the offers, and the readings of the law."""
        from msgspec.structs import asdict

        readings = Readings(**asdict(self.settings.readings))
        return Judge(self.offers, readings, self.declarations, several_crms=len(self.settings.connectors) > 1)

    @cached_property
    def register(self) -> Register:
        """The open register; raises ``RegisterError`` or ``KeyMismatch`` saying what to do."""
        return Register.open(self.settings.register_url, self.keyring, clock=self.clock)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys of the settings."""
        keys = self.settings.keys
        keeping = self.settings.secret(keys.identifiers) if keys.identifiers else None
        return Keyring.from_secrets(self._key(keys.current), [self._key(key) for key in keys.previous], keeping=keeping)

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
        from contactable.connectors import connect
        from contactable.token_store import RegisterTokens

        made: dict[str, Connector] = {}
        for name, each in self.settings.connectors.items():
            # Tokens that renew themselves are kept in the register; it is not opened for others.
            more = {"tokens": RegisterTokens(lambda: self.register, name)} if "oauth" in each.options else {}
            made[name] = connect(name, each.type, each.options, self.settings.secret, **more)
        return made

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
        names = [connector] if connector else list(self.settings.connectors)
        if missing := [name for name in names or ["NAME"] if name not in self.settings.connectors]:
            raise SettingsError(f"[connectors.{missing[0]}] is not in the settings.")
        return names

    def mapping(self, name: str) -> FactMapping:
        """What the properties of one CRM mean."""
        from contactable.connectors import mapping_of

        each = self.settings.connectors[name]
        shipped = mapping_of(each.type)
        return FactMapping.from_settings(each.mapping, crm=each.type, shipped=shipped, offers=self.offers.values())

    def reader(self, name: str) -> Reader:
        """Reads one CRM into the register."""
        mapping = self.mapping(name)
        settings = Settled(mapping.fingerprint, self._judging(), declared_by(self.declarations))
        given = (self.register, self.connectors[name], mapping, self.declarations, self.wordings, settings)
        return Reader(*given, look_back=lambda: self.look_back(name))

    @cached_property
    def look_back(self) -> LookBack:
        """What notices that the register went back in time."""
        from contactable.restoring import LookBack

        return LookBack(self)

    def desk(self, name: str) -> Desk:
        """What a worker needs to bring contacts of one CRM up to date."""
        from contactable.unsubscribing import can_unsubscribe

        mapping, reader, connector = self.mapping(name), self.reader(name), self.connectors[name]
        return Desk(
            register=self.register,
            connector=connector,
            judge=self.judge,
            refresh=reader.refresh,
            read_forms=reader.read_forms,
            next_calls=NextCalls(partial(call_sources, self), self.clock),
            link=self.link,
            clock=self.clock,
            language=self.settings.language,
            brake=self.settings.brake,
            unsubscribes=self.settings.connectors[name].unsubscribe and can_unsubscribe(connector),
            versions={
                "law": law_checked_on(),
                "mapping": mapping.fingerprint,
                "readings": str(self.judge.readings),
                "declarations": ", ".join(f"{each.name} {each.fingerprint}" for each in self.declarations),
            },
        )

    def link(self, subject: str) -> str:
        """The preference link of a record's subject; empty while no public address is set."""
        if not self.settings.public_url:
            return ""
        token = sign_mail_link(self.link_keys, LinkPurpose.PAGE, bytes.fromhex(subject))
        return f"{self.settings.public_url.rstrip('/')}/p/{token}"

    @cached_property
    def endpoints(self) -> dict[str, Endpoint]:
        """The senders' doors, by name."""
        return {name: self.endpoint(name) for name in self.settings.endpoints}

    def endpoint(self, name: str) -> Endpoint:
        """One sender's door; raises ``SettingsError`` naming it where its provider or a secret is missing."""
        from contactable.webhooks.receiver import Endpoint
        from contactable.webhooks.registry import find_provider
        from contactable.webhooks.request import Secrets

        each = self.settings.endpoints[name]
        try:
            provider, secrets = find_provider(each.provider), Secrets.from_settings(each.options, self.settings.secret)
        except SettingsError as error:
            raise SettingsError(f"[endpoints.{name}] {error}") from None
        return Endpoint(name, provider, secrets, each.connector, self.link_keys)

    @cached_property
    def service(self) -> Service:
        """What runs beside the web: workers, schedule, jobs."""
        from contactable.service import Service

        return Service(self)

    @cached_property
    def metrics(self) -> Blueprint:
        """``/metrics`` for Prometheus, apart from the public doors: for your own network alone."""
        from contactable.webhooks.metrics import Gauges, make_metrics

        return make_metrics(Gauges(self.doors.tally, lambda: self.register, self.clock))

    @cached_property
    def api(self) -> Blueprint:
        """The HTTP API, apart from the public doors: mount it under a prefix of its own."""
        from contactable.api import api_doors
        from contactable.console.api import make_api

        return make_api(api_doors(self))

    @cached_property
    def doors(self) -> Doors:
        """What the blueprint needs."""
        from contactable.webhooks.hooks import Doors
        from contactable.webhooks.knocks import Knocks

        if not self.settings.public_url:
            raise SettingsError("`public_url` is missing: senders sign over it, and links need it.")
        return Doors(
            endpoints=self.endpoints,
            register=lambda: self.register,
            public_url=self.settings.public_url,
            link_keys=self.link_keys,
            clock=self.clock,
            wake=self.service.wake,
            language=self.settings.language,
            begin=self.service.begin,
            refused=Knocks(lambda: self.register, self.clock).refused,
        )

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

    def _judging(self) -> str:
        """A fingerprint of all that decides beside a contact's own facts, as it stands today."""
        offers = [
            (each.offer, [sorted(terms or "") for _, terms in sorted(each.ties.items())], sorted(each.subscriptions))
            for each in self.offers.values()
        ]
        in_force = self.judge.in_force(paris_day(self.clock()))
        declared = sorted(each.fingerprint for each in self.declarations if each.name in in_force)
        listed = [repr(offers), repr(self.judge.readings), law_checked_on(), declared]
        return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]

    def _key(self, key: Key) -> tuple[str, bytes]:
        return key.id, self.settings.secret(key.secret)


def law_checked_on() -> str:
    """When the sources of the law were last checked: the version of the law behind a verdict."""
    return max(source.checked_on for source in SOURCES.values()).isoformat()


def identifier(
    *, email: str | None = None, phone: str | None = None, record: str | None = None
) -> tuple[IdentifierKind, str]:
    """The one identifier that was given, normalised; raises ``Malformed`` without quoting it."""
    given = [each for each in (email, phone, record) if each is not None]
    if len(given) != 1:
        raise Malformed("Name one of: an e-mail address, a phone number, a record.")
    if email is not None:
        read = read_email(email)
        if read is None:
            raise Malformed("The e-mail address is not well formed.")
        return IdentifierKind.EMAIL, read.text
    if phone is not None:
        number = read_phone(phone)
        if number is None:
            raise Malformed("The phone number is not possible; write it as +33639981234.")
        return IdentifierKind.PHONE, number.e164
    return IdentifierKind.RECORD, given[0]
