"""The settings file, ``contactable.toml``: what it may say, and one clear sentence where it says anything else.

Secrets never stand in it: ``env:NAME`` reads the environment, ``file:PATH`` a file that only its owner may read.
Paths are relative to the settings file.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from contactable.errors import SettingsError, part

Positive = Annotated[float, msgspec.Meta(gt=0)]


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file. A key that it does not know is refused."""


class RegisterSettings(Section, frozen=True):
    """Where the register is (a file of SQLite, or ``postgresql://…``), and where the roots of its seals go."""

    url: str = "sqlite:///contactable.db"
    roots: str = "contactable-roots.jsonl"


class Key(Section, frozen=True):
    """One key of the register: its id (any short name), and where its 32 bytes (base64) are kept."""

    id: str
    secret: str


class KeySettings(Section, frozen=True):
    """The keys under which identifiers are digested: the current one, and older ones while rows still need them.

    ``identifiers``, where it is named, keeps them readable as well, for the day when a new sender needs the list.
    """

    current: Key = Key("k1", "file:contactable-keys/k1.key")
    previous: list[Key] = []
    links: str = "file:contactable-keys/links.key"
    seals: str = "file:contactable-keys/seals.key"
    identifiers: str = ""


class MailSettings(Section, frozen=True):
    """How the kit sends mail (SMTP): confirmation links, alerts, the test of ``doctor``."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = ""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    test_to: str = ""


class SmsSettings(Section, frozen=True):
    """Where a text message of ours is handed over: your own sender, told by a signed request (``docs/pages.md``)."""

    url: str
    secret: str


class ConnectorSettings(msgspec.Struct, frozen=True):
    """One CRM. Options beyond these belong to its type; the connector refuses what it does not know.

    ``properties``: all of ours, or the five of the compact schema; ``auto`` takes these where the CRM allows no more.
    ``record_url``: where people see a contact, with ``{id}`` in place of its id: the console links there.
    ``unsubscribe``: who opposes a channel is opted out in the CRM itself too, where it has an opt-out of its own.
    """

    type: str
    unsubscribe: bool = True
    record_url: Annotated[str, msgspec.Meta(pattern=r"^(https?://.*\{id\}.*)?$")] = ""
    mapping: dict[str, Any] = {}
    properties: Literal["auto", "full", "compact"] = "auto"
    options: dict[str, Any] = {}


class EndpointSettings(msgspec.Struct, frozen=True):
    """One sender's address with us, ``/hooks/<name>``: its provider, its secrets, what the provider wants to know."""

    provider: str
    connector: str = ""
    options: dict[str, Any] = {}


class ScheduleSettings(Section, frozen=True):
    """How often things run by themselves, in seconds; the day roll at a time of Europe/Paris."""

    sync: Positive = 120
    forms: Positive = 30
    consent_feed: Positive = 60
    poll: Positive = 300
    reconcile: Positive = 7 * 86400
    day_roll: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "00:05"


class BrakeSettings(Section, frozen=True):
    """How many contacts may newly open on a channel within 24 hours before a person is asked."""

    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.02
    contacts: Annotated[int, msgspec.Meta(ge=0)] = 50


class AlertSettings(Section, frozen=True):
    """Who is told when something stops: addresses of the notification library, and a dead man's switch.

    ``reports_33700`` is how many reports without a number, of one sender and campaign, heard of within a day, are told.
    """

    to: list[str] = []
    heartbeat_url: str = ""
    reports_33700: Annotated[int, msgspec.Meta(ge=1)] = 1


class PageSettings(Section, frozen=True):
    """What the public pages look like and say, who may embed them, and how many proxies stand before them.

    ``wordings`` names, for a channel, the text under which one may consent on the page: a version of ``[[wording]]``.
    """

    company: str = ""
    logo: str = ""
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1f4e79"
    introduction: str = ""
    contact: str = ""
    frame_ancestors: list[Annotated[str, msgspec.Meta(pattern=r"^https?://[A-Za-z0-9.*-]+(:\d+)?$")]] = []
    proxies: Annotated[int, msgspec.Meta(ge=0, le=9)] = 0
    wordings: dict[Literal["email", "sms", "phone", "robocall"], str] = {}


RoleName = Literal["viewer", "operator", "administrator"]


class OidcSettings(Section, frozen=True):
    """The company's own login (OpenID Connect), which asks for the second factor itself.

    ``groups`` and ``addresses`` say who comes in, and as what; nobody else does. An address counts where the provider
    says that it is verified; ``claim`` names the claim that holds the groups.
    """

    issuer: Annotated[str, msgspec.Meta(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[^\s?#]+$")]
    client_id: str
    client_secret: str
    scope: str = "openid email profile"
    claim: str = "groups"
    groups: dict[str, RoleName] = {}
    addresses: dict[str, RoleName] = {}


class ConsoleSettings(Section, frozen=True):
    """Who may come into the console besides the accounts of ``contactable console user``."""

    oidc: OidcSettings | None = None


class ReadingSettings(Section, frozen=True):
    """The doubts of the law that the company has settled; what is missing keeps the stricter reading."""

    robocall_existing_customer: Literal["closed", "open"] = "closed"
    free_account_is_sale: Literal["no", "yes"] = "no"
    robinson: Literal["ignore", "close"] = "ignore"
    b2b_first_message: Literal["closed", "open"] = "closed"


class Settings(Section, frozen=True):
    """The whole file."""

    public_url: str = ""
    language: Literal["fr", "en"] = "fr"
    listen: str = "127.0.0.1:8765"
    register: RegisterSettings = RegisterSettings()
    keys: KeySettings = KeySettings()
    mail: MailSettings | None = None
    sms: SmsSettings | None = None
    offers: dict[str, dict[str, Any]] = {}
    declare: list[dict[str, Any]] = []
    wording: list[dict[str, Any]] = []
    connectors: dict[str, ConnectorSettings] = {}
    endpoints: dict[str, EndpointSettings] = {}
    schedule: ScheduleSettings = ScheduleSettings()
    brake: BrakeSettings = BrakeSettings()
    alerts: AlertSettings = AlertSettings()
    pages: PageSettings = PageSettings()
    readings: ReadingSettings = ReadingSettings()
    console: ConsoleSettings = ConsoleSettings()
    folder: Path = Path()
    path: Path = Path()

    def secret(self, reference: str) -> bytes:
        """Read a secret; raise ``SettingsError`` when it is missing, empty, or in a file that others may read."""
        return read_secret(reference, self.folder)

    @property
    def register_url(self) -> str:
        """The register's URL with a relative SQLite path made absolute."""
        found = re.fullmatch(r"sqlite:///(?!/)(.+)", self.register.url)
        return f"sqlite:///{(self.folder / found[1]).resolve()}" if found else self.register.url

    @property
    def roots(self) -> Path:
        """The file of roots, outside the database."""
        return self.folder / self.register.roots


def load(path: str | Path) -> Settings:
    """Read a settings file; raise ``SettingsError`` naming line, key and what is accepted."""
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"{path} does not exist: `contactable init` writes one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from None
    return parse(text, path)


def language_of(path: Path) -> Literal["fr", "en"]:
    """The language of settings that may be wrong elsewhere; without a file, that of the terminal."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        terminal = next((found for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (found := os.environ.get(name))), "")
        return "fr" if terminal.startswith("fr") else "en"
    return "en" if re.search(r"""^language\s*=\s*["']en["']""", text, re.MULTILINE) else "fr"


def parse(text: str, path: Path) -> Settings:
    """Understand the text of a settings file; ``path`` names it in errors and is the root of relative paths."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from None
    for name in sorted({"folder", "path"} & table.keys()):
        raise SettingsError(f"{path}, line {_line_of(text, [name])}: `{name}` is not a setting.")
    table["path"] = path.resolve()
    table["folder"] = table["path"].parent
    ours = {
        "connectors": {"type", "unsubscribe", "record_url", "mapping", "properties"},
        "endpoints": {"provider", "connector"},
    }
    for name, known in ours.items():
        table[name] = {key: _split(entry, known) for key, entry in _tables(table.get(name, {}), name, path).items()}
    for entry in table["connectors"].values():
        entry["options"] = placed(entry["options"], table["folder"])
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        line, what, accepted = _explain(str(error), text)
        if accepted:
            raise SettingsError(f"{path}, line {line}: {what} ({accepted}).") from None
        raise SettingsError(f"{path}, line {line}: {what}.") from None
    return _with_offers(settings)


def _tables(value: Any, name: str, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise SettingsError(f"{path}: write one table for each entry of `{name}`, as [{name}.NAME].")
    return value


def _split(entry: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """Put what only the connector or the provider understands under ``options``."""
    options = {key: value for key, value in entry.items() if key not in known}
    return {**{key: value for key, value in entry.items() if key in known}, "options": options}


def placed(options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The options of a connector with its ``path`` (a table of contacts) relative to the settings file's folder."""
    return {**options, "path": str(folder / options["path"])} if isinstance(options.get("path"), str) else options


def _with_offers(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, offers={"main": {}, **settings.offers})


def _explain(message: str, text: str) -> tuple[int, str, str]:
    """The line of what the checker says, what it says, and what is accepted, where that is a list."""
    what, _, where = message.partition(" - at `$")
    keys = re.findall(r"[^.\[\]`]+", where)
    unknown = re.search(r"unknown field `(.+)`", what)
    if unknown:
        keys.append(unknown[1])
        what = part(f"`{unknown[1]}` is not a setting")
    return _line_of(text, keys), what, _accepted(keys, unknown is not None)


def _accepted(keys: list[str], unknown: bool) -> str:
    section: Any = Settings
    for key in keys[:-1]:
        fields = {f.encode_name: f.type for f in msgspec.structs.fields(section)} if _is_section(section) else {}
        section = fields.get(key)
    if not _is_section(section):
        return ""
    fields = {f.encode_name: f.type for f in msgspec.structs.fields(section)}
    if unknown:
        return part(f"known here: {', '.join(sorted(set(fields) - {'folder', 'path'}))}")
    values = getattr(fields.get(keys[-1]), "__args__", ()) if keys else ()
    if not (values and all(isinstance(value, str) for value in values)):
        return ""
    return part(f"accepted: {', '.join(values)}")


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _line_of(text: str, keys: list[str]) -> int:
    """The line on which the last of ``keys`` stands, as near as a search for its table and its name comes."""
    lines = text.splitlines()
    start, names = 0, [key for key in keys if key not in ("...", "")]
    for number, line in enumerate(lines):
        header = re.fullmatch(r"\s*\[+\s*(.+?)\s*\]+\s*(#.*)?", line)
        if header and names[:-1] and header[1].replace('"', "").split(".") == names[:-1]:
            start = number
    last = re.escape(names[-1]) if names else ""
    at = (n for n, line in enumerate(lines) if n >= start and re.match(rf'\s*\[*\s*(.+\.)?"?{last}"?\s*[=\].]', line))
    return next(at, start) + 1


def read_secret(reference: str, folder: Path = Path()) -> bytes:
    """Read ``env:NAME`` or ``file:PATH``; raise ``SettingsError`` when that is missing, empty, or open to others."""
    source, _, name = reference.partition(":")
    if source == "env" and name:
        value = os.environ.get(name, "").strip().encode()
        if not value:
            raise SettingsError(f"The environment variable {name} is missing or empty: put the secret there.")
    elif source == "file" and name:
        value = _read_private(folder / name)
        if not value:
            raise SettingsError(f"The file {folder / name} is missing or empty: put the secret there.")
    else:
        raise SettingsError("A secret is written as env:NAME or file:PATH, never in the settings file itself.")
    return value


def _read_private(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"The file {path} can be read by others: chmod 600 {path}")
        return path.read_bytes().strip()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SettingsError(f"The file {path} cannot be read: {error.strerror}.") from None
