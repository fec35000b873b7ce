"""Nothing happens but time: over midnight, and over the day on which calling consumers turned to opt-in."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from contactable import Contactable
from contactable.loading import load
from contactable.register.testing import HandClock
from contactable.rules.calendar import PARIS
from contactable.sandbox import HubSpotSandbox

TOLD = {
    "email": "camille@example.com",
    "mobilephone": "+33639980001",
    "country": "FR",
    "audience": "consumer",
    "informed": "yes",
    "bloctel": "no",
    "last_contact_on": "2026-01-05",
}
AGREED = {
    **TOLD,
    "consent_phone_on": "2026-03-02",
    "consent_phone_act": "positive",
    "consent_phone_to": "us",
    "consent_phone_proof": "yes",
    "consent_phone_complete": "yes",
}
SETTINGS = """
[connectors.hubspot]
type = "hubspot"
token = "env:HUBSPOT_TOKEN"
base_url = "{url}"
"""


def in_paris(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(PARIS))


@pytest.fixture
def serve(make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    kits = []

    def start(crm: HubSpotSandbox, clock: HandClock) -> None:
        monkeypatch.setenv("HUBSPOT_TOKEN", crm.token)
        kit = make_kit(SETTINGS.format(url=crm.url), clock=clock)
        kits.append(kit)
        load(kit, "hubspot")
        kit.service.start()

    yield start
    for kit in kits:
        kit.service.stop()


def reason_becomes(crm: HubSpotSandbox, expected: str, seconds: float = 20) -> bool:
    (id,) = crm.portal.contacts.by_id
    end = time.monotonic() + seconds
    while crm.contact(id).properties["contactable_phone_reason"] != expected and time.monotonic() < end:
        time.sleep(0.05)
    return crm.contact(id).properties["contactable_phone_reason"] == expected


@pytest.mark.parametrize(
    ("person", "before", "first", "after", "then"),
    [
        (TOLD, "2026-08-10T12:00", "information_given", "2026-08-11T00:06", "consent_required"),
        (AGREED, "2027-03-01T12:00", "consent", "2027-03-02T00:06", "consent_expired"),
    ],
    ids=["over 11 August 2026", "over the midnight on which a consent ends"],
)
def test_a_property_changes_when_its_day_comes_and_nothing_else_happens(
    serve: Callable[..., None], person: dict[str, str], before: str, first: str, after: str, then: str
) -> None:
    clock = HandClock(in_paris(before))
    with HubSpotSandbox([person]) as crm:
        serve(crm, clock)
        assert reason_becomes(crm, first)

        clock.now = in_paris(after)

        assert reason_becomes(crm, then)
