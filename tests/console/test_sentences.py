"""What the kit says outside of its pages is said in French too: errors of settings and register, questions of CRMs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.console.test_first_steps import client as client
from tests.console.test_first_steps import kit as kit
from tests.console.test_private_access import send
from werkzeug.test import Client

from contactable import Contactable
from contactable.console.site.catalogue import french_of, raised
from contactable.console.site.sentences import KIT, PLACE, in_words
from contactable.settings import load

MADE_ELSEWHERE = {"asking.py": "self._word(", "register/": "explain(error)"}
"""What is said in both languages where it is made, or made of sentences that are read there."""
SHAPES = {str(message.id): str(message.string) for message in french_of(KIT) if message.id}


def test_every_sentence_is_written_where_it_is_raised_so_that_its_french_is_known() -> None:
    hidden = [where for where, shape in raised() if not shape]
    assert all(any(where.startswith(at) and how in where for at, how in MADE_ELSEWHERE.items()) for where in hidden)
    assert len(list(raised())) > 150


@pytest.mark.parametrize("english", sorted(SHAPES))
def test_a_sentence_is_found_by_its_shape_and_keeps_its_values(english: str) -> None:
    def filled(text: str) -> str:
        return PLACE.sub(lambda place: f"k{place[1]}", text)

    if re.search(r"[^\W\d_]{2,}", PLACE.sub("", english)):
        assert in_words(filled(english), "fr") == filled(SHAPES[english])
    assert in_words(filled(english), "en") == filled(english)


def test_a_sentence_within_a_sentence_is_french_too() -> None:
    inner = "`about.x` is not known; known: created."
    assert in_words(f"a.toml: Mapping: {inner}", "fr") == "a.toml : Correspondance : `about.x` n'est pas connu ; " + (
        "connus : created."
    )
    for unknown in ("a.toml: something else", "It is so: stop what answers there, or do."):
        assert in_words(unknown, "fr") == unknown


def ran(folder: Path, *words: str, lang: str) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LC_")} | {"LANG": lang}
    command = [sys.executable, "-m", "contactable", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr_FR.UTF-8", "Erreur : contactable.toml n'existe pas : `contactable init` en écrit un."),
        ("en_GB.UTF-8", "Error: contactable.toml does not exist: `contactable init` writes one."),
        ("C.UTF-8", "Error: contactable.toml does not exist: `contactable init` writes one."),
    ],
)
def test_without_settings_the_terminal_tells_the_language(tmp_path: Path, lang: str, said: str) -> None:
    assert ran(tmp_path, "status", lang=lang) == (3, said)


KEYS = "[keys]\ncurrent = { id = 'k1', secret = 'env:CONTACTABLE_NOT_THERE' }\n"


@pytest.mark.parametrize(
    ("settings", "code", "french", "english"),
    [
        ("publik_url = 'x'\n", 3, "`publik_url` n'est pas un réglage (connus ici : alerts,", "is not a setting (known"),
        ("listen = 5\n", 3, "ligne 2 : `str` est attendu, et non `int`.", "Expected `str`, got `int`"),
        ("[readings]\nrobinson = 'x'\n", 3, "'x' n'est pas admise (accepté : ignore, close)", "Invalid enum value 'x'"),
        ("connectors = 3\n", 3, "écrivez une table pour chaque entrée de `connectors`", "write one table for each"),
        ("[[\n", 3, "n'est pas du TOML : ", "is not TOML: "),
        (KEYS, 3, "La variable d'environnement CONTACTABLE_NOT_THERE manque ou est vide", "missing or empty"),
        ("[connectors.c]\ntype = 'crmx'\n", 3, "Il n'y a pas de connecteur de type 'crmx' ; il y a", "no connector"),
        ("[register]\nurl = 'mysql://x'\n", 5, "[register] url s'écrit sqlite:///FICHIER", "[register] url is"),
        ("", 5, "lancez `contactable register upgrade`.", "run `contactable register upgrade`."),
    ],
)
def test_what_is_wrong_in_the_first_hour_is_said_in_the_language_of_the_settings(
    tmp_path: Path, settings: str, code: int, french: str, english: str
) -> None:
    begun = [["init", "--no-crm", "--public-url", "https://example.com/c"]]
    begun += [["register", "upgrade"]] if code == 3 else []  # else there is none yet
    for words in begun:
        subprocess.run([sys.executable, "-m", "contactable", *words], cwd=tmp_path, check=True, capture_output=True)
    for language, said in (("fr", french), ("en", english)):
        (tmp_path / "contactable.toml").write_text(f"language = '{language}'\n{settings}", encoding="utf-8")
        command = ["sync", "--dry-run"] if "[connectors" in settings else ["status"]
        done, told = ran(tmp_path, *command, lang="de_DE.UTF-8")
        assert done == code
        assert said in told


def test_init_speaks_one_language(tmp_path: Path) -> None:
    (tmp_path / "contactable.toml").touch()
    assert "existe déjà : modifiez-le" in ran(tmp_path, "init", lang="C.UTF-8")[1]
    assert "exists already: edit it" in ran(tmp_path, "init", "--language", "en", lang="fr_FR.UTF-8")[1]


def test_the_first_steps_say_in_french_why_a_crm_is_not_connected(client: Client) -> None:
    answer = send(client, "/first-steps/key", crm="hubspot", token="a token", base_url="http://127.0.0.1:9")
    assert "HubSpot ne répond pas" in answer.text
    assert "Il manque ceci : L&#39;adresse d&#39;EspoCRM" in send(client, "/first-steps/key", crm="espocrm").text
    page = client.get("/contactable/console/first-steps?crm=espocrm", base_url="https://crm.example.com").text
    assert "L&#39;adresse d&#39;EspoCRM (https://…)" in page


def test_what_is_wrong_is_said_in_french_on_the_page_of_operations(client: Client) -> None:
    page = client.get("/contactable/console/operations", base_url="https://crm.example.com").text
    assert "La clé du registre n&#39;est dans aucune sauvegarde." in page


def test_explain_names_channels_and_reasons_in_words(kit: Contactable, tmp_path: Path) -> None:
    kit.close()
    command = [sys.executable, "-m", "contactable", "explain", "--email", "a@example.com"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "Courrier" in said
    assert "robocall" not in said


def test_doctor_names_the_register_that_is_missing(tmp_path: Path) -> None:
    init = ["init", "--no-crm", "--public-url", "https://example.com/c"]
    subprocess.run([sys.executable, "-m", "contactable", *init], cwd=tmp_path, check=True, capture_output=True)
    command = [sys.executable, "-m", "contactable", "doctor"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    assert "error   register\n" in said


def test_settings_in_english_are_still_read(tmp_path: Path) -> None:
    (tmp_path / "contactable.toml").write_text("language = 'en'\n", encoding="utf-8")
    assert load(tmp_path / "contactable.toml").language == "en"
