"""Mail goes out over a real SMTP conversation with a server on loopback."""

from collections.abc import Callable
from typing import Any

import pytest

from contactable import Contactable
from contactable.connectors.protocol import Level
from contactable.errors import SettingsError, Unavailable
from contactable.health import examine
from contactable.mail import send

SETTINGS = """
[mail]
host = "127.0.0.1"
port = {port}
sender = "prospection@example.com"
tls = "none"
test_to = "somebody@example.org"
"""


def test_a_mail_arrives_and_says_that_a_machine_sent_it(
    make_kit: Callable[..., Contactable], mailbox: tuple[Any, int]
) -> None:
    box, port = mailbox
    kit = make_kit(SETTINGS.format(port=port))

    send(kit.settings, "somebody@example.org", "Objet accentué", "Bonjour\n")

    (message,) = box.messages
    assert message["To"] == "somebody@example.org"
    assert message["Auto-Submitted"] == "auto-generated"


def test_doctor_sends_a_test_mail(make_kit: Callable[..., Contactable], mailbox: tuple[Any, int]) -> None:
    box, port = mailbox
    kit = make_kit(SETTINGS.format(port=port))

    findings = {finding.what: finding.level for finding in examine(kit)}

    assert findings["mail (a test was sent)"] is Level.OK
    assert len(box.messages) == 1


def test_what_needs_mail_and_has_none_says_so(make_kit: Callable[..., Contactable]) -> None:
    kit = make_kit()

    with pytest.raises(SettingsError, match=r"\[mail\]"):
        send(kit.settings, "somebody@example.org", "x", "x")


def test_a_mail_server_that_is_down_is_said_without_the_address(make_kit: Callable[..., Contactable]) -> None:
    kit = make_kit(SETTINGS.format(port=9))

    with pytest.raises(Unavailable) as failed:
        send(kit.settings, "somebody@example.org", "x", "x")

    assert "somebody" not in str(failed.value)
