"""Mail goes out over a real SMTP conversation with a server on loopback."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

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


class Mailbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    found = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield found, port
    finally:
        controller.stop()


def test_a_mail_arrives_and_says_that_a_machine_sent_it(
    make_kit: Callable[..., Contactable], mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    kit = make_kit(SETTINGS.format(port=port))

    send(kit.settings, "somebody@example.org", "Objet accentué", "Bonjour\n")

    (message,) = box.messages
    assert message["To"] == "somebody@example.org"
    assert message["Auto-Submitted"] == "auto-generated"


def test_doctor_sends_a_test_mail(make_kit: Callable[..., Contactable], mailbox: tuple[Mailbox, int]) -> None:
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
