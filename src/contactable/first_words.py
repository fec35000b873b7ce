"""What ``contactable init`` says around its questions, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contactable.rules.labels import Language

SAID: Final[Mapping[Language, Mapping[str, str]]] = {
    "fr": {
        "again": "On reprend les réponses gardées dans {path} (effacez-le pour tout recommencer).",
        "kept": "Vos réponses sont gardées dans {path} : relancez `contactable init`, il reprend où vous en étiez.",
        "unsubscribe": "Désinscrire aussi, dans le CRM, qui s'oppose ?",
        "look": "Regarder les contacts maintenant ?",
        "url": "Adresse publique de cette installation",
        "written": "{path} et ses clés sont écrits. Ensuite :",
        "upgrade": "crée le registre",
        "backup": "personne ne peut refaire une clé perdue",
        "doctor": "dit ce qui manque",
        "dry": "montre ce qui serait écrit dans le CRM",
        "then": "puis :",
    },
    "en": {
        "again": "Going on with the answers kept in {path} (delete it to begin anew).",
        "kept": "Your answers are kept in {path}: run `contactable init` again, it goes on from there.",
        "unsubscribe": "Also opt out, in the CRM itself, whoever objects?",
        "look": "Look at the contacts now?",
        "url": "Public address of this installation",
        "written": "{path} and its keys are written. Next:",
        "upgrade": "makes the register",
        "backup": "nobody can restore a lost key",
        "doctor": "says what is missing",
        "dry": "shows what would be written to the CRM",
        "then": "then:",
    },
}
