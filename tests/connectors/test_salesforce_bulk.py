"""Jobs of Bulk 2.0 and logins by a private key: simple-salesforce works through our transport, or is done without."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

pytest.importorskip("simple_salesforce", reason="simple-salesforce is not installed")
from contactable.connectors.protocol import ContactRecord, Level, Page
from contactable.connectors.salesforce import Salesforce, bulk, connect
from contactable.errors import Refused, SettingsError, Unavailable
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.salesforce import MANNER, object_to_all

USUAL: dict[str, Any] = {"client_secret": "env:KEY", "bulk_from": 0, "patience": 5}
BY_KEY: dict[str, Any] = {"username": "kit@example.com", "private_key": "env:PEM"}
MAPPED = ["Email", "CreatedDate", "Title"]


@pytest.fixture
def crm(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallCrm]:
    monkeypatch.setattr(bulk, "RESULTS", 20)
    people = ({"Email": f"p{n}@example.com", "Title": f'the "{n}",\nnth'} for n in range(60))
    with SmallCrm(MANNER, people, limits={}) as made:
        yield made


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simple_salesforce", None)


def opened(crm: SmallCrm, pem: bytes = b"", stopping: threading.Event | None = None, **settings: Any) -> Salesforce:
    given = {"base_url": crm.url, "client_id": "env:KEY", **settings}
    return connect("s", given, lambda name: pem if name == "env:PEM" else crm.token.encode(), stopping=stopping)


def load(salesforce: Salesforce, cursor: Any = None) -> tuple[dict[str, ContactRecord], list[Page]]:
    pages = list(salesforce.iter_changed(cursor, MAPPED))
    salesforce.close()
    return {each.id: each for page in pages for each in page.records}, pages


def test_a_job_gives_each_record_as_queries_give_it(crm: SmallCrm) -> None:
    for id in list(crm.contacts.by_id)[:3]:
        object_to_all(crm, id)
    by_queries, _ = load(opened(crm, **USUAL | {"bulk_from": 1_000}))
    crm.journal.clear()

    by_jobs, _ = load(opened(crm, **USUAL))

    assert by_jobs == by_queries
    assert sum("Individual.HasOptedOutSolicit" in each.properties for each in by_jobs.values()) == 3
    assert (crm.journal.count("query"), crm.journal.count("job"), crm.journal.count("job_results")) == (0, 2, 4)


def test_a_first_load_that_died_goes_on_with_the_same_job(crm: SmallCrm) -> None:
    begun = next(iter(opened(crm, **USUAL).iter_changed(None, MAPPED)))

    rest, _ = load(opened(crm, **USUAL), begun.cursor)

    assert {each.id for each in begun.records} | set(rest) == set(crm.contacts.by_id)
    assert len(rest) == 40
    assert crm.journal.count("job") == 2  # one for each kind


def test_a_job_that_is_kept_no_more_is_begun_anew(crm: SmallCrm) -> None:
    begun = next(iter(opened(crm, **USUAL).iter_changed(None, MAPPED)))
    crm.own.jobs.clear()

    assert set(load(opened(crm, **USUAL), begun.cursor)[0]) == set(crm.contacts.by_id)


@pytest.mark.parametrize("end", ["Failed", "Aborted"])
def test_where_jobs_come_to_nothing_records_are_read_by_queries(crm: SmallCrm, end: str) -> None:
    crm.own.job_ends = end

    assert set(load(opened(crm, **USUAL))[0]) == set(crm.contacts.by_id)
    assert crm.journal.count("query") == 2


def test_a_place_in_a_job_is_understood_where_the_library_was_taken_away(
    crm: SmallCrm, request: pytest.FixtureRequest
) -> None:
    begun = next(iter(opened(crm, **USUAL).iter_changed(None, MAPPED)))
    request.getfixturevalue("without_library")

    assert set(load(opened(crm, **USUAL), begun.cursor)[0]) == set(crm.contacts.by_id)


def test_a_job_is_looked_at_until_it_is_done(crm: SmallCrm) -> None:
    crm.own.looks = 3

    assert set(load(opened(crm, **USUAL))[0]) == set(crm.contacts.by_id)
    assert crm.journal.count("job_state") == 2 * 4


def test_a_shutdown_ends_the_wait_for_a_job(crm: SmallCrm) -> None:
    crm.own.looks, stopping = 10**9, threading.Event()
    threading.Timer(0.3, stopping.set).start()

    with pytest.raises(Unavailable, match="stopping"):
        load(opened(crm, stopping=stopping, **USUAL))


def test_few_records_are_read_by_queries(crm: SmallCrm) -> None:
    assert set(load(opened(crm, **USUAL | {"bulk_from": 1_000}))[0]) == set(crm.contacts.by_id)
    assert crm.journal.count("job") == 0


@pytest.mark.usefixtures("without_library")
def test_a_large_organisation_without_the_library_is_told_what_to_install(crm: SmallCrm) -> None:
    warned = [each for each in opened(crm, **USUAL).check() if each.level is Level.WARNING]

    assert ["pip install 'contactable[salesforce]'" in each.mend for each in warned] == [True]
    assert not [each for each in opened(crm, **USUAL | {"bulk_from": 1_000}).check() if each.level is Level.WARNING]


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    return generate_private_key(65_537, 2_048)


def pem_of(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_user_signs_in_by_a_private_key(crm: SmallCrm, key: RSAPrivateKey) -> None:
    crm.own.key = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    assert set(load(opened(crm, pem_of(key), **BY_KEY))[0]) == set(crm.contacts.by_id)


def test_another_key_is_refused_in_our_words(crm: SmallCrm, key: RSAPrivateKey) -> None:
    with pytest.raises(Refused, match="400") as caught:
        load(opened(crm, pem_of(key), **BY_KEY))

    assert "kit@example.com" not in str(caught.value)


def test_what_is_no_key_is_refused_by_the_settings(crm: SmallCrm) -> None:
    with pytest.raises(SettingsError, match="no RSA key"):
        opened(crm, b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", **BY_KEY)


@pytest.mark.usefixtures("without_library")
def test_a_private_key_without_the_library_says_what_to_install(crm: SmallCrm, key: RSAPrivateKey) -> None:
    with pytest.raises(SettingsError, match="simple-salesforce: pip install"):
        opened(crm, pem_of(key), **BY_KEY)


@pytest.mark.parametrize("given", [{}, {"username": "kit@example.com"}, {**BY_KEY, "client_secret": "env:KEY"}])
def test_one_way_to_sign_in_is_given_whole(crm: SmallCrm, given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="client_secret, or username and private_key"):
        opened(crm, **given)
