"""Merges in CRMs that keep the survivor's own values: what only the record that is gone showed binds all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from contactable import Contactable
from contactable.loading import drain, load
from contactable.register import ledger, outbox
from contactable.sandbox import dynamics, salesforce
from contactable.sandbox.front import SmallCrm

DECLARED = """
[connectors.crm]
type = "{type}"
base_url = "{url}"
client_id = "env:CRM_KEY"
client_secret = "env:CRM_KEY"
{more}
[connectors.crm.mapping]
audience = {{ property = "{email}", filled = "professional" }}
last_contact_on = "{met}"
[[declare]]
name = "told"
all = true
facts = {{ informed = "yes", source = "person", country = "FR", related_to_profession = "yes" }}
evidence = "texts of the forms"
by = "Anne Exemple"
on = 2026-11-01
"""
MORE = {"salesforce": "bulk_from = 0", "dynamics": 'tenant = "sandbox"\nlogin_url = "{url}"'}
MANNERS = {
    "salesforce": (salesforce.MANNER, "Email", "Title", ""),
    "dynamics": (dynamics.MANNER, "emailaddress1", "description", "new_"),
}


class World:
    """Three people in a CRM; the second is opted out of e-mail in the CRM's own box."""

    def __init__(self, type: str, make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch) -> None:
        manner, email, met, self.prefix = MANNERS[type]
        people = ({email: f"p{n}@example.com", met: "2026-11-01"} for n in range(3))
        self.crm = SmallCrm(manner, people, limits={})
        self.one, self.opposed, self.other = self.crm.contacts.by_id
        self.crm.opt_out(self.opposed)
        url = self.crm.start()
        monkeypatch.setenv("CRM_KEY", self.crm.token)
        more = MORE[type].format(url=url)
        self.kit = make_kit(DECLARED.format(type=type, url=url, email=email, met=met, more=more))
        load(self.kit, "crm")

    def reason(self, id: str) -> str:
        values = self.crm.contacts.by_id[id].values
        found = {name.removeprefix(self.prefix).removesuffix("__c"): value for name, value in values.items()}
        return str(found.get("contactable_email_reason"))

    def entries(self, id: str) -> list[str]:
        with self.kit.register.read() as tx:
            return [each.on for each in ledger.entries_of_contacts(tx, "crm", [id])[id] if each.kind == "opposition"]


@pytest.fixture(params=["dynamics", "salesforce"])
def world(
    request: pytest.FixtureRequest, make_kit: Callable[..., Contactable], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    made = World(request.param, make_kit, monkeypatch)
    yield made
    made.crm.stop()


def merge(world: World) -> None:
    """As people do it there: the survivor keeps its own box, which is not ticked."""
    world.crm.merge(world.one, world.opposed)
    assert not world.crm.is_opted_out(world.one)


def test_an_opt_out_of_the_record_that_went_binds_the_one_that_is_left(world: World) -> None:
    assert [world.reason(id) for id in (world.one, world.opposed, world.other)] == [
        "legitimate_interest_professional",
        "opposition",
        "legitimate_interest_professional",
    ]

    merge(world)
    load(world.kit, "crm")

    assert world.reason(world.one) == "opposition"
    assert world.reason(world.other) == "legitimate_interest_professional"


def test_it_binds_where_the_old_record_is_read_again_before_the_merge_is_told(world: World) -> None:
    merge(world)
    world.kit.register.write(lambda tx: outbox.promise(tx, "crm", [world.opposed], refresh=True))

    drain(world.kit, "crm")
    load(world.kit, "crm")

    assert world.reason(world.one) == "opposition"


def test_it_binds_where_writing_finds_the_record_gone(world: World) -> None:
    merge(world)
    world.kit.register.write(lambda tx: outbox.promise(tx, "crm", [world.opposed]))
    world.kit.reader("crm").catch_up()

    drain(world.kit, "crm")
    load(world.kit, "crm")

    assert world.reason(world.one) == "opposition"


def test_what_the_one_that_is_left_shows_itself_is_entered_for_nobody(world: World) -> None:
    world.crm.opt_out(world.one)
    world.crm.merge(world.one, world.opposed)
    load(world.kit, "crm")

    assert world.reason(world.one) == "opposition"
    assert world.entries(world.one) == []
