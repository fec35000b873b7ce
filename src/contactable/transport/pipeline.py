"""Requests in flight side by side, and pages fetched ahead: with bounded memory, and ended when nobody listens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def pipelined(do: Callable[[Item], Result], items: Iterable[Item], *, at_once: int) -> Generator[Result, None, None]:
    """Yield ``do(item)`` for each item in the order in which they end; ``at_once`` run in threads.

    ``items`` are taken as places become free. What ``do`` raises is raised here; what runs then is waited for.
    """
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="request")
    running: set[Future[Result]] = set()
    try:
        for item in items:
            running.add(pool.submit(copy_context().run, do, item))
            if len(running) >= at_once:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in done)
    finally:
        pool.shutdown(cancel_futures=True)


def in_turn(do: Callable[[Item], Result], items: Iterable[Item], *, at_once: int) -> Generator[Result, None, None]:
    """The same in the order of the items: one begins once all but the ``at_once - 1`` before it have ended.

    So none is overtaken by more than that, however slow it is, and a slow one holds up those behind it.
    """
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="request")
    running: deque[Future[Result]] = deque()
    try:
        for item in items:
            if len(running) == at_once:
                yield running.popleft().result()
            running.append(pool.submit(copy_context().run, do, item))
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def ahead(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
    """Yield the items of a generator, the next one being made in a thread while the last is used."""
    # The pool ends first: a generator that still runs in it could not be closed.
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="ahead") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
