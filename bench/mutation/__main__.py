"""Mutation testing of ``rules/``: how many small mistakes in the law the tests find.

``make mutate``, or ``python bench/mutation [--sample N] [--seed N] [FILE…]``. Each mutant (``mutants``) is loaded in a
fork of this process (``trial``) in place of its file. The quickest tests that call the changed function run first, then
all that call anything of its file; or all of ``tests/rules`` but the slow ones where nobody calls it or a cache may
hide who does. A mutant is killed by the first test that fails, or that never ends.
"""

from __future__ import annotations

import argparse
import ast
from bisect import bisect_right
from math import sqrt
from pathlib import Path
from random import Random

import holidays  # noqa: F401
import hypothesis  # noqa: F401
import numpy  # noqa: F401
import polars  # noqa: F401
import pyarrow.compute  # noqa: F401  # imported once here and not in every fork
from mutants import Mutant, mutants_of
from trial import ALL_TESTS, Reach, reach_of_tests, survives

RULES = Path("rules")
MOST_FIRST = 100


def main() -> None:
    """Try mutants, print each that survives and, in the end, the share that was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many by chance (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    parser.add_argument("files", nargs="*", type=Path, default=sorted(RULES.rglob("*.py")))
    options = parser.parse_args()
    mutants = [mutant for path in options.files for mutant in mutants_of(path) if _compiles(mutant.source())]
    if options.sample:
        mutants = Random(options.seed).sample(mutants, min(options.sample, len(mutants)))
    _report(len(mutants), _survivors(mutants))


def _survivors(mutants: list[Mutant]) -> int:
    reach, survivors = reach_of_tests(RULES), 0
    for number, mutant in enumerate(mutants, start=1):
        if survives(mutant.path, mutant.source(), tests_of(mutant, reach)):
            survivors += 1
            print(f"{number}/{len(mutants)} survives: {mutant}", flush=True)
    return survivors


def tests_of(mutant: Mutant, reach: dict[str, Reach]) -> list[list[str]]:
    """The tests to run on a mutant: the first few, and the rest."""
    file = str(mutant.path.relative_to(RULES))
    calling = sorted((test for test, each in reach.items() if file in each.lines), key=lambda test: reach[test].seconds)
    lines = sorted({line for test in calling for line in reach[test].lines[file]})
    before = bisect_right(lines, mutant.line)
    function = lines[before - 1] if before else None
    first = [test for test in calling if function in reach[test].lines[file]][:MOST_FIRST]
    text = mutant.path.read_text(encoding="utf-8")
    hidden = not calling or "cache" in text or not _in_a_function(text, mutant.line)
    return [first, ALL_TESTS if hidden else calling]


def _in_a_function(text: str, line: int) -> bool:
    """Whether a line is run by who calls, and not on import."""
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    return any(node.lineno < line <= (node.end_lineno or 0) for node in functions)


def _compiles(source: str) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _report(count: int, survivors: int) -> None:
    """The share that was killed, with the 95% interval of Wilson for a sample."""
    killed, z = 1 - survivors / count, 1.96
    middle = (killed + z * z / (2 * count)) / (1 + z * z / count)
    width = z * sqrt(killed * (1 - killed) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    print(f"{count - survivors} of {count} killed: {killed:.1%} ({middle - width:.1%} to {middle + width:.1%})")


if __name__ == "__main__":
    main()
