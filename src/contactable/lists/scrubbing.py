"""Scrubbing: the lines of a list that may be approached on a channel today; the others, each with its reason.

It is the only door for lists that leave the CRM. A line stays when the person is known and every record of theirs is
open for the offer; who is not known is removed too, as ``place_unknown``. With ``oppositions_only`` a line stays unless
the register holds an opposition: for lists whose owner answers for all the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from contactable.errors import Malformed
from contactable.identifiers import read_identifier
from contactable.lists.tables import digest_of, read_table, write_table
from contactable.register import NewEntry
from contactable.register.statements import chunks
from contactable.register.subjects import Identifier

Judgement = Callable[[Sequence[Identifier]], Sequence[str | None]]
"""For each identifier, the reason why it is removed, or None."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done to which file: kept in the register."""

    sha256: str
    channel: str
    offer: str
    rows: int
    kept: int
    removed: int
    reasons: dict[str, int]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be scrubbed: a file, the column of its addresses or numbers, for which channel and offer."""

    source: Path
    column: str
    channel: str
    offer: str = "main"


def scrub(wish: Wish, cleaned: Path, removed: Path, judge: Judgement) -> Receipt:
    """Write ``cleaned``, and ``removed`` with the line and the reason of each; both appear when they are whole.

    Raises ``Malformed`` where the file or its column cannot be read.
    """
    source, table = wish.source, read_table(wish.source)
    if wish.column not in table.header:
        raise Malformed(f"There is no column {wish.column!r}; there are: {', '.join(table.header)}.")
    at = table.header.index(wish.column)
    reasons: dict[str, int] = {}
    kept = 0
    with ExitStack() as files:
        keep = files.enter_context(write_table(cleaned, table.header, source))
        remove = files.enter_context(write_table(removed, ["line", "reason", *table.header], source))
        for part in chunks(table.rows):
            texts = [row[at] if at < len(row) else "" for _, row in part]
            for (place, row), reason in zip(part, judged(texts, wish.channel, judge), strict=True):
                if reason is None:
                    keep(row)
                    kept += 1
                else:
                    remove([str(place), reason, *row])
                    reasons[reason] = reasons.get(reason, 0) + 1
    gone = sum(reasons.values())
    return Receipt(digest_of(source), wish.channel, wish.offer, kept + gone, kept, gone, dict(sorted(reasons.items())))


def receipt_entry(receipt: Receipt, by: str) -> NewEntry:
    """The entry that keeps a receipt."""
    return NewEntry(
        kind="receipt", on=receipt.channel, origin="admin", reason="scrub", details=asdict(receipt), note=by
    )


def judged(texts: Sequence[str], channel: str, judge: Judgement) -> list[str | None]:
    """Why each address or number is removed, None where it stays; what cannot be read is removed for that."""
    read = [read_identifier(text, address=channel == "email") for text in texts]
    answers = iter(judge([each for each in read if each]))
    unread = ("not_readable" if text.strip() else "no_address" for text in texts)
    return [next(answers) if each else why for each, why in zip(read, unread, strict=True)]
