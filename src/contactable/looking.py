"""A look at a CRM before anything is mapped: some contacts with all their properties, the lists, the forms.

A sample is enough to suggest sources; nothing of it is kept.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, cast

import structlog

from contactable.beside import Beside, lists_asked, read_beside
from contactable.connectors.protocol import Connector, HasForms, HasLists, LabelsProperties
from contactable.errors import Refused
from contactable.kinds import property_names
from contactable.mapping import Asked, Mapping
from contactable.mapping.portal import Contact, Form, Portal
from contactable.mapping.questions import name_of
from contactable.mapping.segments import names_of_ours
from contactable.mapping.suggest import Suggestion, suggest
from contactable.register.members import LIST, OUTCOME
from contactable.sync import Progress

if TYPE_CHECKING:
    from contactable.kit import Contactable

log = structlog.get_logger()

SAMPLE = 1000
"""Contacts that are looked at for suggestions."""


def look(connector: Connector, *, sample: int = SAMPLE) -> Portal:
    """Look at a CRM: some contacts with every property, and the names and sizes of all lists and forms."""
    ids = list(islice(connector.iter_ids(), sample))
    names = property_names(connector) or frozenset()
    contacts = tuple(
        Contact(record.id, record.properties)
        for record in connector.read(ids, sorted(names))
        if ids and not record.gone
    )
    labels = connector.property_labels() if isinstance(connector, LabelsProperties) else {}
    return Portal(contacts, _list_sizes(connector), _forms(connector), labels, names)


def read_all(
    connector: Connector, mapping: Mapping, asked: Asked, progress: Progress = lambda done, total: None
) -> Portal:
    """Every contact with the properties, lists and outcomes that a mapping reads."""
    beside = read_beside(connector, asked)
    return Portal(_contacts(connector, mapping, beside, progress))


def undecided_in(kit: Contactable, name: str) -> list[Suggestion]:
    """What in this CRM may hold people who said no, and was neither mapped nor declined by name."""
    mapping = kit.mapping(name)
    connector, asked = kit.connectors[name], Asked.by(mapping, kit.declarations)
    portal = look(connector)
    # A list may be mapped by its id; where lists cannot be read, none was suggested.
    read = [each.name for _, each in lists_asked(connector, asked)] if portal.lists else ()
    found = suggest(portal, mapped=mapping.properties, lists=read)
    declined = kit.settings.connectors[name].mapping.get("declined", ())
    return [each for each in found if each.opposition and name_of(each) not in declined]


def _list_sizes(connector: Connector) -> dict[str, int]:
    """The lists by name; none where the token may not read them, which ``doctor`` tells."""
    if not connector.capabilities.lists:
        return {}
    try:
        found = {each.name: each.size for each in cast(HasLists, connector).lists()}
        return {name: size for name, size in found.items() if name not in names_of_ours()}
    except Refused as error:
        log.warning("lists_not_read", connector=connector.name, why=str(error))
        return {}


def _forms(connector: Connector) -> tuple[Form, ...]:
    if not connector.capabilities.forms:
        return ()
    try:
        found = list(cast(HasForms, connector).forms())
    except Refused as error:
        log.warning("forms_not_read", connector=connector.name, why=str(error))
        return ()
    return tuple(Form(each.id, each.name, tuple(text.text for text in each.texts)) for each in found)


def _contacts(connector: Connector, mapping: Mapping, beside: Beside, progress: Progress) -> tuple[Contact, ...]:
    found: dict[str, Contact] = {}  # a CRM gives a contact at least once, and the last one is the newest
    for page in connector.iter_changed(None, mapping.properties):
        for record in page.records:
            if record.gone:
                found.pop(record.id, None)
            else:
                told = beside.get(record.id, {})
                found[record.id] = Contact(record.id, record.properties, told.get(LIST, {}), {}, told.get(OUTCOME, {}))
        progress(len(found), page.total)
    return tuple(found.values())
