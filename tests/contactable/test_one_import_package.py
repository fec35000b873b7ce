import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from contactable.cli import group

ROOT = Path(__file__).parents[2]
ROOMS = ["connectors", "console", "mapping", "register", "rules", "sandbox", "webhooks"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_at_the_root_is_reached_by_a_link_inside_the_package(room: str) -> None:
    link = ROOT / "src" / "contactable" / room

    assert link.is_symlink()
    assert link.resolve() == ROOT / room


def test_no_room_enters_the_modules_under_its_bare_name() -> None:
    for room in ROOMS:
        importlib.import_module(f"contactable.{room}")

    bare = {name for name in ("rules", "connectors", "webhooks") if "contactable" in str(sys.modules.get(name, ""))}
    assert bare == set()
    assert not {"rules", "connectors", "webhooks"} & {name.partition(".")[0] for name in sys.modules}


def test_importing_the_rules_brings_neither_numpy_nor_the_rest_of_the_kit() -> None:
    heavy = "numpy pyarrow holidays flask sqlalchemy requests phonenumbers"
    code = f"import sys, contactable.rules; print([name for name in '{heavy}'.split() if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_every_command_can_be_imported_and_explains_itself() -> None:
    context = Context(group)

    helped = {name: group.get_command(context, name) for name in group.list_commands(context)}

    assert len(helped) >= 20
    assert all(command is not None and command.get_short_help_str() for command in helped.values())
