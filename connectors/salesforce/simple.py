"""simple-salesforce on our own transport: it knows the forms of logins and of bulk jobs, we know limits and patience.

Left to itself it has no timeouts, no retries and no limiter, and its errors quote what was sent. Here each of its
requests goes through an ``Account``, so that it meets our limits, and what went wrong is told in our errors and words
before it sees the answer. It comes with the extra ``salesforce``; importing it takes a second, so that is done late.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from requests.structures import CaseInsensitiveDict

from contactable.connectors.parts import Account
from contactable.errors import Refused, SettingsError

INSTALL = "pip install 'contactable[salesforce]'"
ANY_HOST = "https://login.salesforce.com"  # what it is told; ``Through`` asks the account, wherever that is


def is_here() -> bool:
    """Whether simple-salesforce is installed."""
    return find_spec("simple_salesforce") is not None


class Through(requests.Session):
    """What simple-salesforce takes for a session: of its addresses the path alone counts, the account is asked.

    ``below`` is where the account's own address ends. An answer that is no success never comes back: ours is raised.
    """

    def __init__(self, account: Account, below: str = "") -> None:
        super().__init__()
        self._account, self._below = account, below

    def request(  # type: ignore[override]  # what simple-salesforce uses of it
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> requests.Response:
        """Ask the account."""
        body = {"form": data} if isinstance(data, dict) else {"json": msgspec.json.decode(data)} if data else {}
        answer = self._account.call(
            method,
            urlsplit(url).path.removeprefix(self._below),
            params=params,
            accept=CaseInsensitiveDict(headers or {}).get("Accept", ""),
            **body,
        )
        response = requests.Response()
        response.status_code, response.headers = answer.status, CaseInsensitiveDict(answer.headers)
        response.raw = BytesIO(answer.table or msgspec.json.encode(answer.json))
        return response


def private_key(pem: bytes) -> str:
    """A private key as it is signed with; ``SettingsError`` where it is none, or nobody is here to sign."""
    if not is_here():
        raise SettingsError(f"Salesforce's settings: private_key needs simple-salesforce: {INSTALL}")
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise SettingsError("Salesforce's settings: private_key is no RSA key in PEM, without a password.")
    return pem.decode("ascii")


def token_by_key(login: Account, client_id: str, username: str, key: str, *, test: bool) -> str:
    """An access token for a user, by a private key (JWT bearer). Raises ``Refused`` where it is not taken."""
    from simple_salesforce.exceptions import SalesforceError
    from simple_salesforce.login import SalesforceLogin

    try:
        token, _ = SalesforceLogin(
            username=username,
            consumer_key=client_id,
            privatekey=key,
            domain="test" if test else "login",
            session=Through(login),
        )
    except SalesforceError:  # its text holds the answer
        raise Refused("Salesforce gives no token for this user and private key.") from None
    return str(token)


def jobs_of(account: Account, kind: str, data: str) -> Any:
    """simple-salesforce's client of bulk jobs of one kind of record; ``data`` is the path of the interface's version.

    Its public ``query`` sleeps through a shutdown, asks every two seconds however long a job takes, and begins each job
    anew; so the client behind it is used.
    """
    from simple_salesforce.bulk2 import SFBulk2Handler

    handler = SFBulk2Handler("", f"{ANY_HOST}{data}/jobs/", session=Through(account, data))
    return getattr(handler, kind)._client
