"""The rules of each channel, one file each: an ordered tuple, the first rule that speaks decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contactable.rules.channels.email import EMAIL
from contactable.rules.channels.phone import PHONE
from contactable.rules.channels.post import POST
from contactable.rules.channels.robocall import ROBOCALL
from contactable.rules.channels.sms import SMS
from contactable.rules.rule import Rule
from contactable.rules.terms import Channel

CHANNELS: Final[Mapping[Channel, tuple[Rule, ...]]] = {
    Channel.EMAIL: EMAIL,
    Channel.SMS: SMS,
    Channel.PHONE: PHONE,
    Channel.ROBOCALL: ROBOCALL,
    Channel.POST: POST,
}
