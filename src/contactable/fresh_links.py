"""Sending a fresh link of the pages: to an address by ``[mail]``, to a number through the hook of ``[sms]``.

The hook is a POST of ``{"to": "+33…", "text": "…"}`` to an address of your own, signed as a Standard Webhook: whatever
sends your text messages takes it from there. Any answer of success counts as taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import uuid4

import msgspec

from contactable.errors import SettingsError, Unavailable
from contactable.identifiers import IdentifierKind
from contactable.mail import send
from contactable.rules.labels import Language
from contactable.signing import sign_standard_webhook
from contactable.transport import make_session

if TYPE_CHECKING:
    from contactable.kit import Contactable

PATIENCE: Final = 10.0  # seconds
_MAILS: Final = {
    "fr": (
        "Votre lien",
        "Bonjour,\n\nVoici le lien que vous avez demandé pour voir vos accords, en télécharger la preuve ou les "
        "modifier{company}. Il sert une fois, pendant quinze minutes :\n\n{url}\n\n"
        "Si vous n'avez rien demandé, ne faites rien : rien ne change.\n",
    ),
    "en": (
        "Your link",
        "Hello,\n\nThis is the link that you asked for, to see your consents, download their proof, or change "
        "them{company}. It works once, for fifteen minutes:\n\n{url}\n\n"
        "If you did not ask for it, do nothing: nothing changes.\n",
    ),
}
_SHORT: Final = {
    "fr": "{company}votre lien, valable une fois et 15 minutes : {url}",
    "en": "{company}your link, good once and for 15 minutes: {url}",
}


def send_link(kit: Contactable, kind: IdentifierKind, text: str, url: str, language: Language) -> None:
    """Send a link to an address or a number; raises ``Unavailable`` when it was not taken."""
    company = kit.settings.pages.company
    if kind is IdentifierKind.PHONE:
        _hand_over(kit, text, _SHORT[language].format(company=f"{company} : " if company else "", url=url))
        return
    subject, words = _MAILS[language]
    send(kit.settings, text, subject, words.format(company=f" ({company})" if company else "", url=url))


def _hand_over(kit: Contactable, number: str, text: str) -> None:
    sms = kit.settings.sms
    if sms is None:
        raise SettingsError("A link to a number needs [sms] with url and secret.")
    body = msgspec.json.encode({"to": number, "text": text})
    signed = sign_standard_webhook(kit.settings.secret(sms.secret), f"msg_{uuid4().hex}", kit.clock(), body)
    headers = {**signed, "Content-Type": "application/json"}
    with make_session() as session:
        try:
            answer = session.post(sms.url, body, headers=headers, timeout=PATIENCE)
        except OSError as error:  # the parent of all that requests raises
            raise Unavailable(f"The [sms] hook did not answer ({type(error).__name__}).") from None
    if not answer.ok:
        raise Unavailable(f"The [sms] hook answered {answer.status_code}.")
