"""Work on the register that a command asks for: done here when nobody serves, else left to the server (SQLite).

Arguments of jobs lie in the register: identifiers come as subjects, and what people wrote comes sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contactable import replaying, reviewing
from contactable.errors import Malformed
from contactable.forgetting import bind
from contactable.lists.importing import enter, look_at
from contactable.lists.layouts import recognise
from contactable.one_process import run_or_leave
from contactable.progress import Moved, progress_bar
from contactable.register import NewEntry, Tx, accesses, accounts, api_tokens, ledger, marks, mirror
from contactable.register.annulling import annul
from contactable.register.columns import dump
from contactable.register.erasing import Erased, erase
from contactable.register.resealing import rekey
from contactable.register.retention import purge
from contactable.register.sealing import seal

if TYPE_CHECKING:
    from contactable.kit import Contactable

_WRITTEN = "jobs.written"


Kinds = Mapping[str, Callable[..., str]]
"""Jobs by name, each a function of the kit, the arguments, and what is told of its progress."""


def run(kit: Contactable, name: str, arguments: Mapping[str, Any], kinds: Kinds | None = None) -> str:
    """Do one of ``kinds`` with a progress bar, or have the server do it; return the note that it ends with."""
    with progress_bar(name) as moved:

        def watch(progress: Mapping[str, Any]) -> None:
            moved(progress.get("done", 0), progress.get("total"))

        here = partial((kinds or KINDS)[name], kit, arguments, moved)
        return run_or_leave(kit.settings.register_url, kit.register, name, arguments, here, watch)


def sealed(kit: Contactable, text: str) -> str:
    """What a person wrote, as an argument of a job."""
    return kit.keyring.seal(_WRITTEN, text.encode()).hex()


def _unsealed(kit: Contactable, text: str) -> str:
    return kit.keyring.unseal(_WRITTEN, bytes.fromhex(text)).decode()


def _import(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    consents = arguments["kind"] == "consent"
    layout = partial(recognise, consents=consents)
    preview = look_at(Path(arguments["path"]), layout, arguments["kind"], arguments["channel"])
    if preview.batch != arguments["batch"]:
        raise Malformed("The file has changed since it was looked at: start again.")
    by = _unsealed(kit, arguments["by"])
    new = enter(kit.register, preview, arguments["kind"], arguments["details"], by, tell)
    return f"{new} entered, {len(preview.lines) - new} known before, {len(preview.refused)} refused ({preview.batch})"


def _annul(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    reason, by = _unsealed(kit, arguments["reason"]), _unsealed(kit, arguments["by"])
    entry, batch = arguments.get("entry"), arguments.get("batch")
    done = kit.register.write(lambda tx: annul(tx, entry_id=entry, batch=batch, reason=reason, by=by))
    return f"{len(done.ended)} ended, {len(done.own)} left: persons' own acts are never annulled"


def _purge(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    done = purge(kit.register, tell=lambda name, count: tell(count, None))
    return ", ".join(f"{count} {name}" for name, count in asdict(done).items() if count) or "nothing to let go of"


def _rekey(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    done = rekey(kit.register, tell=lambda name, count: tell(count, None))
    needed = ", ".join(f"{id} finds {count}" for id, count in done.needed.items())
    dropped = f"; no longer needed: {', '.join(done.dropped)}" if done.dropped else ""
    return f"{done.resealed} sealed anew; identifiers: {needed}{dropped}"


def _erase(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    done = kit.register.write(lambda tx: _keep_and_erase(tx, arguments["subjects"]))
    until = done.proofs_kept_until and done.proofs_kept_until.isoformat()
    return dump(asdict(done) | {"proofs_kept_until": until})


def _keep_and_erase(tx: Tx, subjects: Sequence[str]) -> Erased:
    """An opposition that only a CRM's record showed stays like every other: the record may be erased there as well."""
    for connector, record in mirror.contacts_with(tx, subjects):
        bind(tx, connector, [record])
    return erase(tx, subjects)


def _seal(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    count = seal(kit.register, kit.seal_key, kit.settings.roots, lambda done: tell(done, None))
    return f"{count} entries sealed; the roots are in {kit.settings.roots}"


def _receipt(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    said = {**arguments, "note": _unsealed(kit, arguments["note"])}
    (entry,) = kit.register.write(lambda tx: ledger.record(tx, [NewEntry(**said)]))
    return entry.id if entry else ""


def _mark(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    kit.register.write(lambda tx: marks.put(tx, arguments["name"], arguments["value"]))
    return ""


def _add_token(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    ends = arguments["expires_at"]
    digest, until = bytes.fromhex(arguments["sha256"]), datetime.fromisoformat(ends) if ends else None
    name, scopes = arguments["name"], arguments["scopes"]
    return kit.register.write(lambda tx: api_tokens.add(tx, name, scopes, digest, expires_at=until))


def _revoke_token(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    id = str(arguments["id"])
    if not kit.register.write(lambda tx: api_tokens.revoke(tx, id)):
        raise Malformed("There is no token of that id that still opens something: contactable token list")
    return id


def _add_account(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    name, password = arguments["name"], _unsealed(kit, arguments["password"])
    id = kit.register.write(lambda tx: accounts.add(tx, name, arguments["role"], password))
    if arguments["second_factor"]:
        secret = _unsealed(kit, arguments["second_factor"])
        kit.register.write(lambda tx: accounts.set_second_factor(tx, name, secret))
    return id


def _remove_account(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    kit.register.write(lambda tx: accounts.remove(tx, arguments["name"]))
    return ""


def _set_password(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    password = _unsealed(kit, arguments["password"])
    kit.register.write(lambda tx: accounts.set_password(tx, arguments["name"], password))
    return ""


def _set_second_factor(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    secret = _unsealed(kit, arguments["second_factor"]) if arguments["second_factor"] else ""
    kit.register.write(lambda tx: accounts.set_second_factor(tx, arguments["name"], secret))
    return ""


def _access(kit: Contactable, arguments: Mapping[str, Any], tell: Moved) -> str:
    who = _unsealed(kit, arguments["who"])
    kit.register.write(lambda tx: accesses.note(tx, arguments["what"], [arguments["subject"]], who=who))
    return ""


KINDS: Final[Kinds] = {
    "import": _import,
    "annul": _annul,
    "purge": _purge,
    "rekey": _rekey,
    "erase": _erase,
    "seal": _seal,
    "receipt": _receipt,
    "mark": _mark,
    "add token": _add_token,
    "revoke token": _revoke_token,
    "add account": _add_account,
    "remove account": _remove_account,
    "set password": _set_password,
    "set second factor": _set_second_factor,
    "access": _access,
    **replaying.KINDS,
    **reviewing.KINDS,
}
"""What each kind of job runs."""
