"""What rules ask in one word, and what each word is made of: a professional, told, called back, consent, …"""

from __future__ import annotations

from typing import Final

from contactable.rules.case import Case, Derivations
from contactable.rules.consent import consent_of
from contactable.rules.terms import Audience, Channel, DataSource


def _professional(case: Case) -> bool:
    """A professional counts as one when the offer is connected with the profession; otherwise as a consumer."""
    # Unknown counts as no: a guess here would turn consumers into professionals, on every channel at once.
    return case.audience is Audience.PROFESSIONAL and case.related_to_profession is True


def _has_address(case: Case) -> bool:
    """A fixed line is no address for text messages; calls take both."""
    match case.channel:
        case Channel.EMAIL:
            return case.email is not None
        case Channel.SMS:
            return case.mobile is True
        case Channel.POST:
            return case.street is True
    return case.mobile is True or case.landline is True


def _told(case: Case) -> bool:
    """Told and able to object, at collection, or since by the first message that the company's reading allows."""
    return case.informed is True or (_lets_the_first_message_tell(case) and case.first_message_sent)


def _first_message_may_inform(case: Case) -> bool:
    """Not told yet, and collected less than a month ago: the first message may do the telling (RGPD 14)."""
    return not case.told and _lets_the_first_message_tell(case) and not case.first_month_over


def _lets_the_first_message_tell(case: Case) -> bool:
    return case.readings.b2b_first_message == "open" and case.professional and case.source is DataSource.ELSEWHERE


def _contract_covers_the_offer(case: Case) -> bool:
    """A contract is in progress and the offer is connected with its object; not knowing either is not enough."""
    return case.contract is True and case.offer_on_contract is True


def _called_back(case: Case) -> bool:
    """The person asked to be called, which can be proved, on what is offered, within the last five working days."""
    return not case.callback_over and case.callback_proof is True and case.offer_as_asked is True


def _retention_suspended(case: Case) -> bool:
    """No retention runs while the person is a customer or a contract is in progress, and no end is on file."""
    # An end that is on file outweighs a flag that nobody has cleared.
    return not case.relation_ended and (case.customer is True or case.contract is True)


DERIVED: Final[Derivations] = {
    "professional": _professional,
    "has_address": _has_address,
    "told": _told,
    "first_message_may_inform": _first_message_may_inform,
    "contract_covers_the_offer": _contract_covers_the_offer,
    "called_back": _called_back,
    "retention_suspended": _retention_suspended,
    "consent": consent_of,
}
"""What rules ask in one word, from the facts that it is made of."""
