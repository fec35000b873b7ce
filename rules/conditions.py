"""What the sender must still do when a channel is open: one demand a line, with its sources.

A demand holds while one of its sources is in force, on its channels, and towards those it names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contactable.rules import consumer_code as conso
from contactable.rules import sources as law
from contactable.rules.case import Case
from contactable.rules.rule import consumers, everybody
from contactable.rules.source import Source, days_of_change
from contactable.rules.terms import Channel, Condition, Reason


@dataclass(frozen=True, slots=True)
class Demand:
    """One condition: on which channels, on which sources, towards whom, and for which reasons (empty: all)."""

    condition: Condition
    channels: tuple[Channel, ...]
    sources: tuple[Source, ...]
    towards: Callable[[Case], bool] = everybody
    reasons: tuple[Reason, ...] = ()

    def holds(self, case: Case, reason: Reason) -> bool:
        """Whether a channel that is open for ``reason`` carries this condition."""
        return (
            case.channel in self.channels
            and (not self.reasons or reason in self.reasons)
            and any(source.in_force(case.day) for source in self.sources)
            and self.towards(case)
        )


_HOURS = (conso.D223_9_2023, conso.D223_9_2026)
_CHARTERS = (law.AF2M_CHARTER_2024, law.AF2M_CHARTER_2026)

DEMANDS: Final = (
    Demand(Condition.SAY_WHO_WRITES, (Channel.EMAIL,), (law.CPCE_L34_5, conso.L122_8, conso.L122_10)),
    Demand(Condition.FREE_WAY_OUT, (Channel.EMAIL,), (law.CPCE_L34_5, law.GDPR_21)),
    Demand(Condition.ONE_CLICK, (Channel.EMAIL,), (law.GDPR_7, law.GDPR_21)),
    Demand(Condition.SENDER_NAME, (Channel.SMS,), (law.CPCE_L34_5, law.AF2M_CHARTER_2026)),
    Demand(Condition.STOP, (Channel.SMS,), (law.CPCE_L34_5, law.AF2M_CHARTER_2026)),
    Demand(Condition.CHARTER_HOURS, (Channel.SMS,), _CHARTERS),
    Demand(Condition.SAY_WHO_CALLS, (Channel.PHONE, Channel.ROBOCALL), (law.CPCE_L34_5, conso.L221_16)),
    Demand(Condition.WAY_OUT_IN_CALL, (Channel.ROBOCALL,), (law.CPCE_L34_5, law.GDPR_21)),
    Demand(Condition.AUTOMATED_NUMBER, (Channel.ROBOCALL,), (law.ARCEP_2022_1583,)),
    Demand(Condition.CALLING_HOURS, (Channel.PHONE, Channel.ROBOCALL), _HOURS, consumers),
    Demand(Condition.SHOWN_NUMBER, (Channel.PHONE,), (conso.L221_17, law.ARCEP_2022_1583)),
    Demand(Condition.RECORD_REFUSAL, (Channel.PHONE,), (law.GDPR_21, conso.L221_16)),
    Demand(Condition.WAY_OUT, (Channel.POST,), (law.GDPR_21,)),
    Demand(Condition.KEEP_PROOF, (Channel.PHONE,), (law.GDPR_7, conso.R223_2), everybody, (Reason.CONSENT,)),
    Demand(Condition.KEEP_PROOF, (Channel.PHONE,), (conso.R223_4,), everybody, (Reason.REQUESTED_CALLBACK,)),
    Demand(
        Condition.FIRST_MESSAGE_INFORMATION, tuple(Channel), (law.GDPR_14,), everybody, (Reason.FIRST_MESSAGE_INFORMS,)
    ),
)


def conditions_of(case: Case, reason: Reason) -> tuple[Condition, ...]:
    """The conditions that a channel carries which is open for ``reason``; none when it is closed."""
    return tuple(each.condition for each in DEMANDS if each.holds(case, reason)) if reason.opens else ()


_CHANGES: Final = days_of_change(source for each in DEMANDS for source in each.sources)


def version_on(day: int) -> int:
    """How often the conditions have changed up to a day (an ordinal): on two days of one version they are the same."""
    return bisect_right(_CHANGES, day)
