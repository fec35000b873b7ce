"""Advice for a chunk of contacts in columns: as ``advice``, for all at once.

For each contact and opening a word has one bit for each column that is wanting, the contact file's first column the
highest; the least (fewest bits, then highest word) is the advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial, reduce
from itertools import product
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from contactable.rules.advice import REMEDIES
from contactable.rules.bulk import Contacts
from contactable.rules.columns import EPOCH
from contactable.rules.compiled import REASONS
from contactable.rules.exploration import DOMAIN, Frame
from contactable.rules.facts import COLUMNS
from contactable.rules.law import Law
from contactable.rules.openings import Needs, openings
from contactable.rules.readings import Readings
from contactable.rules.situation import OF_A_CHANNEL, OVER
from contactable.rules.terms import Channel, Purpose, Reason, Sector

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MUST_STAY: Final = 1 << 31
_ALL: Final = (1 << 31) - 1
_NOT_ADVISED = tuple(reason.opens or reason is Reason.OPPOSITION for reason in REASONS)


def advised(contacts: Contacts, channel: Channel, readings: Readings, law: Law, reasons: Any) -> NDArray[Any]:
    """For each contact the columns that would open a channel, joined by ``+``; ``reasons`` are its verdicts' codes."""
    import numpy as np

    texts = np.full(contacts.count, "", object)
    asked = np.broadcast_to(~np.array(_NOT_ADVISED).take(reasons), contacts.count)
    frame = Frame(channel, law.a_day_of(law.period(contacts.today + EPOCH)), readings)
    for purpose, sector, rows in _offers(contacts):
        ranks = _least(contacts, channel, openings(law, frame, purpose, sector))
        distinct, places = np.unique(np.broadcast_to(ranks, contacts.count), return_inverse=True)
        found = np.array([_text(int(rank), channel) for rank in distinct], object).take(places)
        texts = np.where(rows & asked, found, texts)
    return texts


def _offers(contacts: Contacts) -> Iterator[tuple[Purpose, Sector | None, Any]]:
    """Each purpose and sector that is offered, and to whom: to all, unless the columns say otherwise."""
    import numpy as np

    given = [np.unique(_codes(contacts, name, Channel.POST)) for name in ("purpose", "sector")]
    for purpose, sector in product(*given):
        to_whom = np.equal(_codes(contacts, "purpose", Channel.POST), purpose)
        to_whom = to_whom & np.equal(_codes(contacts, "sector", Channel.POST), sector)
        yield DOMAIN["purpose"][int(purpose)], DOMAIN["sector"][int(sector)], to_whom


def _least(contacts: Contacts, channel: Channel, ways: Iterable[Needs]) -> Any:
    """The best rank of all openings for each contact."""
    import numpy as np

    wanting = (_wanting(contacts, channel, needs) for needs in ways)
    ranks = [_rank(words) for words in wanting if isinstance(words, np.ndarray) or words < _MUST_STAY]
    return reduce(np.minimum, ranks, _rank(_MUST_STAY))


def _wanting(contacts: Contacts, channel: Channel, needs: Needs) -> Any:
    """A word for each contact: the columns that keep it from an opening, or ``_MUST_STAY`` where one has to stay."""
    words = [
        contacts.kept((fact, values, channel), partial(_word, contacts, channel, fact, values))
        for fact, values in needs.items()
    ]
    return reduce(or_, words, 0)


def _word(contacts: Contacts, channel: Channel, fact: str, values: frozenset[Any]) -> Any:
    import numpy as np

    codes = contacts.end(fact) <= contacts.today if fact in OVER else _codes(contacts, fact, channel)
    bit: Any = _MUST_STAY
    remedy = REMEDIES.get(fact)
    if remedy and remedy.value in values:
        bit = _bits(channel).get(remedy.named(channel), _MUST_STAY)
        if not remedy.again:
            unknown = contacts.date(remedy.column) == contacts.never if fact in OVER else np.equal(codes, 0)
            bit = np.where(unknown, np.uint32(bit), np.uint32(_MUST_STAY))
    does = np.array([value in values for value in DOMAIN[fact]]).take(np.asarray(codes, np.intp))
    words = np.where(does, np.uint32(0), np.uint32(bit) if isinstance(bit, int) else bit)
    return words if words.ndim else int(words)


def _codes(contacts: Contacts, fact: str, channel: Channel) -> Any:
    key = fact, channel if fact in OF_A_CHANNEL else None
    return contacts.kept(key, lambda: contacts.plain(fact, channel))


@cache
def _bits(channel: Channel) -> Mapping[str, int]:
    """The bit of each column that may be advised on a channel."""
    named = {remedy.named(channel) for remedy in REMEDIES.values()}
    return {name: 1 << 30 - place for place, name in enumerate(name for name in COLUMNS if name in named)}


def _rank(words: Any) -> Any:
    """Words in the order of preference: few bits first, then the file's first columns; what must stay comes last."""
    import numpy as np

    # Of two sets of one size the one with the file's earlier column has the higher word, hence the complement.
    words = np.asarray(words, np.uint32)
    few_first = np.bitwise_count(words).astype(np.uint64) << np.uint64(32)
    return np.where(words >= _MUST_STAY, np.uint64(1 << 63), few_first | (np.uint32(_ALL) ^ words))


def _text(rank: int, channel: Channel) -> str:
    words = _ALL ^ (rank & _ALL)
    return "" if rank >> 63 else "+".join(name for name, bit in _bits(channel).items() if words & bit)
