"""The kit's own lists, made in HubSpot over real HTTP: who is in which, today, and when nobody writes any more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from hubspot import Client
from hubspot.crm.lists import ListCreateRequest

from contactable import Contactable, segments
from contactable.cli import group
from contactable.connectors.hubspot.segments import filter_branch
from contactable.errors import Malformed, Refused
from contactable.loading import load
from contactable.looking import look
from contactable.mapping.segments import segments as wanted
from contactable.register.testing import HandClock
from contactable.rules.label_columns import COLUMNS
from contactable.sandbox import HubSpotSandbox

Connect = Callable[..., Contactable]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime(2026, 11, 27, 8, tzinfo=UTC))


@pytest.fixture
def crm(clock: HandClock) -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([{"email": f"person.{n}@example.com"} for n in range(3)], clock=clock.seconds) as sandbox:
        yield sandbox


@pytest.fixture
def kit(crm: HubSpotSandbox, connect: Connect) -> Contactable:
    kit = connect(crm)
    load(kit, "hubspot")
    return kit


def give(crm: HubSpotSandbox, *people: dict[str, str]) -> None:
    """Let each contact hold these values of ours, by short name, whatever was written."""
    for id, person in zip(crm.portal.contacts.by_id, people, strict=False):
        held = {f"contactable_{name}": value for name, value in person.items() if not name.startswith("hs_")}
        crm.as_app(id, held)
        crm.as_hubspot(id, {name: value for name, value in person.items() if name.startswith("hs_")})


def members(kit: Contactable, key: str) -> list[int]:
    """Which of the contacts, by number, are in a list."""
    connector, kept = kit.connectors["hubspot"], {each.segment.key: each.id for each in segments.plan(kit, "hubspot")}
    (found,) = [each for each in connector.lists() if each.id == kept[key]]  # type: ignore[attr-defined]
    numbers = {str(id): number for number, id in enumerate(ids(kit))}
    return [numbers[id] for id, _ in found.members]


def ids(kit: Contactable) -> list[str]:
    return list(kit.connectors["hubspot"].iter_ids())


def test_reachable_is_who_is_allowed_until_a_day_after_today_or_for_no_known_time(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    segments.make(kit, "hubspot")

    give(crm, {"sms": "allowed"}, {"sms": "allowed", "sms_until": "2026-11-28"}, {"sms": "denied"})

    assert members(kit, "reachable_sms") == [0, 1]
    assert members(kit, "exclude_sms") == [2]


def test_a_list_shrinks_by_itself_when_the_day_has_come_and_nobody_writes(
    crm: HubSpotSandbox, kit: Contactable, clock: HandClock
) -> None:
    segments.make(kit, "hubspot")
    give(crm, {"sms": "allowed"}, {"sms": "allowed", "sms_until": "2026-11-28"}, {"sms": "denied"})

    clock.move(days=1)

    assert members(kit, "reachable_sms") == [0]
    assert members(kit, "exclude_sms") == [1, 2]


def test_the_day_changes_at_midnight_in_paris(crm: HubSpotSandbox, kit: Contactable, clock: HandClock) -> None:
    segments.make(kit, "hubspot")
    give(crm, {"sms": "allowed", "sms_until": "2026-11-28"}, {"sms": "denied"}, {"sms": "denied"})

    clock.now = datetime(2026, 11, 27, 22, 54, tzinfo=UTC)
    before = members(kit, "reachable_sms")
    clock.now = datetime(2026, 11, 27, 23, 6, tzinfo=UTC)  # 00:06 in Paris

    assert (before, members(kit, "reachable_sms")) == ([0], [])


@pytest.mark.parametrize(
    ("tick", "channel"), [("sms", "sms"), ("all", "sms"), ("calls", "phone"), ("calls", "robocall")]
)
def test_a_tick_that_nobody_read_yet_takes_the_contact_out_at_once(
    crm: HubSpotSandbox, kit: Contactable, tick: str, channel: str
) -> None:
    segments.make(kit, "hubspot")

    give(crm, {channel: "allowed", "oppose": tick}, {channel: "allowed"}, {channel: "allowed", "oppose": "post"})

    assert members(kit, f"reachable_{channel}") == [1, 2]
    assert members(kit, f"exclude_{channel}") == [0]


def test_whom_nothing_is_known_of_is_excluded(crm: HubSpotSandbox, kit: Contactable) -> None:
    segments.make(kit, "hubspot")

    give(crm, {"post": ""}, {"post": "not_covered"}, {"post": "allowed"})

    assert members(kit, "exclude_post") == [0, 1]
    assert members(kit, "reachable_post") == [2]


def test_consents_to_calls_that_end_within_sixty_days_are_to_be_asked_again(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    segments.make(kit, "hubspot")

    consented = {"phone": "allowed", "phone_reason": "consent"}
    asked = {"phone": "allowed", "phone_reason": "requested_callback", "phone_until": "2026-12-01"}
    give(crm, {**consented, "phone_until": "2027-01-26"}, {**consented, "phone_until": "2027-01-27"}, asked)

    assert members(kit, "consents_ending") == [0]


def test_lists_tell_ended_retention_costly_contacts_and_one_missing_fact(crm: HubSpotSandbox, kit: Contactable) -> None:
    segments.make(kit, "hubspot")
    closed = dict.fromkeys(("email", "sms", "phone", "robocall", "post"), "denied")

    give(
        crm,
        {**closed, "hs_marketable_status": "true", "post_reason": "retention_ended"},
        {**closed, "hs_marketable_status": "true", "post": "allowed", "sms_advice": "the mobile number"},
        {**closed, "sms_advice": "the mobile number + the country where the person is"},
    )

    assert members(kit, "marketing_closed") == [0]
    assert members(kit, "retention_ended") == [0]
    assert members(kit, "one_fact_missing") == [1]


def test_no_label_of_a_fact_holds_what_joins_two_of_them() -> None:
    assert not any(" + " in text.said_in(language) for text in COLUMNS.values() for language in ("fr", "en"))


def test_lists_over_the_compact_schema_tell_the_same_where_they_can(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, 'properties = "compact"')
    load(kit, "hubspot")
    segments.make(kit, "hubspot")

    closed = "email:opposition;sms:consent_required;phone:consent_required;robocall:consent_required;post:opposition"
    by_consent = closed.replace("phone:consent_required", "phone:consent")
    ended = closed.replace("post:opposition", "post:retention_ended")
    give(
        crm,
        {"channels": "phone;email", "reasons": by_consent, "until": "2026-12-01", "hs_marketable_status": "true"},
        {"channels": "", "reasons": ended, "hs_marketable_status": "true"},
        {"channels": "email", "until": "2026-11-27"},
    )

    assert members(kit, "reachable_email") == [0]
    assert members(kit, "exclude_email") == [1, 2]
    assert members(kit, "consents_ending") == [0]
    assert members(kit, "retention_ended") == members(kit, "marketing_closed") == [1]


def test_lists_are_made_once_and_changed_when_their_conditions_are_others(
    crm: HubSpotSandbox, kit: Contactable
) -> None:
    count = len(wanted())
    assert segments.make(kit, "hubspot").startswith(f"{count} made, 0 changed")
    assert segments.make(kit, "hubspot") == f"0 made, 0 changed, {count} as they were, 0 names taken"

    kit.register.write(_of_another_version)

    assert segments.make(kit, "hubspot").startswith("0 made, 1 changed")
    assert len(list(kit.connectors["hubspot"].lists())) == count  # type: ignore[attr-defined]


def _of_another_version(tx: Any) -> None:
    from contactable.register import cursors

    kept = cursors.get(tx, "hubspot", segments.CURSOR) or {}
    kept["reachable_sms"]["fingerprint"] = "older"
    cursors.set(tx, "hubspot", segments.CURSOR, kept)


def test_a_list_of_the_same_name_that_is_not_ours_is_left_alone(crm: HubSpotSandbox, kit: Contactable) -> None:
    theirs = crm.portal.lists.add("Reachable – SMS", "MANUAL", crm.portal.now)

    note = segments.make(kit, "hubspot")
    segments.remove(kit, "hubspot")

    assert note.endswith("1 names taken")
    assert [each.id for each in crm.portal.lists.by_id.values() if not each.deleted] == [theirs.id]


def test_our_own_lists_are_not_suggested_as_sources(crm: HubSpotSandbox, kit: Contactable) -> None:
    segments.make(kit, "hubspot")
    crm.portal.lists.add("Liste à exclure", "MANUAL", crm.portal.now)

    assert list(look(kit.connectors["hubspot"]).lists) == ["Liste à exclure"]


def test_lists_before_the_first_sync_and_of_no_such_key_are_refused(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm)
    with pytest.raises(Refused, match="contactable sync hubspot --yes"):
        segments.plan(kit, "hubspot")

    load(kit, "hubspot")

    with pytest.raises(Malformed, match="reachable_email"):
        segments.plan(kit, "hubspot", ["nonsense"])


def test_hubspots_own_client_understands_and_makes_the_lists(crm: HubSpotSandbox, kit: Contactable) -> None:
    client = Client.create(access_token=crm.token, host=crm.url)
    each = next(each for each in wanted(language="fr") if each.key == "exclude_sms")
    request = ListCreateRequest(
        name=each.name, object_type_id="0-1", processing_type="DYNAMIC", filter_branch=filter_branch(each)
    )

    made = client.crm.lists.lists_api.create(request).list

    assert made.name == "À exclure – SMS"
    assert made.filter_branch.filter_branch_type == "OR"


def test_the_command_shows_before_it_makes_and_takes_away_again(
    crm: HubSpotSandbox, kit: Contactable, tmp_path: Any
) -> None:
    kit.close()
    path = tmp_path / "contactable.toml"
    path.write_text(
        'public_url = "https://crm.example.com/contactable"\nlanguage = "fr"\n'
        f'[connectors.hubspot]\ntype = "hubspot"\ntoken = "env:HUBSPOT_TOKEN"\nbase_url = "{crm.url}"\n'
    )

    def run(*words: str) -> Any:
        return CliRunner().invoke(group, ["--settings", str(path), "lists", *words], catch_exceptions=False)

    looked, before = run("create", "--dry-run", "--json"), len(crm.portal.lists.by_id)
    made = run("create", "--only", "exclude_sms")
    named = [each.name for each in crm.portal.lists.by_id.values()]
    gone = run("delete")

    assert (before, looked.exit_code, made.exit_code, gone.exit_code) == (0, 0, 0, 0)
    assert '"À exclure – SMS"' in looked.stdout
    assert named == ["À exclure – SMS"]
    assert all(each.deleted for each in crm.portal.lists.by_id.values())
