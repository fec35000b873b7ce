"""``contactable scrub``: clean a list of those who may not be approached on a channel today."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.deciding import closed_for
from contactable.errors import Malformed
from contactable.register.subjects import Identifier
from contactable.rules import Channel
from contactable.rules.calendar import paris_day

if TYPE_CHECKING:
    from contactable.kit import Contactable
    from contactable.lists.scrubbing import Judgement


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--channel", type=click.Choice([each.value for each in Channel]), required=True)
@click.option("--column", required=True, help="The column of addresses or numbers.")
@click.option("--offer", default="main", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The cleaned file.")
@click.option(
    "--only-oppositions", is_flag=True, help="Remove only who objected: the list's owner answers for the rest."
)
@json_option
@pass_context
def command(
    context: Context, file: Path, channel: str, column: str, offer: str, out: Path | None, only_oppositions: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Write FILE (CSV, XLSX, Parquet) without those whom CHANNEL is closed for; beside it the removed lines.

    The register keeps a receipt: the file's digest, the counts, who, and when.
    """
    from contactable import register_jobs
    from contactable.lists.scrubbing import Wish, receipt_entry, scrub

    cleaned = out or file.with_name(f"{file.stem}.scrubbed{file.suffix}")
    removed = cleaned.with_name(f"{cleaned.stem}.removed{cleaned.suffix}")
    with context.kit() as kit:
        if offer not in kit.offers:
            raise Malformed(f"There is no offer {offer!r}; known are {', '.join(kit.offers)}.")
        judge = judgement(kit, Channel(channel), offer, only_oppositions)
        receipt = scrub(Wish(file, column, channel, offer), cleaned, removed, judge)
        new = receipt_entry(receipt, "")
        said = {"kind": new.kind, "on": new.on, "origin": new.origin, "reason": new.reason, "details": new.details}
        id = register_jobs.run(kit, "receipt", {**said, "note": register_jobs.sealed(kit, getpass.getuser())})
    if as_json:
        print_json({**asdict(receipt), "receipt": id, "cleaned": str(cleaned), "removed_lines": str(removed)})
        return
    click.echo(f"{receipt.kept} of {receipt.rows} lines kept: {cleaned}; the others: {removed}; receipt {id}", err=True)
    for reason, count in receipt.reasons.items():
        click.echo(f"{count}\t{reason}")


def judgement(kit: Contactable, channel: Channel, offer: str, only_oppositions: bool) -> Judgement:
    """Decide identifiers, a part of the list in one view of the register."""

    def judge(part: Sequence[Identifier]) -> list[str | None]:
        with kit.register.read() as tx:
            return closed_for(
                kit.judge, tx, part, channel, offer, paris_day(kit.clock()), only_oppositions=only_oppositions
            )

    return judge
