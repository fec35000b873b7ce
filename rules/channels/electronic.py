"""What ``email``, ``sms`` and ``robocall`` share: article L34-5, and what the CNIL says of professionals.

A natural person agrees first; one's own customers, and prospecting that sells nothing, only need to be told and able to
object. Professionals are told, able to object, and offered what is connected with their profession.
"""

from __future__ import annotations

from typing import Final

from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.consent import sources_of
from contactable.rules.rule import Answer, closed, consumers, opened, professionals, rule
from contactable.rules.terms import Channel, Consent, Purpose, Reason, Sale


@rule(law.CNIL_COURRIEL_SMS_AUTOMATE, law.GDPR_21, towards=professionals)
def the_professional_was_told(case: Case) -> Answer | None:
    """The offer is connected with the profession, and the person was told and able to object."""
    return opened(Reason.LEGITIMATE_INTEREST_PROFESSIONAL, when=case.told)


@rule(law.CPCE_L34_5, law.GDPR_4_11, law.GDPR_7)
def the_person_agreed(case: Case) -> Answer | None:
    """Agreed to this channel by a positive act that can be proved."""
    return opened(Reason.CONSENT, when=case.consent is Consent.VALID)


@rule(law.GDPR_14, towards=professionals)
def the_first_message_informs(case: Case) -> Answer | None:
    """Data from elsewhere, collected less than a month ago: the first message tells the rest, if the company reads it
    so (``b2b_first_message``)."""
    return opened(Reason.FIRST_MESSAGE_INFORMS, when=case.first_message_may_inform)


@rule(law.CNIL_COURRIEL_SMS_AUTOMATE, law.GDPR_13, law.GDPR_14, towards=professionals)
def the_professional_was_not_told(case: Case) -> Answer | None:
    """Connected with the profession, but not told."""
    return closed(Reason.INFORMATION_REQUIRED)


@rule(law.CPCE_L34_5, law.CNIL_COURRIEL_SMS_AUTOMATE, towards=consumers)
def the_person_is_a_customer(case: Case) -> Answer | None:
    """Bought something similar from the same company, left the address then, was told and able to object then."""
    return opened(Reason.EXISTING_CUSTOMER, when=bought_something_similar(case) and case.told)


@rule(law.CNIL_COURRIEL_SMS_AUTOMATE, law.GDPR_21, towards=consumers)
def nothing_is_sold(case: Case) -> Answer | None:
    """Prospecting that is not commercial (a charity), towards people who were told and able to object."""
    return opened(Reason.NON_COMMERCIAL, when=case.purpose is Purpose.NON_COMMERCIAL and case.told)


@rule(law.GDPR_4_11, law.GDPR_7, towards=consumers)
def the_consent_on_file_fails(case: Case) -> Answer | None:
    """A consent is on file and is not valid: that is why the channel is closed."""
    fails = case.consent not in (Consent.NONE, Consent.VALID)
    return closed(Reason(case.consent), because=sources_of(case.consent, case.day)) if fails else None


@rule(law.CPCE_L34_5, law.GDPR_13, towards=consumers)
def only_telling_is_missing(case: Case) -> Answer | None:
    """A customer, or nothing is sold: being told is all that is missing."""
    within_reach = bought_something_similar(case) or case.purpose is Purpose.NON_COMMERCIAL
    return closed(Reason.INFORMATION_REQUIRED, when=within_reach)


@rule(law.CPCE_L34_5, towards=consumers)
def nobody_else_is_approached(case: Case) -> Answer | None:
    """The last word: without consent the channel is closed."""
    return closed(Reason.CONSENT_REQUIRED)


def bought_something_similar(case: Case) -> bool:
    """A sale took place, the address was collected from the person then, and the offer is similar to what was bought.

    A quote or a basket is no sale; an account is one if the company reads it so. To automated calls the exception
    applies only if the company reads it so.
    """
    # L34-5 grants the exception "by electronic mail", the CNIL to automata too; the stricter holds by default.
    if case.channel is Channel.ROBOCALL and case.readings.robocall_existing_customer != "open":
        return False
    sold = case.sale is Sale.SALE or (case.sale is Sale.ACCOUNT and case.readings.free_account_is_sale == "yes")
    return sold and case.collected_at_sale is True and case.similar_offer is True


TOWARDS_PROFESSIONALS: Final = (
    the_professional_was_told,
    the_person_agreed,
    the_first_message_informs,
    the_professional_was_not_told,
)
TOWARDS_CONSUMERS: Final = (
    the_person_is_a_customer,
    nothing_is_sold,
    the_consent_on_file_fails,
    only_telling_is_missing,
    nobody_else_is_approached,
)
ELECTRONIC: Final = (*TOWARDS_PROFESSIONALS, *TOWARDS_CONSUMERS)
