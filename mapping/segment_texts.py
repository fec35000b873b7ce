"""What people read on the kit's lists in a CRM, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contactable.rules.labels import Language

TEXTS: Final[Mapping[Language, Mapping[str, str]]] = {
    "fr": {
        "reachable": "Joignables – {channel}",
        "exclude": "À exclure – {channel}",
        "consents_ending": "Consentements aux appels à redemander (60 jours)",
        "retention_ended": "Conservation terminée",
        "marketing_closed": "Contacts marketing fermés partout",
        "call_now": "À appeler maintenant",
        "one_fact_missing": "Il ne manque qu'une information",
    },
    "en": {
        "reachable": "Reachable – {channel}",
        "exclude": "Exclude – {channel}",
        "consents_ending": "Consents to calls to ask again (60 days)",
        "retention_ended": "Retention ended",
        "marketing_closed": "Marketing contacts closed everywhere",
        "call_now": "To call now",
        "one_fact_missing": "One fact missing",
    },
}
