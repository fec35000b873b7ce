"""Facts that no property holds, from a CRM over HTTP to the verdicts written back: lists, ticks, declarations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

import pytest

from contactable import Contactable
from contactable.errors import Refused, Unavailable
from contactable.loading import drain, load
from contactable.register import ledger, mirror
from contactable.register.testing import HandClock
from contactable.sandbox import HubSpotSandbox

MAPPING = """
[connectors.hubspot.mapping]
opposed_phone_on = [{ list = "Stop appels" }]
opposed_email_on = ["refus_mail"]
"""
TOLD = """
[[declare]]
name = "told"
all = true
facts = { informed = "yes", source = "person", country = "FR" }
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-01-01
"""
PERSON = {
    "email": "camille@example.com",
    "phone": "+33639980001",
    "audience": "professional",
    "related_to_profession": "yes",
    "country": "FR",
    "informed": "yes",
    "last_contact_on": "2026-11-01",
    "refus_mail": "",
}
UNTOLD = {name: value for name, value in PERSON.items() if name not in ("informed", "country")}
Connect = Callable[..., Contactable]


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    """A CRM with one contact, told everything, and a list of people who are not to be called."""
    with with_list([PERSON]) as sandbox:
        yield sandbox


def with_list(people: Iterable[Mapping[str, str]]) -> HubSpotSandbox:
    sandbox = HubSpotSandbox(people)
    sandbox.portal.lists.add("Stop appels", "MANUAL", sandbox.portal.now)
    return sandbox


def put_in_list(crm: HubSpotSandbox, id: int, name: str = "Stop appels") -> None:
    crm.portal.lists.put_in(crm.portal.lists.named(name), [id], crm.portal.now)


def sync(kit: Contactable) -> None:
    kit.reader("hubspot").sync()
    drain(kit, "hubspot")


def reason(crm: HubSpotSandbox, channel: str, id: int | None = None) -> str:
    contact = crm.contact(id or next(iter(crm.portal.contacts.by_id)))
    return contact.properties[f"contactable_{channel}_reason"]


def only(crm: HubSpotSandbox) -> int:
    (id,) = crm.portal.contacts.by_id
    return id


def test_an_opposition_that_only_a_list_knows_closes_at_the_first_sync(crm: HubSpotSandbox, connect: Connect) -> None:
    put_in_list(crm, only(crm))

    load(connect(crm, MAPPING), "hubspot")

    assert (reason(crm, "phone"), reason(crm, "post")) == ("opposition", "no_address")


def test_whoever_comes_into_a_list_later_is_closed_though_the_contact_did_not_change(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    kit = connect(crm, MAPPING)
    load(kit, "hubspot")
    assert reason(crm, "phone") == "legitimate_interest_professional"

    put_in_list(crm, only(crm))
    sync(kit)

    assert reason(crm, "phone") == "opposition"


def test_a_list_that_was_renamed_still_closes_and_is_a_warning(crm: HubSpotSandbox, connect: Connect) -> None:
    put_in_list(crm, only(crm))
    kit = connect(crm, MAPPING)
    load(kit, "hubspot")

    crm.portal.lists.named("Stop appels").name = "Autre"
    crm.as_person(only(crm), {"city": "Lyon"})
    summary = kit.reader("hubspot").sync(full=True)
    drain(kit, "hubspot")

    assert "list:Stop appels:gone" in summary.warnings
    assert reason(crm, "phone") == "opposition"


def test_a_list_that_the_mapping_names_no_more_binds_nobody_and_is_no_warning(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    put_in_list(crm, only(crm))
    load(connect(crm, MAPPING), "hubspot")

    kit = connect(crm)
    summary = kit.reader("hubspot").sync()
    drain(kit, "hubspot")

    assert not any(warning.startswith("list:") for warning in summary.warnings)
    assert reason(crm, "phone") == "legitimate_interest_professional"


def test_a_list_of_oppositions_that_never_existed_stops_the_sync_and_is_named(
    connect: Connect,
) -> None:
    with HubSpotSandbox([PERSON]) as crm, pytest.raises(Refused, match="Stop appels"):
        load(connect(crm, MAPPING), "hubspot")


def test_an_opposition_stands_when_somebody_deletes_the_property_that_held_it(connect: Connect) -> None:
    with with_list([{**PERSON, "refus_mail": "oui"}]) as crm:
        kit = connect(crm, MAPPING)
        load(kit, "hubspot")

        crm.portal.definitions.by_name.pop("refus_mail")
        crm.contact(only(crm)).properties.pop("refus_mail")
        kit.reader("hubspot").sync(full=True)
        drain(kit, "hubspot")

        assert reason(crm, "email") == "opposition"


def test_an_opposition_whose_value_somebody_cleared_stands_no_more(connect: Connect) -> None:
    with with_list([{**PERSON, "refus_mail": "oui"}]) as crm:
        kit = connect(crm, MAPPING)
        load(kit, "hubspot")

        crm.as_person(only(crm), {"refus_mail": ""})
        kit.reader("hubspot").sync(full=True)
        drain(kit, "hubspot")

        assert reason(crm, "email") != "opposition"


@pytest.mark.parametrize(
    ("tick", "closed", "kept_open"),
    [("calls", ("phone", "robocall"), ()), ("sms", ("sms",), ("phone",)), ("all", ("phone", "sms"), ())],
)
def test_a_tick_that_no_webhook_told_becomes_an_opposition_of_the_register(
    crm: HubSpotSandbox, connect: Connect, tick: str, closed: tuple[str, ...], kept_open: tuple[str, ...]
) -> None:
    kit = connect(crm, MAPPING)
    load(kit, "hubspot")

    crm.as_person(only(crm), {"contactable_oppose": tick})
    sync(kit)

    assert {reason(crm, channel) for channel in closed} == {"opposition"}
    assert "opposition" not in {reason(crm, channel) for channel in kept_open}
    with kit.register.read() as tx:
        entries = ledger.entries_of_contacts(tx, "hubspot", [str(only(crm))])[str(only(crm))]
    assert {(each.origin, each.proof_level) for each in entries} == {("crm_user", "operator")}


def test_a_tick_that_stands_is_entered_once_however_often_it_is_read(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, MAPPING)
    load(kit, "hubspot")
    crm.as_person(only(crm), {"contactable_oppose": "sms"})

    for city in ("Lyon", "Paris", "Lille"):
        crm.as_person(only(crm), {"city": city})
        sync(kit)

    with kit.register.read() as tx:
        entries = ledger.entries_of_contacts(tx, "hubspot", [str(only(crm))])[str(only(crm))]
    assert len({each.subject_id for each in entries}) == len(entries)
    assert len({each.recorded_at for each in entries}) == 1


def test_taking_a_tick_away_releases_nothing_at_all(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, MAPPING)
    load(kit, "hubspot")
    crm.as_person(only(crm), {"contactable_oppose": "calls"})
    sync(kit)

    crm.as_person(only(crm), {"contactable_oppose": ""})
    sync(kit)

    assert reason(crm, "phone") == "opposition"


def test_taking_a_declaration_out_closes_what_it_opened_without_reading_the_crm(connect: Connect) -> None:
    with with_list([UNTOLD]) as crm:
        load(connect(crm, MAPPING + TOLD), "hubspot")
        assert reason(crm, "phone") == "legitimate_interest_professional"
        crm.as_person(only(crm), {"city": "Lyon"})

        kit = connect(crm, MAPPING)
        promised = kit.reader("hubspot").catch_up()
        drain(kit, "hubspot")

        assert promised == 1
        assert reason(crm, "phone") == "information_required"


def test_a_new_declaration_opens_with_the_next_sync_though_no_contact_changed(connect: Connect) -> None:
    with with_list([UNTOLD]) as crm:
        load(connect(crm, MAPPING), "hubspot")
        assert reason(crm, "phone") == "information_required"

        sync(connect(crm, MAPPING + TOLD))

        assert reason(crm, "phone") == "legitimate_interest_professional"


def test_a_declaration_ends_on_its_last_day_and_the_property_says_so_before(connect: Connect) -> None:
    clock = HandClock(datetime(2026, 11, 24, 9, tzinfo=UTC))
    with with_list([UNTOLD]) as crm:
        kit = connect(crm, MAPPING + TOLD + "valid_until = 2026-12-01", clock=clock)
        load(kit, "hubspot")
        before = crm.contact(only(crm)).properties["contactable_phone_until"]

        clock.move(days=8)
        sync(kit)

        assert before == "2026-12-02"
        assert reason(crm, "phone") == "information_required"


@pytest.mark.parametrize(
    ("more", "channel", "becomes"),
    [
        ('[offers.main]\nsector = "energy_renovation"\n', "phone", "sector_ban"),
        ('[offers.main]\npurpose = "press"\n', "phone", "press"),
    ],
)
def test_an_offer_that_changed_is_decided_again_for_every_contact(
    connect: Connect, more: str, channel: str, becomes: str
) -> None:
    with with_list([{**PERSON, "audience": "consumer"}]) as crm:
        load(connect(crm, MAPPING), "hubspot")

        kit = connect(crm, MAPPING + more)
        kit.reader("hubspot").catch_up()
        drain(kit, "hubspot")

        assert reason(crm, channel) == becomes


def test_nothing_is_decided_again_while_the_settings_stay_as_they_are(crm: HubSpotSandbox, connect: Connect) -> None:
    load(connect(crm, MAPPING), "hubspot")

    assert connect(crm, MAPPING).reader("hubspot").catch_up() == 0


def test_declarations_are_entered_when_they_change_and_when_they_are_taken_out(
    crm: HubSpotSandbox, connect: Connect
) -> None:
    for more in (TOLD, TOLD, TOLD + "valid_until = 2027-01-01", ""):
        kit = connect(crm, MAPPING + more)
        kit.reader("hubspot").catch_up()

    with kit.register.read() as tx:
        entries = ledger.of_kind(tx, "declaration")
    assert [(each.details["what"], each.details["version"]) for each in entries] == [
        ("declared", 1),
        ("declared", 2),
        ("withdrawn", 3),
    ]


def test_a_crm_that_suddenly_names_nobody_is_not_believed(connect: Connect) -> None:
    with HubSpotSandbox([{"email": f"p{number}@example.com"} for number in range(60)]) as full:
        full.portal.lists.add("Stop appels", "MANUAL", full.portal.now)
        kit = connect(full, MAPPING)
        load(kit, "hubspot")
        for id in list(full.portal.contacts.by_id):
            full.archive(id)

        with pytest.raises(Unavailable, match="--forget"):
            kit.reader("hubspot").reconcile()

        with kit.register.read() as tx:
            assert mirror.counts(tx) == {"hubspot": 60}
        assert kit.reader("hubspot").reconcile(sure=True) == 60


def test_a_few_contacts_that_are_gone_are_forgotten_without_a_word(crm: HubSpotSandbox, connect: Connect) -> None:
    kit = connect(crm, MAPPING)
    load(kit, "hubspot")
    crm.archive(only(crm))

    assert kit.reader("hubspot").reconcile() == 1


def test_whoever_refused_in_a_call_is_closed_by_the_outcome_of_that_call(connect: Connect) -> None:
    mapping = """
[connectors.hubspot.mapping]
opposed_phone_on = [{ outcome = "refused" }]
"""
    with HubSpotSandbox([PERSON]) as crm:
        kit = connect(crm, mapping)
        load(kit, "hubspot")
        assert reason(crm, "phone") == "legitimate_interest_professional"

        outcome = {"hs_call_disposition": "refused", "hs_timestamp": "2026-11-20T10:00:00Z"}
        crm.portal.calls.add(outcome, crm.portal.now, (only(crm),))
        sync(kit)

        assert reason(crm, "phone") == "opposition"


def test_a_server_that_starts_decides_everybody_again_when_the_settings_changed(connect: Connect) -> None:
    with with_list([{**PERSON, "audience": "consumer"}]) as crm:
        load(connect(crm, MAPPING), "hubspot")

        kit = connect(crm, MAPPING + '[offers.main]\npurpose = "press"\n')
        kit.service.start()

        assert becomes(crm, "phone", "press")


def becomes(crm: HubSpotSandbox, channel: str, expected: str, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while reason(crm, channel) != expected and time.monotonic() < end:
        time.sleep(0.05)
    return reason(crm, channel) == expected
