"""Automated calls and voice messages (``robocall``): the rules of article L34-5, the banned sectors of calls.

Whether one's own customers may be called by an automaton is a doubt that the company settles
(``robocall_existing_customer``); training accounts and works in homes are banned as for calls.
"""

from __future__ import annotations

from typing import Final

from contactable.rules.channels.electronic import ELECTRONIC
from contactable.rules.questions import ASKED_BEFORE_CALLS

ROBOCALL: Final = (*ASKED_BEFORE_CALLS, *ELECTRONIC)
