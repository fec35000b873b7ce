"""Mail that asks to unsubscribe, imported: at once where our server vouches, after a person looked elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactable import Contactable
from contactable.identifiers import IdentifierKind
from contactable.register import ledger, subjects
from contactable.register.ledger import Entry
from contactable.replaying import take_mail
from contactable.reviewing import KINDS, questions, sealed

ASKED = b"From: Ada <ada@example.com>\nDate: Mon, 23 Nov 2026 10:40:00 +0100\nSubject: unsubscribe\n\n"
VOUCHED = b"Authentication-Results: mx.example.org; dkim=pass header.d=example.com\n" + ASKED
SETTINGS = """
[endpoints.arf]
provider = "arf"
path_secret = "env:TWILIO_TOKEN"
mail_server = "mx.example.org"
reports_33700_from = ["example.com"]
"""
TABLE = b"""MIME-Version: 1.0
Content-Type: text/csv; name="reports.csv"
Content-Disposition: attachment; filename="reports.csv"

numero_signalant;emetteur
"""


@pytest.fixture
def kit(make_kit: Callable[..., Contactable]) -> Contactable:
    return make_kit(SETTINGS)


def entered(kit: Contactable) -> list[Entry]:
    with kit.register.read() as tx:
        ada = subjects.find_subject(tx, IdentifierKind.EMAIL, "ada@example.com")
        return ledger.entries_of(tx, [ada] if ada else [])


def waiting(kit: Contactable) -> list[tuple[str, str]]:
    with kit.register.read() as tx:
        return [(each.kind, each.id) for each in questions(tx)]


def test_a_request_that_our_server_vouches_for_closes_at_once_and_asks_a_person(kit: Contactable) -> None:
    take_mail(kit, iter([VOUCHED]))

    assert [(each.kind, each.on, each.confidence) for each in entered(kit)] == [("opposition", "email", "probable")]
    assert [kind for kind, _ in waiting(kit)] == ["doubtful"]


def test_a_request_that_nobody_vouches_for_closes_nobody_and_waits(kit: Contactable) -> None:
    assert take_mail(kit, iter([ASKED])) == "1 messages: 0 entered, 0 known, 1 unresolved"

    with kit.register.read() as tx:
        (question,) = questions(tx)
    assert entered(kit) == []
    assert (question.kind, "nothing proves who asks" in question.what) == ("unresolved", True)


@pytest.mark.parametrize(
    ("reason", "expected"), [(None, ["opposition"]), ("forged", [])], ids=["confirmed", "put away"]
)
def test_a_person_who_looked_decides_about_a_request_that_nobody_vouches_for(
    kit: Contactable, reason: str | None, expected: list[str]
) -> None:
    take_mail(kit, iter([ASKED]))
    ((_, id),) = waiting(kit)

    why = None if reason is None else sealed(kit, reason)
    KINDS["review"](kit, {"id": id, "by": sealed(kit, "Bob"), "reason": why}, lambda done, total: None)

    assert [each.kind for each in entered(kit)] == expected
    assert all((each.proof_level, each.origin) == ("operator", "admin") for each in entered(kit))
    assert waiting(kit) == []


def reported(count: int) -> bytes:
    head = VOUCHED.removesuffix(b"\n") + TABLE
    return head + b"".join(b"+336399800%02d;SHOP\n" % number for number in range(count))


def closed(kit: Contactable) -> list[tuple[str, str]]:
    with kit.register.read() as tx:
        found = subjects.find_subject(tx, IdentifierKind.PHONE, "+33639980001")
        return [(each.origin, each.proof_level) for each in ledger.entries_of(tx, [found] if found else [])]


def test_reports_to_33700_in_a_mail_close_at_once(kit: Contactable) -> None:
    assert take_mail(kit, iter([reported(2), reported(2)])) == "2 messages: 2 entered, 2 known, 0 unresolved"

    assert closed(kit) == [("complaint", "path_secret")]


def test_a_long_table_of_reports_closes_once_a_person_has_looked(kit: Contactable) -> None:
    take_mail(kit, iter([reported(60)]))
    assert closed(kit) == []
    ((_, id),) = waiting(kit)

    KINDS["review"](kit, {"id": id, "by": sealed(kit, "Bob"), "reason": None}, lambda done, total: None)

    assert closed(kit) == [("admin", "operator")]
    assert waiting(kit) == []
