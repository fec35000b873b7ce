"""Clean a file: a list without those who may not be approached; what is removed and the receipt come with it.

Nothing of the file stays here: it lies in a folder of its own while it is read, and the register keeps the receipt.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from flask import Response, request

from contactable.console.private.visits import Page, Refused, Visit
from contactable.console.site.languages import marked
from contactable.errors import Malformed
from contactable.register.accounts import Role
from contactable.rules import Channel
from contactable.rules.labels import label

LARGEST: Final = 50 * 1024 * 1024
"""Bytes of a file; larger ones are for ``contactable scrub``."""
KINDS: Final = (".csv", ".xlsx", ".parquet")


def clean(visit: Visit) -> Response:
    """The form, or the cleaned file."""
    if request.method != "POST":
        return _form(visit)
    try:
        return _cleaned(visit)
    except Malformed as error:
        return _form(visit, str(error), HTTPStatus.UNPROCESSABLE_ENTITY)


def _form(visit: Visit, problem: str = "", status: int = HTTPStatus.OK) -> Response:
    channels = [(channel.value, label(channel, visit.language)) for channel in Channel]
    return visit.page("clean", channels=channels, offers=visit.doors.offers, problem=problem, status=status)


def _cleaned(visit: Visit) -> Response:
    said, given = request.form, request.files.get("file")
    kind = Path(given.filename or "").suffix.lower() if given else ""
    if given is None or kind not in KINDS:
        raise Malformed(marked("Choose a file of the kind .csv, .xlsx or .parquet."))
    if said.get("channel") not in set(Channel) or said.get("offer") not in visit.doors.offers:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, marked("Choose a channel and an offer."))
    asked = (said.get("column", "").strip(), said["channel"], said["offer"], "only" in said)
    with tempfile.TemporaryDirectory(prefix="contactable-clean-") as name:
        source = Path(name) / f"list{kind}"
        given.save(source)
        receipt = visit.doors.work.clean(source, *asked, visit.name)
        return _zip(Path(name), kind, receipt)


def _zip(folder: Path, kind: str, receipt: Any) -> Response:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("cleaned", "removed"):
            archive.write(folder / f"{name}{kind}", f"{name}{kind}")
        archive.writestr("receipt.json", json.dumps(receipt, ensure_ascii=False, indent=2))
    response = Response(packed.getvalue(), content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="contactable-cleaned.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


PAGES = (Page("clean", "/clean", Role.OPERATOR, marked("Clean a file"), clean, posts=True, largest=LARGEST),)
