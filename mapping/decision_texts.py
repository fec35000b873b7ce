"""The words around the decisions, in French and English; and the four doubts of the law in French."""

from __future__ import annotations

from typing import Final

DOUBTS_IN_FRENCH: Final = {
    "robocall_existing_customer": "La CNIL applique l'exception du client aux automates d'appel ; l'article L34-5 ne "
    "nomme que le courrier électronique.",
    "free_account_is_sale": "Pour la CNIL, ouvrir un compte n'est pas une vente ; pour la CJUE (C-654/23), cela peut "
    "l'être.",
    "robinson": "La liste Robinson (courrier) n'engage que les membres de la profession qui la tient.",
    "b2b_first_message": "Données d'un professionnel venues d'ailleurs : le RGPD (14-3-b) laisse le premier message "
    "informer ; la CNIL demande d'informer avant tout usage.",
}

WORDS: Final = {
    "fr": {
        "colon": " : ",
        "title": "Décisions de prospection",
        "intro": "Chaque décision est à approuver par la personne responsable. Ce qui a changé depuis est en gras.",
        "doubt": "Doute",
        "default": "Valeur par défaut, la plus stricte",
        "effect": "Effet",
        "never": "Jamais approuvée",
        "approved": "Approuvée par {by}, le {on}",
        "changed": "Modifiée depuis",
        "offer": "Offre « {label} », finalité : {purpose} ; secteur : {sector}.",
        "no_sector": "aucun des secteurs interdits",
        "subscriptions": "Types d'abonnement qui la portent",
        "declaration": "Nous déclarons {facts} pour : {about}. Preuve : {evidence}. Par {by}, le {on}.",
        "created": "créés du {first} au {last}",
        "wording": "Texte : {version}.",
        "until": "Valable jusqu'au {day}.",
        "all": "tous les contacts",
        "each_type": "pour chaque type d'abonnement",
        "none": "rien",
        "missing": "Ce qui manque au texte",
    },
    "en": {
        "colon": ": ",
        "title": "Decisions on prospecting",
        "intro": "Each decision is to be approved by the person in charge. What changed since is in bold.",
        "doubt": "Doubt",
        "default": "Default, the stricter",
        "effect": "Effect",
        "never": "Never approved",
        "approved": "Approved by {by}, on {on}",
        "changed": "Changed since",
        "offer": "Offer “{label}”: purpose {purpose}, sector {sector}.",
        "no_sector": "none of the banned ones",
        "subscriptions": "Subscription types that carry it",
        "declaration": "We declare {facts} for: {about}. Evidence: {evidence}. By {by}, on {on}.",
        "created": "created from {first} to {last}",
        "wording": "Text: {version}.",
        "until": "Valid until {day}.",
        "all": "all contacts",
        "each_type": "for each subscription type",
        "none": "nothing",
        "missing": "What the text lacks",
    },
}
