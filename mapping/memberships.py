"""Which lists, forms and outcomes of calls a mapping and the declarations ask about: only those need be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contactable.mapping.declarations import Declaration
from contactable.mapping.definition import Mapping as Definition
from contactable.mapping.values import plain


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked beside properties. ``words``: by kind, the names or ids that the mapping writes.

    ``patterns``: by kind, what declarations write. ``closing`` are the lists of ``words`` that mean an opposition:
    without them somebody who said no may go unseen.
    """

    words: Mapping[str, frozenset[str]]
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    closing: Mapping[str, str]  # plain name -> as the settings write it
    closing_outcomes: frozenset[str] = frozenset()  # plain names of the outcomes of a call that mean an opposition

    @classmethod
    def by(cls, mapping: Definition, declarations: Iterable[Declaration] = ()) -> Asked:
        """What these ask."""
        words: dict[str, set[str]] = {}
        for key in mapping.plan.by_membership:
            kind, _, name = key.partition(":")
            words.setdefault(kind, set()).add(name)
        patterns: dict[str, tuple[re.Pattern[str], ...]] = {}
        for declaration in declarations:
            for selector, written in declaration.selectors:
                patterns[selector] = (*patterns.get(selector, ()), *written)
        forbidding = [each.membership.partition(":") for each in mapping.sources if each.column.forbids]
        return cls(
            {kind: frozenset(names) for kind, names in words.items()},
            patterns,
            {plain(name): name for kind, _, name in forbidding if kind == "list"},
            frozenset(plain(name) for kind, _, name in forbidding if kind == "outcome"),
        )

    def about(self, kind: str) -> bool:
        """Whether anything of this kind (``list``, ``form``, ``outcome``) is asked."""
        return bool(self.words.get(kind) or self.patterns.get(kind))

    def names(self, kind: str, id: str, name: str) -> Sequence[str]:
        """Under which names a list (form, outcome) of the CRM is asked about: its name, its id, both or neither."""
        words, written = self.words.get(kind, frozenset()), plain(name)
        by_name = written in words or any(each.fullmatch(written) for each in self.patterns.get(kind, ()))
        return [*([name] if by_name else []), *([id] if plain(id) in words and plain(id) != written else [])]

    def closes(self, name: str) -> bool:
        """Whether being in this list is an opposition."""
        return plain(name) in self.closing

    def missing(self, seen: Iterable[str]) -> list[str]:
        """The lists of oppositions that are not among those ``seen``, as the settings write them."""
        there = {plain(name) for name in seen}
        return sorted(written for name, written in self.closing.items() if name not in there)

    def unknown(self, kind: str, there: Iterable[str]) -> list[str]:
        """What declarations say of this kind that fits nothing ``there``: a form renamed, a list that is gone."""
        names = [plain(name) for name in there]
        patterns = self.patterns.get(kind, ())
        return [as_written(each) for each in patterns if not any(each.fullmatch(name) for name in names)]


def as_written(pattern: re.Pattern[str]) -> str:
    """A selector of a declaration as the settings write it, in small letters."""
    return pattern.pattern.replace("\\", "").replace(".*", "*")
