"""``contactable scrub``: clean a list of those who may not be approached on a channel today."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contactable.cli import Context, json_option, pass_context, print_json
from contactable.errors import Malformed
from contactable.judging import stricter
from contactable.register import Tx, ledger, mirror
from contactable.register.subjects import Identifier, find_subjects
from contactable.rules import Channel, Reason, Verdict
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
            known = find_subjects(tx, part)
            verdicts = [_verdict(kit, tx, known.get(each), channel, offer) for each in part]
        gone = [not each.allowed and (not only_oppositions or each.reason is Reason.OPPOSITION) for each in verdicts]
        return [str(each.reason) if out else None for each, out in zip(verdicts, gone, strict=True)]

    return judge


def _verdict(kit: Contactable, tx: Tx, subject: str | None, channel: Channel, offer: str) -> Verdict:
    """The stricter of all records of a person; of somebody unknown, what the register alone says."""
    today = paris_day(kit.clock())
    own = ledger.entries_of(tx, [subject] if subject else [])
    judged = [kit.judge.verdicts({}, own, today)[offer]]
    for connector, record_id in mirror.contacts_with(tx, [subject], now_only=True) if subject else ():
        row = mirror.contact(tx, connector, record_id)
        entries = ledger.entries_of_contacts(tx, connector, [record_id])[record_id]
        judged.append(kit.judge.verdicts(row.facts if row else {}, [*entries, *own], today)[offer])
    return stricter(judged[1:] or judged)[channel]
