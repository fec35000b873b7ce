"""Where one fact comes from, as the settings write it: a property, a box and its date, a list, a form, a constant.

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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from contactable.errors import Malformed, SettingsError
from contactable.mapping.columns import UNKNOWN_TIME, Column, Kind
from contactable.mapping.values import NOTHING, Read, check_value, day_in, plain, read_date, reader_of

MEMBERSHIPS = ("list", "form", "outcome")  # what a contact is in, went through, or was answered
OTHER = "other"  # a trade, a product … that no offer names
_KEYS = {"property", *MEMBERSHIPS, "always", "values", "at", "contains", "filled", "value", "when"}
_FLAGGED = frozenset({Kind.DATE, Kind.OPPOSITION})


class Sourced(NamedTuple):
    """A fact in the contact file's words, and whose it is: ``property:pays``, ``list:…``, ``declaration:…``."""

    value: str
    source: str


class Found(NamedTuple):
    """What one source says of one contact: the ``fact`` called ``name``, read as its column says.

    ``rank`` is the source's place in the order of preference, from 0. ``clear`` is False where it could not be read.
    """

    name: str
    column: Column
    rank: int
    fact: Sourced
    clear: bool = True


@dataclass(frozen=True)
class Source:
    """One source of one column. ``rank`` is its place in the order of preference, from 0.

    ``property_name`` is the property that it reads, ``membership`` the set it looks at (``list:Ne pas appeler``);
    ``at`` the property that holds the date of a ticked box; ``when`` says which values of which other properties a
    contact must have for the source to speak. ``subscription`` is the type of subscription that an opt-out is bound to;
    ``whole_days`` says that of a moment only its day is of use.
    """

    column: Column
    rank: int = 0
    property_name: str = ""
    membership: str = ""
    at: str = ""
    when: tuple[tuple[str, frozenset[str]], ...] = ()
    subscription: str = ""
    whole_days: bool = False
    read: Callable[[str], Read] = field(default=lambda _: NOTHING, compare=False)

    @property
    def label(self) -> str:
        """Whose a fact of this source is, as ``explain`` prints it."""
        return f"property:{self.property_name}" if self.property_name else self.membership or "constant"

    @property
    def name(self) -> str:
        """What the fact is called: its column, with the subscription type to which it is bound."""
        return f"{self.column.name}/{self.subscription}" if self.subscription else self.column.name

    def concerns(self, properties: Mapping[str, str | None]) -> bool:
        """Whether the source speaks of a contact with these properties."""
        return all(plain(properties.get(name) or "") in values for name, values in self.when)

    @cached_property
    def look(self) -> Callable[[str, str], Found | None]:
        """Say what a text (of the property, or the day of a membership) means for the column; None for nothing.

        The second text is that of the property which ``at`` names. What was read is remembered, within bounds.
        """
        read = lru_cache(maxsize=16384)(self.read_once)
        return (lambda text, day: read(day_in(text), day)) if self.whole_days else read

    def read_once(self, text: str, day: str = "") -> Found | None:
        """As ``look``, without remembering."""
        value, clear = self.read(text)
        if value == UNKNOWN_TIME and self.at:
            value, clear = self._dated(day, clear)
        if not value and clear:
            return None
        return Found(self.name, self.column, self.rank, Sourced(value, self.label), clear)

    def _dated(self, day: str, clear: bool) -> Read:
        """Give a ticked box the date that stands in a property beside it."""
        found = read_date(day)
        if found.value:
            return found
        # A permission without its date did not happen as far as anybody can tell; an opposition did.
        return Read(UNKNOWN_TIME, clear) if self.column.forbids else Read("", found.clear)


Reader = Callable[[str], tuple[Found, ...]]
"""What the text of one property says, for all the columns that it feeds."""


@lru_cache(maxsize=4096)
def membership(kind: str, name: str) -> str:
    """The key under which a list, a form or an outcome is looked up, however its name is written."""
    return f"{kind}:{plain(name)}"


def remembering(*sources: Source) -> Reader:
    """Read one property for all columns that it feeds, remembering within bounds what its texts mean."""

    @lru_cache(maxsize=16384)
    def read(text: str) -> tuple[Found, ...]:
        return tuple(found for source in sources if (found := source.read_once(text)) is not None)

    # Texts with a time of day are never the same twice, and mostly only the day is asked.
    return (lambda text: read(day_in(text))) if all(source.whole_days for source in sources) else read


def sources_of(column: Column, written: Any, vocabulary: frozenset[str] = frozenset()) -> Iterator[Source]:
    """Understand what the settings write for a column; raise ``SettingsError`` naming the column and the mistake."""
    entries = written if isinstance(written, list) else [written]
    for rank, entry in enumerate(entries):
        table = {"property": entry} if isinstance(entry, str) else entry
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
        return lambda day: read_date(day) if read_date(day).value else Read(UNKNOWN_TIME)
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
        from contactable.mapping.values import read_yes_no

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
