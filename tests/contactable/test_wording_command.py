"""``contactable wording check`` names what a text lacks; the models of the documentation lack nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable.commands.wording import command
from contactable.errors import Malformed
from contactable.files.wordings import wordings_in
from contactable.rules.wordings import WordingKind, gaps_of

MODELS = sorted((Path(__file__).parents[2] / "docs" / "fr" / "modeles").glob("*.md"))

LACKING = """
[[wording]]
kind = "consent_to_calls"
version = "3"
text = "J'accepte d'être appelé par Exemple SAS au sujet de ses vélos pendant un an."
period_months = 12
box = "preticked"
says = { who = "Exemple SAS", goods = "ses vélos", period = "pendant un an" }
"""


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_each_model_of_the_documentation_passes_the_check_of_its_kind(model: Path) -> None:
    wordings = wordings_in(model)

    assert [gaps_of(wording) for wording in wordings] == [()]


def test_the_documentation_has_a_model_of_every_kind() -> None:
    assert {wording.kind for model in MODELS for wording in wordings_in(model)} == set(WordingKind)


def test_what_a_text_lacks_is_named_and_the_exit_code_is_one(tmp_path: Path) -> None:
    file = tmp_path / "texts.toml"
    file.write_text(LACKING, "utf-8")

    result = CliRunner().invoke(command, ["check", str(file), "--json"])

    [answer] = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [gap["statement"] for gap in answer["missing"]] == ["choice", "withdrawal", "proof", "box"]


@pytest.mark.parametrize(("language", "words"), [("fr", "le retrait à tout moment"), ("en", "withdrawing any time")])
def test_what_is_missing_is_said_in_the_language_asked_for(tmp_path: Path, language: str, words: str) -> None:
    file = tmp_path / "texts.toml"
    file.write_text(LACKING, "utf-8")

    result = CliRunner().invoke(command, ["check", str(file), "--language", language])

    assert words in result.stdout


def test_complete_texts_end_with_exit_code_zero() -> None:
    result = CliRunner().invoke(command, ["check", *map(str, MODELS)])

    assert result.exit_code == 0
    assert result.stdout.count("complete") == len(MODELS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.toml", "[wording]\nkind='stop_line'", "two brackets"),
        ("a.toml", "x = ", "a.toml"),
        ("a.toml", "x = 1", "no \\[\\[wording\\]\\] table"),
        ("a.md", "J'accepte.", "between two lines"),
        ("a.md", "+++\nkind = 'stop_line'\n", "between two lines"),
    ],
)
def test_a_file_without_a_declared_text_is_refused_with_advice(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    file = tmp_path / name
    file.write_text(content, "utf-8")

    with pytest.raises(Malformed, match=words):
        wordings_in(file)


def test_a_text_in_another_encoding_is_refused_with_advice(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes("J'accepte d'être appelé".encode("cp1252"))

    with pytest.raises(Malformed, match="UTF-8"):
        wordings_in(file)


def test_the_kinds_of_texts_can_be_listed_with_their_statements() -> None:
    result = CliRunner().invoke(command, ["kinds", "--json"])

    assert [each["kind"] for each in json.loads(result.stdout)] == list(WordingKind)
