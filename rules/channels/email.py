"""E-mail (``email``): prior consent, one's own customers, professionals, and the mailboxes of organisations.

Read from the top; the first rule that speaks decides.
"""

from __future__ import annotations

from typing import Final

from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.channels.electronic import ELECTRONIC
from contactable.rules.questions import ASKED_BEFORE_MESSAGES
from contactable.rules.rule import Answer, opened, rule
from contactable.rules.terms import Audience, Mailbox, Reason


@rule(law.CNIL_COURRIEL_SMS_AUTOMATE)
def the_mailbox_is_an_organisations(case: Case) -> Answer | None:
    """A generic mailbox (contact@, info@) of a professional is nobody's own, whatever is offered; a sole trader's is
    his own."""
    # Asks the audience alone: whose trade the offer concerns does not matter to a mailbox that is nobody's.
    organisation = case.audience is Audience.PROFESSIONAL and case.sole_trader is not True
    return opened(Reason.ORGANISATION_ADDRESS, when=organisation and case.email is Mailbox.GENERIC)


EMAIL: Final = (*ASKED_BEFORE_MESSAGES, the_mailbox_is_an_organisations, *ELECTRONIC)
