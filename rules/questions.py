"""What is asked before a channel's own rules: opposition, place, address, banned sectors, retention, in this order."""

from __future__ import annotations

from typing import Final

from contactable.rules import consumer_code as conso
from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.place import Place
from contactable.rules.rule import Answer, Rule, closed, consumers, rule
from contactable.rules.terms import Channel, Consent, Reason, Sector

HOMES: Final = (Sector.ENERGY_RENOVATION, Sector.HOME_ADAPTATION)


@rule(law.GDPR_21, law.GDPR_7)
def the_person_objected(case: Case) -> Answer | None:
    """Opposed, on this channel or on all, or consent withdrawn. Only a later act of the person on this channel lifts
    it: a release, or a consent while it is valid."""
    # A consent that lifted an opposition gives it back when it ends: hence its worth today, not its date.
    return closed(Reason.OPPOSITION, when=case.opposed and not case.reopened and case.consent is not Consent.VALID)


@rule(law.KIT_SCOPE)
def the_person_is_elsewhere(case: Case) -> Answer | None:
    """The contact is outside the places where these rules hold."""
    return closed(Reason.OUTSIDE_SCOPE, when=case.place is Place.ELSEWHERE)


@rule(law.KIT_SCOPE)
def nobody_knows_where_the_person_is(case: Case) -> Answer | None:
    """Neither a country nor an international prefix tells where the contact is."""
    return closed(Reason.PLACE_UNKNOWN, when=case.place is Place.UNKNOWN)


@rule(law.KIT_SCOPE)
def there_is_no_address(case: Case) -> Answer | None:
    """No well-formed address or number for the channel; a fixed line is none for text messages."""
    return closed(Reason.NO_ADDRESS, when=not case.has_address)


@rule(conso.L223_1_ENERGY, towards=consumers)
def calls_for_energy_works_are_banned(case: Case) -> Answer | None:
    """Energy works in homes: no calls to consumers, consent or not, save in a contract in progress on that object."""
    banned = case.sector is Sector.ENERGY_RENOVATION and not case.contract_covers_the_offer
    return closed(Reason.SECTOR_BAN, when=banned)


@rule(conso.L223_1_WORKS, conso.R223_4, towards=consumers)
def calls_for_works_in_homes_are_banned(case: Case) -> Answer | None:
    """Energy works and adaptation of homes: no calls to consumers, consent or not, save in a contract in progress on
    that object, or when a person calls back who was asked to (then no other rule may open)."""
    # The only exception that a consumer can make: R223-4 calls it no prospecting at all.
    asked_for = case.channel is Channel.PHONE and case.called_back
    return closed(Reason.SECTOR_BAN, when=is_banned_at_home(case) and not asked_for)


@rule(conso.L223_8, towards=consumers)
def messages_for_works_in_homes_are_banned(case: Case) -> Answer | None:
    """Energy works and adaptation of homes: no message to consumers either, save in a contract in progress."""
    return closed(Reason.SECTOR_BAN, when=is_banned_at_home(case))


@rule(law.TRAVAIL_L6323_8_1)
def training_accounts_are_banned(case: Case) -> Answer | None:
    """Training accounts (CPF): nobody is prospected by call or message, professionals neither, save on a training in
    progress. Post is not covered."""
    banned = case.sector is Sector.TRAINING_ACCOUNT and not case.contract_covers_the_offer
    return closed(Reason.SECTOR_BAN, when=banned)


@rule(law.CNIL_REFERENTIEL)
def nobody_knows_the_last_contact(case: Case) -> Answer | None:
    """Retention cannot be told without the last contact that came from the person."""
    return closed(Reason.LAST_CONTACT_UNKNOWN, when=not case.retention_suspended and not case.last_contact_known)


@rule(law.CNIL_REFERENTIEL)
def the_data_was_kept_long_enough(case: Case) -> Answer | None:
    """Three years since the later of the last contact from the person and the end of the relation."""
    return closed(Reason.RETENTION_ENDED, when=not case.retention_suspended and case.retention_over)


def is_banned_at_home(case: Case) -> bool:
    """Whether the offer is of a sector that is banned in homes, and no contract in progress has it as its object."""
    return case.sector in HOMES and not case.contract_covers_the_offer


WHO_AND_WHERE: Final = (
    the_person_objected,
    the_person_is_elsewhere,
    nobody_knows_where_the_person_is,
    there_is_no_address,
)
MESSAGES_BANNED: Final = (messages_for_works_in_homes_are_banned, training_accounts_are_banned)
CALLS_BANNED: Final = (
    calls_for_energy_works_are_banned,
    calls_for_works_in_homes_are_banned,
    training_accounts_are_banned,
)
RETENTION: Final = (nobody_knows_the_last_contact, the_data_was_kept_long_enough)

ASKED_BEFORE_MESSAGES: Final = (*WHO_AND_WHERE, *MESSAGES_BANNED, *RETENTION)
ASKED_BEFORE_CALLS: Final = (*WHO_AND_WHERE, *CALLS_BANNED, *RETENTION)
ASKED_BEFORE_POST: Final = (*WHO_AND_WHERE, *RETENTION)


def parts_of(rules: tuple[Rule, ...]) -> list[tuple[Rule, ...]]:
    """The rules of a channel in parts: each question asked before by itself, and in the end the channel's own rules.

    Where the channel's own rules begin with none of these questions, all of them are one part.
    """
    for place, each in enumerate(rules):
        if each not in ASKED_BEFORE_CALLS + ASKED_BEFORE_MESSAGES:
            return [*((question,) for question in rules[:place]), rules[place:]]
    return [rules]
