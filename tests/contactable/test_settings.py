from pathlib import Path

import pytest

from contactable.errors import SettingsError
from contactable.settings import load, parse, read_secret

HERE = Path("contactable.toml")


def test_an_empty_file_is_a_valid_start() -> None:
    settings = parse("", HERE)

    assert settings.language == "fr"
    assert list(settings.offers) == ["main"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("langage = 'fr'", "line 1: `langage` is not a setting (known here: alerts"),
        ("\n\n[schedule]\nsink = 3", "line 4: `sink` is not a setting (known here: consent_feed"),
        ("language = 'de'", "line 1: Invalid enum value 'de' (accepted: fr, en)"),
        ("[schedule]\n\nsync = 0", "line 3: Expected `float` > 0.0"),
        ("[readings]\nrobinson = 'maybe'", "line 2: Invalid enum value 'maybe' (accepted: ignore, close)"),
        ("[connectors.crm]\ntoken = 'env:A'", "missing required field `type`"),
        ("connectors = 3", "[connectors.NAME]"),
        ("x = = 1", "is not TOML"),
        ("folder = '/etc'", "line 1: `folder` is not a setting"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_accepted_values(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(text, HERE)

    assert said in str(refused.value)


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="contactable init"):
        load(tmp_path / "contactable.toml")


def test_what_a_connector_alone_understands_goes_to_its_options() -> None:
    settings = parse("[connectors.crm]\ntype = 'hubspot'\nbase_url = 'http://127.0.0.1:1'", HERE)

    assert settings.connectors["crm"].options == {"base_url": "http://127.0.0.1:1"}


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_TOKEN", "s3cret\n")

    assert read_secret("env:A_TOKEN") == b"s3cret"


def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret")
    (tmp_path / "token").chmod(0o644)

    with pytest.raises(SettingsError, match="chmod 600"):
        read_secret("file:token", tmp_path)


@pytest.mark.parametrize("reference", ["s3cret", "env:", "env:NOT_SET_ANYWHERE", "file:not-there", "vault:x"])
def test_a_secret_that_is_not_there_is_refused_without_being_quoted(reference: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_secret(reference, tmp_path)

    assert "s3cret" not in str(refused.value)
