"""The first steps, for who has no terminal: key, suggestions and questions, dry run, go.

The same questions and functions as ``contactable init``. Between two steps the register keeps, sealed, what was
answered; the settings file is written last, once somebody has seen what a first sync would do.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from contactable import first_settings
from contactable.connectors import connect, find, settings_of, types
from contactable.connectors.protocol import Closes, Connector, Finding, Level, Setting
from contactable.errors import Conflict, ContactableError, Malformed, SettingsError
from contactable.first_settings import FirstCrm, effect, read_typed, with_crm
from contactable.kit import Contactable
from contactable.loading import load
from contactable.looking import look, undecided_in
from contactable.mapping.portal import Portal
from contactable.mapping.questions import SOURCES, Tables, name_of, tables_from_answers
from contactable.mapping.suggest import Suggestion, suggest
from contactable.previewing import preview
from contactable.progress import Moved
from contactable.register import Tx, cursors, summary
from contactable.rules import Channel
from contactable.rules.calendar import paris_day
from contactable.settings import parse, placed, read_secret
from contactable.transport import hurried

if TYPE_CHECKING:
    from contactable.settings import Settings

PLACE: Final = ("console", "first steps")
KEYS: Final = "contactable-keys"
ADDRESS: Final = "base_url"
"""The option by which a CRM is reached at another address, as a sandbox is."""
PATIENCE: Final = 20.0
"""Seconds for each answer of the CRM, while somebody waits for the page."""
_SEALED: Final = "console.first_steps"


class Draft(msgspec.Struct, frozen=True):
    """What was answered so far; ``tables`` (as TOML) is None before the questions, ``looked`` the dry run's job."""

    type: str
    options: dict[str, Any]
    tables: tuple[str, str, str] | None = None
    looked: str = ""

    @property
    def crm(self) -> FirstCrm:
        """The CRM; whoever objects is opted out there too, where it has an opt-out of its own."""
        return FirstCrm(self.type, self.options, True if find(self.type).CAPABILITIES.opt_out else None)


def choices() -> dict[str, str]:
    """The CRMs that are connected by a key alone, with their names."""
    return {type: find(type).CAPABILITIES.label or type for type in types() if any(map(is_secret, settings_of(type)))}


def is_secret(setting: Setting) -> bool:
    """Whether an option names a secret, which is typed into a password field and kept in a file of its own."""
    return setting.default.startswith(("env:", "file:"))


def draft(kit: Contactable) -> Draft | None:
    """What was answered so far."""
    with kit.register.read() as tx:
        kept = cursors.get(tx, *PLACE)
        if not kept:
            return None
        return msgspec.json.decode(tx.keyring.unseal(_SEALED, bytes.fromhex(kept["sealed"])), type=Draft)


def begin(kit: Contactable, type: str, given: Mapping[str, str]) -> list[Finding]:
    """Keep a key in its file and look whether the CRM takes it; what is wrong is returned and nothing is kept."""
    _refuse_a_second(kit.settings)
    if type not in choices():
        raise Malformed("There is no such CRM.")
    options, files = _options(kit.settings.folder, type, given)
    for path, secret in files.items():
        write_private(path, secret)
    try:
        with _connected(kit.settings, type, options) as connector:
            wrong = [each for each in connector.check() if each.level is Level.ERROR]
    except ContactableError as error:
        wrong = [Finding(str(error), Level.ERROR)]
    if wrong:
        for path in files:
            path.unlink()
        return wrong
    _keep(kit, Draft(type, options))
    return []


def look_at(kit: Contactable, made: Draft) -> tuple[Portal, tuple[Suggestion, ...]]:
    """Some contacts, the lists and the forms, and what they suggest."""
    with _connected(kit.settings, made.type, made.options) as connector:
        portal = look(connector)
    return portal, suggest(portal, mapped=made.crm.mapping({}).properties)


def without_country(portal: Portal, made: Draft, typed: Mapping[str, str]) -> int:
    """How many contacts tell no country, by the answers as they stand on the page."""
    try:
        read = {key: read_typed(key, typed[key]) for key in SOURCES if typed.get(key)}
        return first_settings.without_country(made.crm, portal, {key: each for key, each in read.items() if each})
    except SettingsError:  # said beside the answer when it is sent
        return first_settings.without_country(made.crm, portal, {})


def answer(kit: Contactable, made: Draft, answers: Mapping[str, Any], country_asked: bool) -> bool:
    """Keep the answers; False where contacts tell no country by them, and nobody was asked for a default.

    Raises ``SettingsError`` for a refusal that nobody decided, or an answer that says nothing.
    """
    portal, suggestions = look_at(kit, made)
    tables = tables_from_answers(answers, suggestions)
    parse(_text(kit, made.crm, tables), kit.settings.path)
    if not country_asked and first_settings.without_country(made.crm, portal, answers):
        return False
    _keep(kit, Draft(made.type, made.options, tables.toml))
    return True


def forget(kit: Contactable) -> None:
    """Begin again."""
    kit.register.write(lambda tx: cursors.set(tx, *PLACE, {}))


def looked(kit: Contactable, job: str) -> None:
    """Remember which job is the dry run of the answers."""
    made = _answered(kit)
    _keep(kit, Draft(made.type, made.options, made.tables, job))


def dry_run_job(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    """Count what a first sync would write; the note names nobody."""
    made = _answered(kit)
    with _drafted(kit, made) as drafted:
        found = preview(drafted, made.type, full=True, progress=tell)
    rows = [(str(channel), str(reason), count) for (channel, reason), count in found.counted()]
    told = {"contacts": found.contacts, "changes": found.changes, "unsubscribes": found.unsubscribes, "rows": rows}
    return msgspec.json.encode(told).decode()


def go_job(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    """Write the settings file, sync the CRM, and have the server begin anew with it."""
    made = _answered(kit)
    with _drafted(kit, made) as drafted:
        if undecided := undecided_in(drafted, made.type):
            raise Malformed(f"{name_of(undecided[0])} may hold people who said no: begin again.")
        write_settings(kit.settings.path, _text(kit, made.crm, _tables(made)))
        note = load(drafted, made.type, progress=tell)
    forget(kit)
    summary.count(kit.register, paris_day(kit.clock()))  # who comes to the overview sees it
    kit.begin_anew()
    return note


def shown_effects(portal: Portal, made: Draft, each: Suggestion, on: date) -> tuple[Mapping[Channel, int], ...]:
    """How many contacts of those looked at a suggestion opens, and closes."""
    return effect(made.crm, portal, each, {}, on)


def write_private(path: Path, secret: str) -> None:
    """Write a secret into a file that its owner alone may read; nothing is overwritten but an earlier try."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret + "\n")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None


def write_settings(path: Path, text: str) -> None:
    """Put new settings in place of the old at once, with the same rights."""
    parse(text, path)
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(path.stat().st_mode & 0o777)
        fresh.replace(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.") from None


def _options(folder: Path, type: str, given: Mapping[str, str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """The options of the connector, and the files of its secrets; raises ``Malformed`` where something is missing."""
    options: dict[str, Any] = {}
    files: dict[Path, str] = {}
    for each in settings_of(type):
        value = given.get(each.name, "").strip() or ("" if is_secret(each) else each.default)
        if not value or not value.isprintable():
            raise Malformed(f"This is missing: {each.question}")
        if is_secret(each):
            files[folder / KEYS / f"{type}.{each.name}"] = value
            value = f"file:{KEYS}/{type}.{each.name}"
        options[each.name] = value
    if address := given.get(ADDRESS, "").strip():
        options[ADDRESS] = address
    return options, files


@contextmanager
def _connected(settings: Settings, type: str, options: Mapping[str, Any]) -> Iterator[Connector]:
    folder = settings.folder
    connector = connect(type, type, placed(dict(options), folder), lambda each: read_secret(each, folder))
    try:
        with hurried(PATIENCE):
            yield connector
    finally:
        if isinstance(connector, Closes):
            connector.close()


@contextmanager
def _drafted(kit: Contactable, made: Draft) -> Iterator[Contactable]:
    """The kit as it will be, on the same open register."""
    drafted = Contactable(parse(_text(kit, made.crm, _tables(made)), kit.settings.path), clock=kit.clock, works=False)
    drafted.__dict__["register"] = kit.register
    try:
        yield drafted
    finally:
        for each in drafted.connectors.values():
            if isinstance(each, Closes):
                each.close()


def _text(kit: Contactable, crm: FirstCrm, tables: Tables) -> str:
    _refuse_a_second(kit.settings)
    try:
        return with_crm(kit.settings.path.read_text(encoding="utf-8"), crm, tables)
    except OSError as error:
        raise SettingsError(f"{kit.settings.path} cannot be read: {error.strerror}.") from None


def _tables(made: Draft) -> Tables:
    main, mapping, declare = made.tables or ("", "", "")
    return Tables(tomllib.loads(main), tomllib.loads(mapping), tomllib.loads(declare).get("declare", []))


def _answered(kit: Contactable) -> Draft:
    made = draft(kit)
    if made is None or made.tables is None:
        raise Malformed("The questions are not answered yet.")
    return made


def _refuse_a_second(settings: Settings) -> None:
    if settings.connectors:
        raise Conflict("A CRM is connected already.")


def _keep(kit: Contactable, made: Draft) -> None:
    def keep(tx: Tx) -> None:
        sealed = tx.keyring.seal(_SEALED, msgspec.json.encode(made)).hex()
        cursors.set(tx, *PLACE, {"sealed": sealed})

    kit.register.write(keep)
