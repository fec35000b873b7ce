"""``contactable calling``: may a consumer be called at a moment, and when next; which number may the caller show."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import Malformed
from contactable.files.asked import day_or_moment
from contactable.files.values import PARIS
from contactable.identifiers import read_phone
from contactable.rules.calling import CallAnswer, may_call_at
from contactable.rules.display import DisplayAnswer, may_display
from contactable.rules.label_calling import CALL_REASONS, DISPLAY_REASONS, STATUSES
from contactable.rules.label_text import Text
from contactable.rules.labels import Language

_WORDS = {
    "next": Text("prochain moment permis :", "next allowed:"),
    "unknown": Text("inconnu", "unknown"),
    "hours": Text("ouverture des horaires :", "hours open at:"),
    "aside": Text("sans compter tentatives et refus", "attempts and refusals aside"),
    "zone": Text("fuseau horaire :", "time zone:"),
    "abroad": Text("hors de France", "outside France"),
    "sources": Text("sources :", "sources:"),
    "no_hours": Text("aucune : pas d'horaires avant le 2023-03-01", "none: there were no hours before 2023-03-01"),
    "live": Text("numéro affiché, appel par une personne :", "number shown, live call:"),
    "automated": Text("numéro affiché, automate :", "number shown, automated call:"),
}

if TYPE_CHECKING:
    from contactable.register.calls import History


@click.command()
@click.option("--phone", required=True, help="The consumer's number; - reads it from standard input.")
@click.option("--at", "moment", help="The moment (YYYY-MM-DDThh:mm, Europe/Paris without a zone). Default: now.")
@click.option("--postcode", help="The consumer's postcode; tells the time zone first.")
@click.option("--country", help="The consumer's country (ISO 3166-1 alpha-2); tells it next.")
@click.option("--attempt", "attempts", multiple=True, metavar="DAY", help="An earlier call or attempt; again for each.")
@click.option("--no-attempts", is_flag=True, help="There was no attempt in the last 30 days.")
@click.option("--refusal", "refusals", multiple=True, metavar="DAY", help="An earlier refusal; again for each.")
@click.option("--no-refusals", is_flag=True, help="There was no refusal.")
@click.option("--slot", "slots", multiple=True, metavar="START/END", help="A slot explicitly agreed to, and attested.")
@click.option("--express-consent", is_flag=True, help="Express consent to other hours; counts until 2026-08-10.")
@click.option("--show", "shown", metavar="NUMBER", help="The number that the caller shows. Default: that of --phone.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="en", help="The language of the answer.")
@json_option
@pass_context
def command(
    context: Context,
    phone: str,
    moment: str | None,
    postcode: str | None,
    country: str | None,
    attempts: tuple[str, ...],
    no_attempts: bool,
    refusals: tuple[str, ...],
    no_refusals: bool,
    slots: tuple[str, ...],
    express_consent: bool,
    shown: str | None,
    language: Language,
    as_json: bool,
) -> None:
    """Tell whether a consumer may be called at a moment, and when next (hours and frequency of D223-9).

    Calls and refusals that the register knows (from phone systems and CRMs) count beside those given here. What nobody
    tells is unknown, and the answer is then never yes. Whether one may call at all is another question: contactable
    explain. The last lines say whether a number may be shown to those called.
    """
    number = read_phone(_given(phone))
    if number is None:
        raise Malformed("--phone is no possible number.")
    at = _moment("--at", moment) if moment else datetime.now(PARIS)
    known = _known(context, number.e164)
    answer = may_call_at(
        at,
        _together(known.attempts, _days("--attempt", attempts, no_attempts)),
        _together(known.refusals, _days("--refusal", refusals, no_refusals)),
        [_slot(text) for text in slots],
        express_consent=express_consent,
        postcode=postcode,
        country=country,
        phone=number.e164,
    )
    shown = number.e164 if shown is None else shown
    display = {name: may_display(shown, automated, at) for name, automated in (("live", False), ("automated", True))}
    if as_json:
        print_json(_document(answer, display))
    else:
        _print(answer, display, language)


def _given(phone: str) -> str:
    """Numbers may come from standard input, so that they stay out of process lists and histories."""
    return sys.stdin.readline().strip() if phone == "-" else phone


def _moment(option: str, text: str) -> datetime:
    found = day_or_moment(text)
    if not isinstance(found, datetime):
        raise Malformed(f"{option} needs a time: YYYY-MM-DDThh:mm.")
    return found


def _days(option: str, texts: tuple[str, ...], none: bool) -> list[date] | None:
    if texts and none:
        raise click.UsageError(f"{option} and --no-{option[2:]}s exclude each other.")
    return [day_or_moment(text) for text in texts] if texts or none else None


def _known(context: Context, number: str) -> History:
    """What the register knows of calls to a number; nothing where there are no settings."""
    from contactable.call_history import call_history
    from contactable.identifiers import IdentifierKind
    from contactable.register.calls import NOT_KNOWN

    if not context.path.exists():
        return NOT_KNOWN
    with context.kit() as kit:
        return call_history(kit, IdentifierKind.PHONE, number)


def _together(known: Iterable[date] | None, given: Iterable[date] | None) -> list[date] | None:
    return None if known is None and given is None else [*(known or ()), *(given or ())]


def _slot(text: str) -> tuple[datetime, datetime]:
    start, _, end = text.partition("/")
    return _moment("--slot", start), _moment("--slot", end)


def _print(answer: CallAnswer, display: dict[str, DisplayAnswer], language: Language) -> None:
    words = {name: text.said_in(language) for name, text in _WORDS.items()}
    said = f"{STATUSES[answer.status].said_in(language)}, {CALL_REASONS[answer.reason].said_in(language)}"
    click.echo(f"{answer.status}: {answer.reason}  ({said})")
    click.echo(f"{words['next']} {_local(answer.next_allowed) or words['unknown']}")
    if answer.next_allowed is None and answer.hours_open_at:
        click.echo(f"{words['hours']} {_local(answer.hours_open_at)} ({words['aside']})")
    click.echo(f"{words['zone']} {', '.join(answer.zones) or words['abroad']}")
    click.echo(f"{words['sources']} {', '.join(answer.sources) or words['no_hours']}")
    for name, shown in display.items():
        allowed = "allowed" if shown.allowed else "not_allowed"
        click.echo(f"{words[name]} {allowed}: {shown.reason}  ({DISPLAY_REASONS[shown.reason].said_in(language)})")


def _local(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _document(answer: CallAnswer, display: dict[str, DisplayAnswer]) -> dict[str, object]:
    return {
        "status": answer.status,
        "allowed": answer.allowed,
        "reason": answer.reason,
        "next_allowed": answer.next_allowed and answer.next_allowed.isoformat(),
        "hours_open_at": answer.hours_open_at and answer.hours_open_at.isoformat(),
        "zones": answer.zones,
        "sources": answer.sources,
        "display": {
            name: {"allowed": shown.allowed, "reason": shown.reason, "sources": shown.sources}
            for name, shown in display.items()
        },
    }
