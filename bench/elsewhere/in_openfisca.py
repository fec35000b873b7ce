"""The rules of ``email`` as OpenFisca variables: calculated on the columns that ``decide_many`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openfisca_core import periods
from openfisca_core.entities import Entity
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from contactable.rules import Reason
from contactable.rules.columns import NO_DAY
from contactable.rules.compiled import REASONS
from elsewhere.people import ON

CUTOFF = (ON.replace(year=ON.year - 3) - date(1970, 1, 1)).days
PERSON = Entity("person", "persons", "A contact", "")
INPUTS = (
    "opposed_email_on opposed_all_on consent_email_withdrawn_on reopened_email_on consent_email_on consent_email_act "
    "consent_email_to consent_email_proof minor_at_consent parental_authorisation relation_ended_on customer contract "
    "last_contact_on audience sale collected_at_sale similar_offer informed "
    "related_to_profession country email sole_trader"
).split()


def _variable(name: str, formula: Any = None, kind: type = int) -> type[Variable]:
    every = periods.DateUnit.DAY if formula else periods.DateUnit.ETERNITY
    body = {"value_type": kind, "entity": PERSON, "definition_period": every, "label": name}
    return type(name, (Variable,), body | ({"formula": formula} if formula else {}))


def _opposed(person: Any, period: Any) -> Any:
    objections = ("opposed_email_on", "opposed_all_on", "consent_email_withdrawn_on")
    first, second, third = (person(name, period) for name in objections)
    return np.maximum(np.maximum(first, second), third)


def _on_file(person: Any, period: Any) -> Any:
    return person("consent_email_on", period) > person("opposed", period)


def _child_alone(person: Any, period: Any) -> Any:
    return (person("minor_at_consent", period) == 1) * (person("parental_authorisation", period) != 1)


def _valid(person: Any, period: Any) -> Any:
    to = person("consent_email_to", period)
    given = (person("consent_email_act", period) == 1) * ((to == 1) + (to == 2))
    proved = person("consent_email_proof", period) == 1
    return person("on_file", period) * given * np.logical_not(person("child_alone", period)) * proved


def _running(person: Any, period: Any) -> Any:
    related = (person("customer", period) == 1) + (person("contract", period) == 1)
    return (person("relation_ended_on", period) == NO_DAY) * related


def _bought(person: Any, period: Any) -> Any:
    at_sale = (person("sale", period) == 1) * (person("collected_at_sale", period) == 1)
    return at_sale * (person("similar_offer", period) == 1)


def _reason(person: Any, period: Any) -> Any:
    def of(name: str) -> Any:
        return person(name, period)

    stands = (of("opposed") > NO_DAY) * (of("reopened_email_on") <= of("opposed")) * np.logical_not(of("valid"))
    kept = np.logical_not(of("running"))
    last = np.maximum(of("last_contact_on"), of("relation_ended_on"))
    professional, related = of("audience") == 2, of("related_to_profession") == 1
    informed, on_file = of("informed") == 1, of("on_file")
    ladder = [
        (stands, Reason.OPPOSITION),
        (of("country") == 2, Reason.OUTSIDE_SCOPE),
        (of("country") == 0, Reason.PLACE_UNKNOWN),
        (of("email") == 0, Reason.NO_ADDRESS),
        (kept * (of("last_contact_on") == NO_DAY), Reason.LAST_CONTACT_UNKNOWN),
        (kept * (last <= CUTOFF), Reason.RETENTION_ENDED),
        (professional * (of("sole_trader") != 1) * (of("email") == 2), Reason.ORGANISATION_ADDRESS),
        (professional * related * informed, Reason.LEGITIMATE_INTEREST_PROFESSIONAL),
        (of("valid"), Reason.CONSENT),
        (professional * related, Reason.INFORMATION_REQUIRED),
        (of("bought") * informed, Reason.EXISTING_CUSTOMER),
        (on_file * (of("consent_email_act") == 2), Reason.CONSENT_INVALID_PRETICKED),
        (on_file * (of("consent_email_act") == 3), Reason.CONSENT_INVALID_BUNDLED),
        (on_file * (of("consent_email_to") == 3), Reason.CONSENT_INVALID_THIRD_PARTY),
        (on_file * of("child_alone"), Reason.CONSENT_INVALID_MINOR),
        (on_file, Reason.CONSENT_UNPROVED),
        (of("bought"), Reason.INFORMATION_REQUIRED),
    ]
    otherwise = REASONS.index(Reason.CONSENT_REQUIRED)
    return np.select([holds for holds, _ in ladder], [REASONS.index(reason) for _, reason in ladder], otherwise)


def system() -> TaxBenefitSystem:
    """The rules as a system of variables."""
    found = TaxBenefitSystem([PERSON])
    steps = {"on_file": _on_file, "child_alone": _child_alone, "valid": _valid, "running": _running, "bought": _bought}
    found.add_variables(
        *(_variable(name) for name in INPUTS), _variable("opposed", _opposed), _variable("reason", _reason)
    )
    found.add_variables(*(_variable(name, formula, bool) for name, formula in steps.items()))
    return found


def simulation(of: TaxBenefitSystem, columns: Mapping[str, NDArray[Any]]) -> Any:
    """A simulation that holds the columns; not counted in its time."""
    made = SimulationBuilder().build_default_simulation(of, len(columns["email"]))
    for name in INPUTS:
        made.set_input(name, periods.DateUnit.ETERNITY, columns[name])
    return made


def calculated(made: Any) -> NDArray[Any]:
    """The code of the reason (``REASONS``) of every contact."""
    reasons: NDArray[Any] = made.calculate("reason", str(ON))
    return reasons
