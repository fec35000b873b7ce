"""What happens to an invented company while its CRM fails: people who act, by a seed. Equal seeds, equal lives."""

from __future__ import annotations

import random
from collections.abc import Callable

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.loading import load
from contactable.register import NewEntry, Tx, ledger, outbox, subjects
from contactable.sandbox import HubSpotSandbox

Act = Callable[["Company", str], None]
ACTS_A_ROUND = 12
FACTS = {"country": "FR", "address": "1 rue des Lilas", "last_contact_on": "2026-10-01"}


def people(seed: int, count: int) -> list[dict[str, str]]:
    """Invented contacts, some of whom may be approached."""
    dice = random.Random(seed)
    return [
        {
            **FACTS,
            "email": f"p{number}@example.com",
            "phone": f"+3363998{number:04}",
            "audience": dice.choice(["consumer", "professional", ""]),
            "informed": dice.choice(["yes", "no", ""]),
            "consent_email_on": dice.choice(["2026-03-02", ""]),
        }
        for number in range(count)
    ]


class Company:
    """One portal and the register beside it, and the dice that both of two equal lives throw."""

    def __init__(self, crm: HubSpotSandbox, kit: Contactable, seed: int) -> None:
        self.crm = crm
        self.kit = kit
        self.dice = random.Random(seed)

    def sync(self) -> str:
        """Read and write everything, opt-outs that moved no date included."""
        load(self.kit, "hubspot")
        self.kit.reader("hubspot").sync_consents()
        return load(self.kit, "hubspot")

    def live(self) -> None:
        """Let some things happen, in an order that only the seed decides."""
        for _ in range(ACTS_A_ROUND):
            act = self.dice.choice(ACTS)
            living = [str(each.id) for each in self.crm.portal.contacts.by_id.values() if each.living]
            act(self, self.dice.choice(living))


def _changes_a_fact(company: Company, id: str) -> None:
    company.crm.as_person(id, {"informed": company.dice.choice(["yes", "no"])})


def _ticks(company: Company, id: str) -> None:
    company.crm.as_person(id, {"contactable_oppose": company.dice.choice(["email", "sms", "all"])})


def _unsubscribes(company: Company, id: str) -> None:
    company.crm.unsubscribe(id, company.dice.choice([None, 1601, 1602]))


def _objects_elsewhere(company: Company, id: str) -> None:
    """A sender that is no CRM tells of an opposition by the address."""
    email, channel = company.crm.contact(id).properties["email"], company.dice.choice(["email", "sms", "all"])

    def enter(tx: Tx) -> None:
        subject = subjects.subject_for(tx, IdentifierKind.EMAIL, email)
        ledger.record(tx, [NewEntry(kind="opposition", subject_id=subject, on=channel, time_quality="arrival")])
        outbox.stale_for(tx, [subject], urgent=True)

    company.kit.register.write(enter)


def _complains(company: Company, id: str) -> None:
    company.crm.as_hubspot(id, {"hs_email_hard_bounce_reason_enum": "SPAM"})


def _is_merged(company: Company, id: str) -> None:
    living = [str(each.id) for each in company.crm.portal.contacts.by_id.values() if each.living]
    other = company.dice.choice([each for each in living if each != id])
    company.crm.merge(id, other)


def _is_deleted(company: Company, id: str) -> None:
    company.crm.archive(id)


def _is_erased(company: Company, id: str) -> None:
    company.crm.erase(id)


def _comes(company: Company, id: str) -> None:
    portal = company.crm.portal
    number = len(portal.contacts.order)
    portal.create({**FACTS, "email": f"new{number}@example.com", "informed": "yes"}, portal.app)


def _moves(company: Company, id: str) -> None:
    company.crm.as_person(id, {"email": f"moved{id}.{company.dice.randint(1, 99)}@example.com"})


ACTS: tuple[Act, ...] = (
    _changes_a_fact,
    _changes_a_fact,
    _ticks,
    _unsubscribes,
    _objects_elsewhere,
    _objects_elsewhere,
    _complains,
    _is_merged,
    _is_deleted,
    _is_erased,
    _comes,
    _moves,
)
