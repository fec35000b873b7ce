"""The same rules for millions of contacts: compiled once into arrays (``compiled``), then looked up column by column.

Dates are compared in columns, everything else is packed into the place of an answer, and one ``take`` gathers. There is
no second definition of the law here: only days are compared, by the same functions as for one contact. NumPy and
pyarrow (the extra ``bulk``) are imported inside functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from contactable.errors import Malformed
from contactable.rules.bulk import LATEST, Contacts, Inquiry
from contactable.rules.bulk_advice import advised
from contactable.rules.columns import EPOCH, check_names
from contactable.rules.compiled import REASONS, compile_law
from contactable.rules.decision import asked_at
from contactable.rules.exploration import Frame
from contactable.rules.facts import Offer
from contactable.rules.law import FRENCH_LAW, Law
from contactable.rules.lookup import Codes
from contactable.rules.readings import DEFAULT_READINGS, DOUBTS, Readings
from contactable.rules.terms import Channel

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK: Final = 1 << 17
"""Contacts decided at a time: few enough for what is worked out on them to stay in the processor's cache."""
ANSWERS: Final = ("allowed", "reason", "until")
"""What is answered unless more is wanted: ``advice`` and ``readings`` too can be, as texts of the contact file."""


def decide_many(
    columns: Any,
    offer: Offer,
    on: date,
    readings: Readings = DEFAULT_READINGS,
    *,
    channels: Sequence[Channel] = tuple(Channel),
    answers: Sequence[str] = ANSWERS,
    law: Law = FRENCH_LAW,
) -> dict[str, NDArray[Any]]:
    """Decide every contact of a table, as ``decide`` would.

    ``columns`` is a mapping from names of the contact file to NumPy or Arrow columns of one length (``columns``), or a
    table that speaks Arrow (pyarrow, Polars, pandas); a column that is missing is unknown for all. Of the ``answers``
    that are wanted it gives ``<channel>_allowed`` (bool), ``<channel>_reason`` (``uint8``: the place in ``REASONS``),
    ``<channel>_until`` (``datetime64[D]``), ``<channel>_advice`` and ``<channel>_readings`` (names joined by ``+``).
    Raises ``Malformed`` as ``decide``, and for a column or a value that is not accepted.
    """
    import numpy as np

    named, rows = _named(columns)
    moment = asked_at(on)
    kinds = {"allowed": bool, "reason": np.uint8, "until": "datetime64[D]", "advice": object, "readings": object}
    result = {f"{channel}_{answer}": np.empty(rows, kinds[answer]) for channel in channels for answer in answers}
    for start in range(0, rows, CHUNK):
        part = slice(start, min(start + CHUNK, rows))
        contacts = Contacts({name: column[part] for name, column in named.items()}, offer, moment)
        for channel in channels:
            for answer, values in _decided(contacts, channel, readings, law, answers):
                result[f"{channel}_{answer}"][part] = values
    return result


def decide_batches(
    batches: Iterable[Any],
    offer: Offer,
    on: date,
    readings: Readings = DEFAULT_READINGS,
    *,
    answers: Sequence[str] = ANSWERS,
    law: Law = FRENCH_LAW,
) -> Iterator[Any]:
    """Decide Arrow record batches one by one, as ``decide_many``; runs unchanged in Spark's ``mapInArrow``.

    Yields for each a record batch with ``id`` (where there is one), ``<channel>_allowed`` (bool), ``<channel>_reason``
    (text) and ``<channel>_until`` (date32).
    """
    for batch in batches:
        yield as_batch(batch, decide_many(batch, offer, on, readings, answers=answers, law=law))


def as_batch(source: Any, decided: Mapping[str, NDArray[Any]]) -> Any:
    """An Arrow record batch of what ``decide_many`` gave, with the ids of its source; reasons as texts."""
    import pyarrow as pa

    arrays = {"id": source.column("id")} if "id" in source.schema.names else {}
    for name, values in decided.items():
        if name.endswith("_reason"):
            arrays[name] = pa.DictionaryArray.from_arrays(values, list(REASONS)).cast(pa.string())
        else:
            arrays[name] = pa.array(values)
    return pa.record_batch(arrays)


def _named(columns: Any) -> tuple[Mapping[str, Any], int]:
    """The columns that are facts, by name, and their length."""
    import pyarrow as pa

    if not isinstance(columns, Mapping):
        table = columns if isinstance(columns, pa.RecordBatch) else _as_table(columns)
        columns = {name: table.column(name) for name in table.schema.names}
    check_names(list(columns))
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise Malformed(f"columns differ in length: {lengths}.")
    return columns, max(lengths.values(), default=0)


def _as_table(columns: Any) -> Any:
    import pyarrow as pa

    try:
        return pa.table(columns)
    except (TypeError, ValueError):
        raise Malformed(
            f"columns are {type(columns).__name__}: a mapping or a table that speaks Arrow is accepted."
        ) from None


def _decided(
    contacts: Contacts, channel: Channel, readings: Readings, law: Law, answers: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    today = contacts.today
    period = law.period(today + EPOCH)
    program = compile_law(law, Frame(channel, law.a_day_of(period), readings))
    reasons = Inquiry(contacts, channel, program, today).answer()
    if "allowed" in answers:
        yield "allowed", reasons < _OPEN
    if "reason" in answers:
        yield "reason", reasons
    if "until" in answers:
        yield "until", _dates(_until(contacts, channel, readings, law, reasons))
    if "advice" in answers:
        yield "advice", advised(contacts, channel, readings, law, reasons)
    if "readings" in answers:
        yield "readings", _touched(contacts, channel, readings, law, reasons)


def _touched(contacts: Contacts, channel: Channel, readings: Readings, law: Law, now: Codes) -> Any:
    """The names of the readings whose other setting would give another reason."""
    import numpy as np

    day, bits = law.a_day_of(law.period(contacts.today + EPOCH)), np.zeros(contacts.count, np.uint8)
    for place, doubt in enumerate(DOUBTS):
        program = compile_law(law, Frame(channel, day, readings.but(doubt)))
        differs = Inquiry(contacts, channel, program, contacts.today).answer() != now
        bits |= np.multiply(differs, np.uint8(1 << place))
    return np.array(_NAMES_OF_DOUBTS, object).take(bits)


_NAMES_OF_DOUBTS = [
    "+".join(doubt.name for place, doubt in enumerate(DOUBTS) if bits >> place & 1) for bits in range(1 << len(DOUBTS))
]
_OPEN = sum(reason.opens for reason in REASONS)  # reasons that open come first


def _until(contacts: Contacts, channel: Channel, readings: Readings, law: Law, now: Codes) -> Any:
    """For each contact the first later day on which the reason differs, ``LATEST`` where it never does."""
    import numpy as np

    until: Any = np.int32(LATEST)
    first = law.period(contacts.today + EPOCH)
    for period in range(first, len(law.changes) + 1):
        begins = contacts.today + 1 if period == first else law.changes[period - 1] - EPOCH
        ends = law.changes[period] - EPOCH if period < len(law.changes) else LATEST
        program = compile_law(law, Frame(channel, law.a_day_of(period), readings))
        days: tuple[int | str, ...] = program.clocks if period == first else (begins, *program.clocks)
        for day in days:
            until = np.minimum(until, _if_changed(Inquiry(contacts, channel, program, day), begins, ends, now))
    return until


def _if_changed(inquiry: Inquiry, begins: int, ends: int, now: Codes) -> Any:
    """The day where it lies within a period and the reason is another than now, ``LATEST`` elsewhere."""
    import numpy as np

    days = inquiry.days()
    within = (begins <= days) & (days < ends)
    if not np.any(within):
        return np.int32(LATEST)
    return np.where(within & (inquiry.answer() != now), days, np.int32(LATEST))


def _dates(days: Any) -> Any:
    """Days counted from 1970 as ``datetime64[D]``; not a time where there is none."""
    import numpy as np

    counted = np.asarray(days, np.int64)
    return np.where(counted >= LATEST, np.iinfo(np.int64).min, counted).astype("datetime64[D]")
