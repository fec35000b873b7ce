"""Reading everything by jobs of Bulk 2.0: a few requests for a hundred thousand records, when Salesforce finds time.

A job's results are kept for a week, in no order; a reading that died goes on with the same job. Where there is no
simple-salesforce, few records, or a job that failed, records are read by queries of 2,000.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import structlog

from contactable.connectors.parts import Account
from contactable.connectors.salesforce import simple
from contactable.connectors.salesforce.fields import Known
from contactable.errors import Refused, Unavailable

log = structlog.get_logger()

RESULTS = 10_000  # records in one answer: some megabytes, which are held several times over
FIRST_LOOK, LONGEST_LOOK = 0.1, 15.0  # seconds between two looks at a job, each twice as long as the last
DONE, OVER = "JobComplete", ("Failed", "Aborted")


class Place(NamedTuple):
    """A job, and where its next results begin."""

    job: str = ""
    locator: str = ""


def as_item(row: Mapping[str, str], known: Known) -> dict[str, Any]:
    """A row as a query gives the same record: what stands behind it in an object, moments with a numbered zone."""
    item: dict[str, Any] = {name: _as_queried(text, known.get(name, {})) for name, text in row.items()}
    for behind, _, name in (each.partition(".") for each in row if "." in each):
        if text := item.pop(f"{behind}.{name}"):
            item.setdefault(behind, {})[name] = text
    return item


def _as_queried(text: str, field: Mapping[str, Any]) -> str:
    return f"{text.removesuffix('Z')}+0000" if text.endswith("Z") and field.get("type") == "datetime" else text


class NoJob(Exception):
    """Salesforce takes no job, or did not carry it out."""


class Jobs:
    """The bulk queries of one organisation. ``least``: records of a kind from which a job is worth its requests."""

    def __init__(self, account: Account, data: str, least: int) -> None:
        self._account, self._data, self._least = account, data, least

    def large(self, kinds: Sequence[str]) -> frozenset[str]:
        """The kinds of which there are so many records; Salesforce's count is an estimate."""
        try:
            told = self._account.get("/limits/recordCount", {"sObjects": ",".join(kinds)}).json
        except Refused:  # a right that we do without
            return frozenset()
        counts = {each["name"]: int(each["count"]) for each in told.get("sObjects") or ()}
        return frozenset(kind for kind in kinds if counts.get(kind, 0) >= self._least)

    def worth_it(self, kinds: Sequence[str]) -> frozenset[str]:
        """The kinds that are read by jobs: none without simple-salesforce."""
        return self.large(kinds) if simple.is_here() else frozenset()

    def results(self, kind: str, soql: str, place: Place) -> Iterator[tuple[Iterator[Mapping[str, str]], Place]]:
        """Yield the rows of a query, to be taken at once, and the place after them; a place without a job begins one.

        A job that is not there any more is begun anew. Raises ``NoJob`` where there can be none.
        """
        client = simple.jobs_of(self._account, kind, self._data)
        try:
            place = self._ready(client, soql, place)
            while True:
                found = client.get_query_results(place.job, place.locator, RESULTS)
                place = Place(place.job, found["locator"])
                yield csv.DictReader(io.StringIO(found["records"], newline="")), place
                if not place.locator:
                    return
        except Refused as error:
            log.warning("no_bulk_job", why=str(error))
            raise NoJob from None

    def _ready(self, client: Any, soql: str, place: Place) -> Place:
        """Wait for the job of a place; where it is there no more, for one begun anew."""
        if place.job:
            try:
                self._wait(client, place.job)
                return place
            except Refused:
                log.info("bulk_job_gone")
        job = str(client.create_job("query", soql)["id"])
        self._wait(client, job)
        return Place(job)

    def _wait(self, client: Any, job: str) -> None:
        pause = FIRST_LOOK
        while (state := client.get_job(job, True)["state"]) != DONE:
            if state in OVER:
                raise Refused(f"Salesforce's job ended as {state}.")
            if self._account.stopping.wait(pause):
                raise Unavailable("The kit is stopping.")
            pause = min(2 * pause, LONGEST_LOOK)
