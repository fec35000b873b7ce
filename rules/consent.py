"""What a valid consent is, in the order in which it is asked; the first fault found is the reason given.

Given by a positive act, to us or to somebody who named us, with a parent where the person was under 15, provable; for
live calls to consumers from 11 August 2026 also with the five statements of R223-1 and for a year at most. A withdrawn
consent is an opposition (``questions``), and one from the future is not known yet. It opens its own channel only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Final

from contactable.rules import consumer_code as conso
from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.rule import Answer, Rule, closed, consumers, everybody, rule
from contactable.rules.source import Source
from contactable.rules.terms import Channel, Consent, ConsentAct, ConsentRecipient, Reason


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a consent may want: a rule that closes for one reason."""

    reason: Reason
    rule: Rule


def fault(
    reason: Reason, *sources: Source, towards: Callable[[Case], bool] = everybody
) -> Callable[[Callable[[Case], bool]], Fault]:
    """Make a fault of a function that tells whether a consent has it."""

    def register(holds: Callable[[Case], bool]) -> Fault:
        @wraps(holds)
        def speaks(case: Case) -> Answer | None:
            return closed(reason, when=holds(case))

        return Fault(reason, rule(*sources, towards=towards)(speaks))

    return register


@fault(Reason.CONSENT_INVALID_PRETICKED, law.GDPR_4_11, law.CNIL_COURRIEL_SMS_AUTOMATE)
def the_box_was_ticked_in_advance(case: Case) -> bool:
    """A box that was ticked in advance is no positive act."""
    return case.consent_act is ConsentAct.PRETICKED


@fault(Reason.CONSENT_INVALID_BUNDLED, law.GDPR_4_11, law.CNIL_COURRIEL_SMS_AUTOMATE)
def it_came_with_something_else(case: Case) -> bool:
    """Accepting general terms, a pre-written mention, browsing on or the condition of a price are no consent."""
    return case.consent_act is ConsentAct.BUNDLED


@fault(Reason.CONSENT_INVALID_THIRD_PARTY, law.GDPR_4_11, law.CNIL_BROKERS)
def it_was_given_to_somebody_else(case: Case) -> bool:
    """A consent given to a third party that did not name us at collection is not given to us."""
    return case.consent_to is ConsentRecipient.THIRD_PARTY


@fault(Reason.CONSENT_INVALID_MINOR, law.LIL_45)
def a_child_agreed_alone(case: Case) -> bool:
    """Under 15 on the day of the consent, without a parent; growing up does not cure it. Unknown counts as adult."""
    return case.minor_at_consent is True and case.parental_authorisation is not True


@fault(Reason.CONSENT_UNPROVED, law.GDPR_7)
def it_cannot_be_proved(case: Case) -> bool:
    """No proof is kept, or nobody knows by which act or to whom it was given."""
    return case.consent_proof is not True or case.consent_act is None or case.consent_to is None


@fault(Reason.CONSENT_INCOMPLETE, conso.L223_1_2026, conso.R223_1, towards=consumers)
def the_request_did_not_say_five_things(case: Case) -> bool:
    """The request for consent to calls states who and for what, the choice, the period, withdrawal, and the proof."""
    return case.consent_complete is not True


@fault(Reason.CONSENT_EXPIRED, conso.L223_1_2026, conso.R223_1, towards=consumers)
def a_year_has_passed(case: Case) -> bool:
    """A consent to calls ends a year after it was collected, whenever that was; no tacit renewal."""
    return case.consent_year_over


@fault(Reason.CONSENT_EXPIRED, law.GDPR_4_11)
def the_stated_period_has_ended(case: Case) -> bool:
    """Who agreed for a stated period agreed for no longer, whoever they are and whatever the year."""
    return case.consent_period_over


FAULTS: Final = (
    the_box_was_ticked_in_advance,
    it_came_with_something_else,
    it_was_given_to_somebody_else,
    a_child_agreed_alone,
    it_cannot_be_proved,
)
FAULTS_OF_CONSENT_TO_CALLS: Final = (
    *FAULTS,
    the_request_did_not_say_five_things,
    a_year_has_passed,
    the_stated_period_has_ended,
)


def consent_of(case: Case) -> Consent:
    """What the consent on this channel is worth on the day of the case."""
    if not case.consent_on_file:
        return Consent.NONE
    faults = FAULTS_OF_CONSENT_TO_CALLS if case.channel is Channel.PHONE else FAULTS
    found = next((each for each in faults if each.rule.in_force(case.day) and each.rule.answer(case)), None)
    return Consent(found.reason) if found else Consent.VALID


def sources_of(consent: Consent, day: date) -> tuple[Source, ...]:
    """The sources in force that make a consent fail as ``consent`` says."""
    rules = [
        each.rule
        for each in FAULTS_OF_CONSENT_TO_CALLS
        if each.reason.value == consent.value and each.rule.in_force(day)
    ]
    return tuple(dict.fromkeys(source for each in rules for source in each.sources))
