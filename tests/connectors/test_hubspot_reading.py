"""Reading HubSpot: stretches of the list, windows, the bin, opt-outs, what stands beside contacts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from contactable.connectors.hubspot import HubSpot, connect
from contactable.connectors.hubspot.histories import writes_of
from contactable.connectors.hubspot.loading import Stretch
from contactable.connectors.hubspot.pages import Fetched
from contactable.connectors.hubspot.paths import VERSIONS, Paths
from contactable.connectors.protocol import ContactRecord, Page, Writer
from contactable.errors import Refused, Unavailable
from contactable.sandbox.hubspot.forms import Form
from contactable.sandbox.hubspot.tokens import SCOPES

URL = "https://hubspot.example.com"
NAMES = ["email", "jobtitle"]


@pytest.fixture
def hubspot() -> Iterator[responses.RequestsMock]:
    """HubSpot's answers by hand, for shapes that the sandbox does not have."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/crm/v3/properties/contacts", json={"results": [{"name": "email"}]})
        yield mock


def by_hand(**settings: Any) -> HubSpot:
    return connect("hubspot", {"token": "env:T", "base_url": URL, "patience": 0, **settings}, lambda _: b"secret")


def living(pages: Iterator[Page]) -> list[str]:
    return [record.id for page in pages for record in page.records if not record.gone]


def loaded(connector: HubSpot) -> tuple[list[str], Any]:
    """The ids of the first load, and the cursor after it."""
    ids: list[str] = []
    for page in connector.iter_changed(None, NAMES):
        ids.extend(record.id for record in page.records)
        if page.cursor and "since" in page.cursor:
            return ids, page.cursor
    raise AssertionError("the load had no end")


@pytest.mark.parametrize("contacts", [0, 1, 99, 100, 101, 200, 300, 301, 1_000, 1_750])
def test_the_load_gives_each_contact_once_and_wastes_no_page(account: Any, contacts: int) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(contacts)), days_ago=9)

    found, _ = loaded(account.connect())

    assert sorted(found) == sorted(ids)
    assert account.sandbox.journal.count("list") <= contacts // 100 + 1


def test_the_load_survives_deletions_in_its_midst(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(900)), days_ago=9)
    reading = account.connect().iter_changed(None, NAMES)
    first = next(reading)

    for id in ids[199:900:100]:  # the very ends of stretches
        account.delete(id)
    found = {record.id for page in [first, *reading] for record in page.records}

    assert found >= set(ids) - set(ids[199:900:100])


def test_a_resumed_load_reads_no_page_twice(account: Any) -> None:
    account.add(*({"email": f"p{n}@example.org"} for n in range(1_000)), days_ago=9)
    reading = account.connect().iter_changed(None, NAMES)
    before = [next(reading) for _ in range(4)]
    reading.close()

    cursor = json.loads(json.dumps(before[-1].cursor))
    after = living(account.connect().iter_changed(cursor, NAMES))

    assert len(after) + sum(len(page.records) for page in before) == 1_000


@pytest.mark.parametrize(("last_id", "ended"), [(900, False), (999, False), (1_000, True), (1_050, True)])
def test_a_stretch_ends_at_its_last_contact_and_not_before(last_id: int, ended: bool) -> None:
    """Search may not have known every contact of it, so the number of pages says nothing."""
    stretch = Stretch("500", 1_000)

    records = stretch.advance(Fetched([ContactRecord(str(last_id), {})], str(last_id), last_id))

    assert stretch.ended is ended
    assert bool(records) is (last_id <= 1_000)


def test_a_list_that_runs_backwards_is_refused() -> None:
    with pytest.raises(Refused, match="in_flight"):
        Stretch("500", 1_000).advance(Fetched([ContactRecord("400", {})], "400", 400))


def test_a_cursor_that_is_no_id_is_followed_in_one_chain(hubspot: responses.RequestsMock) -> None:
    contacts = [{"id": str(n), "properties": {}} for n in range(1, 5)]
    path = f"{URL}/crm/v3/objects/contacts"
    hubspot.get(path, json={"results": contacts[:2], "paging": {"next": {"after": "NTI1Cg"}}})
    hubspot.get(path, json={"results": contacts[2:]})
    hubspot.post(f"{path}/search", json={"total": 0, "results": []})

    found, _ = loaded(by_hand())

    assert found == ["1", "2", "3", "4"]
    assert "after=NTI1Cg" in str(hubspot.calls[2].request.url)


def test_a_list_that_repeats_itself_ends_with_an_error(hubspot: responses.RequestsMock) -> None:
    again = {"results": [{"id": "7", "properties": {}}], "paging": {"next": {"after": "same"}}}
    hubspot.get(f"{URL}/crm/v3/objects/contacts", json=again)

    with pytest.raises(Unavailable, match="again"):
        list(by_hand().iter_ids())


def test_a_search_that_repeats_itself_ends_with_an_error(hubspot: responses.RequestsMock) -> None:
    again = {"total": 1, "results": [{"id": "7", "properties": {}}], "paging": {"next": {"after": "200"}}}
    hubspot.post(f"{URL}/crm/v3/objects/contacts/search", json=again)

    with pytest.raises(Unavailable, match="again"):
        list(by_hand().iter_changed({"since": 1}, NAMES))


def test_names_that_would_not_fit_a_url_go_into_bodies(account: Any) -> None:
    names = [f"a_rather_long_name_of_a_property_{n}" for n in range(80)]
    for name in names:
        account.occupy(name)
    (id,) = account.add({"email": "p@example.org", names[79]: "7"}, days_ago=9)

    (record,) = [r for page in account.connect().iter_changed(None, names) for r in page.records]

    assert (record.id, record.properties[names[79]]) == (id, "7")
    assert account.sandbox.journal.count("batch_read") == 1


def test_names_that_the_account_does_not_have_are_not_asked_for(account: Any) -> None:
    account.add({"email": "p@example.org"}, days_ago=9)

    (record,) = [r for page in account.connect().iter_changed(None, ["nobody_has_this"]) for r in page.records]

    assert "nobody_has_this" not in record.properties


def test_what_goes_into_the_bin_comes_as_gone_without_being_asked_for(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(5)), days_ago=9)
    connector = account.connect()
    cursor = loaded(connector)[1]

    account.delete(ids[3])
    gone = [r for page in connector.iter_changed(cursor, NAMES) for r in page.records if r.gone]

    assert [(record.id, record.properties) for record in gone] == [(ids[3], {})]


def test_a_contact_taken_out_of_the_bin_is_alive_again(account: Any) -> None:
    (id,) = account.add({"email": "p@example.org"}, days_ago=9)
    connector = account.connect()
    cursor = loaded(connector)[1]
    account.delete(id)
    last = [page.cursor for page in connector.iter_changed(cursor, NAMES)][-1]

    account.sandbox.restore(id)

    assert living(connector.iter_changed(last, NAMES)) == [id]


def test_ten_thousand_that_changed_in_one_millisecond_are_all_found(account: Any) -> None:
    """As HubSpot's own batch of a month's end leaves them; search shows no more than 10,000 results of one query."""
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(10_050)), days_ago=1)
    connector = account.connect()

    found = living(connector.iter_changed(connector.cursor_at(datetime.now(UTC) - timedelta(days=2)), NAMES))

    assert len({account.values(id)["lastmodifieddate"] for id in ids}) == 1
    assert sorted(found) == sorted(ids)


def test_ten_changes_cost_the_same_few_requests_in_a_large_account(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(2_000)), days_ago=9)
    connector = account.connect()
    cursor = loaded(connector)[1]
    account.sandbox.journal.clear()

    for id in ids[::200]:
        account.change(id, {"jobtitle": "changed"})
    found = living(connector.iter_changed(cursor, NAMES))

    assert sorted(found) == sorted(ids[::200])
    assert account.sandbox.journal.count() == 3  # names of properties, one window, the bin


def test_an_error_in_a_batch_makes_nobody_gone(hubspot: responses.RequestsMock) -> None:
    path = f"{URL}/crm/v3/objects/contacts"
    errors = [{"status": "error", "category": "INTERNAL_ERROR", "message": "oops", "context": {"ids": ["2"]}}]
    body = {"status": "COMPLETE", "results": [{"id": "1", "properties": {}}], "numErrors": 1, "errors": errors}
    hubspot.post(f"{path}/batch/read", status=207, json=body)
    hubspot.get(f"{path}/2", json={"id": "2", "properties": {"email": "p@example.org"}})
    hubspot.get(f"{path}/3", status=404, json={"category": "OBJECT_NOT_FOUND"})

    records = {each.id: each.gone for each in by_hand().read(["1", "2", "3"], NAMES)}

    assert records == {"1": False, "2": False, "3": True}


@pytest.mark.parametrize("kind", ["all", "one type", "complaint", "quarantine"])
def test_opt_outs_are_found_where_the_timeline_may_not_be_read(account: Any, kind: str) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(6)), days_ago=9)
    connector = account.connect(scopes=[each for each in SCOPES if "preferences" not in each])
    act: dict[str, Callable[[], object]] = {
        "all": lambda: account.sandbox.unsubscribe(ids[4]),
        "one type": lambda: account.sandbox.unsubscribe(ids[4], 1602),
        "complaint": lambda: account.sandbox.as_hubspot(ids[4], {"hs_email_hard_bounce_reason_enum": "SPAM"}),
        "quarantine": lambda: account.sandbox.as_hubspot(
            ids[4], {"hs_email_quarantined_reason": "RECIPIENT_COMPLAINT"}
        ),
    }

    act[kind]()

    assert living(connector.iter_consent_changes(None, NAMES)) == [ids[4]]


def test_the_timeline_alone_tells_an_opt_out_at_once(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(6)), days_ago=9)
    connector = account.connect()
    cursor = [page.cursor for page in connector.iter_consent_changes(None, NAMES)][-1]

    account.opt_out(ids[2])
    first = next(page for page in connector.iter_consent_changes(cursor, NAMES) if page.records)

    assert [(r.id, r.properties["email"]) for r in first.records] == [(ids[2], "p2@example.org")]


def test_the_look_through_opted_out_contacts_goes_on_where_it_stopped(account_on: Callable[..., Any]) -> None:
    account = account_on(consent_pages=1)
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(450)), days_ago=9)
    for id in ids:
        account.sandbox.as_hubspot(id, {"hs_email_quarantined_reason": "RECIPIENT_COMPLAINT"})
    connector, cursor, turns = account.connect(), None, list[set[str]]()

    for _ in range(3):
        pages = list(connector.iter_consent_changes(cursor, NAMES))
        turns.append(set(living(iter(pages))))
        cursor = pages[-1].cursor

    assert [len(turn) for turn in turns] == [200, 200, 50]
    assert set().union(*turns) == set(ids)


def test_the_history_tells_a_person_from_an_app_and_ours_from_others(account: Any) -> None:
    (id,) = account.add({"email": "p@example.org"}, days_ago=9)
    account.sandbox.as_app(id, {"jobtitle": "ours"})
    account.sandbox.as_app(id, {"jobtitle": "theirs"}, app_id=4711)
    account.sandbox.as_person(id, {"jobtitle": "somebody's"})

    writes = [(each.value, each.by) for each in account.connect().histories([id], ["jobtitle"])]

    assert writes == [("somebody's", Writer.PERSON), ("theirs", Writer.OTHER_APP), ("ours", Writer.OURSELVES)]


def test_while_our_app_is_unknown_no_write_is_called_our_own() -> None:
    version = {"value": "x", "sourceType": "INTEGRATION", "sourceId": ""}
    item = {"id": "1", "propertiesWithHistory": {"jobtitle": [version, {**version, "sourceId": "980017"}]}}

    assert {each.by for each in writes_of(item, app_id="")} == {Writer.SOME_APP}


def test_lists_are_given_with_their_members(account: Any) -> None:
    ids = account.add(*({"email": f"p{n}@example.org"} for n in range(300)), days_ago=9)
    portal = account.sandbox.portal
    made = portal.lists.add("Ne pas appeler", "MANUAL", portal.now)
    portal.lists.put_in(made, map(int, ids), portal.now)

    (found,) = account.connect().lists()

    assert (found.name, found.size) == ("Ne pas appeler", 300)
    assert sorted(id for id, _ in found.members) == sorted(ids)


def test_forms_are_given_with_the_texts_that_people_saw(account: Any) -> None:
    form = Form("f1", "Devis", 0, processing="Nous traitons vos données.", communications={1601: "Oui, la newsletter"})
    account.sandbox.portal.forms.add(form)

    (found,) = account.connect().forms()

    assert {(each.text, each.subscription_id) for each in found.texts} == {
        ("Nous traitons vos données.", ""),
        ("Oui, la newsletter", "1601"),
    }


def test_submissions_are_read_back_to_a_moment_and_no_further(account: Any) -> None:
    portal = account.sandbox.portal
    portal.forms.add(Form("f1", "Devis", 0))
    for day in range(1, 20):
        at = int(datetime(2026, 11, day, tzinfo=UTC).timestamp() * 1000)
        portal.forms.submit("f1", {"email": f"p{day}@example.org"}, at)

    found = list(account.connect().submissions("f1", datetime(2026, 11, 17, tzinfo=UTC)))

    assert [each.values["email"] for each in found] == [f"p{day}@example.org" for day in (19, 18, 17)]


def test_a_submission_does_not_show_its_values_when_it_is_printed(account: Any) -> None:
    account.sandbox.portal.forms.add(Form("f1", "Devis", 0))
    account.sandbox.portal.forms.submit("f1", {"email": "camille@example.org"}, 1)

    assert "camille" not in repr(list(account.connect().submissions("f1")))


def test_calls_are_given_with_their_contacts_and_outcome(account: Any) -> None:
    portal = account.sandbox.portal
    given = {"hs_call_disposition": "no-answer", "hs_call_direction": "OUTBOUND", "hs_call_duration": "61000"}
    portal.calls.add({**given, "hs_timestamp": "2026-11-20T09:00:00.000Z"}, portal.now, (151,))
    portal.calls.add({"hs_timestamp": "2026-10-20T09:00:00.000Z"}, portal.now, (201,))

    (call,) = account.connect().calls(datetime(2026, 11, 1, tzinfo=UTC))

    assert (call.record_ids, call.outcome, call.direction, call.seconds) == (("151",), "no-answer", "OUTBOUND", 61.0)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_area_has_one_path_in_each_version(version: str) -> None:
    path = Paths(version)

    assert path("contacts", "batch", "read").endswith("/contacts/batch/read")
    assert version in path("contacts")
    assert version in path("lists")
    assert "v3" not in Paths("2026-03")("properties")


def test_a_record_keeps_no_empty_value(account: Any) -> None:
    (id,) = account.add({"email": "p@example.org"})

    (record,) = account.connect().read([id], NAMES)

    assert isinstance(record, ContactRecord)
    assert "jobtitle" not in record.properties
