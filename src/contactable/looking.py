"""A look at a CRM before anything is mapped: some contacts with all their properties, the lists, the forms.

A sample is enough to suggest sources; nothing of it is kept.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, cast

import structlog

from contactable.beside import Beside, lists_asked, read_beside
from contactable.connectors.protocol import Connector, ContactRecord, HasForms, HasLists, LabelsProperties
from contactable.errors import Refused
from contactable.kinds import property_names
from contactable.mapping import Asked, Mapping
from contactable.mapping.addresses import Identifier, read_addresses
from contactable.mapping.forms import identifiers_in
from contactable.mapping.portal import Contact, Form, Portal
from contactable.mapping.questions import name_of
from contactable.mapping.segments import names_of_ours
from contactable.mapping.suggest import Suggestion, suggest
from contactable.register.members import FORM, LIST, OUTCOME
from contactable.sync import Progress

if TYPE_CHECKING:
    from contactable.kit import Contactable

log = structlog.get_logger()

SAMPLE = 1000
"""Contacts that are looked at for suggestions."""
Sent = dict[Identifier, dict[str, str]]
"""By address or number the forms that were sent under it, each with the latest moment (ISO)."""


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
    """Every contact with the properties, lists, outcomes and form submissions that a mapping or a declaration asks."""
    beside, sent = read_beside(connector, asked), _senders(connector, asked)
    return Portal(_contacts(connector, mapping, beside, sent, progress))


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


def _senders(connector: Connector, asked: Asked) -> Sent:
    """Who sent the forms that are asked about; nobody where the token may not read them, as in a sync."""
    sent: Sent = {}
    if not (connector.capabilities.forms and asked.about(FORM)):
        return sent
    source = cast(HasForms, connector)
    try:
        for form in source.forms():
            names = asked.names(FORM, form.id, form.name)
            for each in source.submissions(form.id) if names else ():
                for identifier in identifiers_in(each.values):
                    for name in names:
                        _keep_latest(sent.setdefault(identifier, {}), name, each.at.isoformat() if each.at else "")
    except Refused as error:
        log.warning("forms_not_read", connector=connector.name, why=str(error))
    return sent


def _sent_by(record: ContactRecord, mapping: Mapping, sent: Sent) -> dict[str, str]:
    """The forms that a contact sent, found by its addresses and numbers, each with the latest moment."""
    forms: dict[str, str] = {}
    for identifier in read_addresses(record.properties, mapping.addresses).identifiers if sent else ():
        for name, at in sent.get(identifier, {}).items():
            _keep_latest(forms, name, at)
    return forms


def _keep_latest(forms: dict[str, str], name: str, at: str) -> None:
    forms[name] = max(at, forms.get(name, ""))


def _contacts(
    connector: Connector, mapping: Mapping, beside: Beside, sent: Sent, progress: Progress
) -> tuple[Contact, ...]:
    found: dict[str, Contact] = {}  # a CRM gives a contact at least once, and the last one is the newest
    for page in connector.iter_changed(None, mapping.properties):
        for record in page.records:
            if record.gone:
                found.pop(record.id, None)
            else:
                told, forms = beside.get(record.id, {}), _sent_by(record, mapping, sent)
                lists, calls = told.get(LIST, {}), told.get(OUTCOME, {})
                found[record.id] = Contact(record.id, record.properties, lists, forms, calls)
        progress(len(found), page.total)
    return tuple(found.values())
