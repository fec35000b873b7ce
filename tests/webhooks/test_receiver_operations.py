"""What operators do with the inbox: list, look, read again, take mail, enter spreadsheets of 33700; incidents."""

from __future__ import annotations

import json
import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.installing import install

from contactable import Contactable
from contactable.cli import WAITS_FOR_A_PERSON, group
from contactable.register import inbox
from contactable.replaying import replay
from contactable.rules import Reason
from contactable.settings import load
from contactable.webhooks.incidents import incidents_of
from contactable.webhooks.receiver import Endpoint, receive
from contactable.webhooks.registry import find_provider
from contactable.webhooks.request import Request, Secrets

FIXTURES = Path(__file__).parent / "fixtures"
SETTINGS = """
public_url = "https://crm.example.com"
[endpoints.sender]
provider = "generic"
path_secret = "env:PATH_SECRET"
[endpoints.sender.fields]
email = "who"
event = "what"
"""
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
REPORTS = "canal;numero;emetteur;ref_client;nb;date\nsms;0639980001;SHOP;noel;1;24/11/2026 09:00\n"
INCIDENT = "sms;;SHOP;noel;3;24/11/2026 09:00\n"
SPOILT = "sms;3,36E+10;SHOP;noel;1;24/11/2026 09:00\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with an empty register."""
    monkeypatch.setenv("PATH_SECRET", "a-long-path-secret")
    install(tmp_path, SETTINGS).close()
    return tmp_path


@pytest.fixture
def kit(folder: Path) -> Iterator[Contactable]:
    """The kit on it."""
    made = Contactable(load(folder / "contactable.toml"))
    yield made
    made.close()


def run(folder: Path, *arguments: str, input: bytes | None = None) -> Result:
    """What a command answers."""
    return CliRunner().invoke(group, ["--settings", str(folder / "contactable.toml"), *arguments], input=input)


def arrive(kit: Contactable, body: bytes, endpoint: str = "sender") -> None:
    """A delivery to the endpoint, as its sender makes it."""
    request = Request(body, NOW, path_secret="a-long-path-secret", options=kit.endpoints[endpoint].secrets.options)
    assert receive(kit.endpoints[endpoint], request, kit.doors.keep).status == 200


def listed(folder: Path, *options: str) -> list[dict[str, Any]]:
    """The lines of ``inbox list``."""
    found: list[dict[str, Any]] = json.loads(run(folder, "inbox", "list", "--json", *options).stdout)
    return found


def test_a_delivery_that_could_not_be_read_is_listed_and_shown_without_its_persons(
    kit: Contactable, folder: Path
) -> None:
    arrive(kit, b'{"who": "lou@example.com", "what": "unsubscribe", "cut')

    (line,) = listed(folder, "--state", "unreadable")
    shown = run(folder, "inbox", "show", line["id"])

    assert (line["endpoint"], line["provider"], line["state"]) == ("sender", "generic", "unreadable")
    assert "lou@example.com" not in shown.output
    assert "lou@example.com" in run(folder, "inbox", "show", line["id"], "--raw").stdout


def test_a_delivery_is_read_again_after_its_field_map_was_mended(kit: Contactable, folder: Path) -> None:
    arrive(kit, b'{"recipient": "lou@example.com", "what": "unsubscribe"}')
    (line,) = listed(folder)
    path = folder / "contactable.toml"
    path.write_text(path.read_text().replace('"who"', '"recipient"'))

    result = run(folder, "inbox", "replay", line["id"])

    assert (line["state"], result.exit_code, result.stderr.strip()) == ("unreadable", 0, "1 done")
    assert kit.may_contact("email", email="lou@example.com").reason is Reason.OPPOSITION


def test_a_delivery_that_was_entered_has_no_effect_when_it_is_read_again(kit: Contactable) -> None:
    arrive(kit, b'{"who": "lou@example.com", "what": "unsubscribe"}')
    with kit.register.read() as tx:
        ids = [each.id for each in inbox.deliveries(tx)]

    notes = [replay(kit, ids), replay(kit, ids)]

    assert notes == ["1 done", "1 done"]


def test_a_query_is_kept_sealed_so_that_senders_by_get_can_be_read_again(kit: Contactable) -> None:
    endpoint = Endpoint("ovh", find_provider("smsmode"), Secrets.from_settings({"path_secret": "x"}, lambda name: b"s"))
    query = (FIXTURES / "smsmode" / "stop.query.txt").read_text().strip()
    request = Request(b"", NOW, "GET", f"https://crm.example.com/hooks/ovh?{query.partition('?')[2] or query}", {}, "s")
    assert receive(endpoint, request, kit.doors.keep).status == 200

    with kit.register.read() as tx:
        (delivery,) = inbox.deliveries(tx)

    assert delivery.state == inbox.DONE
    assert replay(kit, [delivery.id]) == "1 done"


@pytest.mark.parametrize("kind", ["mbox", "maildir", "eml", "stdin"])
def test_mail_of_any_kind_of_mailbox_closes_email_once(kind: str, kit: Contactable, folder: Path) -> None:
    raw = (FIXTURES / "arf" / "abuse.eml").read_bytes()
    source, input = mailbox_of(kind, folder, raw)

    first = run(folder, "mail", "import", source, input=input)
    again = run(folder, "mail", "import", source, input=input)

    assert first.stderr.strip() == "1 messages: 1 entered, 0 known, 0 unresolved"
    assert again.stderr.strip() == "1 messages: 0 entered, 1 known, 0 unresolved"


def mailbox_of(kind: str, folder: Path, raw: bytes) -> tuple[str, bytes | None]:
    """One message in a mailbox of that kind: its path, and what comes on standard input."""
    path = folder / kind
    if kind == "stdin":
        return "-", raw
    if kind == "eml":
        path.write_bytes(raw)
        return str(path), None
    box: mailbox.Mailbox[Any] = mailbox.mbox(path) if kind == "mbox" else mailbox.Maildir(path)
    box.add(raw)
    box.close()
    return str(path), None


def test_a_spreadsheet_of_reports_is_looked_at_first_and_then_entered_once(kit: Contactable, folder: Path) -> None:
    (folder / "reports.csv").write_text(REPORTS + INCIDENT + SPOILT)
    command = ("inbox", "import33700", str(folder / "reports.csv"))

    looked, entered, again = run(folder, *command), run(folder, *command, "--yes"), run(folder, *command, "--yes")
    afterwards = json.loads(run(folder, *command, "--json").stdout)

    assert looked.exit_code == WAITS_FOR_A_PERSON
    assert "1 oppositions, 1 incidents without a number, 1 lines refused" in looked.stderr
    assert "0 are known already, 1 carried by no contact of a CRM" in looked.stderr
    assert (afterwards["oppositions"], afterwards["known"], afterwards["unmatched"]) == (1, 1, 1)
    assert "refused: line 4:" in looked.stderr
    assert "1 entered, 0 known" in entered.stderr
    assert "0 entered, 1 known" in again.stderr
    assert kit.may_contact("sms", phone="+33639980001").reason is Reason.OPPOSITION


def test_reports_without_a_number_are_counted_by_sender_campaign_and_day(kit: Contactable, folder: Path) -> None:
    (folder / "reports.csv").write_text(REPORTS + INCIDENT)

    for _ in range(2):
        run(folder, "inbox", "import33700", str(folder / "reports.csv"), "--yes")

    with kit.register.read() as tx:
        found = [(each.sender, each.campaign, each.count) for each in incidents_of(tx, NOW.date())]
    assert found == [("SHOP", "noel", 3)]
