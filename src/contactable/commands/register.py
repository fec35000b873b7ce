"""``contactable register``: make and upgrade it, correct mistakes in it, let go of what has served, back it up."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import asdict
from datetime import datetime, time, timedelta
from pathlib import Path

import click

from contactable.cli import MOMENT, WAITS_FOR_A_PERSON, Context, in_paris, json_option, pass_context, print_json
from contactable.errors import RegisterError


@click.group()
def command() -> None:
    """Look after the register: upgrade, annul, purge, erase, rekey, opened, seal, verify, backup, restore."""


@command.command()
@pass_context
def upgrade(context: Context) -> None:
    """Make the register, or bring it up to the version of this kit."""
    from contactable import Contactable
    from contactable.register import upgrade as bring_up

    kit = Contactable(context.settings)
    version = bring_up(kit.settings.register_url, kit.keyring)
    click.echo(f"The register is at version {version}.", err=True)


@command.command()
@click.option("--entry", help="The id of one entry, as `contactable explain` shows it.")
@click.option("--import", "batch", help="An import, as `contactable import` named it.")
@click.option("--group", help="A group of closings from an unverified source.")
@click.option("--reason", required=True, help="Why it was a mistake; kept sealed.")
@click.option("--yes", is_flag=True, help="End them; without it, only show what would end.")
@json_option
@pass_context
def annul(
    context: Context, entry: str | None, batch: str | None, group: str | None, reason: str, yes: bool, as_json: bool
) -> None:
    """End entries that were a mistake. What a person did (signed, or by our link) is never ended.

    Lists the opt-outs and blocks elsewhere that a person must lift by hand. Without --yes nothing ends (exit code 6).
    """
    from contactable import register_jobs
    from contactable.register.annulling import annul as look

    with context.kit() as kit:
        with kit.register.read() as tx:
            found = look(tx, entry_id=entry, batch=batch or group, reason=reason, by="", dry_run=True)
        by_hand = sorted({f"{each.target} {each.subject_id} {each.channel}" for each in found.by_hand})
        shown = {"ends": [each.id for each in found.ended], "own": len(found.own), "by_hand": by_hand}
        if as_json:
            print_json(shown)
        else:
            click.echo(
                f"{len(found.ended)} entries would end; {len(found.own)} are persons' own acts and stay.", err=True
            )
            for line in by_hand:
                click.echo(f"to lift by hand: {line}")
        if not yes:
            raise click.exceptions.Exit(WAITS_FOR_A_PERSON)
        written = {"reason": register_jobs.sealed(kit, reason), "by": register_jobs.sealed(kit, getpass.getuser())}
        note = register_jobs.run(kit, "annul", {"entry": entry, "batch": batch or group, **written})
    click.echo(note, err=True)


@command.command()
@click.option("--dry-run", is_flag=True, help="Only count what has served.")
@json_option
@pass_context
def purge(context: Context, dry_run: bool, as_json: bool) -> None:
    """Let go of what has served: bodies after 30 days, proofs and prospects after three years. Never of oppositions."""
    from contactable import register_jobs
    from contactable.register.retention import purge as let_go

    with context.kit() as kit:
        if not dry_run:
            note = register_jobs.run(kit, "purge", {})
            print_json({"note": note}) if as_json else click.echo(note, err=True)
            return
        counted = asdict(let_go(kit.register, dry_run=True))
    if as_json:
        print_json(counted)
        return
    for name, count in counted.items():
        click.echo(f"{count}\t{name}")


@command.command()
@click.option("--email", help="An address; - reads it from standard input.")
@click.option("--phone", help="A number; - reads it from standard input.")
@click.option("--yes", is_flag=True, help="Erase; without it nothing happens (exit code 6).")
@pass_context
def erase(context: Context, email: str | None, phone: str | None, yes: bool) -> None:
    """Erase a person but for what an opposition needs, and say what stays and why (JSON)."""
    from contactable import register_jobs
    from contactable.naming import identifier
    from contactable.register import subjects

    given = {name: sys.stdin.readline().strip() if text == "-" else text for name, text in
             (("email", email), ("phone", phone))}  # fmt: skip
    with context.kit() as kit:
        kind, text = identifier(**given)
        with kit.register.read() as tx:
            subject = subjects.find_subject(tx, kind, text)
        if not yes:
            click.echo("Known." if subject else "The register knows nobody of that name.", err=True)
            raise click.exceptions.Exit(WAITS_FOR_A_PERSON if subject else 0)
        note = register_jobs.run(kit, "erase", {"subjects": [subject] if subject else []})
    print_json(json.loads(note))


@command.command()
@click.option("--from", "start", type=MOMENT, required=True, help="A day or a time of Europe/Paris.")
@click.option("--to", "end", type=MOMENT, required=True, help="A time, or a day with all its hours.")
@click.option("--mapping", help="Only under this version of the mapping, as `contactable explain --shown` names it.")
@json_option
@pass_context
def opened(context: Context, start: datetime, end: datetime, mapping: str | None, as_json: bool) -> None:
    """List what the CRMs were shown as newly open between two moments: after a wrong mapping, whom it opened.

    It is read from what was kept when it was written; it is no recomputation.
    """
    from contactable.register import shown

    last = end if end.time() != time() else end + timedelta(days=1) - timedelta(microseconds=1)
    versions = {"mapping": mapping} if mapping else {}
    with context.open_register() as register, register.read() as tx:
        found = shown.opened_between(tx, in_paris(start), in_paris(last), versions)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    for each in found:
        at = each.written_at.isoformat(timespec="seconds") if each.written_at else ""
        click.echo(f"{each.connector}:{each.record_id}\t{each.offer}\t{each.channel}\t{each.reason}\t{at}")
    click.echo(
        f"{len(found)} channels of {len({(each.connector, each.record_id) for each in found})} contacts", err=True
    )


@command.command()
@pass_context
def rekey(context: Context) -> None:
    """Seal anew under the current key, and tell which identifiers only an older key can find."""
    from contactable import register_jobs

    with context.kit() as kit:
        click.echo(register_jobs.run(kit, "rekey", {}), err=True)


@command.command()
@pass_context
def seal(context: Context) -> None:
    """Seal what was entered since the last seal, and publish its root; `serve` does it each hour."""
    from contactable import register_jobs

    with context.kit() as kit:
        click.echo(register_jobs.run(kit, "seal", {}), err=True)


@command.command()
@click.option(
    "--roots",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A copy of the roots that was kept elsewhere; left out: the file of the settings.",
)
@json_option
@pass_context
def verify(context: Context, roots: Path | None, as_json: bool) -> None:
    """Compute every seal anew, and name what was changed, removed or reordered since (exit code 5)."""
    from contactable.progress import progress_bar
    from contactable.register.verifying import verify as look

    with context.kit() as kit, progress_bar("verify") as moved:
        source = roots or kit.settings.roots
        published = source.read_text(encoding="utf-8").splitlines() if source.exists() else []
        found = look(kit.register, kit.seal_key, published, lambda done: moved(done, None))
        key = kit.seal_key.public
    if as_json:
        print_json(asdict(found) | {"public_key": key})
    else:
        for problem in found.problems:
            click.echo(f"seal {problem.seal}\t{problem.what}\t{problem.entry}")
        click.echo(
            f"{found.seals} seals, {found.entries} entries ({found.purged} purged), "
            f"{found.unsealed} wait for the next seal; {len(found.problems)} problems. Public key: {key}",
            err=True,
        )
    if not found.is_whole:
        raise click.exceptions.Exit(RegisterError.exit_code)


@command.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def backup(context: Context, target: Path) -> None:
    """Copy the register into TARGET while it is in use, and check the copy. Never put its keys beside it."""
    from contactable import Contactable
    from contactable.register.backups import backup as copy

    kit = Contactable(context.settings)
    size = copy(kit.settings.register_url, target, kit.keyring)
    click.echo(f"{target}: {size / 1e6:.1f} MB, whole, and its keys are at hand.", err=True)


@command.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_context
def restore(context: Context, source: Path) -> None:
    """Put a backup in the place of a register that is gone. Nothing opens until a person says so."""
    from contactable import Contactable
    from contactable.register.backups import restore as put_back

    kit = Contactable(context.settings)
    put_back(source, kit.settings.register_url, kit.keyring)
    click.echo(
        "Restored. Nothing opens until `contactable brake approve`; what the CRM shows closed stays so.", err=True
    )
