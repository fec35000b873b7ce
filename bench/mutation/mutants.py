"""All mutants of a file: one small change each, made by operators of Cosmic Ray.

At each place the mistakes that people make, as mutmut chooses them: a comparison is negated or moved by one, an
operation turned into its opposite, a condition negated, a number moved by one, a flag turned, a loop or a decorator
left out. Not here is what no test can see: annotations (all modules postpone them), what only type checkers read, how
much a cache remembers, and ``strict`` where the lengths never differ.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

OPERATORS = OperatorProvider()
COMPARISONS = "Eq_NotEq NotEq_Eq Lt_LtE LtE_Lt Gt_GtE GtE_Gt Is_IsNot IsNot_Is"
OPERATIONS = (
    "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Div Pow_Mul BitAnd_BitOr BitOr_BitAnd LShift_RShift RShift_LShift"
)
MISTAKES = (
    *(f"ReplaceComparisonOperator_{each}" for each in COMPARISONS.split()),
    *(f"ReplaceBinaryOperator_{each}" for each in OPERATIONS.split()),
    *(name for name in OPERATORS if name.startswith(("ReplaceUnaryOperator", "ReplaceBreak", "ReplaceContinue"))),
    *("AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("NumberReplacer", "ExceptionReplacer", "RemoveDecorator", "ZeroIterationForLoop"),
)
Place = tuple[int, int]
"""A line and a column."""
Span = tuple[Place, Place]
OPERATION = (ast.BinOp, ast.AugAssign)


class Mutant(NamedTuple):
    """One change: the file, the operator that makes it, on its how-many-th occurrence, and on which line."""

    path: Path
    operator: str
    occurrence: int
    line: int

    def source(self) -> str:
        """The file after the change."""
        text = self.path.read_text(encoding="utf-8")
        return str(mutate_code(text, OPERATORS[self.operator](), self.occurrence))

    def __str__(self) -> str:
        changed = self.source().splitlines()[self.line - 1].strip()
        return f"{self.path}:{self.line} {self.operator} {self.occurrence}: {changed}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of one file."""
    text = path.read_text(encoding="utf-8")
    tree, nodes = ast.parse(text), list(ast_nodes(get_ast(text)))
    unseen, operations = list(_unseen(tree)), [_span(node) for node in ast.walk(tree) if isinstance(node, OPERATION)]
    for name in MISTAKES:
        places = (place for node in nodes for place in OPERATORS[name]().mutation_positions(node))
        for occurrence, place in enumerate(places):
            # the star that begins the named parameters is no multiplication
            star = name.startswith("ReplaceBinary") and not _within(place, operations)
            if not star and not _within(place, unseen):
                yield Mutant(path, name, occurrence, place[0][0])


def _within(place: Span, spans: list[Span]) -> bool:
    return any(first <= place[0] and place[1] <= last for first, last in spans)


def _span(node: ast.expr | ast.stmt) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def _unseen(tree: ast.Module) -> Iterator[Span]:
    for node in ast.walk(tree):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.keyword) and node.arg == "strict":
            parts.append(node.value)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            parts += [node.test, *node.body]
        for part in parts:
            if isinstance(part, (ast.expr, ast.stmt)):
                yield _span(part)
        for decorator in getattr(node, "decorator_list", ()):
            if ast.unparse(decorator).startswith(("cache", "lru_cache")):
                yield (decorator.lineno, 0), (decorator.lineno + 1, 0)
