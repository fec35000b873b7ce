"""Zoho's channels of notifications: opened once a person has begun, kept alive; what another token does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from contactable import Contactable, notices
from contactable.connectors.protocol import Level
from contactable.errors import Refused
from contactable.incidents import troubles
from contactable.loading import load
from contactable.register import jobs, ledger
from contactable.sandbox import zoho
from contactable.sandbox.front import SmallCrm
from contactable.tasks import tasks

Make = Callable[..., Contactable]
SETTINGS = """
[connectors.crm]
type = "zoho"
base_url = "{url}/crm/v8"
accounts_url = "{url}"
client_id = "env:CRM_KEY"
client_secret = "env:CRM_KEY"
refresh_token = "env:CRM_KEY"
[endpoints.zoho]
provider = "zoho"
connector = "crm"
secret = {secrets}
path_secret = "env:ZOHO_PATH"
"""
OLD, NEW = "the-token-of-before", "the-token-of-now"
HOUR = timedelta(hours=1)


@pytest.fixture
def crm() -> Iterator[SmallCrm]:
    with SmallCrm(zoho.MANNER, [{"Email": "ada@example.com", "Last_Name": "Exemple"}]) as made:
        yield made


@pytest.fixture
def kit_with(crm: SmallCrm, make_kit: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Contactable]:
    for name, value in {"CRM_KEY": crm.token, "ZOHO_PATH": "a-path-secret", "OLD": OLD, "NEW": NEW}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LONG", "x" * 51)

    def made(*names: str) -> Contactable:
        secrets = [f"env:{name}" for name in names]
        return make_kit(SETTINGS.format(url=crm.url, secrets=str(secrets).replace("'", '"')), works=False)

    return made


def channel(crm: SmallCrm) -> dict[str, Any]:
    (found,) = crm.own.channels.values()
    return dict(found)


def lasts(crm: SmallCrm) -> timedelta:
    return datetime.fromisoformat(channel(crm)["channel_expiry"]) - datetime.now(UTC)


def end_in(crm: SmallCrm, left: timedelta) -> None:
    """Time passes: what is open has only so much left."""
    (kept,) = crm.own.channels.values()
    kept["channel_expiry"] = (datetime.now(UTC) + left).isoformat()


def told(crm: SmallCrm, kit: Contactable) -> int:
    """Zoho notifies as the channel says, that somebody left; the status that it gets."""
    app, shown = Flask(__name__), channel(crm)
    app.register_blueprint(kit.blueprint, url_prefix="/contactable")
    id = next(iter(crm.contacts.by_id))
    body = {
        "server_time": int(time.time() * 1_000),
        "module": "Contacts",
        "ids": [id],
        "operation": "update",
        "channel_id": shown["channel_id"],
        "token": shown["token"],
        "affected_values": [{"record_id": id, "values": {"Email_Opt_Out": True}}],
    }
    return app.test_client().post(urlsplit(shown["notify_url"]).path, json=body).status_code


def opposed(crm: SmallCrm, kit: Contactable) -> bool:
    (id,) = crm.contacts.by_id
    with kit.register.read() as tx:
        return any(each.kind == "opposition" for each in ledger.entries_of_contacts(tx, "crm", [id])[id])


def test_no_channel_is_opened_before_a_person_has_begun(crm: SmallCrm, kit_with: Callable[..., Contactable]) -> None:
    kit = kit_with("NEW")

    assert notices.renew(kit, "zoho") == "waits for the first sync"
    assert crm.own.channels == {}


def test_an_opposition_comes_through_the_channel_that_was_opened(
    crm: SmallCrm, kit_with: Callable[..., Contactable]
) -> None:
    kit = kit_with("NEW")
    load(kit, "crm")

    assert notices.renew(kit, "zoho").startswith("open until ")

    assert channel(crm)["notify_url"] == "https://crm.example.com/contactable/hooks/zoho/a-path-secret"
    assert (channel(crm)["events"], channel(crm)["return_affected_field_values"]) == (["Contacts.all"], True)
    assert (told(crm, kit), opposed(crm, kit)) == (200, True)


@pytest.mark.parametrize("opens_twice", [True, False])
def test_a_channel_lives_on_long_before_it_ends(
    crm: SmallCrm, kit_with: Callable[..., Contactable], opens_twice: bool
) -> None:
    kit, crm.own.opens_twice = kit_with("NEW"), opens_twice
    load(kit, "crm")
    notices.renew(kit, "zoho")
    number = channel(crm)["channel_id"]
    end_in(crm, HOUR)

    notices.renew(kit, "zoho")

    assert channel(crm)["channel_id"] == number
    assert lasts(crm) > 22 * HOUR > 5 * timedelta(seconds=notices.EVERY)


def test_a_channel_that_ended_is_told_by_doctor_and_opened_anew(
    crm: SmallCrm, kit_with: Callable[..., Contactable]
) -> None:
    kit = kit_with("NEW")
    load(kit, "crm")
    notices.renew(kit, "zoho")
    before = list(notices.findings(kit, "zoho"))
    end_in(crm, -HOUR)
    over = list(notices.findings(kit, "zoho"))

    notices.renew(kit, "zoho")

    assert [each.level for each in (*before, *over)] == [Level.OK, Level.WARNING]
    assert lasts(crm) > 22 * HOUR


def test_a_token_that_was_exchanged_is_taken_over_and_fits_until_then(
    crm: SmallCrm, kit_with: Callable[..., Contactable]
) -> None:
    before = kit_with("OLD")
    load(before, "crm")
    notices.renew(before, "zoho")

    exchanged = kit_with("NEW", "OLD")

    assert told(crm, exchanged) == 200
    notices.renew(exchanged, "zoho")
    assert (len(crm.own.channels), channel(crm)["token"]) == (1, NEW)
    assert told(crm, kit_with("NEW")) == 200


def test_another_token_is_not_believed_and_the_sync_finds_the_change_all_the_same(
    crm: SmallCrm, kit_with: Callable[..., Contactable]
) -> None:
    before = kit_with("OLD")
    load(before, "crm")
    notices.renew(before, "zoho")
    kit = kit_with("NEW")

    assert (told(crm, kit), opposed(crm, kit)) == (401, False)

    (id,) = crm.contacts.by_id
    crm.contacts.change(id, {"Email_Opt_Out": True})
    load(kit, "crm")
    assert crm.contacts.by_id[id].values["Contactable_Email_Reason"] == "opposition"


def test_a_token_that_is_too_long_for_zoho_is_told(crm: SmallCrm, kit_with: Callable[..., Contactable]) -> None:
    kit = kit_with("LONG")
    load(kit, "crm")

    with pytest.raises(Refused, match="50 letters"):
        notices.renew(kit, "zoho")


def test_the_schedule_renews_and_a_failure_is_a_trouble_that_people_are_told(
    crm: SmallCrm, kit_with: Callable[..., Contactable]
) -> None:
    kit = kit_with("NEW")

    assert {each.name: each.every for each in tasks(kit, lambda: None)}["notices zoho"] == notices.EVERY
    now = kit.clock()
    kit.register.write(lambda tx: jobs.ran(tx, "notices zoho", now, False, "Zoho answers 401."))
    assert "task:notices zoho" in {each.id for each in troubles(kit)}
