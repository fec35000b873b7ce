"""What people read on the kit's CRM properties, in French and English. Each name has a label and a description."""

from __future__ import annotations

from typing import Final

TEXTS: Final = {
    "fr": {
        "channels": "Canaux de prospection ouverts",
        "channels.description": "Où la loi permet aujourd'hui de prospecter ce contact. C'est le filtre des listes. "
        "Écrit par contactable ; ne pas modifier.",
        "oppose": "Opposition à la prospection",
        "oppose.description": "Cocher quand la personne ne veut plus être prospectée. Décocher ne rouvre rien : seule "
        "la personne le peut.",
        "oppose.email": "E-mail",
        "oppose.sms": "SMS",
        "oppose.calls": "Appels",
        "oppose.post": "Courrier",
        "oppose.all": "Tout",
        "reasons": "Motifs par canal",
        "reasons.description": "Le motif de chaque canal, sous la forme canal:motif.",
        "until": "Prospection : à revoir le",
        "until.description": "Le premier jour où l'un des canaux peut changer sans que rien ne soit fait.",
        "phone_next_call": "Prospection – Appel : possible à partir de",
        "phone_next_call.description": "Début de la plage de trois heures où la personne peut être appelée (horaires "
        "et quatre tentatives en trente jours, art. D223-9). Vide si l'appel est interdit, et pour un professionnel, "
        "qui n'a pas d'horaires.",
        "changed_at": "Prospection : mis à jour le",
        "changed_at.description": "Quand contactable a modifié ces propriétés pour la dernière fois.",
        "link": "Lien de préférences",
        "link.description": "À placer dans tout message : la personne y voit et y ferme ses canaux.",
        "state": "Prospection – {channel}",
        "state.description": "Si la loi permet aujourd'hui de prospecter ce contact par ce canal ({channel}).",
        "state.allowed": "Permise",
        "state.denied": "Interdite",
        "state.not_covered": "Hors du champ",
        "reason": "Prospection – {channel} : motif",
        "reason.description": "Pourquoi ce canal ({channel}) est ouvert ou fermé.",
        "advice": "Prospection – {channel} : ce qui manque",
        "advice.description": "Les informations qui ouvriraient ce canal ({channel}) ; vide quand aucune n'y suffit.",
        "until_channel": "Prospection – {channel} : jusqu'au",
        "until_channel.description": "Le jour où ce canal ({channel}) change de lui-même ; ce jour exclu.",
        "offer": "Canaux ouverts – {offer}",
        "offer.description": "Où la loi permet aujourd'hui de proposer « {offer} » à ce contact.",
    },
    "en": {
        "channels": "Open prospecting channels",
        "channels.description": "Where the law lets this contact be prospected today. Filter lists on this. Written by "
        "contactable; do not change it.",
        "oppose": "Objects to prospecting",
        "oppose.description": "Tick when the person no longer wants to be prospected. Un-ticking reopens nothing: only "
        "the person can.",
        "oppose.email": "E-mail",
        "oppose.sms": "SMS",
        "oppose.calls": "Calls",
        "oppose.post": "Post",
        "oppose.all": "Everything",
        "reasons": "Reasons by channel",
        "reasons.description": "The reason of each channel, written channel:reason.",
        "until": "Prospecting: review on",
        "until.description": "The first day on which one of the channels may change though nothing is done.",
        "phone_next_call": "Prospecting – Phone call: possible from",
        "phone_next_call.description": "Start of the three hours in which the person may be called (hours and four "
        "attempts in thirty days, art. D223-9). Empty where calls are denied, and for professionals: no hours.",
        "changed_at": "Prospecting: updated at",
        "changed_at.description": "When contactable last changed these properties.",
        "link": "Preference link",
        "link.description": "For every message: there the person sees and closes the channels.",
        "state": "Prospecting – {channel}",
        "state.description": "Whether the law lets this contact be prospected today on this channel ({channel}).",
        "state.allowed": "Allowed",
        "state.denied": "Denied",
        "state.not_covered": "Not covered",
        "reason": "Prospecting – {channel}: reason",
        "reason.description": "Why this channel ({channel}) is open or closed.",
        "advice": "Prospecting – {channel}: what is missing",
        "advice.description": "The facts that would open this channel ({channel}); empty when none is enough.",
        "until_channel": "Prospecting – {channel}: until",
        "until_channel.description": "The day on which this channel ({channel}) changes by itself; that day excluded.",
        "offer": "Open channels – {offer}",
        "offer.description": "Where the law lets “{offer}” be offered to this contact today.",
    },
}
