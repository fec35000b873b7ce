"""The list of those who objected, for a new sender: only where identifiers are kept readable, and audited each time."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from contactable.errors import SettingsError
from contactable.exports.auditing import leave_receipt
from contactable.identifiers import IdentifierKind
from contactable.register.readable import opposed_identifiers

if TYPE_CHECKING:
    from contactable.kit import Contactable

HEADS: Final[Mapping[str, Mapping[IdentifierKind, str]]] = {
    "brevo": {IdentifierKind.EMAIL: "EMAIL", IdentifierKind.PHONE: "SMS"},
    "csv": {IdentifierKind.EMAIL: "email", IdentifierKind.PHONE: "phone"},
}
"""For whom the list is, and how its one column is then called."""


def export_oppositions(kit: Contactable, layout: str, channel: str, target: Path) -> int:
    """Write the addresses or numbers that are opposed on a channel; return how many.

    Raises ``SettingsError`` where no identifiers are kept, or the file is there already.
    """
    if not kit.keyring.keeps:
        raise SettingsError("No identifiers are kept: name a key under [keys] identifiers, then run a full sync.")
    kind = IdentifierKind.EMAIL if channel == "email" else IdentifierKind.PHONE
    with kit.register.read() as tx, _new_file(target) as file:
        rows = csv.writer(file)
        rows.writerow([HEADS[layout][kind]])
        count = 0
        for text in opposed_identifiers(tx, channel):
            rows.writerow([text])
            count += 1
    leave_receipt(kit, "export_oppositions", details={"for": layout, "channel": channel, "count": count})
    return count


def _new_file(target: Path) -> TextIO:
    """A list of people: for its owner's eyes, and never over another file."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise SettingsError(f"{target} cannot be written: {error.strerror}.") from None
    return os.fdopen(handle, "w", encoding="utf-8", newline="")
