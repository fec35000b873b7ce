"""The short way for plain addresses and French numbers says exactly what the libraries say."""

from __future__ import annotations

import pytest
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contactable.identifiers import parsed_phone, read_email, read_phone, validated_email

PLAIN = "abzABZ019_+-"
LOCAL_PARTS = st.text(PLAIN + "..'é ", max_size=70)
LABELS = st.one_of(
    st.sampled_from(["gmail", "orange", "test", "local", "xn--caf-dma", "co", "a--b"]), st.text("abZ09-é_", max_size=12)
)
DOMAINS = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
ENDINGS = st.sampled_from(["", ".fr", ".com", ".example", ".invalid", ".123", ".c", ".FR ", ".\u00e9t\u00e9"])
SEPARATORS = st.sampled_from(["", " ", ".", "-", "\u00a0", "/", "  "])
PREFIXES = st.sampled_from(["0", "+33", "+33 ", "0033", "+33 (0)", "+330", "33", "+262", "00 33", "\u202a+33", "+33."])


@settings(max_examples=400)
@example("contact", "example", ".fr")
@example("a" * 64, "example", ".com")
@example("a" * 65, "example", ".com")
@example("a" * 60, ".".join(["b" * 60] * 3), ".fr")
@example("a" * 64, ".".join(["b" * 61] * 3), ".fr")
@given(LOCAL_PARTS, DOMAINS, ENDINGS)
def test_an_address_is_read_the_short_way_as_the_library_reads_it(local: str, domain: str, ending: str) -> None:
    text = f"{local}@{domain}{ending}"

    assert read_email(text) == validated_email(text)


ODD_LOCAL_PARTS = st.one_of(
    LOCAL_PARTS,
    st.text("ab.\"<>@\\ ,;:()[]'&/=\u00e9\u0301\u0338\ud800", max_size=12),
    st.sampled_from(["a" * 64, "a" * 65, "a" * 190, "\u00e9" * 64, '"a b"', "Anne <a", "a@b", "@", "O'Neill", "a\\"]),
)


def by_the_library(text: str) -> tuple[str, str] | None:
    """The two parts of an address, as ``email-validator`` reads the whole of it."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return found.local_part.casefold(), found.ascii_domain.casefold()


@settings(max_examples=600)
@example("a" * 64, ".".join(["b" * 31, "c" * 28]), ".fr")
@example("a\u0338", "exam\u212aple", ".com")
@example("a", "\u0338example", ".com")
@given(ODD_LOCAL_PARTS, DOMAINS, ENDINGS)
def test_an_address_at_a_domain_that_was_met_before_is_read_as_the_library_reads_it(
    local: str, domain: str, ending: str
) -> None:
    validated_email(f"a@{domain}{ending}")
    for text in (f"{local}@{domain}{ending}", f"{local}@{domain}{ending}>", f" {local}@{domain}{ending} "):
        found, expected = validated_email(text), by_the_library(text)

        assert (found and found.text) == (expected and "@".join(expected))


@pytest.mark.parametrize("ending", sorted(SPECIAL_USE_DOMAIN_NAMES))
def test_a_domain_that_nobody_can_own_is_refused_the_short_way_too(ending: str) -> None:
    for domain in (ending, f"example.{ending}", f"{ending}.com", f"not{ending}"):
        assert read_email(f"a@{domain}") == validated_email(f"a@{domain}")


@pytest.mark.parametrize("label", ["a" * 63, "a" * 64, "-a", "a-", "xn--a", "ab--c", "a", "1", "A"])
def test_a_label_of_a_domain_is_read_as_the_library_reads_it(label: str) -> None:
    for text in (f"a@{label}.fr", f"a@b.{label}.fr", f"a@b.{label}"):
        assert read_email(text) == validated_email(text)


@settings(max_examples=300)
@given(st.text(max_size=30))
def test_any_text_is_read_as_an_address_only_when_the_library_does(text: str) -> None:
    assert read_email(text) == validated_email(text)


@pytest.mark.parametrize("start", [f"{number:03}" for number in range(0, 1000, 7)])
def test_a_french_number_of_every_range_is_read_as_the_library_reads_it(start: str) -> None:
    for text in (f"0{start}123456", f"+33{start}123456", f"0033 {start}123456", f"06 39 98 {start[:2]} 01"):
        assert read_phone(text) == parsed_phone(text)


@settings(max_examples=400)
@given(PREFIXES, st.lists(st.from_regex(r"[0-9]{2}", fullmatch=True), min_size=3, max_size=5), SEPARATORS, SEPARATORS)
def test_a_number_with_separators_is_read_as_the_library_reads_it(
    prefix: str, pairs: list[str], separator: str, end: str
) -> None:
    text = f"{prefix}6{separator}{separator.join(pairs)}{end}"

    assert read_phone(text) == parsed_phone(text)


@settings(max_examples=300)
@given(st.text("0123456789+()-. \u00a0\u0660\u0661x", max_size=22))
def test_any_digits_are_read_as_a_number_only_when_the_library_does(text: str) -> None:
    assert read_phone(text) == parsed_phone(text)


def test_a_national_number_of_another_country_goes_the_long_way() -> None:
    assert read_phone("0470 12 34 56", region="BE") == parsed_phone("0470 12 34 56", region="BE")
