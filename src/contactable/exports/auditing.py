"""Every export, and every look at a person through it, leaves a receipt in the register."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contactable import register_jobs

if TYPE_CHECKING:
    from contactable.kit import Contactable


def leave_receipt(
    kit: Contactable, what: str, subject: str | None = None, details: Mapping[str, Any] | None = None
) -> str:
    """Enter that ``what`` was exported, about whom, by which user of this machine; return the entry's id."""
    # Named among the details: as the entry's subject, a receipt would keep a person's identifier for ever.
    said_of = {**(details or {}), **({"subject": subject} if subject else {})}
    said = {"kind": "receipt", "origin": "admin", "reason": what, "details": said_of}
    return register_jobs.run(kit, "receipt", {**said, "note": register_jobs.sealed(kit, getpass.getuser())})
