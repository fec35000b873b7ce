"""The doubts of the law in French and in English, as a person who settles them reads them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contactable.rules.label_text import Text
from contactable.rules.readings import DOUBTS

_FRENCH = {
    "robocall_existing_customer": "La CNIL étend l'exception du client existant aux automates d'appel ; "
    "l'article L34-5 ne vise que le courrier électronique.",
    "free_account_is_sale": "Pour la CNIL, ouvrir un compte n'est pas une vente ; "
    "pour la Cour de justice (C-654/23), ce peut en être une.",
    "robinson": "La liste Robinson (courrier) n'engage que les membres de la profession qui la tient.",
    "b2b_first_message": "Données d'un professionnel venues d'ailleurs : l'article 14(3)(b) du RGPD admet que le "
    "premier message informe ; la CNIL demande que la personne soit informée et puisse s'opposer avant tout usage.",
}

READINGS: Mapping[str, Text] = MappingProxyType(
    {doubt.name: Text(_FRENCH[doubt.name], doubt.doubt) for doubt in DOUBTS}
)
