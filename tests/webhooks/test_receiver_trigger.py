"""``contactable trigger``: every sample of every sender that can be signed here is taken by its own endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from contactable import Contactable
from contactable.cli import group
from contactable.commands.init import write_keys
from contactable.errors import Malformed, SettingsError, Unavailable
from contactable.settings import parse
from contactable.triggering import events_of, make, send
from contactable.webhooks.registry import provider_ids

ASYMMETRIC = {"sendgrid", "ses"}
ENDPOINT = '[endpoints.{id}]\nprovider = "{id}"\nsecret = "env:SECRET"\npath_secret = "env:SECRET"\n'


HEAD = 'public_url = "https://crm.example.com/kit"\nlisten = "127.0.0.1:1"\n'
Make = Callable[[str], Contactable]


@pytest.fixture
def make_kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make kits with endpoints; all are closed at the end."""
    monkeypatch.setenv("SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz")
    write_keys(tmp_path / "contactable-keys")
    made: list[Contactable] = []

    def make_kit(endpoints: str) -> Contactable:
        made.append(Contactable(parse(HEAD + endpoints, tmp_path / "contactable.toml")))
        return made[-1]

    yield make_kit
    for kit in made:
        kit.close()


@pytest.fixture
def kit(make_kit: Make) -> Contactable:
    """Endpoints for every provider."""
    return make_kit("".join(ENDPOINT.format(id=id) for id in provider_ids() if id != "zoho"))


@pytest.mark.parametrize("id", sorted(set(provider_ids()) - ASYMMETRIC - {"zoho"}))
def test_the_first_sample_of_a_sender_is_addressed_to_the_endpoint_and_authentic(id: str, kit: Contactable) -> None:
    event = next(event for event in events_of(id) if not event.startswith(("old_form", "push", "report_")))

    assert make(kit, id, event).url.startswith(f"https://crm.example.com/kit/hooks/{id}/whsec_")


@pytest.mark.parametrize("id", sorted(ASYMMETRIC))
def test_a_sender_that_alone_has_its_key_is_named_with_what_to_do(id: str, kit: Contactable) -> None:
    with pytest.raises(SettingsError, match="test button"):
        make(kit, id, events_of(id)[0])


@pytest.mark.parametrize("id", sorted(set(provider_ids()) - {"zoho"}))
def test_every_sample_is_sent_or_told_why_not_whatever_secrets_the_endpoint_has(id: str, make_kit: Make) -> None:
    kit = make_kit(f'[endpoints.{id}]\nprovider = "{id}"\n')

    for event in events_of(id):
        with pytest.raises(SettingsError, match="secret"):
            make(kit, id, event)


@pytest.mark.parametrize(("id", "event"), [("pigeon", "stop"), ("zoho", "updated")])
def test_a_sender_without_samples_or_endpoint_is_an_error_of_the_settings(
    id: str, event: str, kit: Contactable
) -> None:
    with pytest.raises(SettingsError, match=id):
        make(kit, id, event)


def test_an_unknown_event_lists_those_that_there_are(kit: Contactable) -> None:
    with pytest.raises(Malformed, match="stop_flagged"):
        make(kit, "twilio", "sneeze")


def test_the_secret_of_another_endpoint_may_be_missing(make_kit: Make) -> None:
    other = '[endpoints.other]\nprovider = "brevo"\npath_secret = "env:NOBODY_SET_THIS"\n'

    assert make(make_kit(other + ENDPOINT.format(id="octopush")), "octopush", "stop").url.endswith("MTIz")


def test_of_several_endpoints_of_one_sender_any_can_be_named(make_kit: Make) -> None:
    kit = make_kit("".join(ENDPOINT.format(id="twilio").replace("s.twilio", f"s.{name}") for name in ("one", "two")))

    assert "/hooks/one/" in make(kit, "twilio", "answer").url
    assert "/hooks/two/" in make(kit, "twilio", "answer", "two").url
    with pytest.raises(SettingsError, match="one, two"):
        make(kit, "twilio", "answer", "three")


@pytest.mark.parametrize("url", ["crm.example.com", "ftp://crm.example.com", "https://"])
def test_an_address_that_is_none_is_said(url: str, kit: Contactable) -> None:
    with pytest.raises(Malformed, match="http://"):
        send(kit, make(kit, "octopush", "stop"), url)


def test_nobody_at_home_is_said_without_the_secret_in_the_address(kit: Contactable) -> None:
    with pytest.raises(Unavailable) as said:
        send(kit, make(kit, "octopush", "stop"))

    assert "whsec_" not in str(said.value)


def test_without_an_event_the_samples_of_a_sender_are_listed() -> None:
    result = CliRunner().invoke(group, ["trigger", "octopush"])

    assert result.stdout.split() == [
        "answer",
        "barred_voice",
        "blacklisted",
        "by_email",
        "delivered",
        "key_pressed",
        "stop",
    ]
