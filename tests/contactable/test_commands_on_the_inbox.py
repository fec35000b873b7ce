"""Commands about what senders sent: wrong input is said with its exit code, and nothing of it is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from werkzeug import Request, Response
from werkzeug.test import create_environ

from contactable import Contactable
from contactable.cli import group
from contactable.errors import ContactableError
from contactable.register import inbox
from contactable.sandbox.loopback import served
from contactable.webhooks.hooks import hook

Make = Callable[..., Contactable]
Run = Callable[..., Result]
SETTINGS = """public_url = "https://crm.example.com/contactable"
[endpoints.mailbox]
provider = "arf"
path_secret = "env:KEY"
[endpoints.reports]
provider = "report33700"
secret = "env:REPORTS_SECRET"
[endpoints.pushes]
provider = "brevo"
path_secret = "env:KEY"
[endpoints.dead]
provider = "smspartner"
path_secret = "env:KEY"
api_url = "DEAD"
api = { key = "env:KEY" }
[endpoints.partner]
provider = "smspartner"
path_secret = "env:KEY"
api_url = "URL"
api = { key = "env:KEY" }
"""
ROWS = "numero_signalant;emetteur;canal\n0639980001;MABRAND;sms\n0639980002;MABRAND;fax\n"


def answer(request: Request) -> Response:
    """A list that nobody is on, or an API that refuses."""
    if "dead" in request.path:
        return Response(status=401)
    return Response('{"data": []}', content_type="application/json")


@pytest.fixture
def run(make_kit: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command on a register of its own."""
    monkeypatch.setenv("KEY", "a-key-of-nobody-0123456789abcdef")
    make_kit().close()
    with served(answer) as url:
        (tmp_path / "contactable.toml").write_text(SETTINGS.replace("DEAD", f"{url}/dead").replace("URL", url))
        settings = ("--settings", str(tmp_path / "contactable.toml"))
        yield lambda *words, input=b"": CliRunner().invoke(group, [*settings, *words], input=input)


def code(result: Result) -> int:
    """Its exit code, as the command line ends with it."""
    error = result.exception
    return error.exit_code if isinstance(error, ContactableError) else result.exit_code


def said(result: Result) -> str:
    """What it told people."""
    return f"{result.stderr}{result.exception}"


def kept(make_kit: Make) -> dict[str, int]:
    """The deliveries, by state."""
    with make_kit().register.read() as tx:
        return inbox.counts(tx)


@pytest.mark.parametrize("piped", [b"", b"\n\n"])
def test_no_mail_on_standard_input_is_an_error_and_keeps_nothing(run: Run, piped: bytes, make_kit: Make) -> None:
    result = run("mail", "import", "-", input=piped)

    assert (code(result), "standard input" in said(result)) == (2, True)
    assert kept(make_kit) == {}


def test_a_folder_or_a_file_that_holds_no_mail_is_said(run: Run, tmp_path: Path, make_kit: Make) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.mbox").touch()

    folder, empty = (run("mail", "import", str(tmp_path / name)) for name in ("folder", "empty.mbox"))

    assert (code(folder), "maildir" in said(folder)) == (2, True)
    assert (code(empty), "is empty" in said(empty)) == (2, True)
    assert kept(make_kit) == {}


def test_no_reply_on_standard_input_is_an_error(run: Run) -> None:
    assert code(run("inbox", "read-reply")) == 2


def test_a_sender_that_fails_keeps_nobody_from_reading_the_other_lists(run: Run) -> None:
    result = run("poll")

    assert code(result) == 4
    assert "dead: dead answers 401" in result.stderr
    assert "partner: 0 entered" in result.stderr


@pytest.mark.parametrize(("endpoint", "expected"), [("pushes", 3), ("nosuch", 3), ("reports", 2), ("partner", 0)])
def test_a_list_that_was_asked_for_and_cannot_be_read_is_a_failure(run: Run, endpoint: str, expected: int) -> None:
    assert code(run("poll", endpoint)) == expected


def test_a_delivery_that_is_not_there_is_said_and_one_that_stays_unreadable_too(run: Run, make_kit: Make) -> None:
    path = "/hooks/brevo/a-key-of-nobody-0123456789abcdef"
    kit = make_kit('[endpoints.brevo]\nprovider = "brevo"\npath_secret = "env:KEY"')
    hook(kit.doors, create_environ(path, method="POST", data=b"{"), "brevo", path.rpartition("/")[2], path)
    with kit.register.read() as tx:
        (delivery,) = inbox.deliveries(tx, inbox.UNREADABLE, limit=5)
    kit.close()

    assert code(run("inbox", "replay", "nosuch")) == 2
    assert code(run("inbox", "replay", delivery.id, "--endpoint", "brevo")) == 2
    assert code(run("inbox", "replay", delivery.id)) == 1
    assert "1 deliveries could not be read, or name nobody" in " ".join(run("status").stdout.split())


def test_reports_to_33700_may_be_looked_at_without_entering_any(run: Run, tmp_path: Path, make_kit: Make) -> None:
    bad, good, empty = (tmp_path / f"{name}.csv" for name in ("bad", "good", "empty"))
    bad.write_text(ROWS, encoding="utf-8")
    good.write_text(ROWS.rpartition("\n06")[0], encoding="utf-8")
    empty.touch()

    results = [run("inbox", "import33700", str(file), "--dry-run") for file in (bad, good, empty)]

    assert [code(result) for result in results] == [1, 0, 2]
    assert "1 oppositions" in results[0].stderr
    assert "line 3" in results[0].stderr
    assert "The file is empty" in said(results[2])
    assert code(run("inbox", "import33700", str(good))) == 6
    assert code(run("inbox", "import33700", str(good), "--dry-run", "--yes")) == 2
    assert kept(make_kit) == {}


def test_times_in_json_are_written_as_iso_8601_writes_them(run: Run) -> None:
    run("mail", "import", "-", input=b"From: ada@example.com\n\nHello\n")

    heard = json.loads(run("status", "--json").stdout)["senders"]["mailbox"]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", heard)
