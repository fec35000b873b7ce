"""Feedback reports and unsubscribe mail: whom they concern, how sure that is, and what hostile mail does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.errors import Malformed
from contactable.identifiers import IdentifierKind
from contactable.register import subjects
from contactable.register.testing import Workbench
from contactable.signing import LinkPurpose, sign_link, sign_mail_link
from contactable.webhooks.events import Confidence, Event, Kind, Origin
from contactable.webhooks.mail import read_mail, token_in
from contactable.webhooks.recording import Source, record
from contactable.webhooks.testing import LINK_KEYS

TOKEN = "abcdefghij234567klmnopqrstuvwxyzabcdefghij"
OURS = "mx.example.org"
VOUCHED = f"Authentication-Results: {OURS}; dkim=pass header.d=example.com"
REPORT = """From: <fbl@example.net>
Date: {date}
Message-ID: <r1@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

{fields}

--b
Content-Type: message/rfc822

From: shop@example.org
{original}

Hello
--b--
"""


def report(
    fields: str, original: str = "To: redacted@example.com", date: str = "Mon, 23 Nov 2026 10:40:00 +0100"
) -> bytes:
    """A feedback report of these fields about a mail of these headers."""
    return REPORT.format(fields=fields, original=original, date=date).encode()


def the_event(raw: bytes, server: str = "") -> Event:
    """The one event of a message."""
    (event,) = read_mail(raw, server)
    return event


@pytest.mark.parametrize(
    ("type", "kind", "confidence"),
    [
        ("abuse", Kind.OPPOSITION, Confidence.CERTAIN),
        ("Opt-Out", Kind.OPPOSITION, Confidence.CERTAIN),
        ("opt-out-list", Kind.OPPOSITION, Confidence.CERTAIN),
        ("fraud", Kind.OPPOSITION, Confidence.REVIEW),
        ("virus", Kind.OPPOSITION, Confidence.REVIEW),
        ("miscategorized", Kind.OPPOSITION, Confidence.REVIEW),
        ("not-spam", Kind.IGNORED, Confidence.CERTAIN),
        ("auth-failure", Kind.IGNORED, Confidence.CERTAIN),
    ],
)
def test_the_type_of_a_report_decides_and_never_releases(type: str, kind: Kind, confidence: Confidence) -> None:
    event = the_event(report(f"Feedback-Type: {type}\nOriginal-Rcpt-To: ada@example.com"))

    assert (event.kind, event.confidence, event.email) == (kind, confidence, "ada@example.com")


@pytest.mark.parametrize(
    ("fields", "original", "email"),
    [
        ("Removal-Recipient: ada@example.com\nOriginal-Rcpt-To: grace@example.net", "To: x@example.com", "ada"),
        ("Original-Rcpt-To: <ada@example.com>", "X-HmXmrOriginalRecipient: x@example.com", "ada"),
        ("Version: 1", "X-HmXmrOriginalRecipient: ada@example.com\nTo: x@example.com", "ada"),
        ("Version: 1", "To: Ada <ada@example.com>", "ada"),
        ("Version: 1", "To: ada@example.com, grace@example.net", None),
        ("Original-Rcpt-To: redacted@example.com", "To: undisclosed-recipients:;", None),
        ("Original-Mail-From: ada@example.com", "Delivered-To: ada@example.com", None),
    ],
)
def test_the_person_is_the_first_that_the_report_names_and_never_guessed(
    fields: str, original: str, email: str | None
) -> None:
    event = the_event(report(f"Feedback-Type: abuse\n{fields}", original))

    assert event.email == (f"{email}@example.com" if email else None)


def test_a_report_about_a_mail_to_several_people_suppresses_all_and_asks_a_person() -> None:
    fields = "Feedback-Type: abuse\nOriginal-Rcpt-To: ada@example.com\nOriginal-Rcpt-To: grace@example.net"

    events = list(read_mail(report(fields)))

    assert [event.email for event in events] == ["ada@example.com", "grace@example.net"]
    assert {event.confidence for event in events} == {Confidence.PROBABLE}
    assert len({event.key for event in events}) == 2


@pytest.mark.parametrize(
    "header",
    [
        f"List-Unsubscribe: <mailto:u+{TOKEN}@example.org>, <https://example.org/u/{TOKEN}>",
        f"List-Unsubscribe: <mailto:u+{TOKEN.upper()}@example.org?subject=unsubscribe>",
        f"Return-Path: <bounces+{TOKEN}@example.org>",
    ],
)
def test_a_redacted_report_is_told_by_our_token_in_the_reported_mail(header: str) -> None:
    event = the_event(report("Feedback-Type: abuse", f"To: redacted@example.com\n{header}"))

    assert (event.token, event.email) == (TOKEN, None)


def test_the_time_of_a_complaint_is_that_of_the_report_and_not_of_the_mail() -> None:
    event = the_event(report("Feedback-Type: abuse\nArrival-Date: Sun, 22 Nov 2026 08:00:00 +0000"))

    assert event.occurred_at == datetime(2026, 11, 23, 9, 40, tzinfo=UTC)


def test_a_date_that_is_none_leaves_the_arrival_as_time() -> None:
    assert the_event(report("Feedback-Type: abuse", date="yesterday")).occurred_at is None


def plain(headers: str, body: str = "") -> bytes:
    """A message as a person sends it."""
    return f"From: Ada <ada@example.com>\nDate: Mon, 23 Nov 2026 10:40:00 +0100\n{headers}\n\n{body}\n".encode()


def test_a_token_in_the_address_counts_whoever_sent_the_mail_and_in_any_case() -> None:
    event = the_event(plain(f"To: Unsubscribe+{TOKEN.upper()}@Example.org\nSubject: hello"))

    assert (event.kind, event.token, event.email) == (Kind.OPPOSITION, TOKEN, None)
    assert event.confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Subject: unsubscribe", ""),
        ("Subject: RE: =?utf-8?b?RMOpc2luc2NyaXB0aW9u?=", ""),
        ("Subject: question", "\n\nne m'envoyez plus de mails\n"),
        ("Subject: x\nAuto-Submitted: auto-replied\nX-Apple-Unsubscribe: true", ""),
    ],
)
def test_a_request_without_token_waits_for_a_person_until_our_server_vouches(headers: str, body: str) -> None:
    forged, vouched = the_event(plain(headers, body)), the_event(plain(f"{VOUCHED}\n{headers}", body), OURS)

    assert (forged.kind, forged.origin, forged.confidence) == (Kind.OPPOSITION, Origin.UNKNOWN, Confidence.REVIEW)
    assert (vouched.origin, vouched.confidence) == (Origin.RECIPIENT, Confidence.PROBABLE)
    assert forged.email == vouched.email == "ada@example.com"


@pytest.mark.parametrize(
    "found",
    [
        "dkim=pass header.d=example.com header.b=abc",
        "DKIM=Pass (2048-bit key; a (nested) comment) header.i=@Example.com",
        "spf=fail smtp.mailfrom=example.com; dkim=pass header.d=example.com",
        "spf=pass (sender is ada) smtp.mailfrom=ada@example.com",
        "dmarc=pass (p=none) header.from=example.com",
    ],
)
def test_our_server_vouches_by_signature_envelope_or_policy(found: str) -> None:
    event = the_event(plain(f"Authentication-Results: {OURS} 1; {found}\nSubject: unsubscribe"), OURS)

    assert event.confidence is Confidence.PROBABLE


@pytest.mark.parametrize(
    "headers",
    [
        f"Authentication-Results: {OURS}; dkim=fail header.d=example.com",
        f"Authentication-Results: {OURS}; dkim=pass header.d=example.net",
        f"Authentication-Results: {OURS}; dkim=pass header.d=com",
        f"Authentication-Results: {OURS}; dkim=pass header.d=evil-example.com",
        f"Authentication-Results: {OURS}; dkim=none (dkim=pass header.d=example.com)",
        f"Authentication-Results: {OURS}; dmarc=pass header.from=example.net",
        f"Authentication-Results: {OURS}; spf=pass smtp.helo=example.com",
        f'Authentication-Results: {OURS}; spf=pass smtp.mailfrom="a; dkim=pass header.d=example.com;"@example.net',
        f"Authentication-Results: {OURS}; dkim=none ((dkim) ; dkim=pass header.d=example.com ;)",
        f"Authentication-Results: {OURS}; dkim=none {'(' * 2000}; dkim=pass header.d=example.com",
        "Authentication-Results: mx.example.net; dkim=pass header.d=example.com",
        f"Authentication-Results: {OURS}.example.net; dkim=pass header.d=example.com",
        f"Authentication-Results: {OURS}; dkim=none\n{VOUCHED}",
        f"From: Eve <eve@example.net>\n{VOUCHED}",
        "Authentication-Results: ;;;=",
    ],
)
def test_nobody_else_and_nothing_else_vouches_for_an_author(headers: str) -> None:
    assert the_event(plain(f"{headers}\nSubject: unsubscribe"), OURS).confidence is Confidence.REVIEW


def test_without_a_server_of_ours_no_header_vouches() -> None:
    assert the_event(plain(f"{VOUCHED}\nSubject: unsubscribe")).confidence is Confidence.REVIEW


@pytest.mark.parametrize(
    "header",
    ["Auto-Submitted: auto-replied", "Return-Path: <>", "List-Id: <news.example.org>", "Precedence: bulk"],
)
def test_an_automatic_mail_is_no_request_whatever_its_subject_or_address(header: str) -> None:
    assert the_event(plain(f"Subject: unsubscribe\n{header}")).kind is Kind.IGNORED
    assert the_event(plain(f"To: u+{TOKEN}@example.org\n{header}")).kind is Kind.IGNORED


@pytest.mark.parametrize("address", ["ada@example.com", "u+short@example.org", "u+abc!def@example.org", ""])
def test_an_ordinary_address_holds_no_token_of_ours(address: str) -> None:
    assert token_in(address) is None


@pytest.mark.parametrize("raw", [b"", b"no mail at all", b"\x00" * 100, b"Subject: only\n\nx"])
def test_bytes_that_are_no_message_are_refused_as_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        list(read_mail(raw))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=120),
    st.sampled_from(["From", "Date", "Subject", "To", "Content-Type", "Message-ID", "Auto-Submitted"]),
)
def test_any_bytes_in_any_header_are_read_or_refused(value: bytes, name: str) -> None:
    raw = name.encode() + b": " + value + b"\n" + report("Feedback-Type: abuse\nOriginal-Rcpt-To: ada@example.com")

    try:
        events = list(read_mail(raw))
    except Malformed:
        events = []

    assert all("\0" not in (event.message_id or "") for event in events)


def test_parts_inside_parts_without_end_are_refused_and_not_an_error() -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))

    try:
        events = list(read_mail(f"From: ada@example.com\n{nested}".encode()))
    except Malformed:
        events = []

    assert all(event.kind is not Kind.RELEASE for event in events)


SIGNED_LINK = "eyJub3QiOiJvdXJzIn0.c2lnbmF0dXJlLW9mLW91cnM"
LOOP = f"Authentication-Results: {OURS}; dkim=pass header.d=fbl.example.net"


@pytest.mark.parametrize("who", ["ada@example.com", "5f4dcc3b5aa765d61d8327deb882cf99@example.com"])
def test_our_token_stands_beside_the_one_address_of_a_report_which_may_be_a_digest(who: str) -> None:
    original = f"To: {who}\nList-Unsubscribe: <https://example.org/u/{SIGNED_LINK}>"

    event = the_event(report(f"Feedback-Type: abuse\nOriginal-Rcpt-To: {who}", original))

    assert (event.token, event.email) == (SIGNED_LINK, who)


def by_a_loop(headers: str, original: str = "To: ada@example.com") -> bytes:
    """A report of a feedback loop, with what our server found of it on top."""
    return headers.encode() + b"\n" + report("Feedback-Type: abuse\nOriginal-Rcpt-To: ada@example.com", original)


@pytest.mark.parametrize("reporter", ["example.net", "fbl.example.net"])
def test_a_report_counts_for_certain_where_our_server_vouches_for_a_loop_that_the_settings_name(reporter: str) -> None:
    raw = by_a_loop(LOOP).replace(b"fbl@example.net", b"fbl@fbl.example.net")

    (event,) = read_mail(raw, OURS, [reporter])

    assert (event.origin, event.confidence, event.email) == (Origin.COMPLAINT, Confidence.CERTAIN, "ada@example.com")


@pytest.mark.parametrize(
    ("headers", "reporter"),
    [
        ("X-Nothing: vouches", "example.net"),
        (LOOP.replace("pass", "fail"), "example.net"),
        (LOOP, "example.org"),
        (LOOP, "ple.net"),
    ],
)
def test_a_report_that_anybody_may_have_written_waits_for_a_person(headers: str, reporter: str) -> None:
    raw = by_a_loop(headers)

    (event,) = read_mail(raw, OURS, [reporter])

    assert (event.kind, event.origin, event.confidence) == (Kind.OPPOSITION, Origin.UNKNOWN, Confidence.REVIEW)
    assert (event.email, event.token) == ("ada@example.com", None)


def test_a_report_that_nobody_vouches_for_closes_by_our_token_alone_and_asks_a_person() -> None:
    raw = by_a_loop("X-Nothing: vouches", f"List-Unsubscribe: <mailto:u+{TOKEN}@example.org>")

    (event,) = read_mail(raw, OURS, ["example.net"])

    assert (event.origin, event.confidence) == (Origin.COMPLAINT, Confidence.PROBABLE)
    assert (event.email, event.token) == (None, TOKEN)


@pytest.mark.parametrize("header", ["Envelope-To", "X-Envelope-To", "Delivered-To", "X-Delivered-To", "X-Original-To"])
def test_the_address_of_the_envelope_holds_our_token_under_the_name_of_each_mail_server(header: str) -> None:
    event = the_event(plain(f"To: somebody@example.org\n{header}: u+{TOKEN}@example.org"))

    assert event.token == TOKEN


def test_our_token_counts_before_the_address_beside_it_and_the_address_where_the_token_is_not_ours(
    bench: Workbench,
) -> None:
    bench.see("1", (IdentifierKind.EMAIL, "ada@example.com"))
    subject = bench.read(subjects.find_subject, IdentifierKind.RECORD, "crm:1")
    assert subject is not None

    def told(token: str, email: str) -> int:
        link = f"To: {email}\nList-Unsubscribe: <https://example.org/u/{token}>"
        events = list(read_mail(report(f"Feedback-Type: abuse\nOriginal-Rcpt-To: {email}", link)))
        source = Source("arf", "crm", "path_secret", bench.clock(), LINK_KEYS)
        return bench.write(record, events=events, source=source).entered

    digest, ours = "5f4dcc3b5aa765d61d8327deb882cf99@example.com", ["email", "global", ""]
    assert told(sign_link(LINK_KEYS, LinkPurpose.UNSUBSCRIBE, [subject, *ours]), digest) == 2
    assert {entry.reason for entry in bench.entries("1")} == {"complaint"}
    assert told(SIGNED_LINK, "bo@example.net") == 1
    assert bench.read(subjects.find_subject, IdentifierKind.EMAIL, "bo@example.net") is not None


def test_a_link_that_the_header_folds_is_read_whole() -> None:
    link = f"List-Unsubscribe: <https://example.org/u/{SIGNED_LINK[:20]}\n {SIGNED_LINK[20:]}>"

    assert the_event(report("Feedback-Type: abuse", f"To: redacted@example.com\n{link}")).token == SIGNED_LINK


@pytest.mark.parametrize("where", ['Bye: <a href="%s">x</a>', "Bye: %s\nAda", "%s"])
def test_the_preference_link_in_a_redacted_mail_tells_whose_it_was(where: str) -> None:
    link = where % f"https://example.org/contactable/p/{TOKEN}"
    redacted = report("Feedback-Type: abuse", "To: redacted@example.com").replace(b"\nHello\n", f"\n{link}\n".encode())
    named = report("Feedback-Type: abuse", "To: ada@example.com").replace(b"\nHello\n", f"\n{link}\n".encode())

    assert (the_event(redacted).token, the_event(redacted).email) == (TOKEN, None)
    assert (the_event(named).token, the_event(named).email) == (None, "ada@example.com")


def test_the_token_of_the_preference_page_names_its_contact_here_too(bench: Workbench) -> None:
    bench.see("1", (IdentifierKind.EMAIL, "ada@example.com"))
    subject = bench.read(subjects.find_subject, IdentifierKind.RECORD, "crm:1")
    assert subject is not None
    token = sign_mail_link(LINK_KEYS, LinkPurpose.PAGE, bytes.fromhex(subject))
    events = list(read_mail(plain(f"To: unsubscribe+{token}@example.org")))

    recorded = bench.write(record, events=events, source=Source("arf", "crm", "path_secret", bench.clock(), LINK_KEYS))

    assert recorded.entered == 2
    assert {entry.reason for entry in bench.entries("1")} == {"unsubscribe"}
