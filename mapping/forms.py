"""Form submissions as consents, proof where it is born: each becomes entries of the register, by the text it was under.

A submission is read through the CRM's own interface, so that it is the person's act. The version of the text is found
by its digest among the ``[[wording]]`` of the settings; a text that nobody declared makes no complete consent, and one
that changed is a new version, and an alert. The proofs outlive the contact: R223-2 asks for three years.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from contactable.identifiers import IdentifierKind, read_email, read_phone
from contactable.mapping.addresses import Identifier
from contactable.mapping.values import plain, read_yes_no
from contactable.rules import Channel
from contactable.rules.calendar import paris_day
from contactable.rules.wordings import Box, Wording, WordingKind, gaps_of


@dataclass(frozen=True, slots=True)
class ConsentBox:
    """One box of a form: the name of its field, the text beside it, the channels it is about, how it stood at first."""

    field: str
    text: str
    channels: tuple[Channel, ...]
    subscription: str = ""
    ticked_in_advance: bool = False


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A form as it stands now. ``notice`` is the text that tells of prospecting and of the way to object.

    ``callback`` is the text of a form by which people ask to be called, where it says all that R223-4 asks for.
    """

    id: str
    name: str
    boxes: tuple[ConsentBox, ...] = ()
    notice: str = ""
    callback: str = ""

    def without_texts(self) -> FormDefinition:
        """The form for a submission of which nobody knows the texts it was sent under: consents without proof."""
        return replace(self, boxes=tuple(replace(box, text="") for box in self.boxes), notice="", callback="")


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission: the values by field, the aware instant to the second, the page without its query."""

    id: str
    form: str
    values: Mapping[str, str]
    at: datetime
    page: str = ""


@dataclass(frozen=True, slots=True)
class FormEntry:
    """What is to be entered for one person: ``consent`` for a channel, or ``information``.

    ``details`` are codes for ``rules.acts``; ``text`` and ``page`` are the evidence, to be kept sealed.
    """

    kind: str
    identifiers: tuple[Identifier, ...]
    on: str
    occurred_at: datetime
    event_key: str
    details: Mapping[str, Any]
    subscription: str
    text: str
    page: str


def entries_of(submission: Submission, form: FormDefinition, wordings: Iterable[Wording] = ()) -> Iterator[FormEntry]:
    """Yield a consent for each box that was ticked; that the person was told, and that a call was asked for."""
    known = {version_of(wording.text): wording for wording in wordings}
    identifiers = identifiers_in(submission.values)
    if not identifiers:
        return
    if form.notice.strip():
        details: dict[str, Any] = {"what": "told", "version": version_of(form.notice)}
        yield _entry("information", "all", submission, identifiers, details, "", form.notice)
    if form.callback.strip():
        details = {"what": "callback", "proof": True, "version": version_of(form.callback)}
        yield _entry("information", Channel.PHONE, submission, identifiers, details, "", form.callback)
    for box in form.boxes:
        if _is_ticked(submission.values.get(box.field, "")):
            for channel in box.channels:
                details = _consent(box, channel, known.get(version_of(box.text)), paris_day(submission.at))
                yield _entry("consent", channel, submission, identifiers, details, box.subscription, box.text)


def version_of(text: str) -> str:
    """The version of a text: a digest of its words, line breaks and double spaces aside."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def changed_texts(before: FormDefinition, now: FormDefinition) -> Iterator[str]:
    """Name the fields of a form whose text is no longer the one that was known (``notice`` among them): an alert."""
    old = {box.field: version_of(box.text) for box in before.boxes} | {"notice": version_of(before.notice)}
    new = {box.field: version_of(box.text) for box in now.boxes} | {"notice": version_of(now.notice)}
    yield from sorted(field for field in old.keys() | new.keys() if old.get(field) != new.get(field))


def _consent(box: ConsentBox, channel: Channel, wording: Wording | None, day: date) -> dict[str, Any]:
    """What the consent is worth: how it was given, and, for calls, whether the five statements were made."""
    # The CRM knows how the box stood; where it does not, the declared wording does.
    pre_ticked = box.ticked_in_advance or (wording is not None and wording.box is Box.PRETICKED)
    details: dict[str, Any] = {
        "act": "preticked" if pre_ticked else "positive",
        "to": "us",
        "proof": bool(box.text),
        "version": version_of(box.text),
    }
    if wording is not None:
        details["wording"] = wording.version
    if channel is Channel.PHONE:
        details["complete"] = _is_complete(wording)
        if wording is not None and wording.period_months:
            details["until"] = _last_day(day, wording.period_months).isoformat()
    return details


def _is_complete(wording: Wording | None) -> bool:
    return wording is not None and wording.kind is WordingKind.CONSENT_TO_CALLS and not gaps_of(wording)


def _last_day(start: date, months: int) -> date:
    """The last day of a period that was stated in months: the eve of the same day, some months later."""
    year, month = divmod(start.month - 1 + months, 12)
    first_of_next = date(start.year + year, month + 1, 1)
    after = (first_of_next + timedelta(days=31)).replace(day=1)
    same_day = min(first_of_next + timedelta(days=start.day - 1), after - timedelta(days=1))
    return same_day - timedelta(days=1)


def _is_ticked(value: str) -> bool:
    return plain(value) == "granted" or read_yes_no(value).value == "yes"


def identifiers_in(values: Mapping[str, str]) -> tuple[Identifier, ...]:
    """Whose submission it is: every address and number that stands in a field of its own."""
    found: list[Identifier] = []
    for text in values.values():
        if "@" in text and (email := read_email(text)):
            found.append((IdentifierKind.EMAIL, email.text))
        elif text[:1] in "+0" and len(text) <= len("+33 6 39 98 00 01 ") and (phone := read_phone(text)):
            found.append((IdentifierKind.PHONE, phone.e164))
    return tuple(dict.fromkeys(found))


def _entry(
    kind: str,
    on: str,
    submission: Submission,
    identifiers: tuple[Identifier, ...],
    details: dict[str, Any],
    subscription: str,
    text: str,
) -> FormEntry:
    key = f"form:{submission.form}:{submission.id}:{kind}:{on}:{subscription}"
    page = submission.page.partition("?")[0]  # a query may hold an address
    return FormEntry(kind, identifiers, on, submission.at, key, details, subscription, text, page)
