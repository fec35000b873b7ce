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

_ANEW = signal.SIGUSR1  # of its own: a stop that comes with it would be one with it


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

    anew, stopped = threading.Event(), threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        (anew if number == _ANEW else stopped).set()
        raise SystemExit(0)

    settings = context.settings
    if only and lock_of(settings.register_url) is not None:
        raise SettingsError("--only is for several processes, and those need PostgreSQL: see [register] url.")
    for each in (signal.SIGTERM, _ANEW):
        signal.signal(each, stop)
    kit = Contactable(settings, works=only != "web")
    kit.begin_anew = lambda: os.kill(os.getpid(), _ANEW)
    try:
        if only == "work":
            work(kit, lambda: click.echo("contactable works", err=True))
        else:
            prefix = urlsplit(settings.public_url).path
            answers = "contactable answers at http://{}" + prefix
            serve(kit, listen or settings.listen, lambda where: click.echo(answers.format(where), err=True))
    finally:
        kit.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # who stops us from here on must not be heard by nobody
        if anew.is_set() and not stopped.is_set():
            os.execv(sys.executable, [sys.executable, "-m", "contactable", *sys.argv[1:]])  # noqa: S606 - ourselves
