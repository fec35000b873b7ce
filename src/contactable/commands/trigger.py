"""``contactable trigger``: send a signed sample to one's own endpoint, as its sender would."""

from __future__ import annotations

import click

from contactable.cli import Context, pass_context


@click.command()
@click.argument("provider")
@click.argument("event", required=False)
@click.option("--endpoint", default="", metavar="NAME", help="Which one, where several have that provider.")
@click.option("--url", default="", help="The public address to send to; by default where `serve` listens here.")
@pass_context
def command(context: Context, provider: str, event: str | None, endpoint: str, url: str) -> None:
    """Sign a sample of EVENT as PROVIDER does and send it to the endpoint; without EVENT, list the samples.

    The people in the samples are invented: what they oppose binds nobody.
    """
    from contactable import triggering

    if event is None:
        click.echo("\n".join(triggering.events_of(provider)))
        return
    with context.kit() as kit:
        status = triggering.send(kit, triggering.make(kit, provider, event, endpoint), url)
    click.echo(f"{provider} {event}: answered {status}", err=True)
