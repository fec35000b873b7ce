"""Tokens of our own links: what they survive, what they are worth, and when they die."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactable.errors import NotAuthentic
from contactable.signing import (
    LinkPurpose,
    read_fresh_link,
    read_link,
    read_mail_link,
    sign_fresh_link,
    sign_link,
    sign_mail_link,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
ID = bytes(range(16))


@given(st.lists(st.text(max_size=20), max_size=4))
def test_a_link_gives_back_what_was_put_into_it(payload: list[str]) -> None:
    assert read_link([NEW], LinkPurpose.PAGE, sign_link([NEW], LinkPurpose.PAGE, payload)) == payload


def test_a_link_outlives_the_key_that_signed_it_while_that_key_is_listed() -> None:
    token = sign_link([OLD], LinkPurpose.UNSUBSCRIBE, ["s1"])

    assert read_link([NEW, OLD], LinkPurpose.UNSUBSCRIBE, token) == ["s1"]
    with pytest.raises(NotAuthentic):
        read_link([NEW], LinkPurpose.UNSUBSCRIBE, token)


def test_new_links_are_signed_with_the_newest_key() -> None:
    token = sign_link([NEW, OLD], LinkPurpose.UNSUBSCRIBE, ["s1"])

    assert read_link([NEW], LinkPurpose.UNSUBSCRIBE, token) == ["s1"]


@pytest.mark.parametrize("other", [purpose for purpose in LinkPurpose if purpose is not LinkPurpose.UNSUBSCRIBE])
def test_a_link_of_one_purpose_opens_nothing_of_another(other: LinkPurpose) -> None:
    with pytest.raises(NotAuthentic):
        read_link([NEW], other, sign_link([NEW], LinkPurpose.UNSUBSCRIBE, ["s1"]))
    with pytest.raises(NotAuthentic):
        read_mail_link([NEW], other, sign_mail_link([NEW], LinkPurpose.UNSUBSCRIBE, ID))


@pytest.mark.parametrize(
    ("age", "good"),
    [(0, True), (14 * 60, True), (15 * 60, True), (15 * 60 + 1, False), (-30, True), (-120, False)],
)
def test_a_fresh_link_is_good_for_a_quarter_of_an_hour(age: int, good: bool) -> None:
    token = sign_fresh_link([NEW], LinkPurpose.CONFIRM, ["s1"], NOW)

    try:
        payload = read_fresh_link([NEW], LinkPurpose.CONFIRM, token, NOW + timedelta(seconds=age))
    except NotAuthentic:
        payload = []

    assert payload == (["s1"] if good else [])


def test_a_link_without_a_date_is_never_taken_for_a_fresh_one() -> None:
    with pytest.raises(NotAuthentic):
        read_fresh_link([NEW], LinkPurpose.CONFIRM, sign_link([NEW], LinkPurpose.CONFIRM, []), NOW)


@pytest.mark.parametrize("changed", [str.upper, str.lower, str.swapcase])
def test_a_mail_token_survives_what_mail_clients_do_to_its_case(changed: type[str]) -> None:
    token = sign_mail_link([NEW], LinkPurpose.UNSUBSCRIBE, ID)

    assert read_mail_link([NEW, OLD], LinkPurpose.UNSUBSCRIBE, changed(token)) == ID


def test_a_mail_token_fits_into_the_local_part_of_an_address() -> None:
    token = sign_mail_link([NEW], LinkPurpose.UNSUBSCRIBE, ID)

    assert len(f"u+{token}") <= 64
    assert token.isalnum()


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[a-z2-7]{1,50}", fullmatch=True)))
def test_no_other_text_is_taken_for_a_token_of_ours(text: str) -> None:
    for read in (read_link, read_mail_link):
        with pytest.raises(NotAuthentic):
            read([NEW], LinkPurpose.UNSUBSCRIBE, text)


@given(st.integers(0, 41), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_mail_token_with_one_letter_changed_is_refused(at: int, letter: str) -> None:
    token = sign_mail_link([NEW], LinkPurpose.UNSUBSCRIBE, ID)
    changed = token[:at] + letter + token[at + 1 :]

    try:
        same = read_mail_link([NEW], LinkPurpose.UNSUBSCRIBE, changed) == ID
    except NotAuthentic:
        same = False

    # The last letter holds spare bits: what they say changes nothing.
    assert same == (changed == token) or at == len(token) - 1
