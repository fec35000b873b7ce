"""The first load: pages of the list of contacts, several stretches of ids at once.

One page names the next, so one chain of pages is as slow as the line: 400 contacts a second at 250 ms, a fifth of what
is allowed. A page's cursor is the id of its last contact [K: called opaque, numeric on every answer seen], so several
chains run, each on a stretch of ids whose end search tells (its n-th result; search counts against a limit of its own).
Trust is checked: where the first cursor is not the last id, one chain reads all; where pages run backwards, we stop.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from contactable.connectors.hubspot.account import Account
from contactable.connectors.hubspot.pages import PAGE, Fetched, further, list_page
from contactable.connectors.protocol import ContactRecord, Page
from contactable.errors import Refused

STRETCHES_PER_THREAD = 2
SHORTEST, LONGEST = 2 * PAGE, 50 * PAGE  # contacts of one stretch; search shows nothing beyond the 10,000th result


def load(account: Account, cursor: Mapping[str, Any] | None, names: Sequence[str]) -> Iterator[Page]:
    """Yield every living contact, resuming at ``cursor``; the last cursor begins the windows of changes.

    Pages come in no order; what a cursor keeps is where each open stretch stands.
    """
    if cursor is None:
        plan, first = _begin(account, names)
        yield Page(first.records, plan.cursor, plan.total)
    else:
        plan = _resume(cursor["load"])
    with ThreadPoolExecutor(account.options.in_flight + 1, thread_name_prefix="load") as pool:
        reading = _Reading(account, plan, names, pool)
        try:
            yield from reading.pages()
        finally:
            pool.shutdown(cancel_futures=True)
    yield Page((), {"since": plan.began_ms}, plan.total)


@dataclass(slots=True)
class Stretch:
    """Contacts after one id up to another (None: to the end). ``kept``: the cursor of what was handed over."""

    after: str
    last: int | None
    kept: str = ""
    ended: bool = False

    def __post_init__(self) -> None:
        self.kept = self.kept or self.after

    def advance(self, page: Fetched) -> Sequence[ContactRecord]:
        """Note how far the page came and give what of it belongs here."""
        if self.last is not None and page.last_id and page.last_id <= int(self.after):
            raise Refused("HubSpot's list of contacts is not in the order of their ids: set `in_flight = 1`.")
        self.ended = page.after is None or (self.last is not None and page.last_id >= self.last)
        self.after = self.after if page.after is None else further(self.after, page.after)
        last = self.last
        return page.records if last is None else [each for each in page.records if int(each.id) <= last]


@dataclass(slots=True)
class Plan:
    """What is left to read. ``planned``: the id up to which there are stretches; None when all is planned."""

    began_ms: int
    planned: int | None = None
    length: int = SHORTEST
    total: int | None = None
    waiting: deque[Stretch] = field(default_factory=deque)
    open: list[Stretch] = field(default_factory=list)

    def add(self, stretch: Stretch) -> None:
        """Take a further stretch; one without an end is the last."""
        self.planned = stretch.last
        self.waiting.append(stretch)
        self.open.append(stretch)

    def keep(self, stretch: Stretch) -> None:
        """What came of this stretch is being handed over."""
        stretch.kept = stretch.after
        if stretch.ended:
            self.open.remove(stretch)

    @property
    def cursor(self) -> dict[str, Any]:
        """What to keep: where each stretch stands, and where the next one begins."""
        stretches = [[each.kept, each.last] for each in self.open]
        return {"load": {"began": self.began_ms, "planned": self.planned, "length": self.length, "open": stretches}}


def _begin(account: Account, names: Sequence[str]) -> tuple[Plan, Fetched]:
    first = list_page(account, names)
    plan = Plan(account.now_ms)
    if first.after is None:
        return plan, first
    if first.after != str(first.last_id) or account.options.in_flight == 1:
        plan.add(Stretch(first.after, None))
        return plan, first
    plan.planned = first.last_id
    plan.total = _search_by_id(account, 0, 0)["total"]
    length = (plan.total or 0) // (STRETCHES_PER_THREAD * account.options.in_flight)
    plan.length = min(max(length // PAGE * PAGE, SHORTEST), LONGEST)  # whole pages: stretches end where pages end
    return plan, first


def _resume(kept: Mapping[str, Any]) -> Plan:
    plan = Plan(int(kept["began"]), kept["planned"], int(kept["length"]))
    plan.open = [Stretch(str(after), last) for after, last in kept["open"]]
    plan.waiting.extend(plan.open)
    return plan


def _next_stretch(account: Account, after: int, length: int) -> Stretch:
    results = _search_by_id(account, after, length - 1)["results"]
    return Stretch(str(after), int(results[0]["id"]) if results else None)


def _search_by_id(account: Account, after: int, skip: int) -> Any:
    """One contact: of those with a greater id the one that comes after ``skip`` others."""
    greater = {"propertyName": "hs_object_id", "operator": "GT", "value": str(after)}
    body = {
        "filterGroups": [{"filters": [greater]}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": ["hs_object_id"],
        "limit": 1,
        "after": str(skip),
    }
    return account.search(account.paths("contacts", "search"), body).json


@dataclass(slots=True)
class _Reading:
    """Chains of pages that run side by side, and the look for the next stretch."""

    account: Account
    plan: Plan
    names: Sequence[str]
    pool: ThreadPoolExecutor
    chains: dict[Future[Fetched], Stretch] = field(default_factory=dict)
    planning: Future[Stretch] | None = None

    def pages(self) -> Iterator[Page]:
        """Yield pages until every stretch has ended."""
        self._go_on()
        while pending := self._pending():
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            if self.planning is not None and self.planning in done:
                self.plan.add(self.planning.result())
                self.planning = None
            arrived = [self._take(each) for each in list(self.chains) if each in done]
            self._go_on()  # before anything is handed over, lest the line be idle meanwhile
            for stretch, records in arrived:
                self.plan.keep(stretch)
                yield Page(records, self.plan.cursor, self.plan.total)

    def _pending(self) -> set[Future[Any]]:
        return {*self.chains, self.planning} if self.planning else {*self.chains}

    def _take(self, chain: Future[Fetched]) -> tuple[Stretch, Sequence[ContactRecord]]:
        stretch = self.chains.pop(chain)
        records = stretch.advance(chain.result())
        if not stretch.ended:
            self.plan.waiting.appendleft(stretch)
        return stretch, records

    def _go_on(self) -> None:
        plan, at_once = self.plan, self.account.options.in_flight
        if self.planning is None and plan.planned is not None and len(plan.open) < 2 * at_once:
            self.planning = self.pool.submit(_next_stretch, self.account, plan.planned, plan.length)
        while plan.waiting and len(self.chains) < at_once:
            stretch = plan.waiting.popleft()
            self.chains[self.pool.submit(list_page, self.account, self.names, stretch.after)] = stretch
