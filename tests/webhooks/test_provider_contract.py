"""What every provider must do, whoever wrote it: the registry finds the module, its files of ours come through here."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.errors import Malformed, NotAuthentic, SettingsError
from contactable.signing import Secret
from contactable.webhooks.captured import read_captured
from contactable.webhooks.events import Event, Problem
from contactable.webhooks.provider import Proof, Provider, Status
from contactable.webhooks.registry import find_provider, provider_ids
from contactable.webhooks.request import Request, Secrets

FIXTURES = Path(__file__).parent / "fixtures"
ARRIVAL = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ASYMMETRIC = {"sendgrid", "ses"}  # only the sender can sign; known answers stand in tests of their own
UNSIGNED_BODY = {"mailgun", "ringover", "arf", "mandrill"}  # a signature that says nothing of the body

CURRENT = Secret("current", b"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
PREVIOUS = Secret("previous", b"whsec_OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2")
FOREIGN = Secret("foreign", b"whsec_Zm9yZWlnbmZvcmVpZ25mb3JlaWduZm9y")

FILES = [
    pytest.param(folder.name, file, id=f"{folder.name}/{file.name}")
    for folder in sorted(FIXTURES.iterdir())
    for file in sorted(folder.iterdir())
    if file.name != "expected.tsv"
]
SIGNING = [id for id in provider_ids() if id not in ASYMMETRIC]


def with_secrets(*active: Secret) -> Secrets:
    """The same secrets as signing keys and in the path, so that they fit every provider."""
    return Secrets(keys=active, path=active)


def sample(id: str) -> Request:
    """The first of a provider's files, as a request that is not signed yet."""
    files = (file for file in sorted((FIXTURES / id).iterdir()) if file.name != "expected.tsv")
    return read_captured(next(files), ARRIVAL)


def parsed(provider: Provider, request: Request) -> list[Event | Problem]:
    """What a provider reads; ``Malformed`` is the one error that it may raise, and counts as one problem."""
    try:
        return list(provider.parse(request))
    except Malformed as error:
        return [Problem(str(error))]


def authentic(provider: Provider, request: Request, secrets: Secrets) -> bool:
    """Whether a provider accepts a request; anything but the two errors of the contract ends the test."""
    try:
        provider.authenticate(request, secrets)
    except (NotAuthentic, Malformed):
        return False
    return True


def told(item: Event | Problem) -> tuple[str, str, str, str]:
    """What an event is to us, as a line of ``expected.tsv`` says it."""
    if isinstance(item, Problem):
        return ("problem", "", "", "")
    who = [name for name in ("email", "phone", "record", "token") if getattr(item, name) is not None]
    return (item.kind, item.on, item.reason, "+".join(who) or "nobody")


def expected(id: str, file: str) -> list[tuple[str, str, str, str]]:
    """The lines of a provider's ``expected.tsv`` for one file."""
    with (FIXTURES / id / "expected.tsv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["file"] == file]
    return [(row["kind"], row["on"] or "", row["reason"] or "", row["who"] or "") for row in rows]


@pytest.mark.parametrize("id", provider_ids())
def test_every_provider_has_a_file_of_ours_and_says_on_what_it_stands(id: str) -> None:
    provider = find_provider(id)

    assert any(param.values[0] == id for param in FILES)
    assert provider.status in Status
    assert provider.title
    assert provider.answers.refused == 401


@pytest.mark.parametrize(("id", "file"), FILES)
def test_a_captured_body_reads_as_the_line_beside_it_says(id: str, file: Path) -> None:
    assert [told(item) for item in parsed(find_provider(id), read_captured(file, ARRIVAL))] == expected(id, file.name)


@pytest.mark.parametrize(("id", "file"), FILES)
def test_a_request_read_twice_gives_the_same_keys_and_no_key_twice(id: str, file: Path) -> None:
    request = read_captured(file, ARRIVAL)

    first = [item.key for item in parsed(find_provider(id), request) if isinstance(item, Event)]
    later = replace(request, received_at=ARRIVAL + timedelta(hours=3))

    assert first == [item.key for item in parsed(find_provider(id), later) if isinstance(item, Event)]
    assert all(0 < len(key) <= 200 for key in first)


@pytest.mark.parametrize(("id", "file"), FILES)
def test_an_event_names_at_most_one_person_and_an_aware_time(id: str, file: Path) -> None:
    for item in parsed(find_provider(id), read_captured(file, ARRIVAL)):
        if isinstance(item, Event):
            assert told(item)[3] == "email+token" or "+" not in told(item)[3]
            assert item.occurred_at is None or item.occurred_at.tzinfo is not None


@pytest.mark.parametrize("id", SIGNING)
def test_an_authentic_request_names_the_secret_that_fitted(id: str) -> None:
    provider, secrets = find_provider(id), with_secrets(CURRENT, PREVIOUS)

    assert provider.authenticate(provider.sign(sample(id), secrets), secrets) in (CURRENT.id, None)


@pytest.mark.parametrize("id", SIGNING)
def test_a_rotated_secret_stays_good_while_it_is_listed(id: str) -> None:
    provider = find_provider(id)
    request = provider.sign(sample(id), with_secrets(PREVIOUS))

    assert authentic(provider, request, with_secrets(CURRENT, PREVIOUS))
    assert not authentic(provider, request, with_secrets(CURRENT))


@pytest.mark.parametrize("id", SIGNING)
def test_a_request_made_with_a_foreign_secret_is_refused(id: str) -> None:
    provider = find_provider(id)

    assert not authentic(provider, provider.sign(sample(id), with_secrets(FOREIGN)), with_secrets(CURRENT))


@pytest.mark.parametrize("id", provider_ids())
def test_an_endpoint_without_any_secret_accepts_nobody(id: str) -> None:
    provider = find_provider(id)

    assert not authentic(provider, sample(id), Secrets())
    if id not in ASYMMETRIC:
        assert not authentic(provider, provider.sign(sample(id), with_secrets(CURRENT)), Secrets())


@pytest.mark.parametrize("id", SIGNING)
def test_the_path_secret_of_an_endpoint_counts_beside_a_signature(id: str) -> None:
    provider, secrets = find_provider(id), with_secrets(CURRENT)
    request = replace(provider.sign(sample(id), secrets), path_secret="guess")

    assert not authentic(provider, request, secrets)


@pytest.mark.parametrize("id", sorted(set(SIGNING) - UNSIGNED_BODY))
def test_a_body_that_was_cut_short_is_refused_where_the_signature_covers_it(id: str) -> None:
    provider, secrets = find_provider(id), with_secrets(CURRENT)
    request = provider.sign(sample(id), secrets)

    cut = replace(request, raw=request.raw[:-1], url=request.url if request.raw else request.url[:-1])

    assert authentic(provider, cut, secrets) == (provider.proof(request) is Proof.PATH_SECRET and not _token_inside(id))


def _token_inside(id: str) -> bool:
    """Whether a sender puts its secret into the body, which then cannot be read when it is cut."""
    return id in ("aircall", "lemlist", "zoho")


@pytest.mark.parametrize("id", provider_ids())
@settings(max_examples=60, deadline=None)
@given(raw=st.binary(max_size=400), query=st.binary(max_size=60), header=st.text(max_size=80))
def test_hostile_bytes_are_refused_or_kept_and_never_an_error(id: str, raw: bytes, query: bytes, header: str) -> None:
    provider = find_provider(id)
    signed = sample(id) if id in ASYMMETRIC else provider.sign(sample(id), with_secrets(CURRENT))
    headers = {**dict.fromkeys(signed.headers, header), "Authorization": header, "Content-Type": header}
    url = f"{signed.url}?{query.decode('latin-1')}"

    request = replace(signed, raw=raw, url=url, headers=headers)

    assert not authentic(provider, request, with_secrets(FOREIGN))
    parsed(provider, request)


@pytest.mark.parametrize(("id", "file"), FILES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_body_with_any_part_replaced_is_read_or_kept(id: str, file: Path, data: st.DataObject) -> None:
    request = read_captured(file, ARRIVAL)
    mutated = _mutated(request, data)

    items = parsed(find_provider(id), mutated)

    said = [item.why for item in items if isinstance(item, Problem)]
    assert not any("@" in why or "6399800" in why for why in said)


def _mutated(request: Request, data: st.DataObject) -> Request:
    if request.is_json:
        return replace(request, raw=json.dumps(_replaced(request.document, data)).encode())
    raw = request.raw or request.url.partition("?")[2].encode()
    start = data.draw(st.integers(0, len(raw)))
    raw = raw[:start] + data.draw(st.binary(max_size=6)) + raw[start + data.draw(st.integers(0, 6)) :]
    return (
        replace(request, raw=raw)
        if request.raw
        else replace(request, url=f"https://x.example/?{raw.decode('latin-1')}")
    )


HOSTILE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["\0", "\ud800", "٣", "1e999", "-1", "9" * 50, "0001-01-01T00:00:00+14:00", [], {}, [[]], [{}]]),
)


def _replaced(value: Any, data: st.DataObject) -> Any:
    """The document with one place of it, at any depth, replaced by something hostile."""
    inner = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not inner or data.draw(st.integers(0, 4)) == 0:
        return data.draw(HOSTILE)
    at = data.draw(st.sampled_from(inner))
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at] = _replaced(value[at], data)
    return copy


@pytest.mark.parametrize("id", provider_ids())
@pytest.mark.parametrize("raw", [b"[" * 5_000_000, b'{"a":' * 100_000, b"\xff\xfe{\x00}\x00", b"", b"\x00" * 4096])
def test_a_body_that_is_huge_deep_or_of_another_encoding_names_nobody(id: str, raw: bytes) -> None:
    request = replace(sample(id), raw=raw, url="https://hooks.example.com/hooks/x")

    assert all(told(item)[3] in ("", "nobody") for item in parsed(find_provider(id), request))


@pytest.mark.parametrize("id", ["generic", "hubspot", "mailchimp", "report33700", "resend", "vonage"])
@pytest.mark.parametrize("late", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_a_stale_or_future_signature_is_refused_where_each_attempt_is_signed(id: str, late: timedelta) -> None:
    provider, secrets = find_provider(id), with_secrets(CURRENT)
    request = provider.sign(sample(id), secrets)

    assert not authentic(provider, replace(request, received_at=ARRIVAL + late), secrets)


def test_an_empty_secret_is_refused_before_it_can_sign_anything() -> None:
    with pytest.raises(SettingsError, match="empty"):
        Secret("env:NAME", b"")


def test_an_unknown_provider_is_an_error_of_the_settings_that_lists_the_known() -> None:
    with pytest.raises(SettingsError, match="hubspot"):
        find_provider("pigeon")
