"""What ``contactable init`` says while it puts its questions, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contactable.rules.labels import Language

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "fr": {
        "choice": "oui, non",
        "none": "  Aucune source de refus n'est suggérée.",
        "kept": "  (déjà répondu : {answer})",
        "wrong": "  Refusé : {why}",
        "choose": "répondez oui (la source dit un refus) ou non (elle n'en dit pas).",
        "absent": "{what} n'est pas ici.{near} Écrivez un nom qui existe, ou rien.",
        "property": "la propriété « {name} »",
        "list": "la liste « {name} »",
        "form": "le formulaire « {name} »",
        "nothing": "« - » : rien",
        "near": " Noms proches : {names}.",
        "doubtful": "  {what} ne se trouve pas ici.{near} Garder quand même ?",
        "contacts": "contacts : {count}",
        "of": "sur {count} regardés : ",
        "forms": "formulaires, séparés par des virgules (tous : tout le monde ; vide : personne, ou personne d'autre)",
        "no_country": "« {name} » n'est pas un pays connu : écrivez son nom ou son code, comme FR.",
        "no_form": "il n'y a pas de formulaire « {name} ». Il y a : {names}. « * » : n'importe quelles lettres.",
        "blank": "écrivez au moins un mot : une déclaration est signée, et a sa preuve.",
        "evidence": "preuve (un fichier ou une référence)",
        "no_file": "  {name} n'est pas un fichier d'ici : gardé comme référence, sans empreinte.",
        "by": "signé par (nom, fonction)",
    },
    "en": {
        "choice": "yes, no",
        "none": "  No source of refusals is suggested.",
        "kept": "  (answered already: {answer})",
        "wrong": "  Refused: {why}",
        "choose": "answer yes (it says a refusal) or no (it does not).",
        "absent": "{what} is not here.{near} Write a name that exists, or nothing.",
        "property": "the property “{name}”",
        "list": "the list “{name}”",
        "form": "the form “{name}”",
        "nothing": "“-”: nothing",
        "near": " Names like it: {names}.",
        "doubtful": "  {what} is not found here.{near} Keep it all the same?",
        "contacts": "{count} contacts",
        "of": "of {count} looked at: ",
        "forms": "forms, joined by commas (all: everybody; empty: nobody, or nobody else)",
        "no_country": "“{name}” is no country that is known: write its name or its code, as FR.",
        "no_form": "there is no form “{name}”. There are: {names}. “*”: any letters.",
        "blank": "write a word at least: a declaration is signed and has evidence.",
        "evidence": "evidence (a file or a reference)",
        "no_file": "  {name} is no file here: kept as a reference, without a digest.",
        "by": "signed by (name, function)",
    },
}
