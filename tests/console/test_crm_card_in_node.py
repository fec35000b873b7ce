"""The card's own code: checked by TypeScript, tested with HubSpot's renderer; the project read as HubSpot reads it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from contactable.hubspot_project import project_files, write_files

HERE = Path(__file__).parent / "card"
KEPT = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "contactable"


@pytest.fixture(scope="module")
def packages() -> Path:
    """What the card is tested with, installed once for each lock and kept."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("no Node with npm: apt-get install nodejs npm")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = KEPT / f"card-{hashlib.sha256(lock).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        if not (folder / ".ready").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / name, folder)
            _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
            (folder / ".ready").touch()
    return folder


@pytest.fixture
def project(packages: Path, tmp_path: Path) -> Path:
    """A folder with the tests, the packages, and the project as `hubspot-app render` writes it."""
    shutil.copytree(HERE, tmp_path, dirs_exist_ok=True)
    write_files(tmp_path / "project", project_files("https://crm.example.com/contactable", endpoint="portal"))
    (tmp_path / "node_modules").symlink_to(packages / "node_modules")
    return tmp_path


def _run(words: list[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_card_is_well_typed_for_the_components_of_hubspot(project: Path) -> None:
    _run(["node", "node_modules/typescript/bin/tsc", "-p", "."], project)


def test_the_card_shows_records_and_admits_failures_in_hubspots_own_renderer(project: Path) -> None:
    assert "5 passed" in _run(["node", "node_modules/vitest/vitest.mjs", "run", "--no-color"], project)


def _read(project: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(_run(["node", "project.js", "project"], project))
    return found


def test_hubspots_own_reader_takes_the_project_with_app_webhooks_and_card(project: Path) -> None:
    assert _read(project) == {"kinds": ["APPLICATION", "CARD", "WEBHOOKS"], "passedOver": [], "withoutEntry": []}


@pytest.mark.parametrize(
    ("file", "old", "new", "refused"),
    [
        ("src/app/cards/contact-card-hsmeta.json", '"contactable_card"', '"contactable card!"', "'uid' should use"),
        ("src/app/cards/contact-card-hsmeta.json", '"type": "card"', '"type": "cards"', "type"),
        ("src/app/webhooks/webhooks-hsmeta.json", "{", "{,", "JSON"),
        ("hsproject.json", "2026.03", "1999.01", "Unsupported platform version"),
    ],
)
def test_hubspots_own_reader_refuses_what_is_wrong_with_a_project(
    project: Path, file: str, old: str, new: str, refused: str
) -> None:
    path = project / "project" / file
    path.write_text(path.read_text().replace(old, new, 1))

    assert refused in " ".join(_read(project)["refused"])


def test_hubspots_own_reader_passes_over_what_stands_in_a_folder_of_another_kind(project: Path) -> None:
    app = project / "project/src/app"
    (app / "elsewhere").mkdir()
    (app / "webhooks/webhooks-hsmeta.json").rename(app / "elsewhere/webhooks-hsmeta.json")
    (app / "cards/ContactCard.tsx").unlink()

    read = _read(project)

    assert read["passedOver"] == ["app/elsewhere/webhooks-hsmeta.json"]
    assert read["withoutEntry"] == ["/app/cards/ContactCard.tsx"]
