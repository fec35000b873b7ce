"""What HubSpot accepts as a value, and the code of its refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactable.sandbox.hubspot.definitions import Definition, own_definitions, read_definition
from contactable.sandbox.hubspot.problems import Problem
from contactable.sandbox.hubspot.values import LONGEST_TEXT, accept

KNOWN = {definition.name: definition for definition in own_definitions()} | {
    "day": Definition("day", "Day", "date", "date"),
    "moment": Definition("moment", "Moment", "datetime", "date"),
    "flag": read_definition(
        {
            "name": "flag",
            "label": "Flag",
            "type": "bool",
            "fieldType": "booleancheckbox",
            "groupName": "contactinformation",
            "options": [{"label": "Oui", "value": "true"}, {"label": "Non", "value": "false"}],
        },
        0,
    ),
}


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("email", " Ada@Example.COM ", "ada@example.com"),
        ("day", "2026-11-24", "2026-11-24"),
        ("day", "1795478400000", "2026-11-24"),
        ("moment", "1795478400123", "2026-11-24T00:00:00.123Z"),
        ("moment", "2026-11-24T01:00:00+01:00", "2026-11-24T00:00:00.000Z"),
        ("flag", True, "true"),
        ("associatedcompanyid", 12, "12"),
        ("hs_legal_basis", "Not applicable;Performance of a contract", "Not applicable;Performance of a contract"),
        ("lifecyclestage", None, ""),
    ],
)
def test_a_value_is_kept_as_hubspot_would_give_it_back(name: str, written: object, kept: str) -> None:
    assert accept(KNOWN, {name: written}) == {name: kept}


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        ("email", "nobody", "INVALID_EMAIL"),
        ("email", "ada@example.com; bob@example.com", "INVALID_EMAIL"),
        ("day", "24/11/2026", "INVALID_DATE"),
        ("day", "2026-02-30", "INVALID_DATE"),
        ("day", "1795478400001", "INVALID_DATE"),
        ("moment", "tomorrow", "INVALID_DATE"),
        ("flag", "oui", "INVALID_BOOLEAN"),
        ("associatedcompanyid", "douze", "INVALID_NUMBER"),
        ("hs_legal_basis", "Legitimate interest – other", "INVALID_OPTION"),
        ("firstname", "x" * (LONGEST_TEXT + 1), "PROPERTY_VALUE_TOO_LONG"),
        ("hs_object_id", "1", "READ_ONLY_VALUE"),
        ("nothing", "x", "PROPERTY_DOESNT_EXIST"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_a_code(name: str, written: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        accept(KNOWN, {name: written})

    assert refused.value.status == 400
    assert f'"error": "{code}"' in refused.value.body["message"]


def test_every_wrong_value_of_a_contact_is_named_at_once() -> None:
    with pytest.raises(Problem) as refused:
        accept(KNOWN, {"email": "x", "day": "y", "city": "Brest"})

    assert refused.value.body["message"].count('"isValid": false') == 2


@given(
    st.sampled_from(["email", "day", "moment", "flag", "associatedcompanyid", "hs_legal_basis", "firstname"]),
    st.text() | st.integers().map(str) | st.datetimes().map(str) | st.emails(),
)
def test_any_text_is_kept_so_that_it_can_be_written_again_or_refused(name: str, text: str) -> None:
    try:
        kept = accept(KNOWN, {name: text})
    except Problem:
        return  # refused in order; anything else that it raises fails this test

    assert accept(KNOWN, kept) == kept
