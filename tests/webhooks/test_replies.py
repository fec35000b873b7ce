"""What counts as STOP, French first; what never does; and what nobody may be released by."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactable.webhooks.replies import KEYWORDS, ONLY_WHEN_OFFERED, OPPOSED, RELEASES, Reading, read_reply

KINDS = {"certain", "probable", "release", "not"}
PATTERNS = {
    *OPPOSED,
    "empty",
    "no pattern",
    "stop sign alone",
    "start word",
    "word that was not offered",
    "keyword",
    "stretched keyword",
    "keyword first",
    "keyword first, long reply",
    "slip of the keys",
    "answer and keyword",
    "keyword as a sentence",
    "keyword last",
}
DECORATIONS = ("", " ", "!", "...", " 🛑", "\n", " svp", " merci", " 36180", " au 36180")


def labelled() -> list[tuple[str, str]]:
    """The labelled replies of the corpus; none where there is no corpus."""
    folder = os.environ.get("CONTACTABLE_CORPUS")
    if not folder:
        return []
    with (Path(folder) / "stop_messages.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [("" if row["text"] == "(empty)" else row["text"], row["expected"]) for row in rows]


def test_every_labelled_reply_of_the_corpus_reads_as_its_label_says() -> None:
    if not labelled():
        pytest.skip("CONTACTABLE_CORPUS is not set")

    assert {text: read_reply(text).kind for text, _ in labelled()} == dict(labelled())


def test_replies_as_people_write_them_are_read_as_people_mean_them() -> None:
    """``closes`` is certain or probable: what is certain of those is a keyword, and the rest is shown to a person."""
    with (Path(__file__).parent / "wild_replies.tsv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    meant = {"closes": {"certain", "probable"}}

    readings = [(row["text"], row["reading"], read_reply(row["text"]).kind) for row in rows]

    assert len(rows) > 300
    assert [each for each in readings if each[2] not in meant.get(each[1], {each[1]})] == []


@pytest.mark.parametrize(
    "text",
    [
        "stop",
        "Stop please",
        "stop au 36180",
        "36180 STOP",
        "STOP36180",
        "arretez svp",
        "ARRÊTER",
        "st0p",
        "5t0p",
        "stopa11",
        "annu11a",
        "cance1ar",
        "unsubscr1be",
        "stooooop",
        "stopstop",
        "STOP STOP STOP",
        "S.T.O.P.",
        "s t o p",
        "ＳＴＯＰ",
        "𝐒𝐓𝐎𝐏",
        "s\u200bto\u200dp",
        "STOP 🛑",
        "« Stop »",
        "Bonjour, stop",
        "me désinscrire",
        "Opt-out",
        "stop arretez tout de suite",
        "Abmelden",
        "Disiscrivi",
        "STOP +33 6 39 98 00 01",
    ],
)
def test_a_keyword_counts_however_it_is_spelled_or_decorated(text: str) -> None:
    assert read_reply(text).kind == "certain"


@pytest.mark.parametrize(
    "text",
    [
        "sotp",
        "stpo",
        "aret",
        "🛑",
        "✋🏽",
        "⛔️⛔️",
        "OUI STOP",
        "Non, stop !",
        "Je suis en réunion. STOP. Jean",
        "ne plus me contacter",
        "Ne m'envoyez plus de SMS",
        "n'envoyez plus rien",
        "Je ne souhaite plus recevoir vos messages",
        "plus de pub merci",
        "arrêtez de m'appeler tous les jours",
        "arrête tes sms",
        "Envoyez STOP au 36180 pour ne plus rien recevoir",
        "retirez-moi de votre fichier",
        "supprimez mon numéro",
        "laissez moi tranquille",
        "RGPD !",
        "Je saisis la CNIL",
        "j'exerce mon droit d'opposition",
        "do not text me again",
        "stop à vos messages incessants, je n'en veux plus",
        "arrêt maladie, ne m'appelez plus",
        "Je ne veux plus de vos SMS",
        "je ne veux pas de votre pub",
        "J'aimerais ne plus recevoir de publicité",
        "Ne plus recevoir svp",
        "Ne m'importunez plus",
        "merci de m'enlever de vos listes",
        "Je souhaite être désinscrite de votre fichier",
        "Je fais opposition",
        "faites opposition à mon numéro",
        "arrêtez-moi ça",
        "Veuillez cesser vos envois",
        "cessez de me contacter",
    ],
)
def test_a_doubtful_refusal_suppresses_and_asks_a_person(text: str) -> None:
    assert read_reply(text).kind == "probable"


@pytest.mark.parametrize(
    "text",
    [
        "non stop",
        "Non-stop",
        "nonstop",
        "bus stop",
        "stop ou encore",
        "stop over",
        "stop and go",
        "je ne peux pas m'arrêter",
        "arrêt maladie",
        "arrêt maladie jusqu'à lundi",
        "C'est où l'arrêt de bus",
        "rdv au stop",
        "je ne peux plus recevoir de colis demain",
        "nous cessons le travail à 18h",
        "il veut plus de cadeaux",
        "stp",
        "top",
        "stock",
        "shop",
        "step",
        "rappelez-moi demain",
        "nous appelons demain",
        "ne quittez pas",
        "J'ai plus de 50 ans",
        "CONTACT",
        "OUI",
        "YES",
        "HELP",
        "👍",
        "36180",
        "",
        " \n",
    ],
)
def test_an_ordinary_reply_is_no_opposition(text: str) -> None:
    assert read_reply(text).kind == "not"


@pytest.mark.parametrize("word", sorted(RELEASES))
def test_only_a_start_word_alone_releases_and_nothing_around_it(word: str) -> None:
    assert read_reply(f" {word.upper()}! ").kind == "release"
    assert read_reply(f"oui {word}").kind == "not"
    assert read_reply(f"{word} svp").kind == "not"


@pytest.mark.parametrize("word", sorted(ONLY_WHEN_OFFERED))
def test_an_ordinary_word_counts_only_when_the_last_message_offered_it(word: str) -> None:
    assert read_reply(word).kind == "not"
    assert read_reply(f"{word.upper()} !", offered=[word.title()]) == Reading("certain", "offered word")


@pytest.mark.parametrize("decoration", DECORATIONS)
def test_no_decoration_takes_a_keyword_away(decoration: str) -> None:
    lost = {word for word in KEYWORDS if read_reply(word.upper() + decoration).kind != "certain"}

    assert lost == set()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error_and_its_pattern_quotes_nothing(text: str) -> None:
    reading = read_reply(text)

    assert reading.kind in KINDS
    assert reading.pattern in PATTERNS


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="aeiou xyz0189.!?'\n🛑stop", max_size=40))
def test_case_and_outer_blanks_never_change_a_reading(text: str) -> None:
    assert read_reply(f"  {text.upper()}\t") == read_reply(text.lower())


def test_a_reply_of_a_megabyte_is_read_by_its_beginning() -> None:
    assert read_reply("stop " + "(" * 1_000_000).kind == "certain"
    assert read_reply("(" * 1_000_000).kind == "not"
