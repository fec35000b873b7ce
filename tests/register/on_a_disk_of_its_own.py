"""Run by ``test_register_disks`` in a mount namespace: what a disk that is full, or read-only, makes the register say.

``python on_a_disk_of_its_own.py FOLDER WHAT`` mounts a small disk on FOLDER, makes a register there, does WHAT to the
disk, and prints the sentence that opening the register (or writing to it) ends with.
"""

import subprocess
import sys
from pathlib import Path

from contactable.errors import RegisterError
from contactable.register import Keyring, NewEntry, Register, ledger, upgrade
from contactable.register.testing import KEY

RING = Keyring.from_secrets(KEY)
folder, what = Path(sys.argv[1]), sys.argv[2]
URL = f"sqlite:///{folder}/register.db"


def fill() -> None:
    """Leave no byte."""
    with (folder / "rest").open("wb", buffering=0) as rest:
        try:
            while True:
                rest.write(b"x" * 4096)
        except OSError:
            pass


def write_until_full() -> None:
    """Enter oppositions until the disk has no room."""
    register = Register.open(URL, RING)
    fill()
    wishes = [NewEntry(kind="opposition", subject_id="0" * 32, event_key=str(n)) for n in range(2000)]
    try:
        register.write(lambda tx: ledger.record(tx, wishes))
    finally:
        (folder / "rest").unlink()
        with register.read() as tx:
            print(len(ledger.entries_of(tx, ["0" * 32])), "entries")
        register.close()


subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=True)
upgrade(URL, RING)
try:
    if what == "full while writing":
        write_until_full()
    elif what == "full":
        fill()
    else:
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
    Register.open(URL, RING).close()
    print("opened")
except RegisterError as error:
    print(error)
