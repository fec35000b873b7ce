"""The words of the law and of the contact file: what may be asked, what may be answered, what may be known.

Every value is a code: stable, in English, the same in files, properties and logs. Labels are elsewhere. Where a fact
can be unknown, ``None`` says so; unknown never opens a channel.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final


class Channel(StrEnum):
    """A way to approach somebody, in the order of every report."""

    EMAIL = "email"
    SMS = "sms"  # SMS, MMS, RCS and text messages of messaging services
    PHONE = "phone"  # a person calls
    ROBOCALL = "robocall"  # automated call, voice message
    POST = "post"


class Reason(StrEnum):
    """Why a channel is open or closed; ``opens`` tells which of the two."""

    CONSENT = "consent"
    EXISTING_CUSTOMER = "existing_customer"
    NON_COMMERCIAL = "non_commercial"
    ORGANISATION_ADDRESS = "organisation_address"
    LEGITIMATE_INTEREST_PROFESSIONAL = "legitimate_interest_professional"
    CONTRACT_IN_PROGRESS = "contract_in_progress"
    REQUESTED_CALLBACK = "requested_callback"
    PRESS = "press"
    INFORMATION_GIVEN = "information_given"
    FIRST_MESSAGE_INFORMS = "first_message_informs"

    OUTSIDE_SCOPE = "outside_scope"
    PLACE_UNKNOWN = "place_unknown"
    NO_ADDRESS = "no_address"
    OPPOSITION = "opposition"
    SECTOR_BAN = "sector_ban"
    RETENTION_ENDED = "retention_ended"
    LAST_CONTACT_UNKNOWN = "last_contact_unknown"
    CONSENT_REQUIRED = "consent_required"
    INFORMATION_REQUIRED = "information_required"
    BLOCTEL = "bloctel"
    BLOCTEL_UNCHECKED = "bloctel_unchecked"
    ROBINSON_LIST = "robinson_list"
    CONSENT_INVALID_PRETICKED = "consent_invalid_preticked"
    CONSENT_INVALID_BUNDLED = "consent_invalid_bundled"
    CONSENT_INVALID_THIRD_PARTY = "consent_invalid_third_party"
    CONSENT_INVALID_MINOR = "consent_invalid_minor"
    CONSENT_UNPROVED = "consent_unproved"
    CONSENT_INCOMPLETE = "consent_incomplete"
    CONSENT_EXPIRED = "consent_expired"

    @property
    def opens(self) -> bool:
        """Whether a verdict with this reason allows the contact to be approached."""
        return self in OPEN_REASONS


OPEN_REASONS: Final = frozenset(list(Reason)[: list(Reason).index(Reason.OUTSIDE_SCOPE)])


class Condition(StrEnum):
    """What the sender must still do when a channel is open."""

    SAY_WHO_WRITES = "say_who_writes"
    FREE_WAY_OUT = "free_way_out"
    ONE_CLICK = "one_click"
    SENDER_NAME = "sender_name"
    STOP = "stop"
    CHARTER_HOURS = "charter_hours"
    SAY_WHO_CALLS = "say_who_calls"
    WAY_OUT_IN_CALL = "way_out_in_call"
    AUTOMATED_NUMBER = "automated_number"
    CALLING_HOURS = "calling_hours"
    SHOWN_NUMBER = "shown_number"
    RECORD_REFUSAL = "record_refusal"
    WAY_OUT = "way_out"
    KEEP_PROOF = "keep_proof"
    FIRST_MESSAGE_INFORMATION = "first_message_information"


class Audience(StrEnum):
    """Who the person is to the offer; unknown counts as consumer."""

    CONSUMER = "consumer"
    PROFESSIONAL = "professional"


class Mailbox(StrEnum):
    """What an e-mail address is: a person's, or an organisation's (contact@, info@ on a domain of its own)."""

    PERSONAL = "personal"
    GENERIC = "generic"


class Sale(StrEnum):
    """What took place when the address was collected; only a sale (of a product or a service) is one."""

    SALE = "sale"
    ACCOUNT = "account"
    QUOTE = "quote"
    BASKET = "basket"


class DataSource(StrEnum):
    """Where the data came from."""

    PERSON = "person"
    ELSEWHERE = "elsewhere"


class ConsentAct(StrEnum):
    """How a consent was given; ``bundled``: with general terms, by a pre-written mention, by browsing on."""

    POSITIVE = "positive"
    PRETICKED = "preticked"
    BUNDLED = "bundled"


class ConsentRecipient(StrEnum):
    """To whom a consent was given."""

    US = "us"
    THIRD_PARTY_NAMED_US = "third_party_named_us"
    THIRD_PARTY = "third_party"


class Consent(StrEnum):
    """What a consent is worth on a day: nothing on file, valid, or the reason why it fails."""

    NONE = "none"
    VALID = "valid"
    PRETICKED = Reason.CONSENT_INVALID_PRETICKED.value
    BUNDLED = Reason.CONSENT_INVALID_BUNDLED.value
    THIRD_PARTY = Reason.CONSENT_INVALID_THIRD_PARTY.value
    MINOR = Reason.CONSENT_INVALID_MINOR.value
    UNPROVED = Reason.CONSENT_UNPROVED.value
    INCOMPLETE = Reason.CONSENT_INCOMPLETE.value
    EXPIRED = Reason.CONSENT_EXPIRED.value


class Purpose(StrEnum):
    """What a campaign is for."""

    COMMERCIAL = "commercial"
    NON_COMMERCIAL = "non_commercial"
    PRESS = "press"


class Sector(StrEnum):
    """Trades in which prospecting is banned on some channels."""

    ENERGY_RENOVATION = "energy_renovation"
    HOME_ADAPTATION = "home_adaptation"
    TRAINING_ACCOUNT = "training_account"


class UnknownTime(Enum):
    """The type of ``UNKNOWN_TIME``."""

    UNKNOWN_TIME = "unknown_time"


UNKNOWN_TIME: Final = UnknownTime.UNKNOWN_TIME
"""The date of an opposition or a withdrawal that happened nobody knows when: it stands against every later act."""
