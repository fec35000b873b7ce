"""What a person answered so far, in a file beside the settings that are still to be written.

It is written after each answer: whoever stops, or cannot write the settings, goes on from there and is asked nothing
twice. What was asked before the questions stands in its table ``init``; all else is as in a file of ``--answers``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contactable.errors import SettingsError
from contactable.first_settings import read_answers
from contactable.mapping.suggest import toml_value


@dataclass(slots=True)
class KeptAnswers:
    """``start``: what was asked before the questions; ``answers``: by question; ``passed``: answered with nothing."""

    path: Path
    start: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)

    @classmethod
    def beside(cls, settings: Path) -> KeptAnswers:
        """Those kept for these settings; none where nothing was answered. Raises ``SettingsError`` naming the file."""
        path = settings.with_name(f"{settings.stem}.answers.toml")
        said = read_answers(path) if path.exists() else {}
        start = said.pop("init", {})
        if not isinstance(start, dict):
            raise SettingsError(f"{path} cannot be read as answers: delete it to begin anew.")
        return cls(path, start, said, list(start.pop("passed", [])))

    @property
    def are_there(self) -> bool:
        """Whether anything is kept."""
        return self.path.exists()

    def keep(self) -> None:
        """Write what was answered, for its owner alone; raise ``SettingsError`` where that cannot be done."""
        start = {**self.start, **({"passed": self.passed} if self.passed else {})}
        lines = [f"{key} = {toml_value(value)}\n" for key, value in {**self.answers, "init": start}.items()]
        fresh = self.path.with_name(f"{self.path.name}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.writelines(lines)
            fresh.replace(self.path)
        except OSError as error:
            raise SettingsError(
                f"{self.path} cannot be written ({error.strerror}): make room there, or name a file in another folder "
                "with --settings."
            ) from None

    def told(self, name: str, value: Any) -> None:
        """Keep something that was asked before the questions."""
        self.start[name] = value
        self.keep()

    def answered(self, key: str, value: Any) -> None:
        """Keep an answer; an empty one says nothing, and is not asked again."""
        if value in ("", None, []):
            self.passed = [*self.passed, key]
        else:
            self.answers[key] = value
        self.keep()

    def has(self, key: str) -> bool:
        """Whether a question was answered."""
        return key in self.answers or key in self.passed

    def forget(self) -> None:
        """Take the file away: the settings are written."""
        self.path.unlink(missing_ok=True)
