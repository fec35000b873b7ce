"""The rules of ``email`` as OpenFisca variables, calculated on the columns that ``decide_many`` takes.

Written as OpenFisca's own models are: enumerations, dates and truths are variables of these types, and each condition
of the law is a variable. What is counted is what it takes from columns to reasons: filling a simulation, calculating.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from measuring.people import ON
from numpy.typing import NDArray
from openfisca_core import periods
from openfisca_core.entities import Entity
from openfisca_core.indexed_enums import Enum
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from contactable.rules import Audience, ConsentAct, ConsentRecipient, Mailbox, Sale
from contactable.rules.columns import NO_DAY
from contactable.rules.compiled import REASONS
from contactable.rules.place import Place

PERSON = Entity("person", "persons", "A contact", "")
NEVER = np.datetime64("1970-01-01")
CUTOFF = np.datetime64(ON.replace(year=ON.year - 3))


def _values(name: str, known: Any) -> Any:
    return Enum(name, {"unknown": "unknown", **{each.name.lower(): each.value for each in known}})


ENUMS = {
    "audience": _values("Audiences", Audience),
    "email": _values("Mailboxes", Mailbox),
    "sale": _values("Sales", Sale),
    "consent_email_act": _values("Acts", ConsentAct),
    "consent_email_to": _values("Recipients", ConsentRecipient),
    "country": _values("Places", [place for place in Place if place is not Place.UNKNOWN]),
}
TRUTHS = (
    "consent_email_proof minor_at_consent parental_authorisation customer contract collected_at_sale similar_offer "
    "informed related_to_profession sole_trader"
).split()
DAYS = (
    "opposed_email_on opposed_all_on consent_email_withdrawn_on reopened_email_on consent_email_on last_contact_on "
    "relation_ended_on"
).split()
INPUTS = (*ENUMS, *TRUTHS, *DAYS)
REASON = Enum("Reasons", {reason.value: reason.value for reason in REASONS})


def _variable(name: str, kind: Any, formula: Any = None, values: Any = None) -> type[Variable]:
    every = periods.DateUnit.DAY if formula else periods.DateUnit.ETERNITY
    body = {"value_type": kind, "entity": PERSON, "definition_period": every, "label": name}
    body |= {"possible_values": values, "default_value": next(iter(values))} if values else {}
    return type(name, (Variable,), body | ({"formula": formula} if formula else {}))


def _opposed(person: Any, period: Any) -> Any:
    objections = ("opposed_email_on", "opposed_all_on", "consent_email_withdrawn_on")
    first, second, third = (person(name, period) for name in objections)
    return np.maximum(np.maximum(first, second), third)


def _on_file(person: Any, period: Any) -> Any:
    return person("consent_email_on", period) > person("opposed", period)


def _child_alone(person: Any, period: Any) -> Any:
    return person("minor_at_consent", period) * np.logical_not(person("parental_authorisation", period))


def _valid(person: Any, period: Any) -> Any:
    acts, recipients = ENUMS["consent_email_act"], ENUMS["consent_email_to"]
    to = person("consent_email_to", period)
    to_us = (to == recipients.us) + (to == recipients.third_party_named_us)
    given = (person("consent_email_act", period) == acts.positive) * to_us
    adult = np.logical_not(person("child_alone", period))
    return person("on_file", period) * given * adult * person("consent_email_proof", period)


def _running(person: Any, period: Any) -> Any:
    return (person("relation_ended_on", period) == NEVER) * (person("customer", period) + person("contract", period))


def _bought(person: Any, period: Any) -> Any:
    at_sale = (person("sale", period) == ENUMS["sale"].sale) * person("collected_at_sale", period)
    return at_sale * person("similar_offer", period)


def _objected(person: Any, period: Any) -> Any:
    opposed, lifted = person("opposed", period), person("valid", period)
    return (opposed > NEVER) * (person("reopened_email_on", period) <= opposed) * np.logical_not(lifted)


def _professional(person: Any, period: Any) -> Any:
    return person("audience", period) == ENUMS["audience"].professional


def _reason(person: Any, period: Any) -> Any:
    def of(name: str) -> Any:
        return person(name, period)

    mailboxes, places, acts = ENUMS["email"], ENUMS["country"], ENUMS["consent_email_act"]
    kept = np.logical_not(of("running"))
    last = np.maximum(of("last_contact_on"), of("relation_ended_on"))
    professional, informed, on_file = of("professional"), of("informed"), of("on_file")
    organisation = professional * np.logical_not(of("sole_trader")) * (of("email") == mailboxes.generic)
    ladder = {
        "opposition": of("objected"),
        "outside_scope": of("country") == places.elsewhere,
        "place_unknown": of("country") == places.unknown,
        "no_address": of("email") == mailboxes.unknown,
        "last_contact_unknown": kept * (of("last_contact_on") == NEVER),
        "retention_ended": kept * (last <= CUTOFF),
        "organisation_address": organisation,
        "legitimate_interest_professional": professional * of("related_to_profession") * informed,
        "consent": of("valid"),
        "information_required": professional * of("related_to_profession"),
        "existing_customer": of("bought") * informed,
        "consent_invalid_preticked": on_file * (of("consent_email_act") == acts.preticked),
        "consent_invalid_bundled": on_file * (of("consent_email_act") == acts.bundled),
        "consent_invalid_third_party": on_file * (of("consent_email_to") == ENUMS["consent_email_to"].third_party),
        "consent_invalid_minor": on_file * of("child_alone"),
        "consent_unproved": on_file,
    }
    codes = {reason.value: code for code, reason in enumerate(REASONS)}
    otherwise = np.where(of("bought"), codes["information_required"], codes["consent_required"])
    return np.select(list(ladder.values()), [codes[reason] for reason in ladder], otherwise)


def system() -> TaxBenefitSystem:
    """The rules as a system of variables."""
    found = TaxBenefitSystem([PERSON])
    found.add_variables(*(_variable(name, Enum, values=values) for name, values in ENUMS.items()))
    found.add_variables(*(_variable(name, bool) for name in TRUTHS), *(_variable(name, date) for name in DAYS))
    conditions = (_on_file, _child_alone, _valid, _running, _bought, _objected, _professional)
    found.add_variables(*(_variable(each.__name__[1:], bool, each) for each in conditions))
    found.add_variables(_variable("opposed", date, _opposed), _variable("reason", Enum, _reason, REASON))
    return found


def decided(of: TaxBenefitSystem, columns: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """The code of the reason (``REASONS``) of every contact."""
    simulation = SimulationBuilder().build_default_simulation(of, len(columns["email"]))
    for name in INPUTS:
        simulation.set_input(name, periods.DateUnit.ETERNITY, _as_input(name, columns[name]))
    reasons: NDArray[Any] = simulation.calculate("reason", str(ON))
    return reasons


def _as_input(name: str, column: NDArray[Any]) -> NDArray[Any]:
    if name in TRUTHS:
        return column == 1
    if name in DAYS:
        return np.where(column == NO_DAY, 0, column).astype("datetime64[D]")
    return column.astype(np.int16)
