"""The contract between the kit and a CRM: what a connector takes, gives, and promises.

``connector`` is what every one does, ``optional`` what a CRM may further let it do, ``wanted`` what the kit
wants there, ``values`` what passes.

A connector knows its CRM's transport, limits, paging and errors, and nothing of the law. Every read is delivered at
least once, every write may be repeated, and nothing is ever created or resubscribed in the CRM.
"""

from __future__ import annotations

from contactable.connectors.protocol.connector import Connector
from contactable.connectors.protocol.optional import (
    ChecksProperties,
    Closes,
    EndsAccess,
    FindsNames,
    HasCalls,
    HasForms,
    HasHistories,
    HasLists,
    HasMeetings,
    KeepsNotified,
    KnowsKinds,
    LabelsProperties,
    LimitsProperties,
    MakesLists,
    NamesProperties,
    OptsOut,
    ReadsSince,
    RemovesProperties,
    ShowsOptOuts,
    WorksOut,
)
from contactable.connectors.protocol.values import (
    Call,
    Capabilities,
    Change,
    ConsentText,
    ContactList,
    ContactRecord,
    Finding,
    Form,
    Level,
    Named,
    Option,
    OptOuts,
    Outcome,
    Page,
    PropertyWrite,
    Result,
    Setting,
    Shape,
    Submission,
    Writer,
)
from contactable.connectors.protocol.wanted import Condition, Property, Segment

PROTOCOL_VERSION = 1

__all__ = [
    "PROTOCOL_VERSION",
    "Call",
    "Capabilities",
    "Change",
    "ChecksProperties",
    "Closes",
    "Condition",
    "Connector",
    "ConsentText",
    "ContactList",
    "ContactRecord",
    "EndsAccess",
    "Finding",
    "FindsNames",
    "Form",
    "HasCalls",
    "HasForms",
    "HasHistories",
    "HasLists",
    "HasMeetings",
    "KeepsNotified",
    "KnowsKinds",
    "LabelsProperties",
    "Level",
    "LimitsProperties",
    "MakesLists",
    "Named",
    "NamesProperties",
    "OptOuts",
    "Option",
    "OptsOut",
    "Outcome",
    "Page",
    "Property",
    "PropertyWrite",
    "ReadsSince",
    "RemovesProperties",
    "Result",
    "Segment",
    "Setting",
    "Shape",
    "ShowsOptOuts",
    "Submission",
    "WorksOut",
    "Writer",
]
