"""The page of the law is written from the rules and is current."""

from __future__ import annotations

from pathlib import Path

from contactable.rules import SOURCES
from contactable.rules.derived import DERIVED
from contactable.rules.document import page
from contactable.rules.law import FRENCH_LAW

PAGE = Path(__file__).parents[2] / "docs" / "law.md"


def test_the_committed_page_of_the_law_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_source_and_every_rule_stands_on_the_page() -> None:
    written = page()

    assert all(f"| `{id}` |" in written for id in SOURCES)
    assert all(rule.says.replace("``", "`") in written for rules in FRENCH_LAW.channels.values() for rule in rules)


def test_every_word_that_rules_use_is_explained_on_the_page() -> None:
    written = page()

    assert all(f"| {word.replace('_', ' ')} |" in written for word in DERIVED)
