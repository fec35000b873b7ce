"""Calls of Odoo's models: by JSON-2 (from version 19 on), or by JSON-RPC (17 and 18, until 21).

JSON-RPC is the same external interface as XML-RPC (service ``object``, method ``execute_kw``), with errors that name
their kind and values that may be empty. Each call is one transaction. What an error says quotes values and its
``debug`` is a traceback: only its name is looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from contactable.connectors.parts import Account
from contactable.errors import Refused, Unavailable
from contactable.transport import Answer

MISSING = "odoo.exceptions.MissingError"
OF_THE_CALL = frozenset(
    {
        MISSING,
        "odoo.exceptions.UserError",
        "odoo.exceptions.ValidationError",
        "odoo.exceptions.RedirectWarning",
        "builtins.ValueError",
        "builtins.TypeError",
        "builtins.KeyError",
        "psycopg2.errors.CheckViolation",
        "psycopg2.errors.StringDataRightTruncation",
        "werkzeug.exceptions.NotFound",
        "werkzeug.exceptions.UnprocessableEntity",
    }
)
"""Errors that the same call would meet again: a wrong value, a record or a model that is not there."""
RIGHTS = "the user of the API key may not do that"
WRONG_KEY = "the API key is wrong, has ended, or is another database's"
DENIED = {"odoo.exceptions.AccessError": RIGHTS, "odoo.exceptions.AccessDenied": WRONG_KEY}
CALL_FAILED = (404, 422, 500)


class Fault(Refused):
    """A call that Odoo refused for what it was; ``name`` is that of its exception."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Odoo refuses a call: {name.rpartition('.')[2]}.")
        self.name = name


class Json2:
    """Models by ``/json/2``; the key is in the account's headers."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Call a method, of some records where ``ids`` are given. Raises ``Fault`` for what the call was."""
        body = named if ids is None else {"ids": list(ids), **named}
        answer = self.account.post(f"/json/2/{model}/{method}", body, expected=CALL_FAILED)
        if answer.status in CALL_FAILED:
            raise _error(answer.json)
        return answer.json


class JsonRpc:
    """Models by ``/jsonrpc``: the user is asked for once by login and key, and every error comes with status 200."""

    def __init__(self, account: Account, database: str, login: str, key: str) -> None:
        self.account = account
        self._database, self._login, self._key = database, login, key
        self._user: int | None = None
        self._lock = threading.Lock()

    def call(self, model: str, method: str, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Call a method as ``Json2.call`` does."""
        of = [] if ids is None else [list(ids)]
        return self._ask("object", "execute_kw", self._database, self._who(), self._key, model, method, of, named)

    def _who(self) -> int:
        with self._lock:
            if self._user is None:
                user = self._ask("common", "authenticate", self._database, self._login, self._key, {})
                if not user:
                    raise Refused(f"Odoo lets us not in: {WRONG_KEY}.")
                self._user = int(user)
            return self._user

    def _ask(self, service: str, method: str, *arguments: Any) -> Any:
        params = {"service": service, "method": method, "args": arguments}
        answer = self.account.post("/jsonrpc", {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}).json
        if "error" in answer:
            raise _error(answer["error"].get("data"))
        return answer.get("result")


Rpc = Json2 | JsonRpc


def explain(answer: Answer) -> str:
    """Words of ours for a refusal by status."""
    return {401: WRONG_KEY, 403: RIGHTS}.get(answer.status, "")


def _error(said: Any) -> Exception:
    name = str(said.get("name", "")) if isinstance(said, Mapping) else ""
    if name in DENIED:
        return Refused(f"Odoo refuses: {DENIED[name]}.")
    return Fault(name) if name in OF_THE_CALL else Unavailable("Odoo failed at a call.")
