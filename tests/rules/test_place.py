"""Where a contact is, when only the prefixes of numbers tell."""

from __future__ import annotations

import pytest

from contactable.rules.place import Place, country_told_by, place_of


@pytest.mark.parametrize(
    ("prefixes", "told"),
    [
        ([], Place.UNKNOWN),
        ([None, None], Place.UNKNOWN),
        (["FR"], Place.FRANCE),
        ([None, "RE"], Place.FRANCE),
        (["FR", "MQ"], Place.FRANCE),
        (["BE", None], Place.ELSEWHERE),
        (["BE", "CH"], Place.ELSEWHERE),
        (["FR", "BE"], Place.UNKNOWN),
    ],
)
def test_prefixes_tell_a_place_unless_they_tell_two(prefixes: list[str | None], told: Place) -> None:
    assert place_of(country_told_by(prefixes)) is told
