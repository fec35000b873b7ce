"""The demonstration's contacts: each one's facts are known, and together they meet nearly every reason of the law.

Two in three are consumers. There are consents that hold, that were ticked in advance, bundled, bought, unproved or too
old; customers told and not told; objections; people overseas and abroad; and some of whom little is known.
"""

from __future__ import annotations

import random

from contactable.sandbox.columns import columns
from contactable.sandbox.demo_stories import (
    STORIES,
    Story,
    agreed_on_our_form,
    agreed_to_calls,
    bought_and_was_told,
    is_a_company_mailbox,
    works_in_the_trade,
)
from contactable.sandbox.draft import DAY, Draft
from contactable.sandbox.names import Numbers
from contactable.sandbox.population import Population


def invent(count: int, seed: int, now: int) -> Population:
    """Invent ``count`` contacts; every story is told once before dice decide."""
    dice = random.Random(seed)  # noqa: S311 - people to repeat, no secret
    numbers = Numbers(dice)
    drafts = [Draft(dice, numbers, number, now) for number in range(1, count + 1)]
    for number, draft in enumerate(drafts):
        _tell(draft, STORIES[number % len(STORIES)] if number < len(STORIES) else dice.choices(STORIES, WEIGHTS)[0])
    opt_outs = [
        (number, None if dice.random() < 0.5 else 1602, now - dice.randint(1, 400) * DAY)
        for number in range(count)
        if dice.random() < 0.04 and "email" in drafts[number].properties
    ]
    return Population([draft.person(draft.moment(1, 5 * 365)) for draft in drafts], list(columns()), opt_outs=opt_outs)


def _tell(draft: Draft, story: Story) -> None:
    draft.is_somebody()
    draft.has(last_contact_on=draft.between(5, 800), source="person", lifecyclestage="lead")
    draft.has_numbers(mobile=0.75, landline=0.4)
    draft.lives_in_france()
    story(draft)
    if draft.chance(0.05):
        draft.has(**{f"opposed_{draft.dice.choice(('email', 'sms', 'phone', 'post'))}_on": draft.between(1, 300)})


_OFTEN: dict[Story, int] = {
    agreed_on_our_form: 4,
    agreed_to_calls: 2,
    bought_and_was_told: 4,
    works_in_the_trade: 5,
    is_a_company_mailbox: 3,
}
WEIGHTS = tuple(_OFTEN.get(story, 1) for story in STORIES)
