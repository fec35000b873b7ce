"""The four things that happen in the demonstration, each over real HTTP, with the body of the real sender."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from contactable.demo.stage import Stage
from contactable.errors import ContactableError
from contactable.identifiers import IdentifierKind, mask_email, mask_phone
from contactable.register import subjects
from contactable.rules import Channel
from contactable.sandbox import senders
from contactable.webhooks.oneclick import unsubscribe_url

PATIENCE = 20.0  # seconds until a property must have changed
LOOK = 0.002  # seconds between two looks
Properties = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens: what people read, which channels it closes, whom it needs, and the request."""

    title: str
    closes: tuple[Channel, ...]
    needs: str  # the property by which the sender names the person, "" for the record itself
    request: Callable[[Stage, str, Properties], senders.Sent]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an act: on whom (masked), what changed on the CRM, and the milliseconds from POST to property.

    ``began`` is when it was posted (``time.monotonic``).
    """

    act: Act
    contact: str
    who: str
    changed: dict[str, tuple[str, str]]
    milliseconds: float
    began: float


def _tick(stage: Stage, id: str, properties: Properties) -> senders.Sent:
    stage.crm.as_person(id, {"contactable_oppose": "calls"})
    secret = stage.secret("hubspot.secret")
    return senders.hubspot_change(f"{stage.url}/hooks/hubspot", secret, id, "contactable_oppose", "calls")


def _stop(stage: Stage, id: str, properties: Properties) -> senders.Sent:
    return senders.twilio_stop(f"{stage.url}/hooks/twilio", stage.secret("twilio.token"), properties["mobilephone"])


def _one_click(stage: Stage, id: str, properties: Properties) -> senders.Sent:
    with stage.kit.register.read() as tx:
        subject = subjects.find_subject(tx, IdentifierKind.RECORD, f"hubspot:{id}")
    return senders.one_click(unsubscribe_url(stage.url, stage.kit.link_keys, subject or ""))


def _report(stage: Stage, id: str, properties: Properties) -> senders.Sent:
    secret = stage.secret("reports.secret")
    return senders.report_33700(f"{stage.url}/reports/33700", secret, properties["mobilephone"])


STOP = Act("STOP in answer to an SMS (Twilio)", (Channel.SMS,), "mobilephone", _stop)
ACTS = (
    Act("A salesperson ticks “calls” in HubSpot", (Channel.PHONE, Channel.ROBOCALL), "", _tick),
    STOP,
    Act("One-click unsubscribe from an e-mail", (Channel.EMAIL,), "email", _one_click),
    Act("An SMS reported to 33700", (Channel.SMS,), "mobilephone", _report),
)


def perform(stage: Stage, act: Act, used: Iterable[str]) -> Done:
    """Let it happen to somebody who can be approached there, and wait until the CRM shows it."""
    id, before = _somebody(stage, act, set(used))
    request = act.request(stage, id, before)
    began = time.monotonic()
    answer = senders.post(request)
    if answer.status_code != 200:
        raise ContactableError(f"{act.title}: the kit answered {answer.status_code}.")
    after = _wait(stage, act, id, began)
    milliseconds = (time.monotonic() - began) * 1000
    changed = {name: (before.get(name, ""), value) for name, value in after.items() if before.get(name, "") != value}
    return Done(act, id, _masked(before), changed, milliseconds, began)


def _somebody(stage: Stage, act: Act, used: set[str]) -> tuple[str, Properties]:
    numbers = [contact["mobilephone"] for contact in _everybody(stage).values() if contact.get("mobilephone")]
    for id, properties in _everybody(stage).items():
        reachable = properties.get(f"contactable_{act.closes[0]}") == "allowed"
        own = numbers.count(properties.get("mobilephone", "")) <= 1  # nobody else with that number
        if id not in used and reachable and own and (not act.needs or properties.get(act.needs)):
            return id, properties
    raise ContactableError(f"{act.title}: nobody can be approached there.")


def _everybody(stage: Stage) -> dict[str, Properties]:
    return {str(id): dict(contact.properties) for id, contact in stage.crm.portal.contacts.by_id.items()}


def _wait(stage: Stage, act: Act, id: str, began: float) -> Properties:
    while time.monotonic() - began < PATIENCE:
        properties = dict(stage.crm.contact(id).properties)
        if all(properties.get(f"contactable_{channel}_reason") == "opposition" for channel in act.closes):
            return {name: value for name, value in properties.items() if name.startswith("contactable_")}
        time.sleep(LOOK)
    raise ContactableError(f"{act.title}: the CRM does not show it after {PATIENCE:.0f} seconds.")


def _masked(properties: Properties) -> str:
    return mask_email(properties["email"]) if properties.get("email") else mask_phone(properties["mobilephone"])
