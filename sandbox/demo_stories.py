"""What happened to the demonstration's contacts: a story is a function that gives a contact its facts.

Read the first sentence of each: it is the case of the law that the contact stands for.
"""

from __future__ import annotations

from collections.abc import Callable

from contactable.sandbox.draft import Draft

Story = Callable[[Draft], None]


def agreed_on_our_form(draft: Draft) -> None:
    """A consumer who ticked the boxes for e-mail and SMS."""
    _consumer(draft, informed="yes")
    for channel in ("email", "sms"):
        _agreed(draft, channel, draft.between(5, 700))


def agreed_to_calls(draft: Draft) -> None:
    """A consumer who agreed to calls within the year, all five statements made."""
    _consumer(draft, informed="yes", consent_phone_complete="yes")
    _agreed(draft, "phone", draft.between(5, 300))
    if draft.chance(0.3):
        _agreed(draft, "robocall", draft.between(5, 300))


def agreed_to_calls_too_long_ago(draft: Draft) -> None:
    """As before, more than a year ago."""
    _consumer(draft, informed="yes", consent_phone_complete="yes")
    _agreed(draft, "phone", draft.between(370, 790))


def agreed_to_calls_without_all_statements(draft: Draft) -> None:
    """Agreed to calls on a form that did not say how to withdraw."""
    _consumer(draft, informed="yes", consent_phone_complete="no")
    _agreed(draft, "phone", draft.between(5, 300))


def found_the_box_ticked(draft: Draft) -> None:
    """The box was ticked in advance."""
    _consumer(draft, informed="yes")
    _agreed(draft, "email", draft.between(5, 700), act="preticked")


def accepted_general_terms(draft: Draft) -> None:
    """The consent came with the general terms."""
    _consumer(draft, informed="no")
    _agreed(draft, "email", draft.between(5, 700), act="bundled")
    _agreed(draft, "sms", draft.between(5, 700), act="bundled")


def was_bought_from_a_broker(draft: Draft) -> None:
    """Agreed to somebody else, who did not name us."""
    _consumer(draft, source="elsewhere", informed="no", collected_on=draft.between(60, 400))
    _agreed(draft, "email", draft.between(60, 400), to="third_party")


def agreed_without_a_proof(draft: Draft) -> None:
    """Somebody noted a consent and nothing more."""
    _consumer(draft, informed="yes")
    _agreed(draft, "phone", draft.between(5, 300), proof="no")
    _agreed(draft, "sms", draft.between(5, 300), proof="")


def bought_and_was_told(draft: Draft) -> None:
    """Our own customer, offered what is like what was bought."""
    _consumer(draft, informed="yes")
    _customer(draft, similar_offer="yes")


def bought_something_else(draft: Draft) -> None:
    """A customer, offered what has nothing to do with it."""
    _consumer(draft, informed="yes")
    _customer(draft, similar_offer="no")


def bought_and_was_not_told(draft: Draft) -> None:
    """A customer whom nobody told that he could object."""
    _consumer(draft, informed="no")
    _customer(draft, similar_offer="yes")


def only_made_an_account(draft: Draft) -> None:
    """A free account is no sale."""
    _consumer(draft, informed="yes", sale="account", collected_at_sale="yes", similar_offer="yes")


def has_a_contract(draft: Draft) -> None:
    """A contract in progress, and the offer is connected with it."""
    _consumer(draft, informed="yes", contract="yes", offer_on_contract="yes", customer="yes", lifecyclestage="customer")


def asked_to_be_called(draft: Draft) -> None:
    """Asked for a call within the last days, or some weeks ago."""
    asked = draft.between(0, 3) if draft.chance(0.6) else draft.between(10, 40)
    _consumer(draft, informed="yes", callback_requested_on=asked, callback_proof="yes", offer_as_asked="yes")
    draft.has(last_contact_on=asked)


def is_on_bloctel(draft: Draft) -> None:
    """A Bloctel entry has no effect any more; it is still on file."""
    _consumer(draft, informed="yes", bloctel="yes")


def works_in_the_trade(draft: Draft) -> None:
    """A professional who was told, offered what concerns the trade."""
    _professional(draft, informed="yes", related_to_profession="yes")


def works_and_was_not_told(draft: Draft) -> None:
    """A professional whom nobody told."""
    _professional(draft, informed="no", related_to_profession="yes")


def works_elsewhere(draft: Draft) -> None:
    """A professional, offered what does not concern the trade."""
    _professional(draft, informed="yes", related_to_profession="no")


def is_a_company_mailbox(draft: Draft) -> None:
    """contact@: the organisation's own mailbox."""
    _professional(draft, related_to_profession="yes")
    draft.has_generic_mailbox()


def works_alone(draft: Draft) -> None:
    """A sole trader: the generic mailbox is the person's own."""
    _professional(draft, sole_trader="yes", informed="yes", related_to_profession="yes")
    draft.has_generic_mailbox()


def was_met_at_a_fair(draft: Draft) -> None:
    """A professional whose data came from elsewhere, less than a month ago."""
    _professional(draft, source="elsewhere", related_to_profession="yes", collected_on=draft.between(2, 25))
    draft.has(informed="no", last_contact_on=draft.between(2, 25))


def said_no_to_everything(draft: Draft) -> None:
    """Objected to all prospecting."""
    agreed_on_our_form(draft)
    draft.has(opposed_all_on=draft.between(1, 400))


def said_no_to_one_channel(draft: Draft) -> None:
    """A customer who said STOP, or refused calls."""
    bought_and_was_told(draft)
    draft.has(**{f"opposed_{draft.dice.choice(('email', 'sms', 'phone', 'post'))}_on": draft.between(1, 400)})


def took_the_consent_back(draft: Draft) -> None:
    """Agreed, and withdrew it."""
    agreed_on_our_form(draft)
    draft.has(consent_email_withdrawn_on=draft.ago(2))


def lives_overseas(draft: Draft) -> None:
    """La Réunion, Guadeloupe …: the same law, other hours."""
    agreed_on_our_form(draft)
    draft.lives_overseas()


def lives_abroad(draft: Draft) -> None:
    """Belgium, Switzerland …: outside this law."""
    agreed_on_our_form(draft)
    draft.lives_abroad()


def was_silent_for_years(draft: Draft) -> None:
    """The last contact lies more than three years back."""
    agreed_on_our_form(draft)
    draft.has(last_contact_on=draft.between(1_100, 2_000))
    _agreed(draft, "email", draft.between(1_200, 2_000))


def was_a_child(draft: Draft) -> None:
    """Under fifteen when agreeing, and no parent joined in."""
    agreed_on_our_form(draft)
    draft.has(minor_at_consent="yes", parental_authorisation="no")


def is_hardly_known(draft: Draft) -> None:
    """A name and an address, and nothing of what the law asks."""
    for name in ("last_contact_on", "country", "source"):
        draft.properties.pop(name, None)


def left_no_address(draft: Draft) -> None:
    """No e-mail address and no number."""
    _consumer(draft, informed="yes", firstname=draft.properties["firstname"])
    for name in ("email", "phone", "mobilephone"):
        draft.properties.pop(name, None)


def _consumer(draft: Draft, **values: str) -> None:
    draft.has(audience="consumer", **values)


def _professional(draft: Draft, **values: str) -> None:
    draft.works()
    draft.has(audience="professional", **values)


def _agreed(draft: Draft, channel: str, day: str, act: str = "positive", to: str = "us", proof: str = "yes") -> None:
    of = f"consent_{channel}_"
    draft.has(**{f"{of}on": day, f"{of}act": act, f"{of}to": to, f"{of}proof": proof})


def _customer(draft: Draft, **values: str) -> None:
    draft.has(customer="yes", sale="sale", collected_at_sale="yes", lifecyclestage="customer", **values)
    draft.has(last_contact_on=draft.between(5, 700))


STORIES: tuple[Story, ...] = (
    agreed_on_our_form,
    agreed_to_calls,
    agreed_to_calls_too_long_ago,
    agreed_to_calls_without_all_statements,
    found_the_box_ticked,
    accepted_general_terms,
    was_bought_from_a_broker,
    agreed_without_a_proof,
    bought_and_was_told,
    bought_something_else,
    bought_and_was_not_told,
    only_made_an_account,
    has_a_contract,
    asked_to_be_called,
    is_on_bloctel,
    works_in_the_trade,
    works_and_was_not_told,
    works_elsewhere,
    is_a_company_mailbox,
    works_alone,
    was_met_at_a_fair,
    said_no_to_everything,
    said_no_to_one_channel,
    took_the_consent_back,
    lives_overseas,
    lives_abroad,
    was_silent_for_years,
    was_a_child,
    is_hardly_known,
    left_no_address,
)
