"""Sources as the settings write them: a property, a box and its date, a list, a form, a constant.

``country = "pays"`` names a property. ``last_contact_on = ["dernier_clic", "derniere_reponse"]`` names two, the better
one first. What needs more is written as a table::

    customer = { property = "lifecyclestage", values = { customer = "yes", lead = "no" } }
    opposed_phone_on = [{ property = "ne_pas_appeler", at = "ne_pas_appeler_le" }, { list = "Ne pas appeler" }]
    opposed_sms_on = { property = "canaux_refuses", contains = "SMS" }
    audience = { property = "associatedcompanyid", filled = "professional" }
    last_contact_on = { property = "createdate", when = { hs_object_source_label = ["FORM"] } }
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from contactable.errors import Malformed, SettingsError
from contactable.mapping.columns import UNKNOWN_TIME, Column, Kind
from contactable.mapping.sources import MEMBERSHIPS, Source
from contactable.mapping.values import NOTHING, Read, check_value, plain, read_date, read_day, read_yes_no, reader_of

OTHER = "other"  # a trade, a product … that no offer names
_KEYS = {"property", *MEMBERSHIPS, "always", "values", "at", "contains", "filled", "value", "when"}
_FLAGGED = frozenset({Kind.DATE, Kind.OPPOSITION})


def sources_of(column: Column, written: Any, vocabulary: frozenset[str] = frozenset()) -> Iterator[Source]:
    """Understand what the settings write for a column; raise ``SettingsError`` naming the column and the mistake."""
    entries = written if isinstance(written, list) else [written]
    tables = [{"property": entry} if isinstance(entry, str) else entry for entry in entries]
    for rank, table in enumerate(tables):
        try:
            yield _source(column, rank, table, vocabulary)
        except Malformed as error:
            raise SettingsError(f"Mapping of `{column.name}`: {error}") from None


def _source(column: Column, rank: int, table: Any, vocabulary: frozenset[str]) -> Source:
    if not isinstance(table, dict):
        raise Malformed('write the name of a property, or a table such as { property = "pays" }.')
    if unknown := sorted(set(table) - _KEYS):
        raise Malformed(f"`{unknown[0]}` is not known here; known: {', '.join(sorted(_KEYS))}.")
    origins = [key for key in ("property", *MEMBERSHIPS, "always") if key in table]
    if len(origins) != 1:
        raise Malformed(f"a source has exactly one of {', '.join(('property', *MEMBERSHIPS, 'always'))}.")
    at, when = str(table.get("at", "")), _conditions(table.get("when", {}))
    if origins == ["always"]:
        return Source(column, rank, when=when, read=_constant(column, str(table["always"])))
    if origins == ["property"]:
        read, whole_days = _reader(column, table, vocabulary), column.whole_days or "filled" in table
        name = str(table["property"])
        return Source(column, rank, property_name=name, at=at, when=when, whole_days=whole_days, read=read)
    membership = f"{origins[0]}:{table[origins[0]]}"
    return Source(column, rank, membership=membership, at=at, when=when, read=_joined(column, table))


def _conditions(written: Any) -> tuple[tuple[str, frozenset[str]], ...]:
    if not isinstance(written, dict):
        raise Malformed('`when` is a table of properties, as { hs_object_source_label = ["FORM"] }.')
    lists = {name: values if isinstance(values, list) else [values] for name, values in written.items()}
    return tuple((name, frozenset(plain(str(value)) for value in values)) for name, values in lists.items())


def _constant(column: Column, text: str) -> Callable[[str], Read]:
    if column.needs_evidence or column.forbids:
        raise Malformed("a constant cannot state this: write a signed [[declare]] with its evidence.")
    value = check_value(column, text)
    return lambda _: Read(value)


def _joined(column: Column, table: dict[str, Any]) -> Callable[[str], Read]:
    """Read the day on which somebody came into a list, went through a form … where the CRM tells it."""
    if column.kind in _FLAGGED:
        read = (
            read_day if column.whole_days else read_date
        )  # as properties are read: they are compared by their letters
        return lambda day: found if (found := read(day)).value else Read(UNKNOWN_TIME)
    if column.kind is Kind.CODES and not plain(str(table.get("value", ""))):
        raise Malformed('say which word it stands for, as { form = "Rappelez-moi", value = "Devis vélo" }.')
    value = _translated(column, str(table.get("value", "yes")))
    return lambda _: Read(value)


def _reader(column: Column, table: dict[str, Any], vocabulary: frozenset[str]) -> Callable[[str], Read]:
    """Build the function that reads the property."""
    if "values" in table:
        return _by_values(column, table["values"])
    if "contains" in table:
        return _by_part(column, table)
    if "filled" in table:
        value = check_value(column, str(table["filled"]))
        return lambda text: Read(value) if text.strip() else NOTHING
    if column.kind is Kind.CODES:
        return lambda text: _codes(text, vocabulary)
    if "at" in table and column.kind is Kind.DATE:
        return _by_part(column, {**table, "contains": ""})
    return reader_of(column)


def _flagged(column: Column, table: dict[str, Any]) -> str:
    """What a ticked box means: a moment still to be dated, or the value that the settings name."""
    return UNKNOWN_TIME if column.kind in _FLAGGED else check_value(column, str(table.get("value", "yes")))


def _by_part(column: Column, table: dict[str, Any]) -> Callable[[str], Read]:
    """Read a multi-checkbox (values joined by ``;``) that contains a value, or a plain box when none is named."""
    wanted, value = plain(str(table["contains"])), _flagged(column, table)
    if not wanted:
        return lambda text: Read(value if (box := read_yes_no(text)).value == "yes" else "", box.clear)
    return lambda text: Read(value) if wanted in {plain(part) for part in text.split(";")} else NOTHING


def _by_values(column: Column, values: Any) -> Callable[[str], Read]:
    """Translate values by the settings' own table; ``*`` stands for any letters, several parts give the strictest."""
    if not isinstance(values, dict):
        raise Malformed('`values` is a table of the CRM\'s values, as { customer = "yes", lead = "no" }.')
    table = [(_pattern(key), _translated(column, str(value))) for key, value in values.items()]

    def read(text: str) -> Read:
        parts = [plain(part) for part in text.split(";")] if ";" in text else [plain(text)]
        found = [value for part in parts if part for value in _first(part, table)]
        said = [value for value in found if value]  # of several values one that says nothing silences no other
        return Read(_strictest(column, said) if said else "", clear=bool(found) or not any(parts))

    return read


def _first(part: str, table: list[tuple[re.Pattern[str], str]]) -> list[str]:
    """Give the value of the first line of the table that fits, as people read a table."""
    return [value for pattern, value in table if pattern.fullmatch(part)][:1]


def _translated(column: Column, value: str) -> str:
    """Check the right side of a value table; empty means "says nothing", ``yes`` a moment still to be dated."""
    if not value:
        return ""
    if column.kind is Kind.CODES:
        return plain(value)
    return UNKNOWN_TIME if column.kind in _FLAGGED and plain(value) == "yes" else check_value(column, value)


def _strictest(column: Column, said: list[str]) -> str:
    if column.kind is Kind.CODES:
        return ";".join(dict.fromkeys(value for value in said if value))
    return min(said, key=column.values.index) if set(said) <= set(column.values) else said[0]


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in plain(key).split("*")))


def _codes(text: str, vocabulary: frozenset[str]) -> Read:
    """Keep the codes that an offer names, and ``other`` for the rest: what people typed is never stored."""
    parts = {plain(part) for part in text.split(";")} - {""}
    if not parts:
        return NOTHING
    return Read(";".join(sorted(parts & vocabulary)) or OTHER)
