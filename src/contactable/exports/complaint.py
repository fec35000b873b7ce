"""A complaint: what happened when, how fast each opposition counted and where, and the draft of a reply in French."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from contactable.exports import person
from contactable.exports.auditing import leave_receipt
from contactable.exports.dossier import Dossier, gather
from contactable.exports.sheet import Section, to_html
from contactable.exports.words import heads, say
from contactable.naming import identifier
from contactable.rules.calendar import paris_day
from contactable.rules.labels import label
from contactable.rules.moments import a_month_later
from contactable.rules.terms import Channel

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.register import Entry
    from contactable.rules.labels import Language

DELAY = "at channel where seconds"
_DAY = "%d/%m/%Y"

_LETTER: Final = """Objet : votre réclamation du {received} relative à nos sollicitations commerciales

Madame, Monsieur,

Nous avons bien reçu votre réclamation le {received}. Conformément à l'article 12(3) du RGPD, nous y répondons \
sans retard injustifié et au plus tard le {deadline}.

{known}

Votre opposition vaut sans que vous ayez à la justifier et sans frais (RGPD, art. 21(2) et 21(3)). Nous n'en gardons \
que ce qu'il faut pour la respecter : une empreinte de votre adresse ou de votre numéro.

Vous pouvez obtenir copie de tout ce que nous conservons sur vous, et saisir la CNIL (www.cnil.fr) si notre réponse \
ne vous satisfait pas.

Veuillez agréer, Madame, Monsieur, l'expression de notre considération distinguée.

{company}
"""
_OPPOSED: Final = "Votre opposition du {when} ({channel}) a été inscrite à notre registre le {recorded}{outside}."
_OUTSIDE: Final = ", et prise en compte dans nos outils en {seconds} secondes au plus"
_NOTHING: Final = (
    "Notre registre ne porte à ce jour aucune opposition à votre nom ; nous l'y inscrivons à réception de la présente "
    "réclamation, sur tous les canaux. [À faire avant l'envoi.]"
)


def export_complaint(kit: Contactable, *, received: date | None = None, **given: str | None) -> dict[str, Any]:
    """The dossier of a complaint that came on ``received`` (today unless told), as data; the look is audited."""
    kind, text = identifier(**given)
    with kit.register.read() as tx:
        found = gather(tx, kind, text)
    leave_receipt(kit, "export_complaint", found.subjects[0][0] if found.subjects else None)
    return document(found, received or paris_day(kit.clock()), kit.settings.pages.company)


def document(found: Dossier, day: date, company: str) -> dict[str, Any]:
    """A dossier, and the draft of the reply to a complaint that came on a day, as data."""
    deadline = date.fromordinal(a_month_later(day.toordinal()))
    waits = [wait for entry in _oppositions(found) for wait in _waits(found, entry)]
    return {
        **person.document(found),
        "received": day,
        "reply_before": deadline,
        "delays": waits,
        "letter": _letter(found, waits, day, deadline, company),
    }


def page(said: dict[str, Any], language: Language) -> str:
    """The sheet of a complaint."""
    from contactable.exports.lines import rows

    return to_html(
        say("complaint", language),
        say("complaint_intro", language),
        [
            Section(say("letter", language), said["letter"]),
            Section(say("delays", language), "", heads(DELAY, language), rows(DELAY, said["delays"])),
            *person.sections(said, language),
        ],
        language,
    )


def _oppositions(found: Dossier) -> list[Entry]:
    ended = {entry.ends for entry in found.entries}
    return [entry for entry in found.entries if entry.kind == "opposition" and entry.id not in ended]


def _waits(found: Dossier, opposition: Entry) -> Iterator[dict[str, Any]]:
    """How long after an opposition each place was closed: the CRM's properties, native opt-outs, blocklists."""
    places: dict[tuple[str, str], datetime] = {}
    for row in found.shown:
        if row.reason == "opposition" and row.written_at and row.written_at >= opposition.recorded_at:
            places.setdefault((f"{row.connector}:{row.record_id}", row.channel), row.written_at)
    for each in found.closed:
        if each.written_at >= opposition.recorded_at:
            places.setdefault((each.target, each.channel), each.written_at)
    for (where, channel), at in places.items():
        if opposition.on in (channel, "all"):
            seconds = (at - opposition.recorded_at).total_seconds()
            yield {"at": opposition.recorded_at, "channel": channel, "where": where, "seconds": round(seconds, 1)}


def _letter(found: Dossier, waits: list[dict[str, Any]], day: date, deadline: date, company: str) -> str:
    sentences = [_sentence(entry, waits) for entry in _oppositions(found)]
    return _LETTER.format(
        received=f"{day:{_DAY}}",
        deadline=f"{deadline:{_DAY}}",
        known="\n".join(sentences) or _NOTHING,
        company=company or "[nom de la société]",
    )


def _sentence(entry: Entry, waits: list[dict[str, Any]]) -> str:
    own = [wait["seconds"] for wait in waits if wait["at"] == entry.recorded_at]
    channel = "tous les canaux" if entry.on == "all" else label(Channel(entry.on), "fr")
    return _OPPOSED.format(
        when=f"{entry.when:{_DAY}}",
        channel=channel,
        recorded=f"{entry.recorded_at:{_DAY}}",
        outside=_OUTSIDE.format(seconds=f"{max(own):.0f}") if own else "",
    )
