"""The front of the small CRMs: who is let in, limits, faults, what is asked of the sandbox itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from contactable.sandbox.front import Answer, Asked, Limit, Manner, Route, SmallCrm
from contactable.sandbox.front.messages import Incoming


def _admit(crm: SmallCrm, incoming: Incoming, route: Route) -> None:
    if incoming.headers.get("authorization") != f"Bearer {crm.token}":
        raise crm.problem(401, "who are you")


def _list(asked: Asked) -> Answer:
    since = float(asked.one("since", "0"))
    return Answer(200, [each.id for each in asked.contacts.changed(since)])


def _write(asked: Asked) -> Answer:
    return Answer(200, asked.contacts.change(asked.path["id"], dict(asked.json)).values)


def _opt_out(crm: SmallCrm, contact: object, channel: str) -> None:
    crm.own.append(channel)


MANNER = Manner(
    "toy",
    (
        Route("list", "GET", "/contacts", _list, "read"),
        Route("write", "PATCH", "/contacts/<id>", _write, "write", limits=("all", "writes")),
    ),
    _admit,
    lambda status, message: {"error": message},
    limits={"all": Limit(5, 60.0), "writes": Limit(1, 60.0, names_delay=False)},
    begin=list,
    opt_out=_opt_out,
)


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(MANNER, [{"name": "Ada"}, {"name": "Bea"}]) as running:
        yield running


def ask(crm: SmallCrm, method: str, path: str, **more: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {crm.token}"}
    return requests.request(method, crm.url + path, headers=headers, timeout=5, **more)  # type: ignore[arg-type]


def test_nobody_is_let_in_without_the_token(crm: SmallCrm) -> None:
    answer = requests.get(f"{crm.url}/contacts", timeout=5)

    assert (answer.status_code, answer.json()) == (401, {"error": "who are you"})


def test_a_request_beyond_the_limit_is_refused_with_its_delay(crm: SmallCrm) -> None:
    answers = [ask(crm, "GET", "/contacts") for _ in range(6)]

    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert 0 < int(answers[5].headers["Retry-After"]) <= 61


def test_a_limit_that_names_no_delay_counts_its_routes_alone(crm: SmallCrm) -> None:
    answers = [ask(crm, "PATCH", "/contacts/1", json={"name": "Cléo"}) for _ in range(2)]

    assert [each.status_code for each in answers] == [200, 429]
    assert "Retry-After" not in answers[1].headers
    assert ask(crm, "GET", "/contacts").status_code == 200


def test_a_fault_strikes_by_the_name_of_a_route_or_by_its_verb(crm: SmallCrm) -> None:
    crm.plan.replace([])
    requests.put(f"{crm.url}/sandbox/faults", json={"faults": ["read:2:503:wait=3"]}, timeout=5)

    answers = [ask(crm, "GET", "/contacts") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 503, 200]
    assert answers[1].headers["Retry-After"] == "3"


def test_a_connection_that_dies_after_the_work_leaves_the_work_done(crm: SmallCrm) -> None:
    requests.put(f"{crm.url}/sandbox/faults", json={"faults": ["write:1:lose"]}, timeout=5)

    with pytest.raises(requests.ConnectionError):
        ask(crm, "PATCH", "/contacts/1", json={"name": "Cléo"})

    assert crm.contacts.by_id["1"].values == {"name": "Cléo"}


def test_people_act_through_the_sandbox_without_a_token(crm: SmallCrm) -> None:
    for said in ({"values": {"name": "Cléo"}}, {"opt_out": "sms"}, {"merge": "2"}):
        assert requests.post(f"{crm.url}/sandbox/person/1", json=said, timeout=5).status_code == 204

    assert crm.contacts.by_id["1"].values == {"name": "Cléo"}
    assert crm.contacts.by_id["2"].merged_into == "1"
    assert crm.own == ["sms"]
    assert requests.post(f"{crm.url}/sandbox/person/2", json={}, timeout=5).status_code == 404


def test_readers_learn_of_a_change_as_late_as_the_lag_says() -> None:
    now = [1000.0]
    with SmallCrm(MANNER, [{"name": "Ada"}], limits={}, clock=lambda: now[0]) as crm:
        crm.contacts.lag = 5.0
        crm.contacts.change("1", {"name": "Cléo"})
        seen = []
        for at in (1004.0, 1005.0):
            now[0] = at
            seen.append(ask(crm, "GET", "/contacts?since=999").json())

    assert seen == [[], ["1"]]


def test_several_contacts_may_share_one_moment(crm: SmallCrm) -> None:
    made = crm.add([{"name": "Dora"}, {"name": "Eva"}], days_ago=2)

    assert made[0].changed_at == made[1].changed_at < crm.contacts.by_id["1"].changed_at


def test_a_body_that_is_no_json_is_told_so(crm: SmallCrm) -> None:
    headers = {"Authorization": f"Bearer {crm.token}", "Content-Type": "application/json"}

    assert requests.patch(f"{crm.url}/contacts/1", data=b"{", headers=headers, timeout=5).status_code == 400
