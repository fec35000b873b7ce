"""The columns of the contact file in words, in its order: what a cell means, in French and in English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contactable.rules.label_text import Text
from contactable.rules.terms import Channel

_CONSENT = {
    Channel.EMAIL: Text("aux e-mails", "to e-mail"),
    Channel.SMS: Text("aux SMS", "to SMS"),
    Channel.PHONE: Text("aux appels", "to calls"),
    Channel.ROBOCALL: Text("aux automates d'appel", "to automated calls"),
}
_OBJECTED = {**_CONSENT, Channel.POST: Text("au courrier", "to post")}


def _each(pattern: str, texts: Mapping[Channel, Text], fr: str, en: str) -> dict[str, Text]:
    return {pattern.format(each): Text(fr.format(text.fr), en.format(text.en)) for each, text in texts.items()}


COLUMNS: Mapping[str, Text] = MappingProxyType(
    {
        "id": Text("le nom de la ligne dans les résultats et les erreurs", "the row's name in results and errors"),
        "audience": Text("consommateur ou professionnel", "consumer or professional"),
        "sole_trader": Text(
            "entrepreneur individuel : sa boîte générique est la sienne",
            "sole trader: a generic mailbox is then the person's own",
        ),
        "country": Text("le pays où se trouve la personne", "the country where the person is"),
        "postcode": Text(
            "le code postal ; ne dit que le fuseau horaire", "the postcode; tells the time zone, nothing else"
        ),
        "email": Text("l'adresse e-mail", "the e-mail address"),
        "mobile": Text("le numéro de mobile", "the mobile number"),
        "landline": Text("le numéro fixe", "the fixed number"),
        "street": Text("l'adresse postale", "the postal address"),
        "last_contact_on": Text(
            "date du dernier contact venu de la personne (la collecte compte)",
            "date of the last contact that came from the person (collection counts)",
        ),
        "relation_ended_on": Text("date de fin de la relation", "date on which the relation ended"),
        "customer": Text("la personne est cliente aujourd'hui", "there is a relation now"),
        "sale": Text(
            "ce qui a eu lieu : vente, compte, devis, panier", "what took place: sale, account, quote, basket"
        ),
        "collected_at_sale": Text(
            "adresse recueillie auprès de la personne lors de cette vente",
            "the address was collected from the person at that sale",
        ),
        "similar_offer": Text(
            "offre analogue à ce qui a été acheté, par la même entreprise",
            "the offer is like what was bought, from the same company",
        ),
        "source": Text("d'où viennent les données : la personne ou ailleurs", "where the data came from"),
        "collected_on": Text("date de la collecte", "date of the collection"),
        "first_message_on": Text(
            "date du premier message portant l'information de l'art. 14",
            "date of the first message with the information of art. 14",
        ),
        "informed": Text(
            "informée de la prospection et en mesure de s'y opposer, simplement et sans frais, lors de la collecte",
            "told of prospecting and able to object, simply and free of charge, at collection",
        ),
        "related_to_profession": Text(
            "offre en rapport avec la profession de la personne", "the offer is connected with the profession"
        ),
        "contract": Text("un contrat est en cours", "a contract is in progress"),
        "offer_on_contract": Text(
            "offre en rapport avec l'objet de ce contrat", "the offer is connected with that contract's object"
        ),
        "purpose": Text("finalité de la campagne ; vide : commerciale", "purpose of the campaign; empty: commercial"),
        "sector": Text("secteur réglementé ; vide : aucun", "regulated trade; empty: none of them"),
        "bloctel": Text("sur Bloctel ; vide : non vérifié", "on Bloctel; empty: not checked"),
        "robinson": Text("sur la liste Robinson ; vide : non vérifié", "on the Robinson list; empty: not checked"),
        **_each("consent_{}_on", _CONSENT, "date du consentement {}", "date of the consent {}"),
        **_each("consent_{}_act", _CONSENT, "par quel acte : consentement {}", "by which act: consent {}"),
        **_each("consent_{}_to", _CONSENT, "donné à qui : consentement {}", "given to whom: consent {}"),
        **_each("consent_{}_proof", _CONSENT, "la preuve est gardée : consentement {}", "a proof is kept: consent {}"),
        **_each(
            "consent_{}_withdrawn_on", _CONSENT, "date du retrait du consentement {}", "date of withdrawal: consent {}"
        ),
        "consent_phone_complete": Text(
            "la demande faisait les cinq mentions de R223-1", "the request made the five statements of R223-1"
        ),
        "consent_phone_until": Text(
            "dernier jour de la période annoncée, si elle est plus courte qu'un an",
            "last day of the stated period, if shorter than a year",
        ),
        "callback_requested_on": Text("date de la demande de rappel", "date on which a call was asked for"),
        "callback_proof": Text("la demande de rappel peut être prouvée", "the request for a call can be proved"),
        "offer_as_asked": Text("l'offre est ce qui a été demandé", "the offer is what was asked for"),
        "minor_at_consent": Text("moins de 15 ans le jour des consentements", "under 15 on the day of the consents"),
        "parental_authorisation": Text(
            "un titulaire de l'autorité parentale a consenti aussi", "a holder of parental authority joined in"
        ),
        **_each("opposed_{}_on", _OBJECTED, "date de l'opposition {}", "date of the opposition {}"),
        "opposed_all_on": Text("date de l'opposition à tout", "date of the opposition to everything"),
        **_each(
            "reopened_{}_on",
            _OBJECTED,
            "date d'un acte ultérieur de la personne levant l'opposition {}",
            "date of a later act of the person that lifts the opposition {}",
        ),
    }
)
