"""An opposition reaches the CRM's own opt-out of each channel that it has, and is known again there as ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec import structs

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.register import NewEntry, Tx, annulling, ledger, outbox, subjects
from contactable.rules import Channel, Reason
from contactable.sandbox import brevo, espocrm, odoo, salesforce, sellsy
from contactable.sandbox.front import Manner, SmallCrm

EMAIL, NUMBER = "camille@example.com", "+33639980111"
Make = Callable[..., Contactable]


@dataclass(frozen=True)
class Kind:
    """A CRM of the sandbox: its person, the channels it can be told of, and how an opt-out is taken back in it."""

    manner: Manner
    person: Mapping[str, Any]
    channels: tuple[str, ...]
    lift: Callable[[SmallCrm, str, str], object]
    options: str = ""


def _unlist(crm: SmallCrm, id: str, channel: str) -> None:
    for row in crm.own.rows[{"email": "mail.blacklist", "sms": "phone.blacklist"}[channel]]:
        row |= {"active": False, "at": crm.clock()}


def _opt_in(crm: SmallCrm, id: str, channel: str) -> None:
    crm.own.opted_out.clear()
    crm.contacts.change(id, {"doNotCall": False})


def _set(name: str) -> Callable[[SmallCrm, str, str], object]:
    return lambda crm, id, channel: crm.contacts.change(id, {name: False})


KINDS = {
    "brevo": Kind(
        brevo.MANNER, {"email": EMAIL, "SMS": NUMBER[1:]}, ("sms",), _set("smsBlacklisted"), "requests_per_s = 1000"
    ),
    "odoo": Kind(odoo.MANNER, {"email": EMAIL, "phone": NUMBER}, ("sms",), _unlist),
    "espocrm": Kind(espocrm.MANNER, {"emailAddress": EMAIL, "phoneNumber": NUMBER}, ("sms", "phone"), _opt_in),
    "sellsy": Kind(
        sellsy.MANNER,
        {"email": EMAIL, "mobile_number": NUMBER},
        ("sms", "phone", "post"),
        lambda crm, id, channel: crm.contacts.change(id, {"marketing_campaigns_subscriptions": None}),
        "requests_per_s = 1000",
    ),
    "salesforce": Kind(salesforce.MANNER, {"Email": EMAIL, "MobilePhone": NUMBER}, ("phone",), _set("DoNotCall")),
}
CASES = [(name, channel) for name, kind in KINDS.items() for channel in kind.channels]


@dataclass(frozen=True)
class Stage:
    """One CRM with one person, and the kit beside it."""

    kind: Kind
    crm: SmallCrm
    kit: Contactable
    channel: str

    @property
    def id(self) -> str:
        return next(iter(self.crm.contacts.by_id))

    @property
    def out_of(self) -> set[str]:
        channels = self.kit.connectors["crm"].capabilities.opt_out
        return {each for each in channels if self.crm.is_opted_out(self.id, each)}

    @property
    def reason(self) -> Reason:
        return self.kit.verdicts(email=EMAIL)[Channel(self.channel)].reason

    def object(self, on: str = "") -> str:
        """Enter an opposition of the person to the channel; give its entry."""

        def enter(tx: Tx) -> str:
            kind = IdentifierKind.EMAIL if on == "all" or self.channel == "post" else IdentifierKind.PHONE
            subject = subjects.subject_for(tx, kind, EMAIL if kind is IdentifierKind.EMAIL else NUMBER)
            told = NewEntry(kind="opposition", subject_id=subject, origin="import", time_quality="arrival")
            (entry,) = ledger.record(tx, [structs.replace(told, on=on or self.channel)])
            outbox.stale_for(tx, [subject], urgent=True)
            assert entry is not None
            return entry.id

        made = self.kit.register.write(enter)
        drain(self.kit, "crm")
        return made

    def read_all(self) -> None:
        load(self.kit, "crm", full=True)
        self.kit.reader("crm").sync_consents()


@pytest.fixture
def stage_on(make_kit: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Stage]]:
    crms = []

    def stage(name: str, channel: str, more: str = "") -> Stage:
        kind = KINDS[name]
        crm = SmallCrm(kind.manner, [kind.person], limits={})
        crm.start()
        crms.append(crm)
        options = []
        for option, value in crm.access.items():
            if option not in ("base_url", "login_url"):
                monkeypatch.setenv(f"CRM_{option.upper()}", value)
                value = f"env:CRM_{option.upper()}"
            options.append(f'{option} = "{value}"')
        lines = "\n".join(["[connectors.crm]", f'type = "{name}"', *options, kind.options, more])
        kit = make_kit(f"{lines}\n")
        load(kit, "crm")
        return Stage(kind, crm, kit, channel)

    yield stage
    for crm in crms:
        crm.stop()


@pytest.fixture(params=CASES, ids=lambda case: "-".join(case))
def stage(request: pytest.FixtureRequest, stage_on: Callable[..., Stage]) -> Stage:
    return stage_on(*request.param)


def test_an_opposition_is_written_as_the_opt_out_of_its_channel_alone(stage: Stage) -> None:
    stage.object()

    assert stage.reason is Reason.OPPOSITION
    assert stage.out_of == {stage.channel}


def test_an_opposition_to_everything_is_written_on_every_channel_that_there_is(stage: Stage) -> None:
    stage.object("all")

    assert stage.out_of == set(stage.kit.connectors["crm"].capabilities.opt_out)


def test_our_own_opt_out_is_no_new_opposition_and_a_person_is_told_to_lift_it(stage: Stage) -> None:
    entry = stage.object()
    stage.read_all()

    annulled = stage.kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))
    stage.read_all()

    assert stage.out_of == {stage.channel}
    assert stage.reason is not Reason.OPPOSITION
    assert [(each.target, each.channel) for each in annulled.by_hand] == [("crm:opt_out", stage.channel)]


def test_what_the_person_left_in_the_crm_stays_a_fact_of_its_own(stage: Stage) -> None:
    stage.crm.opt_out(stage.id, stage.channel)
    stage.read_all()
    entry = stage.object()

    stage.kit.register.write(lambda tx: annulling.annul(tx, entry_id=entry, reason="a mistake", by="me"))
    stage.read_all()

    assert stage.reason is Reason.OPPOSITION


def test_an_opt_out_that_somebody_lifted_is_not_written_again(stage: Stage) -> None:
    stage.object()
    stage.read_all()
    stage.kind.lift(stage.crm, stage.id, stage.channel)

    stage.read_all()
    stage.read_all()

    assert stage.out_of == set()
    assert stage.reason is Reason.OPPOSITION


def test_a_new_opposition_after_it_was_lifted_is_written_again(stage: Stage) -> None:
    stage.object()
    stage.read_all()
    stage.kind.lift(stage.crm, stage.id, stage.channel)
    stage.read_all()

    stage.object()

    assert stage.out_of == {stage.channel}


def test_nothing_is_written_where_the_settings_say_no(stage_on: Callable[..., Stage]) -> None:
    stage = stage_on("espocrm", "phone", "unsubscribe = false")

    stage.object()

    assert (stage.out_of, stage.reason) == (set(), Reason.OPPOSITION)


def test_who_has_no_number_is_left_alone_and_nothing_waits(stage_on: Callable[..., Stage]) -> None:
    stage = stage_on("odoo", "sms")
    stage.crm.contacts.change(stage.id, {"phone": None})
    stage.read_all()

    stage.object("all")

    with stage.kit.register.read() as tx:
        assert outbox.pending(tx) == {}
    assert stage.out_of == {"email"}
