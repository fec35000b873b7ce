"""``contactable serve``: webhooks and pages, worker and schedule, in one process."""

from __future__ import annotations

import signal
from types import FrameType
from urllib.parse import urlsplit

import click

from contactable.cli import Context, pass_context
from contactable.serving import serve


@click.command()
@click.option("--listen", help="Where to answer, as HOST:PORT; by default what the settings say.")
@pass_context
def command(context: Context, listen: str | None) -> None:
    """Answer senders and people, keep the CRMs up to date, until SIGTERM or Ctrl-C."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    with context.kit() as kit:
        prefix = urlsplit(kit.settings.public_url).path
        address = listen or kit.settings.listen
        serve(kit, address, lambda where: click.echo(f"contactable answers at http://{where}{prefix}", err=True))
