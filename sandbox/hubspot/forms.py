"""Forms with their texts of consent, and what was sent through them, newest first.

A box for a subscription type arrives among the values as ``LEGAL_CONSENT.subscription_type_<id>``, the one for
processing as ``LEGAL_CONSENT.processing`` (names seen on public pages' forms; the values are to be confirmed).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contactable.sandbox.hubspot.problems import not_found
from contactable.sandbox.hubspot.times import iso

PROCESSING = "LEGAL_CONSENT.processing"
SUBSCRIPTION = "LEGAL_CONSENT.subscription_type_"


@dataclass(frozen=True, slots=True)
class Submission:
    """What one person sent: the values by name, when (milliseconds), from which page."""

    id: str
    at: int
    values: Mapping[str, str]
    page: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        """As the submissions interface gives it."""
        values = [{"name": n, "value": v, "objectTypeId": "0-1"} for n, v in self.values.items()]
        return {"conversionId": self.id, "submittedAt": self.at, "values": values, "pageUrl": self.page}


@dataclass(slots=True)
class Form:
    """One form. ``communications``: subscription type -> the text beside its box; ``processing``: the text on top."""

    id: str
    name: str
    created_at: int
    processing: str = ""
    communications: Mapping[int, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ("email", "firstname", "lastname")
    updated_at: int = 0
    submissions: list[Submission] = field(default_factory=list)

    @property
    def texts(self) -> tuple[str, ...]:
        """All texts of consent that stand in it."""
        return tuple(filter(None, (self.processing, *self.communications.values())))

    @property
    def as_json(self) -> dict[str, Any]:
        """As the forms interface gives it."""
        return {
            "id": self.id,
            "name": self.name,
            "formType": "hubspot",
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.updated_at or self.created_at),
            "archived": False,
            "fieldGroups": [_group(name) for name in self.fields],
            "configuration": {"language": "fr", "notifyContactOwner": False, "archivable": True},
            "displayOptions": {"renderRawHtml": False, "theme": "default_style"},
            "legalConsentOptions": self._legal,
        }

    @property
    def _legal(self) -> dict[str, Any]:
        if not self.communications:
            kind = "legitimate_interest" if self.processing else "none"
            return {"type": kind, "privacyText": self.processing, "lawfulBasis": "lead", "subscriptionTypeIds": []}
        boxes = [
            {"subscriptionTypeId": str(id), "label": text, "required": False}
            for id, text in self.communications.items()
        ]
        return {
            "type": "explicit_consent_to_process",
            "communicationsCheckboxes": boxes,
            "consentToProcessText": self.processing,
            "privacyText": self.processing,
        }


def _group(name: str) -> dict[str, Any]:
    field = {"objectTypeId": "0-1", "name": name, "label": name, "required": name == "email", "hidden": False}
    return {"groupType": "default_group", "richTextType": "text", "fields": [field]}


@dataclass(slots=True)
class Forms:
    """All forms by id, in the order in which they were made."""

    by_id: dict[str, Form] = field(default_factory=dict)

    def add(self, form: Form) -> Form:
        """Keep a form."""
        self.by_id[form.id] = form
        return form

    def get(self, id: str) -> Form:
        """The form of that id; raise a 404."""
        if id not in self.by_id:
            raise not_found("Form not found.")
        return self.by_id[id]

    def submit(self, id: str, values: Mapping[str, str], at: int, page: str = "") -> Submission:
        """Keep what was sent; submissions stay in the order of their arrival."""
        submission = Submission(str(uuid.uuid4()), at, dict(values), page)
        self.get(id).submissions.append(submission)
        return submission

    def newest_first(self, id: str) -> Sequence[Submission]:
        """What was sent through one form."""
        return sorted(self.get(id).submissions, key=lambda each: each.at, reverse=True)
