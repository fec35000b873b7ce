"""Fill a portal: with invented people, or with the contacts that a test names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contactable.sandbox.hubspot.contacts import Contact, Writer
from contactable.sandbox.hubspot.definitions import Definition, read_definition
from contactable.sandbox.hubspot.forms import Form
from contactable.sandbox.hubspot.portal import Portal
from contactable.sandbox.hubspot.preferences import BY_RECIPIENT, Status

IMPORTED = Writer("IMPORT", "1")


def load(portal: Portal, contacts: int | Iterable[Mapping[str, str]], profile: str, seed: int) -> None:
    """Fill the portal before anybody looks; what was there from the beginning tells no listener."""
    if not isinstance(contacts, int):
        for properties in contacts:
            _put(portal, {**properties}, portal.now)
    elif contacts:
        _populate(portal, contacts, profile, seed)
    portal.index.catch_up(2**62)  # the index has had years to learn of these


def _put(portal: Portal, properties: dict[str, str], at: int) -> Contact:
    """Names that the portal does not have become plain texts: tests need not define them."""
    for name in properties.keys() - portal.definitions.by_name.keys():
        portal.define(Definition(name, name, "string", "text"))
    return portal.contacts.add(properties, at, IMPORTED)


def _populate(portal: Portal, count: int, profile: str, seed: int) -> None:
    from contactable.sandbox.people import invent

    population = invent(profile, count, seed, now=portal.now)
    for given in population.properties:
        portal.define(read_definition({**given, "groupName": given.get("groupName", "contactinformation")}, 0))
    ids: list[int] = []
    for person in population.people:
        contact = portal.contacts.add(person.properties, person.created_at, IMPORTED, modified_at=person.modified_at)
        ids.append(contact.id)
    for name, members in population.lists.items():
        made = portal.lists.add(name, "MANUAL", portal.now)
        portal.lists.put_in(made, [ids[number] for number in members], portal.now)
    for form in population.forms:
        portal.forms.add(Form(form.id, form.name, form.created_at, form.processing, form.communications))
    for sent in population.submissions:
        portal.forms.submit(sent.form, sent.values, sent.at, sent.page)
    for number, subscription_id, at in population.opt_outs:
        email = portal.contacts.by_id[ids[number]].properties["email"]
        portal.say(email, subscription_id, Status(False, at, BY_RECIPIENT))
