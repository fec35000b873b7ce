"""The four doubts that the law leaves, and that a company's data protection officer may settle. There are no others.

The default is the stricter reading. The one in force is named in every verdict that it touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from contactable.errors import Malformed


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt: its two settings, the stricter (the default) first, and what is in doubt."""

    name: str
    stricter: str
    wider: str
    doubt: str
    sources: tuple[str, ...]

    def other(self, value: str) -> str:
        """The setting that is not ``value``."""
        return self.wider if value == self.stricter else self.stricter


DOUBTS: Final = (
    Doubt(
        "robocall_existing_customer",
        "closed",
        "open",
        "The CNIL applies the own-customer exception to automated calls; article L34-5 names electronic mail only.",
        ("cpce-l34-5", "cnil-courriel-sms-automate"),
    ),
    Doubt(
        "free_account_is_sale",
        "no",
        "yes",
        "The CNIL says that opening an account is not a sale; the Court of Justice (C-654/23) says that it may be.",
        ("cnil-courriel-sms-automate", "cjeu-c-654-23"),
    ),
    Doubt(
        "robinson",
        "ignore",
        "close",
        "The Robinson list (post) binds only the members of the profession that keeps it.",
        ("ufmd-robinson",),
    ),
    Doubt(
        "b2b_first_message",
        "closed",
        "open",
        "Data of a professional that came from elsewhere: GDPR 14(3)(b) lets the first message do the telling; "
        "the CNIL asks that the person be told and able to object before use.",
        ("gdpr-14", "cnil-courriel-sms-automate"),
    ),
)


@dataclass(frozen=True, slots=True)
class Readings:
    """How the company settles each doubt. Raises ``Malformed`` for a setting that does not exist."""

    robocall_existing_customer: str = "closed"
    free_account_is_sale: str = "no"
    robinson: str = "ignore"
    b2b_first_message: str = "closed"
    code: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        code = 0
        for doubt in DOUBTS:
            value = getattr(self, doubt.name)
            if value not in (doubt.stricter, doubt.wider):
                raise Malformed(f"{doubt.name} is {value!r}: write {doubt.stricter} or {doubt.wider}.")
            code = code << 1 | (value == doubt.wider)
        object.__setattr__(self, "code", code)

    def but(self, doubt: Doubt) -> Readings:
        """These readings with one doubt settled the other way."""
        settings = {each.name: getattr(self, each.name) for each in DOUBTS}
        return Readings(**settings | {doubt.name: doubt.other(settings[doubt.name])})


DEFAULT_READINGS: Final = Readings()
