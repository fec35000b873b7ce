"""What became of the facts of a CRM: sources that are gone, coverage that fell, types and decisions nobody answers for.

Each is a finding of ``doctor`` and matter for an alert. Nothing opens because of them: what a source said last stands
where it forbids, and is gone where it permitted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from contactable.approvals import approvals_in, decisions_of
from contactable.connectors.protocol import Connector, Finding, HasForms, HasLists, Level, WorksOut
from contactable.contradicting import contradictions
from contactable.kinds import meet, met, property_names, replaced
from contactable.mapping import Asked
from contactable.mapping.coverage import Coverage, fallen
from contactable.mapping.decisions import unapproved
from contactable.mapping.definition import absent_sources
from contactable.mapping.offers import unknown_subscriptions, unnamed_subscriptions
from contactable.register import Tx, cursors, mirror
from contactable.submissions import changed_forms

if TYPE_CHECKING:
    from contactable.kit import Contactable

COVERAGE = "coverage"
"""The cursor that keeps how many contacts had each fact when all was well."""
EVERY = 3600.0  # seconds between two looks at the sources
SOUND = "all there"
"""What the look at the sources notes when nothing is wrong."""
REMEMBERED = timedelta(days=7)  # how long a fall is told before the new figures are the usual ones


def watch(kit: Contactable, name: str) -> Iterator[Finding]:
    """Everything about the facts of one CRM that somebody should look at."""
    with kit.register.read() as tx:
        found = coverage_of(tx, name)
        yield from _fallen(kit, tx, name, found)
        yield from _forms(tx, name)
        yield from (each.finding for each in contradictions(kit, tx, name))
    yield from _sources(kit, name)
    yield from _unnamed(kit, name, found)


def look_at_sources(kit: Contactable, name: str) -> str:
    """The look of each hour: what is gone from the CRM, or was replaced there, as a note for the alerts."""
    wrong = [each.what.removeprefix(f"{name}: ") for each in _sources(kit, name)]
    meet(kit.register, kit.connectors[name], kit.mapping(name), again=True)
    return "; ".join(wrong) or SOUND


def _sources(kit: Contactable, name: str) -> Iterator[Finding]:
    yield from _absent(kit, name)
    yield from _replaced(kit, name)
    yield from _unknown(kit, name)


def unsigned(kit: Contactable) -> Iterator[Finding]:
    """The decisions that nobody approved as they stand now."""
    names = [each.name for each in unapproved(decisions_of(kit), approvals_in(kit))]
    if names:
        told = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        mend = "Read them, then: contactable decisions approve --all --by NAME"
        yield Finding(f"decisions that nobody approved: {told}", Level.WARNING, mend)


def remember_coverage(kit: Contactable, name: str) -> str:
    """Keep the figures of today for comparison, unless a fall among them is still to be told; return what fell."""
    with kit.register.read() as tx:
        found = coverage_of(tx, name)
        fell = _fell(kit, tx, name, found)
    if not fell:
        kept = _as_json(found, kit.mapping(name).fingerprint, kit.clock())
        kit.register.write(lambda tx: cursors.set(tx, name, COVERAGE, kept))
    return ", ".join(_share(column, *shares) for column, shares in fell.items())


def coverage_of(tx: Tx, connector: str) -> Coverage:
    """How many mirrored contacts have each fact, and from where."""
    found, after = Coverage(), ""
    while ids := mirror.contact_ids(tx, connector, after=after):
        for row in mirror.contacts(tx, connector, ids).values():
            found.contacts += 1
            found.facts.update((column, source) for column, (value, source) in row.facts.items() if value)
        after = ids[-1]
    return found


def _absent(kit: Contactable, name: str) -> Iterator[Finding]:
    connector, table = kit.connectors[name], kit.settings.connectors[name].mapping
    existing = property_names(connector)
    if existing is None:
        return
    if isinstance(connector, WorksOut):
        existing |= connector.works_out(kit.mapping(name).properties)
    asked = kit.reader(name).asked
    lists, forms = _lists(connector, asked), _forms_there(connector, asked)
    for source in absent_sources(table, properties=existing, lists=lists, forms=forms):
        yield Finding(
            f"{name}: the source `{source}` is gone",
            Level.ERROR,
            f"Correct [connectors.{name}.mapping]. Oppositions that it held still stand; what it permitted is closed.",
        )
    for kind, there in (("list", lists), ("form", forms)):
        for written in asked.unknown(kind, there) if there is not None else ():
            mend = f"Correct `{kind}` of the [[declare]]: it opens nobody who comes from now on."
            yield Finding(f"{name}: a declaration speaks of the {kind} `{written}`, which is gone", Level.ERROR, mend)


def _replaced(kit: Contactable, name: str) -> Iterator[Finding]:
    with kit.register.read() as tx:
        kinds = met(tx, name)
    for each, (was, now) in sorted(replaced(kit.connectors[name], kinds).items()):
        mend = (
            "See what it means now. Oppositions that it held still stand; to take it as it is, leave it out of "
            f"[connectors.{name}.mapping] for one sync."
        )
        yield Finding(f"{name}: the property `{each}` is another than it was ({was}, now {now})", Level.ERROR, mend)


def _lists(connector: Connector, asked: Asked) -> list[str]:
    if not (asked.about("list") and connector.capabilities.lists):
        return []
    return [text for each in cast(HasLists, connector).lists() for text in (each.name, each.id)]


def _forms_there(connector: Connector, asked: Asked) -> list[str] | None:
    if not (asked.about("form") and connector.capabilities.forms):
        return None
    return [text for each in cast(HasForms, connector).forms() for text in (each.name, each.id)]


def _fallen(kit: Contactable, tx: Tx, name: str, found: Coverage) -> Iterator[Finding]:
    for column, shares in _fell(kit, tx, name, found).items():
        mend = f"Look at its source in the CRM, or at [connectors.{name}.mapping]: contactable mapping check {name}"
        yield Finding(f"{name}: fewer contacts have {_share(column, *shares)}", Level.WARNING, mend)


def _fell(kit: Contactable, tx: Tx, name: str, found: Coverage) -> dict[str, tuple[float, float]]:
    kept = cursors.get(tx, name, COVERAGE)
    # Another mapping has another coverage; and after a week what fell is what is usual.
    if not kept or kept["mapping"] != kit.mapping(name).fingerprint:
        return {}
    if kit.clock() - datetime.fromisoformat(kept["at"]) > REMEMBERED:
        return {}
    before = Coverage(contacts=kept["contacts"], facts=Counter({(c, ""): n for c, n in kept["known"].items()}))
    return fallen(before, found)


def _as_json(found: Coverage, mapping: str, at: datetime) -> dict[str, Any]:
    known = {column: found.known(column) for column, _ in found.facts}
    return {"contacts": found.contacts, "known": known, "mapping": mapping, "at": at.isoformat()}


def _share(column: str, before: float, now: float) -> str:
    return f"{column} ({before:.0%} → {now:.0%})"


def _forms(tx: Tx, name: str) -> Iterator[Finding]:
    for _, form, where in changed_forms(tx, name):
        yield Finding(
            f"{name}: the text of the form “{form}” changed ({', '.join(where)})",
            Level.WARNING,
            "Add the new text as a [[wording]], and look at the declarations that rest on the old one.",
        )


def _unnamed(kit: Contactable, name: str, found: Coverage) -> Iterator[Finding]:
    seen = Counter[str]()
    for (column, _), count in found.facts.items():
        if "/" in column:
            seen[column.partition("/")[2]] += count
    for subscription, count in unnamed_subscriptions(kit.offers.values(), seen).items():
        mend = "Its opt-outs close every offer; name it in the `subscriptions` of the offer that it carries."
        what = f"{name}: no offer names the subscription type {subscription} ({count:,} opt-outs)"
        yield Finding(what, Level.WARNING, mend)


def _unknown(kit: Contactable, name: str) -> Iterator[Finding]:
    for offer, absent in unknown_subscriptions(kit.offers.values(), _types(kit, name)).items():
        mend = f"Correct `subscriptions` of [offers.{offer}]."
        yield Finding(f"{name}: [offers.{offer}] names {', '.join(absent)}, which the CRM has not", Level.ERROR, mend)


def _types(kit: Contactable, name: str) -> Iterable[str]:
    """The CRM's subscription types, by the properties of their opt-outs; the offers' own where nobody tells."""
    existing = property_names(kit.connectors[name])
    if existing is None:
        return {each for offer in kit.offers.values() for each in offer.subscriptions}
    prefixes = tuple(kit.mapping(name).subscriptions)
    return {each.removeprefix(prefix) for each in existing for prefix in prefixes if each.startswith(prefix)}
