"""``contactable init`` as a person meets it at a terminal: wrong answers, stops, a folder that cannot be written."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contactable.settings import load

PATIENCE = 30.0  # seconds
RECORDS = """{"kind": "contact", "id": "1", "properties": {"email": "a@example.com", "stop_sms": "Oui"}}
{"kind": "contact", "id": "2", "properties": {"email": "b@example.com", "type_client": "Pro", "pays": "France"}}
{"kind": "list", "id": "7", "name": "Ne plus contacter", "members": ["2"]}
{"kind": "form", "id": "f", "name": "Demande de devis", "texts": []}
"""
GIVEN = ("--public-url", "https://example.com/c", "--token", "env:HUBSPOT_TOKEN", "--unsubscribe")


class Terminal:
    """A person at a terminal: reads until something is said, and types."""

    def __init__(self, process: subprocess.Popen[bytes], hand: int) -> None:
        self.process, self._hand, self.said = process, hand, ""

    def until(self, words: str) -> str:
        """What was said up to these words, which must come."""
        ends = time.monotonic() + PATIENCE
        while words not in self.said:
            assert time.monotonic() < ends, self.said
            if not select.select([self._hand], [], [], 0.2)[0]:
                continue
            try:
                read = os.read(self._hand, 4096)
            except OSError:  # Linux says so when the other side is closed
                read = b""
            assert read, f"{words!r} was never said:\n{self.said}"
            self.said += read.decode(errors="replace").replace("\r\n", "\n")
        before, _, self.said = self.said.partition(words)
        return before

    def type(self, after: str, text: str) -> str:
        """Type a line once something was said; give what was said before."""
        before = self.until(after)
        os.write(self._hand, text.encode() + b"\n")
        return before

    def stop(self) -> int:
        """Press Ctrl-C, and again where it came between a prompt and the reading; give the exit code."""
        ends = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < ends:
            os.killpg(self.process.pid, signal.SIGINT)
            self._listen(5.0)
        return self.ends()

    def ends(self) -> int:
        """The exit code, once everything was said."""
        self._listen(PATIENCE)
        return self.process.wait(PATIENCE)

    def _listen(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if select.select([self._hand], [], [], 0.2)[0]:
                try:
                    self.said += os.read(self._hand, 4096).decode(errors="replace")
                except OSError:  # closed: it has ended
                    return
            elif self.process.poll() is not None:
                return


@contextmanager
def init(folder: Path, *arguments: str) -> Iterator[Terminal]:
    hand, theirs = pty.openpty()
    command = [sys.executable, "-m", "contactable", "--settings", "c.toml", "init", *arguments]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, start_new_session=True, close_fds=True
    )
    os.close(theirs)
    try:
        yield Terminal(process, hand)
    finally:
        process.kill()
        process.wait()
        os.close(hand)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "records.jsonl").write_text(RECORDS, encoding="utf-8")
    return tmp_path


def kept(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / "c.answers.toml").read_text(encoding="utf-8"))


def test_a_wrong_answer_is_refused_at_once_with_what_to_do_and_asked_again(folder: Path) -> None:
    with init(folder, *GIVEN, "--source", "records.jsonl") as person:
        person.type("list:Ne plus contacter (oui, non): ", "peut-être")
        assert "répondez oui" in person.type("list:Ne plus contacter (oui, non): ", "oui")
        person.type("property:stop_sms (oui, non): ", "non")
        person.type("]: ", "{ property = ")
        assert "ne peut pas être lu" in person.type("]: ", "{ property = 'type_client', valeurs = 1 }")
        assert "`valeurs` n'est pas connu ici" in person.type("]: ", "tipe_client")
        assert "type_client" in person.type("Garder quand même ? [o/N]: ", "")
        assert "Refusé" in person.type("]: ", "type_client")
        person.type("trades: ", "Achats, Maintenance")
        person.type("\nsector: ", "batiment")
        assert "energy_renovation" in person.type("\nsector: ", "rien")
        for key in ("sale", "last_contact_on"):
            person.type(f"{key}: ", "")
        person.type("]: ", "")  # the country that was suggested
        said = person.type("(FR ; vide : aucun): ", "Atlantide")
        assert "contacts dont rien ne dit le pays : 1 sur 2 ; leur pays par défaut" in said
        assert "n'est pas un pays connu" in person.type("(FR ; vide : aucun): ", "France")
        person.type("(un fichier ou une référence): ", "marché français, contrats")
        person.type("signé par (nom, fonction): ", "Anne Exemple, DPO")
        assert "déjà répondu" not in person.type("personne d'autre): ", "Demande de rappel")
        assert "Demande de devis" in person.type("personne d'autre): ", "Demande de devis")
        person.type("(un fichier ou une référence): ", "texte de mars")
        person.type("signé par (nom, fonction): ", " ")
        assert "une déclaration est signée" in person.type("signé par (nom, fonction): ", "Anne Exemple, DPO")
        person.type("personne d'autre): ", "")
        assert person.ends() == 0
        assert "contactable sync --dry-run     # montre ce qui serait écrit" in person.said

    settings = load(folder / "c.toml")
    assert settings.offers["main"]["trades"] == ["Achats", "Maintenance"]
    assert settings.connectors["hubspot"].mapping == {
        "audience": "type_client",
        "country": "pays",
        "opposed_all_on": [{"list": "Ne plus contacter"}],
        "declined": ["property:stop_sms"],
    }
    default, told = settings.declare
    assert (default["name"], default["all"], default["facts"]) == ("default-country", True, {"country": "FR"})
    assert (default["evidence"], default["by"]) == ("marché français, contrats", "Anne Exemple, DPO")
    assert (told["name"], told["form"], told["by"]) == (
        "told-at-collection",
        ["Demande de devis"],
        "Anne Exemple, DPO",
    )
    assert not (folder / "c.answers.toml").exists()


def test_who_stops_is_told_where_the_answers_are_and_goes_on_from_there(folder: Path) -> None:
    with init(folder, *GIVEN, "--source", "records.jsonl", "--language", "en") as person:
        person.type("list:Ne plus contacter (yes, no): ", "yes")
        person.until("property:stop_sms (yes, no): ")
        assert person.stop() == 130
        assert "Your answers are kept in c.answers.toml" in person.said
    assert kept(folder)["oppositions"] == {"list:Ne plus contacter": "take"}

    with init(folder) as person:  # nothing need be given again
        assert "Going on with the answers kept in c.answers.toml" in person.type("property:stop_sms (yes, no): ", "no")
        person.type("]: ", "type_client")
        person.until("trades: ")
        assert person.stop() == 130

    with init(folder) as person:
        assert "list:Ne plus contacter = take" in person.type("trades: ", "all")
        for key in ("sector", "sale", "last_contact_on"):
            person.type(f"{key}: ", "")
        person.type("]: ", "-")
        assert "contacts that tell no country: 2 of 2" in person.type("(FR; empty: none): ", "")
        person.until("nobody else): ")
        assert person.stop() == 130
    assert "default-country" in kept(folder)["init"]["passed"]  # type: ignore[index]

    with init(folder) as person:  # whoever wanted none is not asked again
        assert "their default country" not in person.type("nobody else): ", "")
        assert person.ends() == 0

    mapping = load(folder / "c.toml").connectors["hubspot"].mapping
    assert (mapping["audience"], mapping["declined"], "country" in mapping) == (
        "type_client",
        ["property:stop_sms"],
        False,
    )


def test_answers_outlive_settings_that_cannot_be_written(folder: Path) -> None:
    (folder / "contactable-keys").write_text("in the way", encoding="utf-8")
    answers = ["oui", "oui", "-", "tous", "", "", "", "-", "", ""]
    command = [sys.executable, "-m", "contactable", "--settings", "c.toml", "init"]
    first = [*command, *GIVEN, "--source", "records.jsonl"]

    failed = subprocess.run(first, input="\n".join(answers) + "\n", text=True, capture_output=True, cwd=folder)
    (folder / "contactable-keys").unlink()
    again = subprocess.run(command, input="", text=True, capture_output=True, cwd=folder)

    assert failed.returncode == 3
    assert re.search(r"contactable-keys.* ne peut pas être écrit", failed.stderr)
    assert "Traceback" not in failed.stderr
    assert again.returncode == 0, again.stderr
    assert load(folder / "c.toml").offers["main"]["trades"] == "all"


def test_a_folder_where_nothing_can_be_kept_is_refused_before_anything_is_asked(folder: Path) -> None:
    (folder / "c.answers.toml.new").mkdir()
    command = [sys.executable, "-m", "contactable", "--settings", "c.toml", "init", *GIVEN, "--source", "records.jsonl"]

    failed = subprocess.run(command, input="", text=True, capture_output=True, cwd=folder)

    assert failed.returncode == 3
    assert "c.answers.toml ne peut pas être écrit" in failed.stderr
    assert "Ces sources" not in failed.stderr


def test_a_token_that_is_typed_in_the_place_of_its_name_is_refused_and_kept_nowhere(folder: Path) -> None:
    with init(folder, "--public-url", "https://example.com/c", "--unsubscribe", "--source", "records.jsonl") as person:
        person.type("[env:HUBSPOT_TOKEN]: ", "pat-eu1-0000")
        assert "Un secret s'écrit env:NOM ou file:CHEMIN" in person.type("[env:HUBSPOT_TOKEN]: ", "env:HUBSPOT_TOKEN")
        person.until("(oui, non): ")

    assert "pat-eu1" not in (folder / "c.answers.toml").read_text(encoding="utf-8")
    assert (folder / "c.answers.toml").stat().st_mode & 0o077 == 0
