"""Run the tests of the rules in a fork of this process, on the rules as they are or with one file of them changed."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import defaultdict
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest

ALL_TESTS = ["tests/rules"]
MOST_SECONDS = 60  # of processor time: what runs longer never ends
MOST_MEMORY = 6 << 30
_QUIETLY = ("-q", "-p", "no:cacheprovider", "--disable-warnings")


class Reach(NamedTuple):
    """How long a test takes, and by file the first lines of the functions that it calls."""

    seconds: float
    lines: dict[str, list[int]]


class Watch:
    """A pytest plugin that takes down which functions below a folder each test calls."""

    def __init__(self, folder: Path) -> None:
        self._folder = f"/{folder.name}/"
        self.tests: dict[str, Reach] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Any:
        """Trace calls while a test runs, without what earlier tests left in the memo of ``decide``."""
        from contactable.rules.decision import forget

        forget()
        called, begun = set[CodeType](), time.perf_counter()
        sys.settrace(lambda frame, *_: called.add(frame.f_code))
        yield
        sys.settrace(None)
        lines = defaultdict[str, list[int]](list)
        for code in called:
            if self._folder in code.co_filename:
                lines[code.co_filename.rpartition(self._folder)[2]].append(code.co_firstlineno)
        self.tests[item.nodeid] = Reach(time.perf_counter() - begun, lines)


def reach_of_tests(folder: Path) -> dict[str, Reach]:
    """What each test reaches below a folder. All must pass."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        watch = Watch(folder)
        failed = pytest.main([*_QUIETLY, *ALL_TESTS], plugins=[watch])
        with os.fdopen(writer, "w") as out:
            json.dump(watch.tests, out)
        os._exit(int(failed))
    os.close(writer)
    with os.fdopen(reader) as answers:
        found = json.load(answers)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        raise SystemExit("the tests fail without any mutant")
    return {test: Reach(*each) for test, each in found.items()}


def survives(path: Path, source: str, tests: list[list[str]]) -> bool:
    """Whether all of some lists of tests pass with another source in place of a file's own."""
    child = os.fork()
    if not child:
        os._exit(_tested(path, compile(source, path, "exec"), tests))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _tested(path: Path, code: CodeType, tests: list[list[str]]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    load = SourceFileLoader.get_code
    SourceFileLoader.get_code = lambda self, name: code if Path(self.path).samefile(path) else load(self, name)  # type: ignore[method-assign]
    for chosen in filter(None, tests):
        if failed := pytest.main([*_QUIETLY, "-x", *chosen]):
            return int(failed)
    return 0
