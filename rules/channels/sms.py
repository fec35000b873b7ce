"""Text messages (``sms``): SMS, MMS, RCS and text messages of messaging services; one consent and one STOP for all.

Article L34-5 calls them electronic mail, so the rules are those of e-mail but for the mailboxes of organisations.
"""

from __future__ import annotations

from typing import Final

from contactable.rules.channels.electronic import ELECTRONIC
from contactable.rules.questions import ASKED_BEFORE_MESSAGES

SMS: Final = (*ASKED_BEFORE_MESSAGES, *ELECTRONIC)
