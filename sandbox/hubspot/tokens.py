"""Access: a service key that never expires, other tokens with fewer scopes, and OAuth with tokens of half an hour."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from contactable.sandbox.hubspot.problems import Problem, expired, not_authenticated

LIFETIME = 1_800  # seconds
SCOPES = (
    "crm.lists.read",
    "crm.lists.write",
    "crm.objects.companies.read",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "communication_preferences.read",
    "communication_preferences.read_write",
    "communication_preferences.statuses.batch.read",
    "communication_preferences.statuses.batch.write",
    "forms",
    "oauth",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What one access token may do. ``expires_at``: seconds of the clock, None for a service key."""

    token: str
    app_id: int
    scopes: frozenset[str]
    expires_at: float | None = None
    oauth: bool = False


@dataclass(slots=True)
class Tokens:
    """The tokens of one account. All are random: they open nothing but this sandbox."""

    app_id: int
    portal_id: int
    client_id: str = "00000000-0000-4000-8000-000000980017"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    grants: dict[str, Grant] = field(default_factory=dict, repr=False)
    codes: dict[str, tuple[frozenset[str], str]] = field(default_factory=dict, repr=False)
    refresh_tokens: dict[str, frozenset[str]] = field(default_factory=dict, repr=False)

    def service_key(self, scopes: Iterable[str] = SCOPES, *, app_id: int | None = None) -> str:
        """A new key that never expires; ``app_id`` of another app, for tests of foreign writers."""
        token = f"pat-eu1-{secrets.token_hex(16)}"
        self.grants[token] = Grant(token, app_id or self.app_id, frozenset(scopes))
        return token

    def code(self, scopes: Iterable[str] = SCOPES, redirect_uri: str = "") -> str:
        """A one-time code, as the browser brings back to ``redirect_uri`` (empty: any) after somebody agreed."""
        code = secrets.token_hex(16)
        self.codes[code] = frozenset(scopes), redirect_uri
        return code

    def revoke(self, token: str) -> None:
        """Take an access or a refresh token away."""
        self.grants.pop(token, None)
        self.refresh_tokens.pop(token, None)

    def uninstall(self) -> None:
        """The app leaves the account: whatever it was given by OAuth is worth nothing any more."""
        self.refresh_tokens.clear()
        self.grants = {token: grant for token, grant in self.grants.items() if not grant.oauth}

    def check(self, authorization: str, now: float) -> Grant:
        """The grant of a request's header; raise a 401."""
        kind, _, token = authorization.partition(" ")
        grant = self.grants.get(token.strip()) if kind.lower() == "bearer" else None
        if grant is None:
            raise not_authenticated()
        if grant.expires_at is not None and now >= grant.expires_at:
            raise expired(int(now - grant.expires_at))
        return grant

    def exchange(self, form: dict[str, str], now: float) -> tuple[Grant, str]:
        """A new access token for a code or a refresh token, and the refresh token, which stays the same."""
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            raise _bad("BAD_CLIENT_ID", "missing or unknown client id")
        if form.get("grant_type") == "authorization_code":
            # A code counts once.
            scopes, address = self.codes.pop(form.get("code", ""), (None, ""))
            if scopes is None:
                raise _bad("BAD_AUTH_CODE", "missing or unknown auth code")
            if address and form.get("redirect_uri") != address:
                raise _bad("MISMATCH_REDIRECT_URI_AUTH_CODE", "redirect uri and auth code do not match")
            refresh = secrets.token_hex(16)
            self.refresh_tokens[refresh] = scopes
        elif form.get("grant_type") == "refresh_token" and form.get("refresh_token") in self.refresh_tokens:
            refresh = str(form["refresh_token"])
        else:
            raise _bad("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        token = secrets.token_urlsafe(48)
        grant = Grant(token, self.app_id, self.refresh_tokens[refresh], now + LIFETIME, oauth=True)
        self.grants[token] = grant
        return grant, refresh


def _bad(status: str, message: str) -> Problem:
    # The token endpoint has a shape of errors of its own.
    return Problem(400, {"status": status, "message": message, "error": "invalid_grant", "error_description": message})
