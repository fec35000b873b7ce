"""What a connector over HTTP is put together from: its options, its account, windows of changes, outcomes of writes.

Nothing here knows a CRM. A connector takes what fits; ``docs/connectors.md`` shows how.
"""

from __future__ import annotations

from contactable.connectors.parts.account import Account, ServerClock, in_words
from contactable.connectors.parts.bearer import Bearer
from contactable.connectors.parts.checking import looked_at, refuse_other_types
from contactable.connectors.parts.flags import opt_outs_shown, says_yes
from contactable.connectors.parts.fresh import Fresh
from contactable.connectors.parts.merges import Into, left_of_merges
from contactable.connectors.parts.options import Count, Seconds, read_options
from contactable.connectors.parts.outcomes import (
    in_groups,
    not_here,
    one_change_a_contact,
    opt_out_each,
    outcome_of,
    write_each,
    write_in_groups,
)
from contactable.connectors.parts.singly import one_by_one
from contactable.connectors.parts.turns import in_turns
from contactable.connectors.parts.values import record_of, text_of
from contactable.connectors.parts.windows import Fetch, changed_since, ids_of, iter_windows, window_from

__all__ = [
    "Account",
    "Bearer",
    "Count",
    "Fetch",
    "Fresh",
    "Into",
    "Seconds",
    "ServerClock",
    "changed_since",
    "ids_of",
    "in_groups",
    "in_turns",
    "in_words",
    "iter_windows",
    "left_of_merges",
    "looked_at",
    "not_here",
    "one_by_one",
    "one_change_a_contact",
    "opt_out_each",
    "opt_outs_shown",
    "outcome_of",
    "read_options",
    "record_of",
    "refuse_other_types",
    "says_yes",
    "text_of",
    "window_from",
    "write_each",
    "write_in_groups",
]
