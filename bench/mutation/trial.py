"""Run the tests of the rules in a fork of this process, on the rules as they are or with one file of them changed."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

TESTS = "tests/rules"
MOST_SECONDS = 120  # of processor time: what runs longer never ends
MOST_MEMORY = 6 << 30


class Reach:
    """A pytest plugin: the functions of some files that each test calls, and how long it takes (seconds)."""

    def __init__(self, within: Path) -> None:
        self.within = f"/{within.name}/"
        self.tests: dict[str, tuple[float, list[str]]] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Take down who is called while a test runs."""
        called, begun = set[CodeType](), time.perf_counter()
        sys.settrace(lambda frame, *_: called.add(frame.f_code))
        yield
        sys.settrace(None)
        files = (code for code in called if self.within in code.co_filename)
        places = [f"{code.co_filename.rpartition(self.within)[2]}:{code.co_firstlineno}" for code in files]
        self.tests[item.nodeid] = time.perf_counter() - begun, places


def reach_of_tests(within: Path) -> dict[str, tuple[float, list[str]]]:
    """For each test how long it takes, and the functions that it calls as ``file:first line``. All must pass."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        plugin = Reach(within)
        failed = pytest.main([*_QUIETLY, TESTS], plugins=[plugin])
        with os.fdopen(writer, "w") as out:
            json.dump(plugin.tests, out)
        os._exit(int(failed))
    os.close(writer)
    with os.fdopen(reader) as answers:
        found = json.load(answers)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise SystemExit("the tests fail without any mutant")
    return dict(found)


def survives(path: Path, source: str, tests: list[str]) -> bool:
    """Whether some tests, then all of them, pass with another source in place of a file's own."""
    child = os.fork()
    if not child:
        os._exit(_tested(path, compile(source, path, "exec"), tests))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _tested(path: Path, code: CodeType, tests: list[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    load = SourceFileLoader.get_code
    SourceFileLoader.get_code = lambda self, name: code if Path(self.path).samefile(path) else load(self, name)  # type: ignore[method-assign]
    for chosen in (tests, [TESTS]):
        if chosen and (failed := pytest.main([*_QUIETLY, "-x", *chosen])):
            return int(failed)
    return 0


_QUIETLY = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly")
