"""The rules of ``email`` as one CEL expression (``cel-expr-python``, Google's C++ engine)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cel_expr_python import cel
from measuring.people import ON

from contactable.rules import Facts

CUTOFF = ON.replace(year=ON.year - 3).toordinal()

EXPRESSION = """
opposed > reopened && !(consent_on > opposed && VALID) ? "opposition"
: country == "" ? "place_unknown"
: country != "FR" ? "outside_scope"
: email == "" ? "no_address"
: !(!ended && (customer || contract)) && last_contact == 0 ? "last_contact_unknown"
: !(!ended && (customer || contract)) && last_contact <= cutoff ? "retention_ended"
: audience == "professional" && !sole_trader && email == "generic" ? "organisation_address"
: audience == "professional" && related && informed ? "legitimate_interest_professional"
: consent_on > opposed && VALID ? "consent"
: audience == "professional" && related ? "information_required"
: sale == "sale" && collected_at_sale && similar_offer && informed ? "existing_customer"
: consent_on > opposed && act == "preticked" ? "consent_invalid_preticked"
: consent_on > opposed && act == "bundled" ? "consent_invalid_bundled"
: consent_on > opposed && to == "third_party" ? "consent_invalid_third_party"
: consent_on > opposed && minor && !parental ? "consent_invalid_minor"
: consent_on > opposed ? "consent_unproved"
: sale == "sale" && collected_at_sale && similar_offer ? "information_required"
: "consent_required"
""".replace("VALID", '(act == "positive" && to != "" && to != "third_party" && !(minor && !parental) && proof)')

_TEXTS = ("country", "email", "audience", "sale", "act", "to")
_FLAGS = (
    "ended customer contract sole_trader related informed collected_at_sale similar_offer minor parental proof".split()
)
_DAYS = ("opposed", "reopened", "consent_on", "last_contact", "cutoff")


def compiled() -> Callable[[dict[str, Any]], str]:
    """A function from what ``as_variables`` gives to a reason."""
    types = dict.fromkeys(_TEXTS, cel.Type.STRING) | dict.fromkeys(_FLAGS, cel.Type.BOOL)
    env = cel.NewEnv(variables=types | dict.fromkeys(_DAYS, cel.Type.INT))
    expression = env.compile(EXPRESSION)
    return lambda variables: expression.eval(env.Activation(variables)).value()


def as_variables(facts: Facts) -> dict[str, Any]:
    """One contact as the expression wants it; not counted in its time."""
    objections = (facts.opposed_email_on, facts.opposed_all_on, facts.consent_email_withdrawn_on)
    return {
        "opposed": max((day.toordinal() for day in objections if day), default=0),  # type: ignore[union-attr]
        "reopened": facts.reopened_email_on.toordinal() if facts.reopened_email_on else 0,
        "consent_on": facts.consent_email_on.toordinal() if facts.consent_email_on else 0,
        "last_contact": _later(facts),
        "cutoff": CUTOFF,
        "country": facts.country or "",
        "email": facts.email or "",
        "audience": facts.audience or "",
        "sale": facts.sale or "",
        "act": facts.consent_email_act or "",
        "to": facts.consent_email_to or "",
        "ended": facts.relation_ended_on is not None,
        "customer": facts.customer is True,
        "contract": facts.contract is True,
        "sole_trader": facts.sole_trader is True,
        "related": facts.related_to_profession is True,
        "informed": facts.informed is True,
        "collected_at_sale": facts.collected_at_sale is True,
        "similar_offer": facts.similar_offer is True,
        "minor": facts.minor_at_consent is True,
        "parental": facts.parental_authorisation is True,
        "proof": facts.consent_email_proof is True,
    }


def _later(facts: Facts) -> int:
    """The later of last contact and end of the relation; 0 where the last contact is unknown."""
    if facts.last_contact_on is None:
        return 0
    return max(day.toordinal() for day in (facts.last_contact_on, facts.relation_ended_on) if day)
