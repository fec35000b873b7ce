"""``contactable mail``: complaints and requests to unsubscribe that came to a mailbox."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from contactable.cli import Context, pass_context
from contactable.errors import Malformed


@click.group()
def command() -> None:
    """Take complaints and requests to unsubscribe out of a mailbox."""


@command.command("import")
@click.argument("source", type=click.Path(path_type=Path, exists=True, allow_dash=True))
@pass_context
def import_(context: Context, source: Path) -> None:
    """Read SOURCE: an mbox, a maildir, one message (.eml), or "-" for one message on standard input (for a pipe).

    Feedback reports (ARF) and answers to `List-Unsubscribe: <mailto:…>` count; everything else is kept and ignored.
    The same mail again has no effect.
    """
    from contactable import register_jobs, replaying

    piped = sys.stdin.buffer.read() if str(source) == "-" else None
    if piped is None:
        replaying.check_mail(source)
    elif not piped.strip():
        raise Malformed("Nothing came on standard input: one message is read there.")
    with context.kit() as kit:
        if piped is not None:
            sealed = kit.keyring.seal(replaying.SEALED_MAIL, piped).hex()
            note = register_jobs.run(kit, "mail", {"sealed": sealed})
        else:
            note = register_jobs.run(kit, "mail", {"path": str(source.resolve())})
    click.echo(note, err=True)
