"""The drill: a new machine, a backup and the key give the same verdicts; what came after the backup opens nobody."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contactable import Contactable, brake, own_properties
from contactable.identifiers import IdentifierKind
from contactable.loading import drain, load
from contactable.register import NewEntry, ledger, marks, outbox, subjects
from contactable.register.backups import backup, restore
from contactable.rules import Channel, Reason
from contactable.sandbox import HubSpotSandbox

LOU, NUMBER = "lou@example.com", "+33639980001"
TOLD = {"audience": "consumer", "country": "FR", "informed": "yes"}
NONE = {f"opposed_{channel}_on": "" for channel in ("all", "post")}
PERSON = {"email": LOU, "mobilephone": NUMBER, "address": "1 rue des Lilas", "last_contact_on": "2026-10-01"}


@pytest.fixture
def crm() -> Iterator[HubSpotSandbox]:
    with HubSpotSandbox([{**PERSON, **TOLD, **NONE}]) as sandbox:
        yield sandbox


Machines = Callable[[], Contactable]


@pytest.fixture
def machine(crm: HubSpotSandbox, connect: Callable[..., Contactable]) -> Machines:
    """A machine with the settings and the keys."""
    return lambda: connect(crm)


def object_(kit: Contactable, channel: str) -> None:
    """The person objects, and the CRM shows it."""

    def enter(tx: object) -> None:
        subject = subjects.subject_for(tx, IdentifierKind.EMAIL, LOU)  # type: ignore[arg-type]
        new = NewEntry(kind="opposition", subject_id=subject, on=channel, proof_level="signed")
        ledger.record(tx, [new])  # type: ignore[arg-type]
        outbox.stale_for(tx, [subject], urgent=True)  # type: ignore[arg-type]

    kit.register.write(enter)
    drain(kit, "hubspot")


def shown_in(crm: HubSpotSandbox) -> dict[str, str]:
    (contact,) = [crm.contact(id) for id in crm.portal.contacts.by_id]
    return {name: str(value or "") for name, value in contact.properties.items() if name.startswith("contactable_")}


def file_of(kit: Contactable) -> Path:
    return Path(kit.settings.register_url.removeprefix("sqlite:///"))


def lose(kit: Contactable) -> Path:
    """The machine is gone; return where its register was."""
    path = file_of(kit)
    kit.close()
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    return path


def put_back_by_command(kit: Contactable, copy: Path) -> None:
    lose(kit)
    restore(copy, kit.settings.register_url, kit.keyring)


def put_back_by_hand(kit: Contactable, copy: Path) -> None:
    shutil.copy2(copy, lose(kit))


@pytest.fixture
def first(machine: Machines) -> Contactable:
    kit = machine()
    load(kit, "hubspot")
    return kit


PUT_BACK = pytest.mark.parametrize("put_back", [put_back_by_command, put_back_by_hand], ids=["command", "by-hand"])


@PUT_BACK
def test_an_opposition_acknowledged_after_the_backup_opens_nobody(
    crm: HubSpotSandbox, first: Contactable, machine: Machines, tmp_path: Path, put_back: Callable[..., None]
) -> None:
    assert shown_in(crm)["contactable_channels"] == "post"
    backup(first.settings.register_url, tmp_path / "copy.db", first.keyring)
    object_(first, "post")
    put_back(first, tmp_path / "copy.db")
    second = machine()
    lost = second.verdicts(email=LOU)[Channel.POST].allowed

    object_(second, "sms")  # a write of the restored register: it must not open post again

    assert lost
    assert second.verdicts(email=LOU)[Channel.POST].reason is Reason.OPPOSITION
    assert shown_in(crm)["contactable_post_reason"] == "opposition"
    assert shown_in(crm)["contactable_channels"] == ""


@PUT_BACK
def test_nothing_opens_after_a_restore_until_a_person_says_so(
    crm: HubSpotSandbox, first: Contactable, machine: Machines, tmp_path: Path, put_back: Callable[..., None]
) -> None:
    (id,) = crm.portal.contacts.by_id
    crm.as_person(str(id), {"informed": "no"})
    load(first, "hubspot", full=True)
    backup(first.settings.register_url, tmp_path / "copy.db", first.keyring)
    object_(first, "sms")
    put_back(first, tmp_path / "copy.db")
    second = machine()

    crm.as_person(str(id), {"informed": "yes"})
    load(second, "hubspot", full=True)
    held = shown_in(crm)["contactable_post"]
    second.register.write(lambda tx: brake.approve(tx, "hubspot", "the data protection officer"))
    drain(second, "hubspot")

    with second.register.read() as tx:
        assert marks.get(tx, marks.RESTORED) is None
    assert (held, shown_in(crm)["contactable_post"]) == ("denied", "allowed")
    assert second.verdicts(email=LOU)[Channel.SMS].reason is Reason.OPPOSITION


def test_a_new_machine_with_backup_and_key_gives_the_same_verdicts(
    first: Contactable, machine: Machines, tmp_path: Path
) -> None:
    object_(first, "sms")
    before = first.verdicts(email=LOU)
    backup(first.settings.register_url, tmp_path / "copy.db", first.keyring)
    put_back_by_command(first, tmp_path / "copy.db")

    assert machine().verdicts(email=LOU) == before


def test_an_opposition_that_a_property_of_the_crm_tells_becomes_no_act(
    crm: HubSpotSandbox, first: Contactable, machine: Machines, tmp_path: Path
) -> None:
    (id,) = crm.portal.contacts.by_id
    crm.as_person(str(id), {"opposed_post_on": "2026-11-01"})
    load(first, "hubspot", full=True)
    backup(first.settings.register_url, tmp_path / "copy.db", first.keyring)
    put_back_by_command(first, tmp_path / "copy.db")
    second = machine()

    load(second, "hubspot", full=True)

    with second.register.read() as tx:
        assert ledger.entries_of_contacts(tx, "hubspot", [str(id)])[str(id)] == []


def test_a_crash_between_the_crms_answer_and_ours_is_no_restore(crm: HubSpotSandbox, first: Contactable) -> None:
    (id,) = crm.portal.contacts.by_id
    first.register.write(lambda tx: outbox.promise(tx, "hubspot", [str(id)], urgent=True))
    later = first.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    crm.as_person(id, {"contactable_changed_at": later})

    drain(first, "hubspot")

    with first.register.read() as tx:
        assert marks.get(tx, marks.RESTORED) is None


@pytest.mark.parametrize("properties", ["full", "compact"])
def test_a_new_register_reads_back_what_a_lost_one_wrote(
    crm: HubSpotSandbox, connect: Callable[..., Contactable], properties: str
) -> None:
    settings = f'properties = "{properties}"\n'
    first = connect(crm, settings)
    load(first, "hubspot")
    object_(first, "post")
    lose(first)

    second = connect(crm, settings)
    load(second, "hubspot")

    assert second.verdicts(email=LOU)[Channel.POST].reason is Reason.OPPOSITION
    with second.register.read() as tx:
        ((entry,),) = ledger.entries_of_contacts(tx, "hubspot", [str(id) for id in crm.portal.contacts.by_id]).values()
    assert (entry.origin, entry.on, entry.time_quality) == ("echo", "post", "unknown")
    assert shown_in(crm)["contactable_channels"] == ""


def test_a_new_register_opens_nobody_in_a_written_crm_before_a_person_says_so(
    crm: HubSpotSandbox, first: Contactable, machine: Machines
) -> None:
    (id,) = crm.portal.contacts.by_id
    crm.as_person(id, {"informed": "no"})
    load(first, "hubspot", full=True)
    lose(first)
    crm.as_person(id, {"informed": "yes"})
    second = machine()

    load(second, "hubspot")
    held = shown_in(crm)["contactable_post"]
    second.register.write(lambda tx: brake.approve(tx, "hubspot", "the data protection officer"))
    drain(second, "hubspot")
    load(machine(), "hubspot")

    with second.register.read() as tx:
        assert marks.get(tx, marks.RESTORED) is None
    assert (held, shown_in(crm)["contactable_post"]) == ("denied", "allowed")


def test_a_new_register_beside_properties_that_nobody_wrote_holds_nothing(
    crm: HubSpotSandbox, machine: Machines
) -> None:
    first = machine()
    own_properties.ensure(first, "hubspot")
    lose(first)

    second = machine()
    load(second, "hubspot")

    with second.register.read() as tx:
        assert marks.get(tx, marks.RESTORED) is None
    assert shown_in(crm)["contactable_post"] == "allowed"
