"""The command line. Each command is a module of ``contactable.commands``, found by its file name, imported when called.

stdout is data, stderr is talk. Exit codes: 0 done; 1 done, but something was refused or failed; 2 usage, or nothing
readable; 3 settings; 4 CRM or sender unreachable or refusing; 5 register or key; 6 waits for a person; 130 stopped.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from contactable.errors import Conflict, ContactableError, Refused, RegisterError, SettingsError, Unavailable

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.register import Register
    from contactable.rules.labels import Language
    from contactable.settings import Settings

WAITS_FOR_A_PERSON = 6


@dataclass(slots=True)
class Context:
    """What every command is given: where the settings are. Nothing is read before it is asked for.

    ``language`` is that of errors, where a command was told one.
    """

    path: Path = Path("contactable.toml")
    language: Language | None = None

    @property
    def settings(self) -> Settings:
        """The settings, read now."""
        from contactable.settings import load

        return load(self.path)

    @contextmanager
    def kit(self) -> Iterator[Contactable]:
        """The whole kit on these settings; closed at the end."""
        from contactable import Contactable

        kit = Contactable(self.settings)
        try:
            yield kit
        finally:
            kit.close()

    @contextmanager
    def open_register(self) -> Iterator[Register]:
        """The register alone; closed at the end."""
        with self.kit() as kit:
            yield kit.register


MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
"""An option that takes a day or a moment, as clocks in Paris show it: see ``in_paris``."""
pass_context = click.make_pass_decorator(Context)


def in_paris(moment: datetime) -> datetime:
    """What ``MOMENT`` gave, as the moment that it is."""
    return moment.replace(tzinfo=ZoneInfo("Europe/Paris"))


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``, passed as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(command)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout; times as ISO 8601 writes them."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_as_text))


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


class Commands(click.Group):
    """The commands by file name; ``import_`` is ``import``, ``hubspot_app`` is ``hubspot-app``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every module of the folder."""
        import contactable.commands

        names = (module.name for module in pkgutil.iter_modules(contactable.commands.__path__))
        return sorted(name.rstrip("_").replace("_", "-") for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        name += "_" if name in ("import",) else ""
        command: click.Command = importlib.import_module(f"contactable.commands.{name}").command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="CONTACTABLE_SETTINGS",
    default="contactable.toml",
    show_default=True,
    help="The settings file.",
)
@click.version_option(package_name="contactable")
@click.pass_context
def group(ctx: click.Context, path: Path) -> None:
    """Tell whom French law lets you approach, on which channel, and why; make every objection count."""
    ctx.ensure_object(Context).path = path


def main() -> None:
    """Run one command; turn an error of the kit into one sentence and its exit code."""
    from contactable.logs import configure

    configure()
    context = Context()
    try:
        code = group(standalone_mode=False, obj=context)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except ContactableError as error:
        click.echo(_told(error, context), err=True)
        code = error.exit_code
    except BrokenPipeError:
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: ContactableError, context: Context) -> str:
    """One sentence, in the language of the command, of the settings, or where there are none of the terminal."""
    from contactable.console.site.sentences import in_words
    from contactable.settings import language_of

    if not isinstance(error, SettingsError | RegisterError | Conflict | Refused | Unavailable):
        return f"Error: {error}"
    said = in_words(error, context.language or language_of(context.path))
    return f"Error: {error}" if said == str(error) else f"Erreur : {said}"
