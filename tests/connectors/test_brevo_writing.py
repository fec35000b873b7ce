"""What the contract cannot know of Brevo: offsets, black lists, lists, imports."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.connectors.protocol import Change, Result
from contactable.sandbox.brevo import enlist


def test_who_is_deleted_between_two_pages_hides_nobody_behind(brevo_account: Any) -> None:
    ids = brevo_account.add(*({"email": f"p{n}@example.com"} for n in range(2_300)))
    found: list[str] = []

    for page in brevo_account.connect().iter_changed(None, []):
        found += [each.id for each in page.records]
        for id in ids[:10]:  # after each page ten of those that it gave are deleted
            if brevo_account.crm.contacts.get(id):
                brevo_account.delete(id)
        ids = ids[10:]

    assert set(found) >= {each.id for each in brevo_account.crm.contacts.living()}


def test_an_address_is_never_written_since_that_ends_the_black_listing(brevo_account: Any) -> None:
    (id,) = brevo_account.add({"email": "ada@example.com"})
    brevo_account.opt_out(id, "email")

    outcomes = list(
        brevo_account.connect().write([Change(id, {"email": "ada@example.org"}), Change(id, {"NOTE": "x"})])
    )

    assert [each.result for each in outcomes] == [Result.REFUSED]
    assert brevo_account.is_opted_out(id, "email")


def test_a_contact_is_taken_out_of_one_list_and_stays_in_the_others(brevo_account: Any) -> None:
    (id,) = brevo_account.add({"email": "ada@example.com"})
    numbers = [enlist(brevo_account.crm, name, [id]) for name in ("Promotions", "News")]

    list(brevo_account.connect().opt_out([id], scope_id=str(numbers[0])))

    assert [brevo_account.crm.own.lists[number]["members"] for number in numbers] == [[], [id]]
    assert not brevo_account.is_opted_out(id, "email")


@pytest.fixture
def importing(brevo_account: Any) -> Any:
    """A connector that may import into list 7, from three contacts on, with people in the account."""
    brevo_account.ids = brevo_account.add(
        *({"email": f"p{n}@example.com", "NOTE": "old"} for n in range(5)), {"NOTE": "old"}
    )
    brevo_account._settings = {**brevo_account._settings, "import_list": 7, "import_from": 3}
    return brevo_account


def test_many_contacts_are_written_by_one_import_and_read_again(importing: Any) -> None:
    changes = [Change(id, {"NOTE": "new"}) for id in importing.ids]

    outcomes = {each.id: each.result for each in importing.connect().write(changes)}

    assert outcomes == dict.fromkeys(importing.ids, Result.WRITTEN)
    assert {importing.values(id)["NOTE"] for id in importing.ids} == {"new"}
    assert importing.crm.journal.count("import") == 1
    assert importing.crm.journal.count("update") == 1  # the one without an address


def test_an_import_clears_no_value_and_makes_nobody(importing: Any) -> None:
    ids = importing.ids
    importing.delete(ids[1])
    changes = [Change(ids[0], {"NOTE": ""}), *(Change(id, {"NOTE": "new"}) for id in ids[1:4])]

    outcomes = {each.id: each.result for each in importing.connect().write(changes)}

    assert (outcomes[ids[0]], outcomes[ids[1]]) == (Result.WRITTEN, Result.GONE)
    assert "NOTE" not in importing.values(ids[0])
    assert importing.count() == 5


def test_who_is_deleted_while_an_import_runs_does_not_come_back(importing: Any) -> None:
    connector, ids = importing.connect(), importing.ids
    post = connector.account.post

    def delete_and_post(path: str, body: Any, **more: Any) -> Any:
        importing.delete(ids[2])
        return post(path, body, **more)

    connector.account.post = delete_and_post
    outcomes = {each.id: each.result for each in connector.write([Change(id, {"NOTE": "new"}) for id in ids])}

    assert outcomes[ids[2]] is Result.GONE
    assert sorted(each.id for each in importing.crm.contacts.living()) == sorted(set(ids) - {ids[2]})
