"""Which mailboxes are an organisation's, and which domains are open to everybody: the first lists of the law's page."""

from __future__ import annotations

import pytest

from contactable.identifiers import GENERIC_MAILBOXES, PUBLIC_WEBMAIL_NAMES, PUBLIC_WEBMAILS, read_email

NAMES = (
    "contact contacts info infos information informations commercial accueil bonjour hello admin administration compta "
    "comptabilite facturation commande commandes direction secretariat service services sales sav support vente ventes "
    "office rh recrutement presse marketing communication reception reservation reservations mairie"
).split()
WEBMAILS = (
    "gmail.com googlemail.com outlook.fr outlook.com hotmail.com hotmail.fr live.fr msn.com yahoo.fr yahoo.co.uk "
    "ymail.com orange.fr wanadoo.fr free.fr sfr.fr neuf.fr bbox.fr laposte.net numericable.fr icloud.com me.com "
    "mac.com gmx.fr gmx.net aol.com proton.me protonmail.com"
).split()


def is_generic(address: str) -> bool:
    found = read_email(address)
    assert found is not None
    return found.generic


def test_the_lists_hold_what_the_law_page_names_and_nothing_else() -> None:
    assert set(NAMES) == GENERIC_MAILBOXES
    assert {name for name in WEBMAILS if name.partition(".")[0] not in PUBLIC_WEBMAIL_NAMES} == PUBLIC_WEBMAILS


@pytest.mark.parametrize("name", [*NAMES, "CONTACT", "Info", "Comptabilité", "réception", "SECRÉTARIAT"])
def test_such_a_mailbox_is_an_organisations_whatever_case_and_accents(name: str) -> None:
    assert is_generic(f"{name}@example.com")


@pytest.mark.parametrize("webmail", WEBMAILS)
def test_on_a_webmail_that_anybody_may_use_no_mailbox_is_an_organisations(webmail: str) -> None:
    assert not is_generic(f"contact@{webmail}")


@pytest.mark.parametrize("name", ["jeanne.martin", "contact.jeanne", "contact1", "contact+jeanne", "infojeanne"])
def test_a_mailbox_of_another_name_is_a_persons_own(name: str) -> None:
    assert not is_generic(f"{name}@example.com")
