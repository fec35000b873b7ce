"""When a call begins, the agent is shown in one line whether the person may be called; and the tags for refusals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from msgspec.structs import replace

from contactable import Contactable
from contactable.agent_cards import line_for
from contactable.cli import Context
from contactable.commands.tags import command
from contactable.connectors.protocol import Level
from contactable.errors import Refused
from contactable.health import examine
from contactable.identifiers import IdentifierKind
from contactable.loading import load
from contactable.phone_tags import make_tags, tags_missing
from contactable.register import NewEntry, ledger, subjects
from contactable.register.testing import HandClock
from contactable.sandbox import HubSpotSandbox
from contactable.sandbox.phones import PAGE, AircallSandbox, serve_aircall

Make = Callable[..., Contactable]
NUMBER, OTHER = "+33639980001", "+33639980002"
SETTINGS = """
[endpoints.aircall]
provider = "aircall"
secret = "env:AIRCALL_KEY"
api_url = "URL"
api = { id = "env:AIRCALL_KEY", token = "env:AIRCALL_KEY" }
"""
AGREED = {"phone": NUMBER, "audience": "professional", "related_to_profession": "yes", "country": "FR"}
TOLD = {"informed": "yes", "source": "person", "last_contact_on": "2026-11-01"}


@pytest.fixture
def aircall(monkeypatch: pytest.MonkeyPatch) -> Iterator[AircallSandbox]:
    monkeypatch.setenv("AIRCALL_KEY", "a-key-of-nobody")
    with serve_aircall(AircallSandbox()) as account:
        yield account


@pytest.fixture
def make(make_kit: Make, aircall: AircallSandbox) -> Make:
    def make(language: str = "fr") -> Contactable:
        return speaking(language, make_kit(SETTINGS.replace("URL", aircall.url), clock=HandClock()))

    return make


def speaking(language: str, kit: Contactable) -> Contactable:
    kit.settings = replace(kit.settings, language=language)
    return kit


def oppose(kit: Contactable, on: str = "phone", **values: Any) -> None:
    def enter(tx: Any) -> None:
        subject = subjects.subject_for(tx, IdentifierKind.PHONE, NUMBER)
        ledger.record(tx, [NewEntry(kind="opposition", subject_id=subject, on=on, **values)])

    kit.register.write(enter)


NOVEMBER = {"occurred_at": datetime(2026, 11, 12, 9, tzinfo=UTC)}
LAST_YEAR = {"occurred_at": datetime(2025, 11, 12, 9, tzinfo=UTC)}


@pytest.mark.parametrize(("language", "on", "values", "line"), [
    ("fr", "phone", NOVEMBER, "NE PAS APPELER : opposition du 12/11"),
    ("fr", "all", NOVEMBER, "NE PAS APPELER : opposition du 12/11"),
    ("fr", "phone", LAST_YEAR, "NE PAS APPELER : opposition du 12/11/2025"),
    ("en", "phone", NOVEMBER, "DO NOT CALL: objected on 12/11"),
])  # fmt: skip
def test_who_objected_to_calls_is_not_called_and_the_line_says_since_when(
    make: Make, language: str, on: str, values: dict[str, Any], line: str
) -> None:
    kit = make(language)
    oppose(kit, on, **values)

    assert line_for(kit, NUMBER) == line


def test_a_number_that_nobody_knows_is_not_called(make: Make) -> None:
    assert line_for(make(), NUMBER) == "NE PAS APPELER : numéro inconnu"


@pytest.mark.parametrize(("facts", "line"), [
    ({}, "Peut être appelé : professionnel informé, offre liée à son métier"),
    ({"audience": "consumer"}, "NE PAS APPELER : consentement nécessaire"),
])  # fmt: skip
def test_the_line_tells_why_a_contact_may_or_may_not_be_called(
    connect: Make, aircall: AircallSandbox, facts: dict[str, str], line: str
) -> None:
    with HubSpotSandbox([{**AGREED, **TOLD, **facts}]) as crm:
        kit = speaking("fr", connect(crm, clock=HandClock()))
        load(kit, "hubspot")

        assert line_for(kit, NUMBER) == line


def ring(kit: Contactable, id: int = 7, said: str = "call.created", direction: str = "outbound") -> float:
    """Have Aircall tell of a call that begins; return when it did."""
    call = {"id": id, "raw_digits": "+33 6 39 98 00 01", "direction": direction, "tags": [], "comments": []}
    body = {"event": said, "timestamp": 1795510000, "token": "a-key-of-nobody", "data": call}
    web = Flask("web")
    web.register_blueprint(kit.blueprint)
    begun = time.monotonic()
    assert web.test_client().post("/hooks/aircall", json=body).status_code == 200
    return begun


def becomes(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_the_card_of_a_call_that_begins_reaches_the_agents_phone(make: Make, aircall: AircallSandbox) -> None:
    kit = make()
    oppose(kit, "phone", occurred_at=NOVEMBER["occurred_at"])

    ring(kit)

    assert becomes(lambda: "7" in aircall.cards)
    assert [line for _, line in aircall.cards["7"]] == ["NE PAS APPELER : opposition du 12/11"]


@pytest.mark.parametrize(("said", "direction"), [("call.answered", "outbound"), ("call.created", "inbound")])
def test_no_card_is_shown_twice_or_to_whoever_is_called(
    make: Make, aircall: AircallSandbox, said: str, direction: str
) -> None:
    kit = make()

    ring(kit, 8, said, direction)
    ring(kit, 9)

    assert becomes(lambda: "9" in aircall.cards)
    assert list(aircall.cards) == ["9"]


def test_a_phone_system_that_refuses_a_card_still_shows_the_next(make: Make, aircall: AircallSandbox) -> None:
    kit = make()
    aircall.script.append(404)  # the call is over

    ring(kit, 1)
    assert becomes(lambda: not aircall.script)
    ring(kit, 2)

    assert becomes(lambda: list(aircall.cards) == ["2"])


def test_the_two_tags_are_made_once_and_others_are_left_alone(make: Make, aircall: AircallSandbox) -> None:
    aircall.tags += [f"t{n}" for n in range(PAGE)] + ["NE PLUS APPELER"]
    kit = make()

    made = [make_tags(kit, "aircall"), make_tags(kit, "aircall")]

    assert made == [["Ne plus contacter"], []]
    assert aircall.tags[-1] == "Ne plus contacter"


def tag_findings(kit: Contactable) -> list[Level]:
    return [each.level for each in examine(kit) if each.what.startswith("aircall: the tags")]


def test_doctor_is_red_until_both_tags_are_there(make: Make) -> None:
    kit = make()
    before = tag_findings(kit)
    make_tags(kit, "aircall")

    assert (before, tag_findings(kit)) == ([Level.ERROR], [Level.OK])


def test_a_key_without_its_rights_is_said_to_be_refused(make: Make, aircall: AircallSandbox) -> None:
    aircall.script += [403, 403]
    kit = make()

    with pytest.raises(Refused, match="aircall answers 403"):
        tags_missing(kit, "aircall")
    assert [each.mend for each in examine(kit) if each.what == "not looked at"] == ["aircall answers 403."]


def test_the_command_only_says_what_is_missing_when_it_is_asked_to(
    make: Make, aircall: AircallSandbox, tmp_path: Path
) -> None:
    make()
    settings = tmp_path / "contactable.toml"
    settings.write_text('public_url = "https://crm.example.com"\n' + SETTINGS.replace("URL", aircall.url))
    told = []
    for options in (["--dry-run", "--json"], ["--json"], ["--json"]):
        result = CliRunner().invoke(command, options, obj=Context(settings))
        told.append(json.loads(result.stdout)["aircall"])

    assert told == [["Ne plus appeler", "Ne plus contacter"], ["Ne plus appeler", "Ne plus contacter"], []]
