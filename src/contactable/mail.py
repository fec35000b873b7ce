"""Mail by SMTP: confirmation links, alerts, tests. The standard library's client, with TLS checked and a timeout."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage

from contactable.errors import SettingsError, Unavailable
from contactable.settings import MailSettings, Settings

PATIENCE = 20.0  # seconds


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one mail; raises ``SettingsError`` without ``[mail]``, ``Unavailable`` when the server does not take it."""
    mail = settings.mail
    if mail is None:
        raise SettingsError("This needs mail: add [mail] with host and sender.")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, to, subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    password = settings.secret(mail.password).decode() if mail.password else ""
    try:
        _deliver(mail, password, message)
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"The mail server {mail.host} did not take the mail ({type(error).__name__}).") from None


def _deliver(mail: MailSettings, password: str, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if mail.tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
    with server:
        if mail.tls == "starttls":
            server.starttls(context=context)
        if mail.user:
            server.login(mail.user, password)
        server.send_message(message)
