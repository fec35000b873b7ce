"""``contactable serve``: webhooks and pages, worker and schedule, in one process; or one part of it on PostgreSQL."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType
from urllib.parse import urlsplit

import click

from contactable.cli import Context, pass_context
from contactable.errors import SettingsError
from contactable.one_process import lock_of
from contactable.serving import serve, work


@click.command()
@click.option("--listen", help="Where to answer, as HOST:PORT; by default what the settings say.")
@click.option(
    "--only",
    type=click.Choice(["web", "work"]),
    help="Answer only, or write to the CRMs and run the schedule only: for several processes on one PostgreSQL.",
)
@pass_context
def command(context: Context, listen: str | None, only: str | None) -> None:
    """Answer senders and people, keep the CRMs up to date, until SIGTERM or Ctrl-C."""
    from contactable import Contactable

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    settings = context.settings
    if only and lock_of(settings.register_url) is not None:
        raise SettingsError("--only is for several processes, and those need PostgreSQL: see [register] url.")
    signal.signal(signal.SIGTERM, stop)
    kit, anew = Contactable(settings, works=only != "web"), threading.Event()

    def begin_anew() -> None:
        anew.set()
        os.kill(os.getpid(), signal.SIGTERM)

    kit.begin_anew = begin_anew
    try:
        if only == "work":
            work(kit, lambda: click.echo("contactable works", err=True))
        else:
            prefix = urlsplit(settings.public_url).path
            answers = "contactable answers at http://{}" + prefix
            serve(kit, listen or settings.listen, lambda where: click.echo(answers.format(where), err=True))
    finally:
        kit.close()
        if anew.is_set():
            os.execv(sys.executable, [sys.executable, "-m", "contactable", *sys.argv[1:]])  # noqa: S606 - ourselves
