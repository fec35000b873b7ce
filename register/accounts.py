"""Accounts of the console: names, roles, hashes of passwords, and who is logged in.

A login is a random token in the browser's cookie; its digest is kept here, so whoever reads the register logs in as
nobody. Passwords come hashed already. Removing an account, or changing its password or role, ends its logins.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, select, update

from contactable.errors import Conflict, Malformed
from contactable.register.ids import new_id
from contactable.register.schema_accounts import accounts as table
from contactable.register.schema_accounts import logins
from contactable.register.transaction import Tx

LASTS: Final = timedelta(hours=12)
"""How long a login is good."""
LONGEST_NAME: Final = 200
SECOND_FACTOR: Final = "accounts.second_factor"
"""For what the secret of one-time codes is sealed."""


class Role(StrEnum):
    """What an account may do; each may do what those before it may."""

    VIEWER = "viewer"  # look
    OPERATOR = "operator"  # record oppositions, clean files, answer people
    ADMINISTRATOR = "administrator"  # annul, approve, accounts

    def may(self, wanted: Role) -> bool:
        """Whether this role is enough."""
        order = list(Role)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``password`` is a hash, ``second_factor`` the secret of its one-time codes, empty without."""

    id: str
    name: str
    role: Role
    password: str = field(repr=False)
    second_factor: str = field(repr=False)
    made_at: datetime


def add(tx: Tx, name: str, role: str, password: str, *, id: str = "") -> str:
    """Make an account; return its id. Raises ``Conflict`` for a name that is taken, ``Malformed`` for a wrong one."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Malformed(f"A name has 1 to {LONGEST_NAME} printable characters.")
    if role not in set(Role):
        raise Malformed(f"A role is one of: {', '.join(Role)}.")
    if named(tx, name) is not None:
        raise Conflict("There is an account of that name: contactable console user list")
    id = id or new_id(tx.now)
    values = {"id": id, "name": name, "role": role, "password": password, "made_at": tx.now}
    tx.connection.execute(table.insert().values(**values))
    return id


def arrive(tx: Tx, issuer: str, subject: str, name: str, role: Role | None) -> Account | None:
    """The account of somebody whom the company's login knows, with the role that it has today; None without a role.

    Its id is made of issuer and subject, and it has no password: it never takes over an account of the same name
    (``Conflict``), and another role ends the logins that began under the old one.
    """
    id = hashlib.sha256(f"{issuer}\0{subject}".encode()).hexdigest()[:32]
    found = _read(tx, tx.connection.execute(select(table).where(table.c.id == id)).first())
    if found and found.role is not role:
        end_logins(tx, id)
    if role is None:
        return None
    if found:
        _change(tx, id, role=role)
    else:
        add(tx, name, role, "", id=id)
    return _read(tx, tx.connection.execute(select(table).where(table.c.id == id)).first())


def named(tx: Tx, name: str) -> Account | None:
    """The account of a name."""
    return _read(tx, tx.connection.execute(select(table).where(table.c.name == name.strip())).first())


def every(tx: Tx) -> list[Account]:
    """All accounts, by name."""
    found = [_read(tx, row) for row in tx.connection.execute(select(table).order_by(table.c.name))]
    return [each for each in found if each]


def remove(tx: Tx, name: str) -> None:
    """End an account; raise ``Malformed`` where there is none, ``Conflict`` for the last administrator."""
    account = _known(tx, name)
    others = [each for each in every(tx) if each.role is Role.ADMINISTRATOR and each.id != account.id]
    if account.role is Role.ADMINISTRATOR and not others and len(every(tx)) > 1:
        raise Conflict("This is the last administrator: make another before.")
    end_logins(tx, account.id)
    tx.connection.execute(delete(table).where(table.c.id == account.id))


def set_password(tx: Tx, name: str, password: str) -> None:
    """Give an account another password (a hash) and end its logins."""
    account = _known(tx, name)
    if not account.password:
        raise Conflict("This account comes in by the company's login, and has no password here.")
    _change(tx, account.id, password=password)
    end_logins(tx, account.id)


def set_second_factor(tx: Tx, name: str, secret: str) -> None:
    """Ask an account for one-time codes of this secret from now on; an empty one asks for none."""
    sealed = tx.keyring.seal(SECOND_FACTOR, secret.encode()) if secret else None
    _change(tx, _known(tx, name).id, second_factor=sealed, second_factor_used=None)


def use_code(tx: Tx, account_id: str, step: int) -> bool:
    """Let the code of a time step count; False when it, or a later one, has counted before."""
    fresh = table.c.second_factor_used.is_(None) | (table.c.second_factor_used < step)
    used = update(table).where((table.c.id == account_id) & fresh).values(second_factor_used=step)
    return tx.connection.execute(used.returning(table.c.id)).first() is not None


def log_in(tx: Tx, account_id: str) -> str:
    """Begin a login; return the token for the browser. Those that have run out are let go of."""
    tx.connection.execute(delete(logins).where(logins.c.expires_at <= tx.now))
    token = secrets.token_urlsafe(32)
    values = {"sha256": _digest(token), "account_id": account_id, "made_at": tx.now, "expires_at": tx.now + LASTS}
    tx.connection.execute(logins.insert().values(**values))
    return token


def logged_in(tx: Tx, token: str) -> Account | None:
    """Whose login a token is; None when it is unknown, ended, or has run out."""
    good = (logins.c.sha256 == _digest(token)) & (logins.c.expires_at > tx.now)
    joined = select(table).join(logins, logins.c.account_id == table.c.id).where(good)
    return _read(tx, tx.connection.execute(joined).first())


def log_out(tx: Tx, token: str) -> None:
    """End a login."""
    tx.connection.execute(delete(logins).where(logins.c.sha256 == _digest(token)))


def end_logins(tx: Tx, account_id: str) -> None:
    """End all logins of an account."""
    tx.connection.execute(delete(logins).where(logins.c.account_id == account_id))


def _known(tx: Tx, name: str) -> Account:
    found = named(tx, name)
    if found is None:
        raise Malformed("There is no account of that name: contactable console user list")
    return found


def _change(tx: Tx, id: str, **values: Any) -> None:
    tx.connection.execute(update(table).where(table.c.id == id).values(**values))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _read(tx: Tx, row: Any) -> Account | None:
    if row is None:
        return None
    sealed = row.second_factor
    second = tx.keyring.unseal(SECOND_FACTOR, bytes(sealed)).decode() if sealed else ""
    return Account(row.id, row.name, Role(row.role), row.password, second, row.made_at)
