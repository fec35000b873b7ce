"""Writing to HubSpot: refused batches, silent ones, native opt-outs, and our properties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import responses

from contactable.connectors.hubspot import connect
from contactable.connectors.protocol import Change, Level, Option, Outcome, Result
from contactable.errors import Refused
from contactable.sandbox.hubspot import Quirks
from contactable.sandbox.hubspot.tokens import SCOPES

URL = "https://hubspot.example.com"
UPDATE = f"{URL}/crm/v3/objects/contacts/batch/update"


@dataclass(frozen=True)
class Wanted:
    name: str
    shape: str = "text"
    options: tuple[Option, ...] = ()
    label: str = "Label"
    description: str = "Description"
    for_people: bool = False


def written(outcomes: Any) -> dict[str, Result]:
    return {each.id: each.result for each in outcomes}


def by_hand() -> Any:
    return connect("hubspot", {"token": "env:T", "base_url": URL, "patience": 0}, lambda _: b"secret")


def quirky(account: Any, **quirks: bool) -> None:
    account.sandbox.portal.quirks = Quirks(**quirks)


@pytest.mark.parametrize("odd", [0, 1, 49, 50, 98, 99])
def test_a_batch_refused_as_a_whole_is_halved_down_to_the_odd_one(account: Any, odd: int) -> None:
    quirky(account, refuses_whole_batches=True)
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(100)))
    changes = [Change(id, {"lifecyclestage": "nonsense" if n == odd else "lead"}) for n, id in enumerate(ids)]

    outcomes = written(account.connect().write(changes))

    assert outcomes == {id: Result.REFUSED if n == odd else Result.WRITTEN for n, id in enumerate(ids)}


@pytest.mark.parametrize("drops", [True, False], ids=["left out of the answer", "answered under the new id"])
def test_a_write_under_an_old_id_names_the_survivor(account: Any, drops: bool) -> None:
    quirky(account, drops_merged=drops)
    first, second, other = account.add(*({"email": f"p{n}@example.org"} for n in range(3)))
    left = account.merge(first, second)

    outcomes = list(account.connect().write([Change(id, {"jobtitle": "x"}) for id in (first, other)]))

    assert sorted(outcomes, key=lambda each: each.result) == [
        Outcome(first, Result.GONE, "merged", left),
        Outcome(other, Result.WRITTEN),
    ]


def test_a_property_that_was_deleted_stops_all_with_a_clear_error(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(3)))

    with pytest.raises(Refused, match="doctor"):
        list(account.connect().write([Change(id, {"contactable_gone": "x"}) for id in ids]))


def test_an_error_for_all_does_not_swallow_what_other_batches_did(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(300)))
    changes = [Change(id, {"contactable_gone" if n == 250 else "jobtitle": "x"}) for n, id in enumerate(ids)]
    outcomes: list[Outcome] = []

    with pytest.raises(Refused):
        outcomes.extend(account.connect().write(changes))  # extend keeps what came before the error

    assert set(written(outcomes)) == set(ids[:200])


@responses.activate
def test_a_path_that_is_not_there_makes_nobody_gone() -> None:
    responses.post(UPDATE, status=404, json={"category": "OBJECT_NOT_FOUND"})

    with pytest.raises(Refused, match="404"):
        list(by_hand().write([Change("1", {"jobtitle": "x"})]))


@responses.activate
@pytest.mark.parametrize("category", ["INTERNAL_ERROR", "RATE_LIMITS", None, 7])
def test_an_error_that_is_not_the_contacts_own_is_for_later(category: object) -> None:
    context = {"objectWriteTraceId": ["1"]}
    error = {"status": "error", "category": category, "message": "camille@example.org", "context": context}
    responses.post(UPDATE, status=207, json={"results": [], "numErrors": 1, "errors": [error]})

    (outcome,) = by_hand().write([Change("1", {"jobtitle": "x"})])

    assert outcome.result is Result.LATER
    assert "camille" not in outcome.why


def test_nothing_is_asked_for_beyond_the_batches_when_all_goes_well(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(201)))

    list(account.connect().write([Change(id, {"jobtitle": "x"}) for id in ids]))

    assert account.sandbox.journal.summary()["by_route"] == {"batch_update": 3}


def test_oppositions_reach_hubspot_without_the_batch_interface(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(3)))
    scopes = [each for each in SCOPES if "batch" not in each]

    outcomes = written(account.connect(scopes=scopes).opt_out(ids[:2]))

    assert outcomes == dict.fromkeys(ids[:2], Result.WRITTEN)
    assert [account.is_opted_out(id) for id in ids] == [True, True, False]


def test_one_subscription_type_is_left_and_the_others_stay(account: Any) -> None:
    (id,) = account.add({"email": "p@example.org"})

    assert written(account.connect().opt_out([id], "1602")) == {id: Result.WRITTEN}

    preferences = account.sandbox.portal.preferences
    assert [preferences.may_receive("p@example.org", type) for type in (1601, 1602, 1603)] == [None, False, None]


def test_a_contact_without_an_address_cannot_be_unsubscribed(account: Any) -> None:
    with_address, without = account.add({"email": "p@example.org"}, {"firstname": "Camille"})

    outcomes = written(account.connect().opt_out([with_address, without, "999999"]))

    assert outcomes == {with_address: Result.WRITTEN, without: Result.REFUSED, "999999": Result.GONE}


def test_no_address_stands_in_any_url_when_somebody_is_unsubscribed(account: Any) -> None:
    (id,) = account.add({"email": "p@example.org"})

    list(account.connect(scopes=[each for each in SCOPES if "batch" not in each]).opt_out([id]))

    # These routes take the address in their path.
    assert not {"unsubscribe_all", "statuses", "wide_status"} & {e.route for e in account.sandbox.journal.entries}


def test_too_small_a_quota_is_refused_before_anything_is_made(account: Any) -> None:
    account.sandbox.portal.definitions.quota = 2
    schema = [Wanted(f"contactable_{n}") for n in range(3)]

    with pytest.raises(Refused, match="compact"):
        list(account.connect().ensure_properties(schema))

    assert account.connect().quota_left() == 2


def test_labels_that_people_changed_stay_theirs(account: Any) -> None:
    connector = account.connect()
    first = Wanted("contactable_x", "choice", (Option("a", "A"),))
    list(connector.ensure_properties([first]))
    definitions = account.sandbox.portal.definitions
    changed = {"label": "Mon nom", "options": [{"label": "Ah", "value": "a"}]}
    definitions.update("contactable_x", changed, account.sandbox.portal.now)

    list(connector.ensure_properties([Wanted("contactable_x", "choice", (Option("a", "A"), Option("b", "B")))]))

    there = definitions.get("contactable_x")
    assert (there.label, [each["label"] for each in there.options]) == ("Mon nom", ["Ah", "B"])


def test_our_properties_can_be_taken_away_and_nobody_elses(account: Any) -> None:
    connector = account.connect()
    list(connector.ensure_properties([Wanted("contactable_x")]))
    account.occupy("theirs")

    removed = list(connector.remove_properties(["contactable_x", "contactable_never_made", "theirs"]))

    definitions = account.sandbox.portal.definitions
    assert removed == ["contactable_x"]
    assert "contactable" not in definitions.groups
    assert not definitions.by_name["theirs"].archived


def test_the_check_names_each_property_of_another_kind_and_counts_the_missing_ones_in_one_line(account: Any) -> None:
    account.occupy("contactable_wrong")
    missing = ("contactable_x", "contactable_y")

    wrong, absent = account.connect().check_properties([Wanted("contactable_wrong"), *map(Wanted, missing)])

    assert (wrong.what, wrong.level) == ("Property contactable_wrong", Level.ERROR)
    assert (absent.what, absent.level) == ("hubspot: 2 of our 3 properties are missing", Level.WARNING)
    assert "contactable sync hubspot --yes" in absent.mend
    assert absent.names == missing


def test_a_missing_scope_is_a_finding_that_says_what_is_lost(account: Any) -> None:
    findings = account.connect(scopes=[each for each in SCOPES if each != "forms"]).check()

    assert [each.mend for each in findings if each.level is not Level.OK] == [
        "grant it in HubSpot: consents given through forms are not read"
    ]


def test_setting_properties_up_without_the_scope_is_refused(account: Any) -> None:
    scopes = [each for each in SCOPES if each != "crm.schemas.contacts.write"]

    with pytest.raises(Refused, match=r"crm\.schemas\.contacts\.write"):
        list(account.connect(scopes=scopes).ensure_properties([Wanted("contactable_x")]))


def test_two_processes_on_one_account_stay_below_the_limit_together(account: Any) -> None:
    account.strangle()  # eight requests in ten seconds
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(1_000)), days_ago=9)
    first, second = account.connect(), account.connect()

    list(first.write([Change(id, {"jobtitle": "x"}) for id in ids[:600]]))
    outcomes = written(second.write([Change(id, {"jobtitle": "y"}) for id in ids[600:]]))

    assert outcomes == dict.fromkeys(ids[600:], Result.WRITTEN)
    assert account.refusals() == 0
