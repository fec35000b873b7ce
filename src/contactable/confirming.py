"""Double opt-in: the mail whose link makes a consent count (the page behind it is ``webhooks.confirming``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contactable.mail import send
from contactable.webhooks.confirming import confirmation_url

if TYPE_CHECKING:
    from contactable.kit import Contactable

_MAILS: Final = {
    "fr": (
        "Confirmez votre accord",
        "Bonjour,\n\nVotre adresse nous a été donnée avec votre accord pour être sollicité(e){company}.\n"
        "Si c'est bien vous, confirmez-le ici, dans les sept jours :\n\n{url}\n\n"
        "Sinon, ne faites rien : sans confirmation, nous ne vous écrirons pas.\n",
    ),
    "en": (
        "Please confirm",
        "Hello,\n\nWe were given your address together with your consent to be approached{company}.\n"
        "If that was you, please confirm it here within seven days:\n\n{url}\n\n"
        "If not, do nothing: unless you confirm, we shall not write to you.\n",
    ),
}


def send_link(kit: Contactable, address: str, token: bytes) -> None:
    """Send the link of one waiting consent to the address itself; raises what ``mail.send`` raises."""
    subject, text = _MAILS[kit.settings.language]
    company = kit.settings.pages.company
    by = f" ({company})" if company else ""
    url = confirmation_url(kit.settings.public_url, kit.link_keys, token)
    send(kit.settings, address, subject, text.format(company=by, url=url))
