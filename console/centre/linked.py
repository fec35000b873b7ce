"""The pages behind the links of messages that ask for one press: unsubscribing (RFC 8058), and confirming a consent."""

from __future__ import annotations

from typing import Final

from flask import Response

from contactable.console.centre.doors import CentreDoors
from contactable.console.centre.showing import said
from contactable.console.site.languages import marked
from contactable.webhooks.saying import BUTTONS, Saying, status_of

_WORDS: Final = {
    Saying.UNSUBSCRIBE: (marked("Unsubscribe"), marked("One press, and we no longer approach you this way.")),
    Saying.UNSUBSCRIBED: (marked("It is done"), marked("We shall no longer approach you this way.")),
    Saying.CONFIRM: (
        marked("Confirm your consent"),
        marked("By confirming you agree to be approached. You may object at any time."),
    ),
    Saying.CONFIRMED: (marked("It is done"), marked("It is confirmed. You may object at any time.")),
    Saying.OVER: (
        marked("This link is no longer valid"),
        marked("This link was used already or is no longer valid: nothing has changed."),
    ),
    Saying.NOT_OURS: (
        marked("This link is no longer valid"),
        marked("It was cut on its way, or is too old: it closes nothing. Please type your address or number instead."),
    ),
    Saying.LATER: (
        marked("Please try again"),
        marked("We could not record this just now. Please try again in a few minutes."),
    ),
}
_PRESS: Final = {Saying.UNSUBSCRIBE: marked("Unsubscribe me"), Saying.CONFIRM: marked("I confirm")}


def say(doors: CentreDoors, saying: Saying, text: str) -> Response:
    """The page that says it, with its button where it has one; ``text`` is what one would agree to."""
    title, sentence = _WORDS[saying]
    button = (*BUTTONS[saying], _PRESS[saying]) if saying in BUTTONS else ()
    return said(doors, title, sentence, status_of(saying), button, text=text)
