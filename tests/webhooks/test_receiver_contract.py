"""What every provider's door must do over HTTP, on a real register: enter once, refuse, keep, and never break."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from contactable.register import Tx, inbox, schema
from contactable.register.testing import Workbench
from contactable.webhooks.captured import read_captured
from contactable.webhooks.registry import find_provider, provider_ids
from contactable.webhooks.request import Request, Secrets
from contactable.webhooks.testing import FOREIGN, PUBLIC_URL, Street

FIXTURES = Path(__file__).parent / "fixtures"
LARGEST = 5 * 1024 * 1024
UNSIGNED = {  # shapes that nobody signs today: they come through `inbox parse` alone
    "ses/complaint_bare.json",
    "ses/neither.json",
    *(f"mailgun/{file.name}" for file in (FIXTURES / "mailgun").glob("old_form_*")),
    *(f"vonage/{file.name}" for file in (FIXTURES / "vonage").glob("*.query.txt")),
}
SIGNED_INSIDE = {
    "aircall",
    "lemlist",
    "mailgun",
    "mandrill",
    "ses",
    "twilio",
    "zoho",
}  # the body must be read before it is authentic
FILES = [
    pytest.param(folder.name, file, id=f"{folder.name}/{file.name}")
    for folder in sorted(FIXTURES.iterdir())
    for file in sorted(folder.iterdir())
    if file.name != "expected.tsv" and f"{folder.name}/{file.name}" not in UNSIGNED
]


def files_of(id: str) -> Iterator[Request]:
    """The bodies of ours for one provider, as requests that are not signed yet."""
    for given_id, file in (param.values for param in FILES):
        if given_id == id:
            assert isinstance(file, Path)
            yield read_captured(file, datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


def structured(id: str) -> list[Request]:
    """Those of them that are JSON or XML: cut in the middle, they are neither."""
    return [request for request in files_of(id) if request.raw[:1] in (b"{", b"[", b"<")]


def entered(bench: Workbench) -> int:
    """How many entries the ledger holds."""
    return bench.read(_count)


def _count(tx: Tx) -> int:
    return tx.connection.execute(select(func.count()).select_from(schema.entries)).scalar_one()


@pytest.mark.parametrize(("id", "file"), FILES)
def test_a_signed_request_counts_once_however_often_it_is_sent(id: str, file: Path, street: Street) -> None:
    request = street.signed(id, read_captured(file, street.bench.clock()))

    first, after_one = street.send(request), entered(street.bench)
    again, after_two = street.send(request), entered(street.bench)

    answers = find_provider(id).answers
    assert {(first.status_code, first.data), (again.status_code, again.data)} == {(answers.stored, answers.body)}
    assert after_one == after_two
    assert sum(street.states().values()) == 2


@pytest.mark.parametrize("id", provider_ids())
def test_what_a_provider_signs_reaches_the_ledger_and_wakes_the_worker(id: str, street: Street) -> None:
    for request in files_of(id):
        street.deliver(id, request)

    assert entered(street.bench) >= 1
    assert street.woken >= 1


@pytest.mark.parametrize("id", provider_ids())
def test_a_forged_request_is_refused_and_leaves_nothing_behind(id: str, street: Street) -> None:
    street.open(id)
    street.signers.clear()  # a stranger has no sender's own key either
    forged = street.signed(id, next(files_of(id)), Secrets(keys=(FOREIGN,), path=(FOREIGN,)))

    answer = street.send(forged)

    assert answer.status_code == find_provider(id).answers.refused
    assert (entered(street.bench), street.states(), street.woken) == (0, {}, 0)


@pytest.mark.parametrize("id", provider_ids())
def test_a_body_beyond_five_megabytes_is_refused_before_it_is_held(id: str, street: Street) -> None:
    request = street.signed(id, next(files_of(id)))
    bomb = gzip.compress(b" " * (LARGEST + 1))

    plain = street.send(replace(request, method="POST", raw=b" " * (LARGEST + 1)))
    zipped = street.send(replace(request, method="POST", raw=bomb).with_headers({"Content-Encoding": "gzip"}))

    assert (plain.status_code, zipped.status_code) == (413, 413)
    assert street.states() == {}


@pytest.mark.parametrize("id", sorted(set(provider_ids()) - SIGNED_INSIDE))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300), query=st.text(max_size=40))
def test_hostile_bytes_of_a_true_sender_are_kept_and_answered_like_success(
    id: str, street: Street, raw: bytes, query: str
) -> None:
    assume(raw or query)  # a request without anything in it is somebody's look at the address
    before = sum(street.states().values())
    request = replace(next(files_of(id)), raw=raw, url=f"{PUBLIC_URL}/?{quote(query)}")

    answer = street.deliver(id, request)

    assert answer.status_code == find_provider(id).answers.stored
    assert sum(street.states().values()) == before + 1


@pytest.mark.parametrize("id", sorted(SIGNED_INSIDE))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300))
def test_hostile_bytes_are_refused_where_the_secret_must_be_read_in_them(id: str, street: Street, raw: bytes) -> None:
    request = street.signed(id, next(files_of(id)))

    answer = street.send(replace(request, raw=raw))

    assert answer.status_code == find_provider(id).answers.refused
    assert street.states() == {}


@pytest.mark.parametrize("id", [id for id in provider_ids() if structured(id) and id not in SIGNED_INSIDE])
def test_a_true_body_cut_in_the_middle_is_kept_for_people_to_look_at(id: str, street: Street) -> None:
    request = structured(id)[0]

    answer = street.deliver(id, replace(request, raw=request.raw[: len(request.raw) // 2]))

    assert answer.status_code == find_provider(id).answers.stored
    assert street.states() == {inbox.UNREADABLE: 1}


@pytest.mark.parametrize("id", provider_ids())
def test_a_store_that_is_down_makes_the_sender_come_again(id: str, street: Street) -> None:
    request = street.signed(id, next(files_of(id)))
    street.bench.register.close()

    answer = street.send(request)

    assert answer.status_code == find_provider(id).answers.store_is_down
    assert answer.status_code in (429, 503)
    assert street.woken == 0
