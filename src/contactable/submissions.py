"""Form submissions, where consents are born: each becomes entries of the register, with the text it was under as proof.

They are read through the CRM's own interface, so each is the person's signed act. A ticked box consents to the channel
and subscription type that it stands for; to calls only with a text of ``[[wording]]`` that makes the five statements. A
notice counts as information where the company listed its text as a ``[[wording]]``: that a text stands there does not
say that it tells what it must. Proofs outlive the contact.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from contactable.connectors.protocol import Connector, Form, HasForms, Submission
from contactable.identifiers import IdentifierKind
from contactable.mapping import Asked
from contactable.mapping.forms import (
    ConsentBox,
    FormDefinition,
    FormEntry,
    entries_of,
    identifiers_in,
    version_of,
)
from contactable.mapping.forms import Submission as Sent
from contactable.register import NewEntry, Register, Tx, consents, cursors, ledger, members, mirror, outbox, subjects
from contactable.register.members import FORM
from contactable.register.statements import chunks
from contactable.rules import Channel
from contactable.rules.wordings import Wording, WordingKind, gaps_of

SEEN = "forms"
"""The cursor that keeps, by form, its name, when somebody last sent it, its texts, and which of them changed."""
_AT_ONCE = 200  # submissions in one transaction
_SIDE_BY_SIDE = 4  # forms
_ALWAYS, _IN_TURN = 15, 5  # forms at each look; the rest comes in turns
_REACHED_BY = {Channel.EMAIL: IdentifierKind.EMAIL}


@dataclass(frozen=True, slots=True)
class _Look:
    """One form was looked at: the entries made, its latest submission, since when its texts are known."""

    form: Form
    made: int
    latest: datetime | None
    known_since: datetime | None


@dataclass(frozen=True, slots=True)
class Intake:
    """Reads the forms of one CRM into the register."""

    register: Register
    connector: Connector
    wordings: Sequence[Wording] = ()
    asked: Asked | None = None

    def sync(self, *, everything: bool = False) -> int:
        """Read what was sent since the last look (the first time: ever); return how many entries it made.

        Where there are many forms, those that matter now are looked at, and the others in turns, unless ``everything``
        is asked for: a look at each every thirty seconds would use up the requests that a CRM allows in a day.
        """
        if not self.connector.capabilities.forms:
            return 0
        source = cast(HasForms, self.connector)
        self.register.write(self._keep_wordings)
        forms = list(source.forms())
        # Side by side, for somebody may wait for the one that is read last.
        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="forms") as pool:
            looks = pool.map(partial(self._look_at, source), forms if everything else self._now(forms))
            return sum(self._keep_look(look) for look in looks)

    def _now(self, forms: Sequence[Form]) -> list[Form]:
        """The forms to look at now: new ones, those by which people ask for calls or that were sent last, and a few."""
        with self.register.read() as tx:
            kept = cursors.get(tx, self.connector.name, SEEN) or {}
        known = [form for form in forms if form.id in kept]
        lately = sorted(known, key=lambda form: self._matters(form, kept[form.id]), reverse=True)
        others = sorted(lately[_ALWAYS:], key=lambda form: str(kept[form.id].get("looked") or ""))
        return [*(form for form in forms if form.id not in kept), *lately[:_ALWAYS], *others[:_IN_TURN]]

    def _matters(self, form: Form, kept: Mapping[str, Any]) -> tuple[bool, str]:
        return bool(definition_of(form, self.wordings).callback), str(kept.get("since") or "")

    def _look_at(self, source: HasForms, form: Form) -> _Look:
        with self.register.read() as tx:
            kept = (cursors.get(tx, self.connector.name, SEEN) or {}).get(form.id, {})
        since = datetime.fromisoformat(kept["since"]) if kept.get("since") else None
        known_since = _texts_known_since(form, kept)
        made = 0
        latest = since
        for part in chunks(source.submissions(form.id, since), _AT_ONCE):
            made += self.register.write(partial(self._enter, form=form, sent=part, known_since=known_since))
            latest = max(filter(None, (latest, *(each.at for each in part))), default=None)
        return _Look(form, made, latest, known_since)

    def _keep_look(self, look: _Look) -> int:
        """After all pages: they come newest first, and what a crash left unread must be read again."""
        self.register.write(partial(self._remember, look=look))
        return look.made

    def _keep_wordings(self, tx: Tx) -> None:
        for wording in self.wordings:
            consents.add_wording(tx, wording)

    def _enter(self, tx: Tx, form: Form, sent: Sequence[Submission], known_since: datetime | None) -> int:
        definition = definition_of(form, self.wordings)
        made = 0
        for each in sent:
            if each.at is not None:
                one = Sent(each.id, each.form_id, each.values, each.at, each.page)
                seen = definition if known_since is None or each.at >= known_since else definition.without_texts()
                made += sum(_enter(tx, entry, form) for entry in entries_of(one, seen, self.wordings))
        self._remember_senders(tx, form, sent)
        return made

    def _remember_senders(self, tx: Tx, form: Form, sent: Sequence[Submission]) -> None:
        """Keep who sent it, where a mapping or a declaration asks about the form."""
        names = self.asked.names(FORM, form.id, form.name) if self.asked else ()
        if not names:
            return
        came: dict[str, datetime | None] = {}
        for each in sent:
            for subject in _subjects(tx, each):
                came[subject] = max(filter(None, (came.get(subject), each.at)), default=None)
        for name in names:
            members.add(tx, self.connector.name, FORM, name, came)
        ids = [id for connector, id in mirror.contacts_with(tx, came) if connector == self.connector.name]
        outbox.promise(tx, self.connector.name, ids, refresh=True, why="form")

    def _remember(self, tx: Tx, look: _Look) -> None:
        form, since, known_since = look.form, look.latest, look.known_since
        kept = cursors.get(tx, self.connector.name, SEEN) or {}
        before: Mapping[str, Any] = kept.get(form.id, {})
        versions = _versions(form)
        listed = {version_of(wording.text) for wording in self.wordings}
        changed = {field for field in versions if before and before["texts"].get(field) != versions[field]}
        told = {field for field in {*before.get("changed", ()), *changed} if versions.get(field) not in listed}
        kept[form.id] = {
            "name": form.name,
            "since": since and since.isoformat(),
            "texts": versions,
            "known_since": known_since and known_since.isoformat(),
            "looked": tx.now.isoformat(),
            "changed": sorted(told),  # until the new text is one of the company's wordings
        }
        cursors.set(tx, self.connector.name, SEEN, kept)


def changed_forms(tx: Tx, connector: str) -> Iterator[tuple[str, str, list[str]]]:
    """The forms of a CRM whose text is none of the company's wordings any more: id, name, and where it changed."""
    kept: Mapping[str, Mapping[str, Any]] = cursors.get(tx, connector, SEEN) or {}
    return ((id, form["name"], form["changed"]) for id, form in kept.items() if form["changed"])


def _versions(form: Form) -> dict[str, str]:
    """The version of each text: of a box under its field, of notices in their order."""
    notices = list(dict.fromkeys(each.text for each in form.texts if not each.field))
    named = {f"notice {number}" if number > 1 else "notice": text for number, text in enumerate(notices, 1)}
    boxes = {each.field: each.text for each in form.texts if each.field}
    return {field: version_of(text) for field, text in {**named, **boxes}.items()}


def _texts_known_since(form: Form, kept: Mapping[str, Any]) -> datetime | None:
    """Since when the present texts are known to stand: no CRM tells what a form said before it was last edited.

    A form that was edited and says the same as at our last look has said so all the time between.
    """
    if kept.get("known_since") and kept["texts"] == _versions(form):
        return datetime.fromisoformat(kept["known_since"])
    return form.changed_at


def definition_of(form: Form, wordings: Sequence[Wording] = ()) -> FormDefinition:
    """A CRM's form as the mapping takes it; the notice only where it is one of the company's wordings."""
    boxes = tuple(
        ConsentBox(each.field, each.text, (Channel.EMAIL,), each.subscription_id) for each in form.texts if each.field
    )
    known = {version_of(wording.text): wording for wording in wordings}
    notices = dict.fromkeys(each.text for each in form.texts if not each.field)
    listed = [(text, known[version_of(text)]) for text in notices if version_of(text) in known]
    told = [text for text, wording in listed if wording.kind is not WordingKind.CALLBACK_FORM]
    # A request counts where the text says what R223-4 asks for: else nobody could tell what was asked.
    asked = [text for text, wording in listed if wording.kind is WordingKind.CALLBACK_FORM and not gaps_of(wording)]
    return FormDefinition(form.id, form.name, boxes, (told or [""])[0], (asked or [""])[0])


def _enter(tx: Tx, entry: FormEntry, form: Form) -> int:
    """Enter a consent or an information for each of the person's identifiers that it concerns; return how many."""
    kind = None if entry.on == "all" else _REACHED_BY.get(Channel(entry.on), IdentifierKind.PHONE)
    bound = [each for each in entry.identifiers if kind in (None, each[0])] or list(entry.identifiers)
    made = 0
    for identifier, subject in subjects.subjects_for(tx, bound).items():
        key = f"{entry.event_key}:{identifier[0]}:{subject}"
        enter = _give if entry.kind == "consent" else _tell
        given = enter(tx, entry, form, subject, key)
        made += given is not None
    return made


def _give(tx: Tx, entry: FormEntry, form: Form, subject: str, key: str) -> object:
    said = entry.details
    if ledger.is_known(tx, key):  # a proof is kept once, whatever is read again
        return None
    return consents.give(
        tx,
        consents.Consent(
            subject_id=subject,
            channel=entry.on,
            given_at=entry.occurred_at,
            act=said["act"],
            to=said["to"],
            wording=said.get("wording", ""),
            form=form.id,
            subscription=entry.subscription,
            until=date.fromisoformat(said["until"]) if said.get("until") else None,
            proof=_proof(entry, form),
            proof_level="signed",
            event_key=key,
        ),
    )


def _tell(tx: Tx, entry: FormEntry, form: Form, subject: str, key: str) -> object:
    if ledger.is_known(tx, key):
        return None
    asked = entry.on == Channel.PHONE  # a call was asked for: R223-4 has the request kept
    proof = _proof(entry, form)
    new = NewEntry(
        kind="information",
        subject_id=subject,
        on=entry.on,
        evidence=consents.keep_proof(tx, subject, entry.occurred_at, proof, for_calls=True) if asked else None,
        proof_level="signed",
        occurred_at=entry.occurred_at,
        event_key=key,
        details=entry.details,
    )
    (made,) = ledger.record(tx, [new])
    if made is not None:
        outbox.stale_for(tx, [subject], urgent=asked, why="information")
    return made


def _proof(entry: FormEntry, form: Form) -> bytes:
    """What the person saw and did: the text, the page, the form, the second; nothing where the text is not known."""
    if not entry.text:
        return b""
    shown = {"form": form.name, "text": entry.text, "page": entry.page, "at": entry.occurred_at.isoformat()}
    return json.dumps(shown, ensure_ascii=False).encode()


def _subjects(tx: Tx, sent: Submission) -> Sequence[str]:
    return list(subjects.subjects_for(tx, identifiers_in(sent.values)).values())
