"""The rules of ``email`` as a hand-written Polars when/then, on the columns that ``decide_many`` takes."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from measuring.people import ON

from contactable.rules import Reason
from contactable.rules.columns import NO_DAY
from contactable.rules.compiled import REASONS

CUTOFF = (ON.replace(year=ON.year - 3) - date(1970, 1, 1)).days


def rules() -> pl.Expr:
    """The code of the reason (``REASONS``)."""
    col = pl.col
    opposed = pl.max_horizontal("opposed_email_on", "opposed_all_on", "consent_email_withdrawn_on")
    on_file = col("consent_email_on") > opposed
    alone = (col("minor_at_consent") == 1) & (col("parental_authorisation") != 1)
    given = (col("consent_email_act") == 1) & col("consent_email_to").is_in([1, 2])
    valid = on_file & given & ~alone & (col("consent_email_proof") == 1)
    running = (col("relation_ended_on") == NO_DAY) & ((col("customer") == 1) | (col("contract") == 1))
    professional = col("audience") == 2
    bought = (col("sale") == 1) & (col("collected_at_sale") == 1) & (col("similar_offer") == 1)
    last = pl.max_horizontal("last_contact_on", "relation_ended_on")
    informed, related = col("informed") == 1, col("related_to_profession") == 1
    ladder = [
        ((opposed > NO_DAY) & (col("reopened_email_on") <= opposed) & ~valid, Reason.OPPOSITION),
        (col("country") == 2, Reason.OUTSIDE_SCOPE),
        (col("country") == 0, Reason.PLACE_UNKNOWN),
        (col("email") == 0, Reason.NO_ADDRESS),
        (~running & (col("last_contact_on") == NO_DAY), Reason.LAST_CONTACT_UNKNOWN),
        (~running & (last <= CUTOFF), Reason.RETENTION_ENDED),
        (professional & (col("sole_trader") != 1) & (col("email") == 2), Reason.ORGANISATION_ADDRESS),
        (professional & related & informed, Reason.LEGITIMATE_INTEREST_PROFESSIONAL),
        (valid, Reason.CONSENT),
        (professional & related, Reason.INFORMATION_REQUIRED),
        (bought & informed, Reason.EXISTING_CUSTOMER),
        (on_file & (col("consent_email_act") == 2), Reason.CONSENT_INVALID_PRETICKED),
        (on_file & (col("consent_email_act") == 3), Reason.CONSENT_INVALID_BUNDLED),
        (on_file & (col("consent_email_to") == 3), Reason.CONSENT_INVALID_THIRD_PARTY),
        (on_file & alone, Reason.CONSENT_INVALID_MINOR),
        (on_file, Reason.CONSENT_UNPROVED),
        (bought, Reason.INFORMATION_REQUIRED),
    ]
    expression: Any = pl
    for holds, reason in ladder:
        expression = expression.when(holds).then(_code(reason))
    return expression.otherwise(_code(Reason.CONSENT_REQUIRED)).alias("reason")


def _code(reason: Reason) -> pl.Expr:
    return pl.lit(REASONS.index(reason), pl.UInt8)


def decided(frame: pl.DataFrame) -> pl.DataFrame:
    """``allowed`` and ``reason`` of every contact."""
    opens = sum(reason.opens for reason in REASONS)
    return frame.select(rules()).with_columns((pl.col("reason") < opens).alias("allowed"))
