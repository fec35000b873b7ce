"""Calls by a person (``phone``): information and Bloctel until 10 August 2026, prior consent since.

Read from the top; the first rule that speaks decides. Professionals first: they are told and offered what is connected
with their profession, on both sides of that day. Everybody else counts as a consumer.
"""

from __future__ import annotations

from typing import Final

from contactable.rules import consumer_code as conso
from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.consent import sources_of
from contactable.rules.questions import ASKED_BEFORE_CALLS, is_banned_at_home
from contactable.rules.rule import Answer, closed, consumers, opened, professionals, rule
from contactable.rules.terms import Consent, Purpose, Reason


@rule(law.CNIL_TELEPHONE, law.GDPR_21, towards=professionals)
def the_professional_was_told(case: Case) -> Answer | None:
    """The offer is connected with the profession, and the person was told and able to object."""
    return opened(Reason.LEGITIMATE_INTEREST_PROFESSIONAL, when=case.told)


@rule(law.GDPR_4_11, law.GDPR_7, towards=professionals)
def the_professional_agreed(case: Case) -> Answer | None:
    """Agreed to calls by a positive act that can be proved."""
    return opened(Reason.CONSENT, when=case.consent is Consent.VALID)


@rule(law.CNIL_TELEPHONE, towards=professionals)
def the_professional_has_a_contract(case: Case) -> Answer | None:
    """A contract is in progress and the offer is connected with its object."""
    return opened(Reason.CONTRACT_IN_PROGRESS, when=case.contract_covers_the_offer)


@rule(conso.R223_4, towards=professionals)
def the_professional_asked_to_be_called(case: Case) -> Answer | None:
    """Asked to be called on what is offered, provably, within the last five working days."""
    return opened(Reason.REQUESTED_CALLBACK, when=case.called_back)


@rule(law.GDPR_14, towards=professionals)
def the_first_call_informs(case: Case) -> Answer | None:
    """Data from elsewhere, collected less than a month ago: the first call tells the rest, if the company reads it so
    (``b2b_first_message``)."""
    return opened(Reason.FIRST_MESSAGE_INFORMS, when=case.first_message_may_inform)


@rule(law.CNIL_TELEPHONE, law.GDPR_13, law.GDPR_14, towards=professionals)
def the_professional_was_not_told(case: Case) -> Answer | None:
    """Connected with the profession, but not told."""
    return closed(Reason.INFORMATION_REQUIRED)


@rule(conso.L223_1_2016, law.GDPR_4_11, law.GDPR_7, towards=consumers)
def the_consumer_agreed_before_august_2026(case: Case) -> Answer | None:
    """Agreed to calls by a positive act that can be proved."""
    return opened(Reason.CONSENT, when=case.consent is Consent.VALID)


@rule(conso.L223_1_2016, towards=consumers)
def the_consumer_had_a_contract(case: Case) -> Answer | None:
    """A contract is in progress and the offer is connected with its object, on Bloctel or not."""
    return opened(Reason.CONTRACT_IN_PROGRESS, when=case.contract_covers_the_offer)


@rule(conso.L223_1_2016, conso.L223_5, towards=consumers)
def the_press_called(case: Case) -> Answer | None:
    """Newspapers and magazines may call people who were told and able to object, on Bloctel or not."""
    return opened(Reason.PRESS, when=case.purpose is Purpose.PRESS and case.told)


@rule(conso.L223_1_2016, law.CNIL_TELEPHONE, towards=consumers)
def nothing_was_sold(case: Case) -> Answer | None:
    """Calls that are not commercial (a charity), to people who were told and able to object."""
    return opened(Reason.NON_COMMERCIAL, when=case.purpose is Purpose.NON_COMMERCIAL and case.told)


@rule(conso.L223_1_2016, towards=consumers)
def the_consumer_was_on_bloctel(case: Case) -> Answer | None:
    """On the opposition list."""
    return closed(Reason.BLOCTEL, when=case.bloctel is True)


@rule(conso.L223_1_2016, towards=consumers)
def bloctel_was_not_checked(case: Case) -> Answer | None:
    """Nobody knows whether the number is on the opposition list."""
    # Not knowing is no better than being on it: the list had to be asked once a month.
    return closed(Reason.BLOCTEL_UNCHECKED, when=case.bloctel is None)


@rule(conso.L223_1_2016, law.CNIL_TELEPHONE, law.GDPR_13, towards=consumers)
def the_consumer_was_told(case: Case) -> Answer | None:
    """Not on Bloctel, told and able to object: enough until 10 August 2026."""
    return opened(Reason.INFORMATION_GIVEN, when=case.told)


@rule(conso.L223_1_2016, law.CNIL_TELEPHONE, law.GDPR_13, towards=consumers)
def the_consumer_was_not_told(case: Case) -> Answer | None:
    """The last word until 10 August 2026."""
    return closed(Reason.INFORMATION_REQUIRED)


@rule(conso.L223_1_WORKS, conso.R223_4, towards=consumers)
def in_a_banned_sector_only_a_call_back_is_left(case: Case) -> Answer | None:
    """Works in homes, no contract: who got here asked to be called, and nothing else opens."""
    # The ban was asked before and would have closed; asked again so that no order of rules could open by mistake.
    return opened(Reason.REQUESTED_CALLBACK, when=is_banned_at_home(case) and case.called_back)


@rule(conso.L223_1_2026, conso.R223_1, law.GDPR_7, towards=consumers)
def the_consumer_agreed(case: Case) -> Answer | None:
    """Agreed to calls by a positive act that can be proved, told five things, less than a year ago."""
    return opened(Reason.CONSENT, when=case.consent is Consent.VALID)


@rule(conso.L223_1_2026, towards=consumers)
def the_offer_belongs_to_a_contract_in_progress(case: Case) -> Answer | None:
    """A contract runs and the offer is connected with its object; not knowing either is not enough."""
    return opened(Reason.CONTRACT_IN_PROGRESS, when=case.contract_covers_the_offer)


@rule(conso.L223_1_2026, conso.R223_4, towards=consumers)
def the_consumer_asked_to_be_called(case: Case) -> Answer | None:
    """Asked to be called on what is offered, provably, within the last five working days: no prospecting."""
    return opened(Reason.REQUESTED_CALLBACK, when=case.called_back)


@rule(conso.L223_1_2026, conso.L223_5, towards=consumers)
def the_press_calls(case: Case) -> Answer | None:
    """Newspapers and magazines may still call people who were told and able to object."""
    return opened(Reason.PRESS, when=case.purpose is Purpose.PRESS and case.told)


@rule(conso.L223_1_2026, law.CNIL_TELEPHONE, towards=consumers)
def nothing_is_sold(case: Case) -> Answer | None:
    """Calls that are not commercial (a charity), to people who were told and able to object."""
    return opened(Reason.NON_COMMERCIAL, when=case.purpose is Purpose.NON_COMMERCIAL and case.told)


@rule(conso.L223_1_2026, conso.R223_1, towards=consumers)
def the_consent_on_file_fails(case: Case) -> Answer | None:
    """A consent is on file and is not valid: that is why the channel is closed."""
    fails = case.consent not in (Consent.NONE, Consent.VALID)
    return closed(Reason(case.consent), because=sources_of(case.consent, case.day)) if fails else None


@rule(conso.L223_1_2026, law.GDPR_13, towards=consumers)
def only_telling_is_missing(case: Case) -> Answer | None:
    """The press, or nothing is sold: being told is all that is missing."""
    return closed(Reason.INFORMATION_REQUIRED, when=case.purpose is not Purpose.COMMERCIAL)


@rule(conso.L223_1_2026, towards=consumers)
def nobody_else_is_called(case: Case) -> Answer | None:
    """The last word. A Bloctel entry no longer matters, and having been told is no longer enough."""
    return closed(Reason.CONSENT_REQUIRED)


TOWARDS_PROFESSIONALS: Final = (
    the_professional_was_told,
    the_professional_agreed,
    the_professional_has_a_contract,
    the_professional_asked_to_be_called,
    the_first_call_informs,
    the_professional_was_not_told,
)
TOWARDS_CONSUMERS_BEFORE_AUGUST_2026: Final = (
    the_consumer_agreed_before_august_2026,
    the_consumer_had_a_contract,
    the_press_called,
    nothing_was_sold,
    the_consumer_was_on_bloctel,
    bloctel_was_not_checked,
    the_consumer_was_told,
    the_consumer_was_not_told,
)
TOWARDS_CONSUMERS: Final = (
    in_a_banned_sector_only_a_call_back_is_left,
    the_consumer_agreed,
    the_offer_belongs_to_a_contract_in_progress,
    the_consumer_asked_to_be_called,
    the_press_calls,
    nothing_is_sold,
    the_consent_on_file_fails,
    only_telling_is_missing,
    nobody_else_is_called,
)
PHONE: Final = (
    *ASKED_BEFORE_CALLS,
    *TOWARDS_PROFESSIONALS,
    *TOWARDS_CONSUMERS_BEFORE_AUGUST_2026,
    *TOWARDS_CONSUMERS,
)
