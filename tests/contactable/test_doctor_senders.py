"""``doctor`` names the endpoints that would refuse their own sender, before the first webhook is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contactable import Contactable
from contactable.commands.init import write_keys
from contactable.connectors.protocol import Finding, Level
from contactable.health import examine
from contactable.settings import parse

WITHOUT_KEY = ("aircall", "hubspot", "mailgun", "ringover", "sendgrid", "ses", "twilio", "zoho")
WITH_PATH_ALONE = ("brevo", "generic", "klaviyo", "mailchimp", "mailjet", "octopush", "ovh", "sinch", "vonage")


def looked_at(folder: Path, id: str, *secrets: str) -> Iterator[Finding]:
    """What is said of an endpoint with these settings."""
    text = "\n".join(['public_url = "https://crm.example.com"', "[endpoints.door]", f'provider = "{id}"', *secrets])
    write_keys(folder / "contactable-keys")
    kit = Contactable(parse(text, folder / "contactable.toml"))
    try:
        yield from (each for each in examine(kit) if each.what.startswith("endpoint door"))
    finally:
        kit.close()


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")


@pytest.mark.parametrize("id", WITHOUT_KEY)
def test_an_endpoint_that_lacks_what_its_sender_signs_with_is_an_error(id: str, tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, id, 'path_secret = "env:SECRET"')

    assert found.level is Level.ERROR
    assert f"docs/providers/{id}.md" in found.mend


@pytest.mark.parametrize("id", WITH_PATH_ALONE)
def test_a_secret_in_the_path_is_enough_where_the_sender_signs_nothing(id: str, tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, id, 'path_secret = "env:SECRET"')

    assert found.level is Level.OK


@pytest.mark.parametrize("id", ["brevo", "mailjet", "octopush", "ovh"])
def test_a_secret_to_sign_with_is_not_enough_where_the_sender_signs_nothing(id: str, tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, id, 'secret = "env:SECRET"')

    assert found.level is Level.ERROR


@pytest.mark.parametrize("id", [*(id for id in WITHOUT_KEY if id != "ses"), "generic", "klaviyo", "vonage"])
def test_an_endpoint_with_the_senders_secret_is_well(id: str, tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, id, 'secret = "env:SECRET"')

    assert found.level is Level.OK


def test_amazons_topics_stand_in_the_place_of_a_secret(tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, "ses", 'topics = ["arn:aws:sns:eu-west-3:000000000000:ses-events"]')

    assert found.level is Level.OK


@pytest.mark.parametrize("id", ["brevo", "twilio", "ses"])
def test_an_endpoint_without_any_secret_is_an_error(id: str, tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, id)

    assert found.level is Level.ERROR


def test_the_url_is_told_with_the_page_that_says_where_to_paste_it(tmp_path: Path) -> None:
    (found,) = looked_at(tmp_path, "brevo", 'path_secret = "env:SECRET"')

    assert found.what.endswith(
        "where docs/providers/brevo.md says: https://crm.example.com/hooks/door/<the path secret>"
    )
