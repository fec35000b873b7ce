"""Letters with an address on them (``post``): people are told and able to object. Leaflets without one are not here.

No sector is banned by post and no consent is needed. The Robinson list counts if the company reads it so.
"""

from __future__ import annotations

from typing import Final

from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.questions import ASKED_BEFORE_POST
from contactable.rules.rule import Answer, closed, opened, rule
from contactable.rules.terms import Reason


@rule(law.CNIL_POST, law.GDPR_13, law.GDPR_14)
def the_person_was_not_told(case: Case) -> Answer | None:
    """Not told or not able to object, and no first letter that may do it."""
    return closed(Reason.INFORMATION_REQUIRED, when=not case.told and not case.first_message_may_inform)


@rule(law.UFMD_ROBINSON)
def the_person_may_be_on_the_robinson_list(case: Case) -> Answer | None:
    """Not known to be off the list and not a customer, if the company follows the list (``robinson``)."""
    # Not checked counts as on the list: only a check that found nothing clears a name.
    followed = case.readings.robinson == "close"
    return closed(Reason.ROBINSON_LIST, when=followed and case.robinson is not False and case.customer is not True)


@rule(law.CNIL_POST, law.GDPR_13)
def the_person_was_told(case: Case) -> Answer | None:
    """Told of prospecting and able to object."""
    return opened(Reason.INFORMATION_GIVEN, when=case.told)


@rule(law.GDPR_14)
def the_first_letter_informs(case: Case) -> Answer | None:
    """The last word: data of a professional from elsewhere, collected less than a month ago."""
    return opened(Reason.FIRST_MESSAGE_INFORMS, when=case.first_message_may_inform)


POST: Final = (
    *ASKED_BEFORE_POST,
    the_person_was_not_told,
    the_person_may_be_on_the_robinson_list,
    the_person_was_told,
    the_first_letter_informs,
)
