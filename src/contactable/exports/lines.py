"""Entries, verdicts and proofs as plain data, the same in every export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from contactable.register import Entry
from contactable.register.consents import Proof
from contactable.register.shown import Shown
from contactable.rules import Verdict
from contactable.rules.labels import Language, label, source_label
from contactable.rules.sources import SOURCES

ENTRY = "at recorded_at kind channel origin proof reason details"
SHOWN = "at record offer channel allowed reason"


def of_entry(entry: Entry, notes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One entry, with what a person wrote beside it."""
    return {
        "id": entry.id,
        "at": entry.when,
        "recorded_at": entry.recorded_at,
        "time_quality": entry.time_quality,
        "kind": entry.kind,
        "channel": entry.on,
        "scope": f"{entry.scope_kind}:{entry.scope_id}" if entry.is_scoped else "",
        "origin": entry.origin,
        "proof": entry.proof_level,
        "reason": entry.reason,
        "ends": entry.ends,
        "evidence": entry.evidence,
        "details": dict(entry.details),
        "note": (notes or {}).get(entry.id, ""),
    }


def of_shown(row: Shown) -> dict[str, Any]:
    """One verdict as it stood in the CRM, with the facts and versions behind it."""
    return {
        "at": row.written_at,
        "confirmed_at": row.confirmed_at,
        "record": f"{row.connector}:{row.record_id}",
        "offer": row.offer,
        "channel": row.channel,
        "allowed": row.allowed,
        "reason": row.reason,
        "until": row.until,
        "facts": dict(row.facts),
        "versions": dict(row.versions),
    }


def of_proof(proof: Proof) -> dict[str, Any]:
    """What proves a consent, as the person may have it (R223-2)."""
    return {
        "id": proof.id,
        "at": proof.collected_at,
        "keep_until": proof.keep_until,
        "content": proof.content.decode("utf-8", "replace"),
    }


def of_verdict(verdict: Verdict, language: Language) -> dict[str, Any]:
    """A verdict with its reason in words and its legal sources with their dates."""
    return {
        "channel": str(verdict.channel),
        "allowed": verdict.allowed,
        "reason": str(verdict.reason),
        "label": label(verdict.reason, language),
        "sources": [
            {"id": id, "text": source_label(id, language), "begins": SOURCES[id].begins, "ends": SOURCES[id].ends}
            for id in verdict.sources
        ],
        "until": verdict.until,
        "readings": list(verdict.readings),
    }


def rows(names: str, lines: Iterable[Mapping[str, Any]]) -> list[list[object]]:
    """The rows of a table, its columns named and parted by spaces; times without fractions."""
    return [[_cell(line.get(name)) for name in names.split()] for line in lines]


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else value
