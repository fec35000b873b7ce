"""What a connector over HTTP is put together from: its options, its account, windows of changes, outcomes of writes.

Nothing here knows a CRM. A connector takes what fits; ``docs/connectors.md`` shows how.
"""

from __future__ import annotations

from contactable.connectors.parts.account import Account, ServerClock
from contactable.connectors.parts.bearer import Bearer
from contactable.connectors.parts.flags import opt_outs_shown, says_yes
from contactable.connectors.parts.merges import Into, left_of_merges
from contactable.connectors.parts.options import Count, Seconds, read_options
from contactable.connectors.parts.outcomes import in_groups, not_here, one_change_a_contact, write_in_groups
from contactable.connectors.parts.singly import one_by_one
from contactable.connectors.parts.turns import in_turns
from contactable.connectors.parts.windows import Fetch, iter_windows, window_from

__all__ = [
    "Account",
    "Bearer",
    "Count",
    "Fetch",
    "Into",
    "Seconds",
    "ServerClock",
    "in_groups",
    "in_turns",
    "iter_windows",
    "left_of_merges",
    "not_here",
    "one_by_one",
    "one_change_a_contact",
    "opt_outs_shown",
    "read_options",
    "says_yes",
    "window_from",
    "write_in_groups",
]
