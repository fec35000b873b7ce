"""What the contract cannot know of Sellsy: subscriptions written as a whole list, tokens, quotas, custom fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from contactable.connectors.contract.playing import SCHEMA
from contactable.connectors.protocol import Change, Outcome, Result
from contactable.connectors.sellsy import Sellsy, connect
from contactable.errors import LimitReached, Refused
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.sellsy import MANNER

API, LOGIN = "https://api.sellsy.com/v2", "https://login.sellsy.com/oauth2/access-tokens"


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER, limits={}) as crm:
        yield crm


@pytest.fixture
def connected() -> Iterator[Callable[..., Sellsy]]:
    made: list[Sellsy] = []

    def make(secret: str = "s", **settings: Any) -> Sellsy:
        given = {"client_id": "env:I", "client_secret": "env:S", "requests_per_s": 1_000, **settings}
        made.append(connect("sellsy", given, lambda reference: secret.encode()))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_leaving_one_channel_keeps_the_other_subscriptions(crm: SmallCrm, connected: Any) -> None:
    (person,) = crm.add([{"email": "ada@example.com", "marketing_campaigns_subscriptions": ["email", "custom"]}])

    list(connected(crm.token, base_url=crm.url).opt_out([person.id], channel="email"))

    assert person.values["marketing_campaigns_subscriptions"] == ["custom"]


def test_who_left_already_is_not_written_again(crm: SmallCrm, connected: Any) -> None:
    (person,) = crm.add([{"marketing_campaigns_subscriptions": []}])

    outcomes = list(connected(crm.token, base_url=crm.url).opt_out([person.id], channel="sms"))

    assert [each.result for each in outcomes] == [Result.WRITTEN]
    assert crm.journal.count("update") == 0


@pytest.mark.parametrize("name", ["marketing_campaigns_subscriptions", "unsubscribed_email", "contactable_unknown"])
def test_subscriptions_and_unknown_fields_are_never_written_as_properties(
    crm: SmallCrm, connected: Any, name: str
) -> None:
    (person,) = crm.add([{"email": "ada@example.com"}])
    crm.opt_out(person.id, "email")

    (outcome,) = connected(crm.token, base_url=crm.url).write([Change(person.id, {name: "", "note": "x"})])

    assert outcome.result is Result.REFUSED
    assert crm.is_opted_out(person.id, "email")
    assert "note" not in person.values


def test_a_token_that_was_taken_back_is_fetched_anew(crm: SmallCrm, connected: Any) -> None:
    (person,) = crm.add([{"note": "old"}])
    sellsy = connected(crm.token, base_url=crm.url)
    list(sellsy.read([person.id], []))

    crm.own.tokens.clear()

    assert list(sellsy.write([Change(person.id, {"note": "new"})])) == [Outcome(person.id, Result.WRITTEN)]
    assert crm.journal.count("login") == 2


@responses.activate
def test_a_quota_of_the_day_that_is_used_up_waits_for_an_hour(connected: Any) -> None:
    responses.post(LOGIN, json={"access_token": "t", "expires_in": 60})
    responses.get(f"{API}/contacts/1", status=429, headers={"X-Quota-Remaining-By-Day": "0"})

    with pytest.raises(LimitReached) as caught:
        list(connected(patience=0.1).read(["1"], []))

    assert caught.value.retry_after == 3_600


@responses.activate
def test_a_custom_field_that_the_plan_does_not_allow_is_to_be_made_by_hand(connected: Any) -> None:
    responses.post(LOGIN, json={"access_token": "t", "expires_in": 600})
    responses.get(f"{API}/custom-fields", json={"data": [], "pagination": {}})
    responses.post(f"{API}/custom-fields", status=402, json={"error": {"code": 402}})

    with pytest.raises(Refused, match=r"contactable_contract_choice.*type radio, with the choices red, green, blue"):
        list(connected().ensure_properties(SCHEMA[1:2]))


@responses.activate
def test_individuals_are_asked_for_by_their_own_name_of_the_date(connected: Any) -> None:
    responses.post(LOGIN, json={"access_token": "t", "expires_in": 600})
    responses.get(f"{API}/individuals", json={"data": []})
    item = {"id": 7, "type": "client", "updated_at": "2026-11-26T10:00:00+01:00", "email": "ada@example.com"}
    found = responses.post(f"{API}/individuals/search", json={"data": [item], "pagination": {"offset": "x"}})

    pages = list(connected(records="individuals").iter_changed({"since": "2026-11-26T09:00:00+00:00"}, []))

    assert found.calls[0].request.body == b'{"filters":{"updated_at":{"start":"2026-11-26T08:59:00Z"}}}'
    assert pages[0].records[0].properties == {"type": "client", "email": "ada@example.com"}


@responses.activate
def test_an_opt_out_that_cannot_be_seen_is_not_called_written(connected: Any) -> None:
    responses.post(LOGIN, json={"access_token": "t", "expires_in": 600})
    responses.get(f"{API}/contacts/1", json={"id": 1, "email": "ada@example.com"})

    assert [each.result for each in connected().opt_out(["1"])] == [Result.REFUSED]
