"""The decisions of a company, in plain words: what a data protection officer reads, and signs.

Readings of the law, offers, declarations, wordings and mappings, each with its doubt, its default, and who approved it
when. An approval is an entry of the register and names the fingerprint of what was approved: what changed since then
is marked, here and by ``doctor``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contactable.mapping.decision_texts import DOUBTS_IN_FRENCH, WORDS
from contactable.mapping.declarations import Declaration
from contactable.mapping.definition import Mapping as Definition
from contactable.mapping.memberships import as_written
from contactable.mapping.offers import TIES, OfferSettings
from contactable.rules import DOUBTS, Readings
from contactable.rules.labels import Language
from contactable.rules.wordings import Wording, gaps_of


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: its name (``reading:robinson``), what was decided, the doubt or the default behind it."""

    name: str
    says: str
    doubt: str
    default: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which decision, when (ISO), as it stood then."""

    decision: str
    fingerprint: str
    by: str
    on: str


def decisions(
    readings: Readings,
    offers: Iterable[OfferSettings],
    declarations: Iterable[Declaration] = (),
    wordings: Iterable[Wording] = (),
    mappings: Mapping[str, Definition] | None = None,
    *,
    language: Language = "fr",
) -> tuple[Decision, ...]:
    """List every decision, readings first, in the order of the settings."""
    return (
        *_readings(readings, language),
        *(_offer(each, language) for each in offers),
        *(_declaration(each, language) for each in declarations),
        *(_wording(each, language) for each in wordings),
        *(_mapping(name, each, language) for name, each in (mappings or {}).items()),
    )


def last_approval(decision: Decision, approvals: Iterable[Approval]) -> Approval | None:
    """The latest approval of a decision, whatever it said then."""
    of_it = [each for each in approvals if each.decision == decision.name]
    return max(of_it, key=lambda each: each.on, default=None)


def unapproved(found: Iterable[Decision], approvals: Sequence[Approval]) -> Iterator[Decision]:
    """Yield the decisions that nobody approved as they stand now: for ``doctor``."""
    for decision in found:
        last = last_approval(decision, approvals)
        if last is None or last.fingerprint != decision.fingerprint:
            yield decision


def render(
    found: Iterable[Decision],
    approvals: Sequence[Approval] = (),
    effects: Mapping[str, str] | None = None,
    *,
    language: Language = "fr",
) -> str:
    """Write the decisions as a page (Markdown). ``effects`` tells, by name, what each does to how many contacts."""
    say = WORDS[language]
    lines = [f"# {say['title']}", "", say["intro"]]
    for decision in found:
        lines += ["", f"## {decision.name}", "", decision.says, ""]
        behind = {"doubt": decision.doubt, "default": decision.default}
        lines += [f"- {say[key]}{say['colon']}{text}" for key, text in behind.items() if text]
        if effects and decision.name in effects:
            lines.append(f"- {say['effect']}{say['colon']}{effects[decision.name]}")
        lines.append(f"- {_standing(decision, approvals, language)}")
    return "\n".join(lines) + "\n"


def _standing(decision: Decision, approvals: Sequence[Approval], language: Language) -> str:
    say, last = WORDS[language], last_approval(decision, approvals)
    if last is None:
        return f"**{say['never']}**"
    approved = say["approved"].format(by=last.by, on=last.on[:10])
    return approved if last.fingerprint == decision.fingerprint else f"**{say['changed']}** ({approved})"


def _readings(readings: Readings, language: Language) -> Iterator[Decision]:
    for doubt in DOUBTS:
        value = getattr(readings, doubt.name)
        text = DOUBTS_IN_FRENCH[doubt.name] if language == "fr" else doubt.doubt
        yield _decision(f"reading:{doubt.name}", f"`{value}`", text, f"`{doubt.stricter}`", value)


def _offer(offer: OfferSettings, language: Language) -> Decision:
    say = WORDS[language]
    sector = offer.offer.sector or say["no_sector"]
    said = [say["offer"].format(label=offer.label, purpose=offer.offer.purpose, sector=sector)]
    for column, (key, _) in TIES.items():
        terms = offer.ties[column]
        if terms is not None:
            said.append(f"`{key}`{say['colon']}{say['all'] if terms == 'all' else ', '.join(sorted(terms))}.")
    said.append(f"{say['subscriptions']}{say['colon']}{', '.join(sorted(offer.subscriptions)) or say['none']}.")
    ties = {column: sorted(terms) if isinstance(terms, frozenset) else terms for column, terms in offer.ties.items()}
    of = [offer.label, offer.offer.purpose, offer.offer.sector, ties, sorted(offer.subscriptions)]
    return _decision(f"offer:{offer.name}", " ".join(said), "", "", of)


def _declaration(declaration: Declaration, language: Language) -> Decision:
    say = WORDS[language]
    about = [f"{key}: {_names(patterns)}" for key, patterns in declaration.selectors]
    first, last = declaration.created_from, declaration.created_until
    if first or last:
        about.append(say["created"].format(first=first or "…", last=last or "…"))
    says = [
        say["declaration"].format(
            facts=", ".join(f"`{column}` = {value}" for column, value in sorted(declaration.facts.items())),
            about="; ".join(about) or say["all"],
            evidence=declaration.evidence,
            by=declaration.by,
            on=declaration.signed_on.isoformat(),
        )
    ]
    if declaration.wording:
        says.append(say["wording"].format(version=declaration.wording))
    if declaration.valid_until:
        says.append(say["until"].format(day=declaration.valid_until.isoformat()))
    return Decision(f"declaration:{declaration.name}", " ".join(says), "", "", declaration.fingerprint)


def _names(patterns: Iterable[Any]) -> str:
    return ", ".join(as_written(pattern) for pattern in patterns)


def _wording(wording: Wording, language: Language) -> Decision:
    missing = ", ".join(gap.statement for gap in gaps_of(wording)) or WORDS[language]["none"]
    says = f"> {wording.text}\n\n{WORDS[language]['missing']}{WORDS[language]['colon']}{missing}."
    return _decision(f"wording:{wording.version}", says, "", "", [wording.kind, wording.text, dict(wording.says)])


def _mapping(name: str, mapping: Definition, language: Language) -> Decision:
    """What a CRM's own properties mean; those that are read for their name alone say so themselves and are left out."""
    told = [
        f"- `{each.column.name}`: {each.label}" + (f" ({', '.join(dict(each.when))})" if each.when else "")
        for each in mapping.sources
        if each.property_name != each.column.name or each.column.name not in mapping.unwritten
    ]
    each_type = WORDS[language]["each_type"]
    told += [f"- `{column.name}`: property:{prefix}… ({each_type})" for prefix, column in mapping.subscriptions.items()]
    return Decision(f"mapping:{name}", "\n".join(told) or WORDS[language]["none"], "", "", mapping.fingerprint)


def _decision(name: str, says: str, doubt: str, default: str, of: Any) -> Decision:
    digest = hashlib.sha256(json.dumps(of, sort_keys=True, default=str).encode()).hexdigest()[:16]
    return Decision(name, says, doubt, default, digest)
