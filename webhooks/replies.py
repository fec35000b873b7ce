"""Is this reply a STOP? French first; wider than any sender's own list of keywords.

Senders flag a reply only when the whole of it equals a keyword: "Stop merci" passes for a conversation at Twilio. So we
read every reply. A doubt closes: ``probable`` suppresses at once and asks a person. Only a release must be exact, and
alone: "OUI" may answer any question and never releases. What is no opposition is taken out before anything is looked
for ("non stop", "arrêt maladie"), so that "arrêt maladie, ne m'appelez plus" still counts. Keywords: af2m, Charte
Business Messaging 2026 (STOP); AWS "Keywords required" and Twilio "Advanced Opt-Out", read on 2026-11-23.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

ReadingKind: TypeAlias = Literal["certain", "probable", "release", "not"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply is, and the pattern that said so; ``pattern`` is ours and never quotes the reply."""

    kind: ReadingKind
    pattern: str


def read_reply(text: str, *, offered: Sequence[str] = ()) -> Reading:
    """Read one reply by SMS, MMS or RCS (of a long one, its first part); never raises.

    ``offered`` are the words that the last message gave as the way out, beyond STOP: END, CANCEL, FIN and NON are
    ordinary words and count only when they were offered.
    """
    text = text[:_LONGEST]
    plain = _normalised(text)
    said = " ".join(plain.replace("|", " ").split())
    if not said:
        return Reading("probable", "stop sign alone") if _is_stop_sign(text) else Reading("not", "empty")
    if said in {_normalised(word) for word in offered}:
        return Reading("certain", "offered word")
    if said in RELEASES:
        return Reading("release", "start word")
    if said in ONLY_WHEN_OFFERED:
        return Reading("not", "word that was not offered")
    if said != _NON_STOP and _core(plain) == _NON_STOP:
        return Reading("probable", "answer and keyword")  # "non stop merci": nobody is polite about opening hours
    spoken = NOT_OPPOSITIONS.sub(" ", plain)
    return next((reading for look in _LOOKS if (reading := look(spoken))), Reading("not", "no pattern"))


RELEASES = frozenset({"start", "unstop", "reabonner", "reprendre"})
ONLY_WHEN_OFFERED = frozenset({"end", "cancel", "fin", "non"})

KEYWORDS = frozenset(
    # French and English, then German, Spanish, Italian, Portuguese, Dutch, Polish
    "stop|stops|stopper|stoppez|stoper|stopez|stop sms|stopsms|stop pub|stoppub|stop publicite|stop all|stopall|arret|"
    "arrete|arretez|arreter|desabonnement|desabonner|me desabonner|desabonnez moi|desabonne moi|desabonne|desabonnez|"
    "desinscription|desinscrire|me desinscrire|desinscrivez moi|desinscris moi|desinscris|desinscrit|desinscrivez|"
    "unsubscribe|unsub|quit|remove|remove me|revoke|optout|opt out|td|"
    "stopp|abmelden|abbestellen|baja|alto|parar|cancelar|annulla|disiscrivi|cancella|sair|remover|"
    "afmelden|uit|stoppen|wypisz".split("|")
)

STRETCHED = re.compile(r"(?:s+t+o+p+ ?)+|a+r{2,}e+t+(?:e+[zr]*)?")
"""``stooop``, ``stopstop``, ``STOP STOP STOP``, ``arrrretez``."""

MISSPELT = re.compile(r"ar+et+(?:e[zrs]?|ai[st])?")
"""``arétez``, ``arrettez``, ``areté``."""

FIRST_WORDS = frozenset({"stop", "stopp", "arret", "unsubscribe", "desabonnement", "desinscription"})
_NON_STOP = "non stop"
_FEW = 5  # words: a keyword and what courtesy or anger adds to it
_LONGEST = 1000  # characters, some seven parts of an SMS

NOT_OPPOSITIONS = re.compile(
    r"\b(?:bus stop|(?:non|auto|pit) ?stop|stop ou encore|stop ?over|stop and go|stop motion|"
    r"(?<!envoye )(?<!repondu )(?<!ecrit )(?<!mis )(?<!demande )(?:au|le|un|du|en|panneau) stop(?! \d)|"
    r"arrets? (?:(?:de|du) )?(?:maladie|travail|bus|tram|tramway|metro|car|cardiaque)|"
    r"(?:peux|peut|pouvons|pouvez|sais|veux) (?:pas|plus) (?:m |s |nous |vous )?arreter)\b"
)

OPPOSED = {  # pattern -> what says, anywhere in a reply, that nothing more is wanted
    "ne plus": r"\bne? ?(?:me |m ?|nous |plus |pas |jamais )*"
    r"(?:contact|recontact|envoy|renvoy|appel|rappel|ecri|sollicit|derang|relanc|importun|joindre|recevoir|adress|demarch|spam|harcel)\w*",
    "n envoyez plus": r"\bn (?:envoy|appel|ecri)\w* plus\b",
    "plus de": r"\b(?:plus|assez) (?:jamais )?(?:de |d |aucune? )+"
    r"(?:sms|texto|pub|message|appel|mail|demarchage|relance|sollicit)|^(?:plus jamais|jamais plus)$",
    "pas de pub": r"\b(?:pas (?:de|d)|aucune?|(?:non|halte) (?:au|aux|a la)) (?:pub|demarch|spam|prospection|sollicit)|"
    r"^pas (?:de|d) (?:sms|texto|message|appel|mail)s?$",
    "ne veux plus": r"\bj?(?:veu[xt]|souhaite|desire|voudrais|souhaitons|voulons) (?:plus|pas|ne plus|ne pas) "
    r"(?:rien )?(?:recevoir|etre|(?:de |d )?(?:vos |votre |tes |ces |cette )?(?:sms|texto|pub|message|mail|appel)|vos |"
    r"que vous m)",
    "arretez de": r"\barret\w* (?:de |d )(?:me |m ?|nous )?(?:contact|envoy|appel|harcel|ecri|sollicit|derang|spam)",
    "arretez vos": r"\b(?:arret\w*|stopp?(?:ez|er)?) (?:moi |nous )?(?:vos|votre|tes|ces|les|avec|tout|ca)\b",
    "merci d arreter": r"\b(?:merci|demand\w*|pri(?:e|ons)|veuillez)(?: bien)?(?: de| d)? arreter\b|"
    r"(?<!vous )(?<!nous )(?<!s )\barretez$|"
    r"^(?:arretez|stoppez|cessez) (?:immediat|maintenant|tout de suite|definitiv|la pub|le spam|je |j )",
    "arreter de recevoir": r"(?<!ai )\barret\w* de recevoir\b",
    "marre de": r"\b(?:marre|ras le bol|plein le dos|en ai assez)(?: (?:de|d))? (?:vos|votre|tes|ces|recevoir|etre)\b",
    "spam": r"\b(?:du|un) spam\b|^spam$|\b(?:du|de|votre|ce) harcelement\b|\b(?:me|nous) harcel\w*|\bbasta\b|"
    r"\bsignal\w*\b.*\b33 ?700\b",
    "bloctel": r"\bbloctel\b|\bsur (?:la )?liste rouge\b",
    "not asked for": r"\b(?:pas|jamais) demande (?:a (?:recevoir|etre)|vos|ces)\b|\bn insist\w* (?:pas|plus)\b|"
    r"\binutile d insister\b",
    "stop was said": r"\b(?:dit|dis|envoye|envoyer|repondu|ecrit|demande|tape|mis) (?:\w+ ){0,2}stop\b",
    "wrong number": r"\b(?:mauvais|faux|pas le bon|erreur de|trompe\w* de|wrong) num(?:ero|ber)\b(?! de| d )",
    "cessez": r"\bcess(?:e|ez|er) (?:(?:de |d )(?:me |m |nous )?(?:contact|envoy|appel|harcel|ecri|sollicit|derang)|"
    r"(?:vos|votre|tes|ces|tout)\b)",
    "retirez moi": r"\b(?:retir|supprim|enlev|effac|ray|radi|desinscri|desabonn)\w* (?:moi|mon|mes|me|nous|notre)\b",
    "me retirer": r"\b(?:me|m|nous|etre|se(?= des)) (?:retir|supprim|enlev|effac|radi|raye|desinscri|desabonn)\w*",
    "laissez moi": r"\b(?:laiss|fich|fout)\w* (?:moi|nous) (?:tranquil|en paix|la paix)|"
    r"\blach\w* (?:moi|nous)(?: la grappe| les baskets)?$|"
    r"\bsort(?:ez|ir|s) (?:moi|nous) de\b",
    "rgpd": r"\b(?:rgpd|gdpr)\b",
    "cnil": r"\bcnil\b",
    "droit d opposition": r"\b(?:droit d opposition|m oppose|fai(?:s|t|tes|re) opposition)\b",
    "do not": r"\b(?:do not|don t|dont|no more|never) (?:contact|call|text|texts|message|messages|send|sms|ads)\b",
    "take me off": r"\b(?:take me off|leave me alone|remove (?:me|my)|unsubscribe me|opt me out)\b",
    "stop and a short code": r"\bstop (?:au |sms )*3[68]\d{3}\b",
}

COURTESY = re.compile(
    r"^(?:(?:bonjour|bonsoir|salut|hello|hi|madame|monsieur|merci(?: de)?|svp|stp|please|pls) )+(?=\S)|"
    r"(?: (?:merci|beaucoup|d avance|svp|stp|s il (?:vous|te) plait|please|pls|plz|thanks|thank you|cordialement))+$"
)
NUMBERS = re.compile(r"^(?:\d+ )+|(?: (?:au|a|to|sms|le|num|numero))*(?: \d+)+$")  # the short code, kept by the person
YES_OR_NO = re.compile(r"^(?:oui|ok|okay|yes|non|no|d accord) ")

# One letter left out, added, changed or swapped, but these are words of their own.
OTHER_WORDS = frozenset({"stp", "top", "stock", "shop", "step", "sto", "stoc", "strop", "atop", "carret", "jarret"})

STOP_SIGNS = frozenset("🛑✋⛔🚫")

_Look: TypeAlias = Callable[[str], Reading | None]


def _keyword(spoken: str) -> Reading | None:
    rest = _core(spoken)
    if rest in KEYWORDS:
        return Reading("certain", "keyword")
    return Reading("certain", "stretched keyword") if STRETCHED.fullmatch(rest) else None


def _first_word(spoken: str) -> Reading | None:
    words = _core(spoken).split()
    if not words or words[0] not in FIRST_WORDS:
        return None
    if len(words) <= _FEW:
        return Reading("certain", "keyword first")
    # "Arrêt" also begins sentences about buses and work; "stop" hardly does.
    return Reading("probable", "keyword first, long reply") if words[0] != "arret" else None


def _slip(spoken: str) -> Reading | None:
    word = _core(spoken)
    return Reading("probable", "slip of the keys") if word in _slips() or MISSPELT.fullmatch(word) else None


def is_yes(text: str) -> bool:
    """Whether a reply is a bare yes or no: it may answer any question, and never releases."""
    return YES_OR_NO.fullmatch(f"{_core(_normalised(text[:_LONGEST]))} ") is not None


def _yes_and_keyword(spoken: str) -> Reading | None:
    rest, taken = YES_OR_NO.subn("", _core(spoken))
    return Reading("probable", "answer and keyword") if taken and _keyword(rest) else None


def _pattern(spoken: str) -> Reading | None:
    flat = " ".join(spoken.replace("|", " ").split())
    texts = {flat, _core(spoken)}
    found = next((name for name, pattern in OPPOSED.items() if any(re.search(pattern, text) for text in texts)), None)
    return Reading("probable", found) if found else None


def _clause(spoken: str) -> Reading | None:
    """A keyword that is a sentence of its own: "Je suis en réunion. STOP."."""
    clauses = spoken.split("|")
    return Reading("probable", "keyword as a sentence") if any(map(_keyword, clauses)) else None


def _last_word(spoken: str) -> Reading | None:
    """A reply that ends with STOP: "Pas intéressé stop"."""
    return Reading("probable", "keyword last") if _core(spoken).endswith(" stop") else None


_LOOKS: tuple[_Look, ...] = (_keyword, _first_word, _slip, _yes_and_keyword, _pattern, _clause, _last_word)


def _core(spoken: str) -> str:
    """What remains without sentence marks, short codes and courtesies at either end."""
    rest, before = " ".join(spoken.replace("|", " ").split()), ""
    while rest != before:
        before, rest = rest, NUMBERS.sub("", COURTESY.sub("", rest)).strip()
    return rest


def _normalised(text: str) -> str:
    """Lower-case words of plain letters; ``|`` where a sentence may have ended."""
    folded = unicodedata.normalize("NFKD", _without_signs(unicodedata.normalize("NFKC", text)).casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    joined = re.sub(r"\b(?:[a-z0][\s.\-_*]+){2,}[a-z0]\b", lambda found: re.sub(r"[^a-z0]", "", found[0]), bare)
    marked = re.sub(r"[^\w\s']*[.,;:!?\n][^\w']*", " | ", joined)
    words = re.sub(r"[^a-z0-9|]+", " ", marked)
    apart = re.sub(r"(?<=[a-z])(?=\d{4,}\b)|(?<=\d{4})(?=[a-z])", " ", words)  # "stop36180"
    return re.sub(r"\S+", lambda found: _letters(found[0]), apart).strip()


def _letters(word: str) -> str:
    """Undo ``st0p``: digits that look like letters, only in a word that has letters as well."""
    if word.isdigit():
        return word
    # A 1 is an i, unless only an l makes a word that we look for (``stopa11``).
    with_l = word.translate(_LOOK_ALIKES | {ord("1"): "l"})
    return with_l if with_l in _WORDS_WITH_L else word.translate(_LOOK_ALIKES)


_LOOK_ALIKES = str.maketrans("015", "ois")
_WORDS_WITH_L = {word for phrase in KEYWORDS for word in phrase.split() if "l" in word}
_DROPPED = {"So", "Sk", "Cs", "Cf", "Cn", "Co"}


def _without_signs(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in _DROPPED)


def _is_stop_sign(text: str) -> bool:
    return any(sign in text for sign in STOP_SIGNS)


@cache
def _slips() -> frozenset[str]:
    return frozenset(slip for word in ("stop", "arret") for slip in _one_slip(word)) - OTHER_WORDS


def _one_slip(word: str) -> Iterable[str]:
    """Every spelling at a Damerau distance of one."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in letters)
        yield from (before + letter + after[1:] for letter in letters if after)
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
