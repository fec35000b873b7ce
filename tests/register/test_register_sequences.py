"""Any sequence of acts, changed addresses, restarts, rotations and restores, against a model in plain dictionaries."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contactable.identifiers import IdentifierKind
from contactable.register import Keyring, upgrade
from contactable.register.annulling import annul
from contactable.register.backups import backup, restore
from contactable.register.testing import KEY, Workbench
from contactable.rules.acts import opposed

PEOPLE = [(IdentifierKind.EMAIL, f"p{n}@example.com") for n in range(3)]
CONTACTS = ["1", "2"]
people, contacts = st.sampled_from(PEOPLE), st.sampled_from(CONTACTS)
Person = tuple[IdentifierKind, str]


class Sequences(RuleBasedStateMachine):
    """The register beside its model: who is closed, and which contact must be."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="register"))
        url = f"sqlite:///{self.folder}/register.db"
        self.keys = [KEY]
        upgrade(url, Keyring.from_secrets(KEY))
        self.house = Workbench(url)
        self.history: list[tuple[Person, str]] = []
        self.mistakes: list[tuple[int, str]] = []
        self.carried: dict[str, list[tuple[Person, int, int | None]]] = {id: [] for id in CONTACTS}

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.register.close()
            shutil.rmtree(self.folder)

    @rule(person=people)
    def the_person_objects(self, person: Person) -> None:
        self.house.enter(subject=self.house.subject(person))
        self.history.append((person, "opposition"))

    @rule(person=people)
    def the_person_comes_back(self, person: Person) -> None:
        self.house.enter("release", self.house.subject(person), proof_level="token")
        self.history.append((person, "release"))

    @rule(person=people)
    def an_operator_closes(self, person: Person) -> None:
        entry = self.house.enter(subject=self.house.subject(person), proof_level="operator", origin="crm_user")
        assert entry is not None
        self.mistakes.append((len(self.history), entry.id))
        self.history.append((person, "opposition"))

    @rule(person=people)
    def an_operator_tries_to_open(self, person: Person) -> None:
        self.house.enter("release", self.house.subject(person), proof_level="operator")
        self.house.enter("consent", self.house.subject(person), proof_level="operator")
        self.history += [(person, "nothing"), (person, "nothing")]

    @rule()
    def the_last_mistake_is_ended(self) -> None:
        if self.mistakes:
            at, id = self.mistakes.pop()
            self.house.write(annul, entry_id=id, reason="test", by="test")
            self.history[at] = (self.history[at][0], "nothing")

    @rule(id=contacts, person=people)
    def a_contact_has_this_address_now(self, id: str, person: Person) -> None:
        self.house.see(id, person)
        now = len(self.history)
        kept = [(who, since, now if left is None and who != person else left) for who, since, left in self.carried[id]]
        self.carried[id] = [each for each in kept if each[0] != person] + [(person, 0, None)]

    @rule()
    def the_process_is_started_again(self) -> None:
        self.house.reopen()

    @rule()
    def the_key_is_rotated(self) -> None:
        if len(self.keys) < 4:
            self.keys.insert(0, (f"k{len(self.keys) + 1}", bytes([len(self.keys)]) * 32))
            self.house.reopen(Keyring.from_secrets(self.keys[0], self.keys[1:]))

    @rule()
    def the_machine_is_lost_and_a_backup_put_back(self) -> None:
        copy = self.folder / "copy.db"
        backup(self.house.url, copy, self.house.keyring)
        self.house.register.close()
        for name in ("register.db", "register.db-wal", "register.db-shm"):
            (self.folder / name).unlink(missing_ok=True)
        restore(copy, self.house.url, self.house.keyring)
        copy.unlink()
        self.house.reopen()

    @invariant()
    def every_contact_is_closed_exactly_when_the_model_says_so(self) -> None:
        if not hasattr(self, "house"):
            return
        for id, carries in self.carried.items():
            assert opposed(self.house.entries(id), "email") is self.closed(carries), id

    def closed(self, carries: list[tuple[Person, int, int | None]]) -> bool:
        """What binds the contact, in order: the last word counts."""
        until = {who: left for who, _, left in carries}
        closed = False
        for at, (who, what) in enumerate(self.history):
            if who in until and (until[who] is None or at < (until[who] or 0)) and what != "nothing":
                closed = what == "opposition"
        return closed


Sequences.TestCase.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSequences = Sequences.TestCase
