"""A French company of sixty and its CRM as nobody has touched it: no property says who agreed, or was told, to what.

Consumers and professionals, half of them without a country; four forms with their texts; three lists of the "do not
contact" kind, with people in them whom nothing else betrays; numbers that several people share.
"""

from __future__ import annotations

import random

from contactable.sandbox.draft import DAY, Draft
from contactable.sandbox.hubspot.times import iso
from contactable.sandbox.names import Numbers
from contactable.sandbox.population import FormText, Person, Population, Sent

REFUSALS = {  # list -> share of the contacts in it
    "NE PLUS CONTACTER (2023)": 0.008,
    "Stop appels – commercial": 0.015,
    "Refus courrier": 0.01,
}
OTHER_LISTS = {"Newsletter mensuelle": 0.3, "Salon 2025": 0.05, "Clients actifs": 0.2}
_OPENED = 1_640_995_200_000  # 2022-01-01
FORMS = (
    FormText(
        "3d0f6a52-5b57-4f9c-9a1d-000000000001",
        "Demande de devis",
        _OPENED,
        "En envoyant ce formulaire, vous acceptez d'être recontacté. Vous pouvez vous y opposer.",
    ),
    FormText(
        "3d0f6a52-5b57-4f9c-9a1d-000000000002",
        "Livre blanc",
        _OPENED,
        "Nous vous écrirons à propos de nos offres, sauf si vous cochez la case d'opposition.",
    ),
    FormText(
        "3d0f6a52-5b57-4f9c-9a1d-000000000003",
        "Newsletter",
        _OPENED,
        "Votre adresse sert à vous envoyer notre newsletter ; désinscription en un clic.",
        {1601: "J'accepte de recevoir la newsletter par e-mail."},
    ),
    FormText(
        "3d0f6a52-5b57-4f9c-9a1d-000000000004",
        "Contact",
        _OPENED,
        "Vos données servent à vous répondre et à vous proposer nos services ; opposition en un clic.",
    ),
)


def invent(count: int, seed: int, now: int) -> Population:
    """Invent ``count`` contacts, what they sent and the lists that they are in."""
    dice = random.Random(seed)  # noqa: S311 - people to repeat, no secret
    numbers = Numbers(dice, again=True)
    people: list[Person] = []
    sent: list[Sent] = []
    for number in range(count):
        draft = Draft(dice, numbers, number + 1, now)
        created = draft.moment(1, 5 * 365)
        form = _fill(draft, created)
        if form is not None and draft.properties["email"]:
            sent.append(_submission(number, form, draft, created))
        people.append(draft.person(created))
    lists = {
        name: [number for number in range(count) if dice.random() < share]
        for name, share in {**REFUSALS, **OTHER_LISTS}.items()
    }
    opt_outs = [
        (number, None, now - dice.randint(1, 700) * DAY)
        for number in range(count)
        if "email" in people[number].properties and dice.random() < 0.04
    ]
    return Population(people, (), lists, FORMS, sent, opt_outs)


def _fill(draft: Draft, created: int) -> FormText | None:
    """Give a contact what such a CRM has of one, and the form that it came by."""
    draft.is_somebody()
    professional = draft.chance(0.55)
    if professional:
        draft.works()
        draft.has(associatedcompanyid=str(draft.dice.randint(1, 9_000)))
        if draft.chance(0.13):
            draft.has_generic_mailbox()
    source = draft.dice.choices(("FORM", "IMPORT", "CRM_UI"), (45, 30, 25))[0]
    draft.has(hs_object_source_label=source)
    draft.lives_in_france(named=False)
    _place(draft)
    draft.has_numbers(mobile=0.45, landline=0.35)
    _relation(draft, created)
    return draft.dice.choice(FORMS) if source == "FORM" else None


def _place(draft: Draft) -> None:
    """Half have a country, four in ten a street: nobody filled them in."""
    kind = draft.dice.choices(("", "France", "overseas", "abroad"), (50, 46, 1, 3))[0]
    if kind == "France":
        draft.has(country=draft.dice.choice(("France", "France", "FR", "france", "FRANCE")))
    elif kind:
        (draft.lives_overseas if kind == "overseas" else draft.lives_abroad)()
    if draft.chance(0.6):
        draft.has(address="", zip="", city="")
    if draft.chance(0.04):
        draft.has(email="")


def _relation(draft: Draft, created: int) -> None:
    customer = draft.chance(0.22)
    draft.has(lifecyclestage="customer" if customer else draft.dice.choice(("lead", "subscriber", "opportunity", "")))
    if customer and draft.chance(0.8):
        draft.has(recent_deal_close_date=_since(draft, created), num_associated_deals_won="1")
    if draft.chance(0.35):
        draft.has(hs_email_last_click_date=_since(draft, created))
    if draft.chance(0.6):
        draft.has(hs_email_last_open_date=_since(draft, created))
    if draft.properties.get("mobilephone") and draft.chance(0.02):
        draft.has(mobilephone=f"{draft.properties['mobilephone']} (perso)")


def _since(draft: Draft, created: int) -> str:
    """Some moment after the contact was created, as HubSpot writes it."""
    return iso(draft.dice.randrange(created, draft.now))


def _submission(number: int, form: FormText, draft: Draft, created: int) -> Sent:
    """What came through the form: the contact's conversion is this moment, and a box is ticked two times in three."""
    at = draft.dice.randrange(created, draft.now)
    draft.has(recent_conversion_date=iso(at), recent_conversion_event_name=f"Site: {form.name}")
    kept = ("email", "firstname", "lastname")
    values = {name: draft.properties[name] for name in kept if draft.properties.get(name)}
    for subscription in form.communications:
        values[f"LEGAL_CONSENT.subscription_type_{subscription}"] = "Checked" if draft.chance(0.66) else "Not Checked"
    return Sent(number, form.id, at, values, "https://www.example.com/")
