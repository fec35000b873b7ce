"""The company's own login by OpenID Connect: authorization code with state, nonce and PKCE, by Authlib.

Nothing of the provider is kept between two logins: a key that it took back is not trusted a minute longer.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import requests

from contactable.console.private.extra import library
from contactable.errors import NotAuthentic, Unavailable
from contactable.register.accounts import Role
from contactable.transport import make_session

PATIENCE: Final = 10  # seconds for each answer of the provider
LEEWAY: Final = 60  # seconds by which its clock may differ
SIGNATURES: Final = (
    "RS256",
    "PS256",
    "ES256",
    "RS384",
    "PS384",
    "ES384",
    "RS512",
    "PS512",
    "ES512",
    "Ed25519",
    "EdDSA",
)
"""Never ``none``, and never one whose key we would have to share."""
LONGEST: Final = 200  # characters of a name
Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the company logs in, as what we are known there, and whom it lets in as what."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    scope: str
    claim: str
    groups: Mapping[str, Role]
    addresses: Mapping[str, Role]

    def role(self, claims: Claims) -> Role | None:
        """The highest role that groups or a verified address give; None lets nobody in."""
        said = claims.get(self.claim, ())
        groups = {said} if isinstance(said, str) else {each for each in _list(said) if isinstance(each, str)}
        found = [role for group, role in self.groups.items() if group in groups]
        if address := verified_address(claims):
            found += [role for each, role in self.addresses.items() if each.casefold() == address.casefold()]
        return max(found, key=list(Role).index, default=None)


@dataclass(frozen=True, slots=True)
class Begun:
    """A login under way: what must come back, and what proves that it is ours."""

    state: str
    nonce: str
    verifier: str = field(repr=False)


def begin(provider: Provider, back: str) -> tuple[str, Begun]:
    """Where to send the browser, and what its cookie keeps. Raises ``Unavailable`` without the provider."""
    begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    with _client(provider, back) as client:
        url, _ = client.create_authorization_url(
            _metadata(provider)["authorization_endpoint"],
            state=begun.state,
            nonce=begun.nonce,
            code_verifier=begun.verifier,
        )
    return str(url), begun


def claims_of(provider: Provider, back: str, begun: Begun, code: str, now: datetime) -> Claims:
    """What the provider says of whom it sent back. Raises ``NotAuthentic`` for any token that is not for this login."""
    metadata = _metadata(provider)
    try:
        with _client(provider, back, metadata.get("token_endpoint_auth_methods_supported", ())) as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                timeout=PATIENCE,
                allow_redirects=False,
            )
    except requests.RequestException:
        raise Unavailable("The company's login does not answer.") from None
    except library("authlib.common.errors").AuthlibBaseError as error:
        raise NotAuthentic(f"The code was refused: {error.error}.") from None
    except ValueError:
        raise NotAuthentic("The answer to the code cannot be read.") from None
    claims = _verified(provider, begun, token, _json(metadata["jwks_uri"]), now)
    return {**_told_beside(metadata, token, claims["sub"]), **claims}


def verified_address(claims: Claims) -> str:
    """The address, where the provider says that it is verified."""
    address = claims.get("email")
    return address if isinstance(address, str) and claims.get("email_verified") is True else ""


def name_of(claims: Claims) -> str:
    """How somebody is called in traces."""
    named = verified_address(claims) or claims.get("preferred_username") or claims["sub"]
    return str(named).strip()[:LONGEST]


def _verified(provider: Provider, begun: Begun, token: Claims, keys: Claims, now: datetime) -> Claims:
    jwt, errors = library("joserfc.jwt"), library("joserfc.errors")
    wanted = {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
    }
    beside = {"nonce": begun.nonce, "client_id": provider.client_id, "access_token": token.get("access_token")}
    try:
        key_set = library("joserfc.jwk").KeySet.import_key_set(keys)
        registry = library("joserfc.jws").JWSRegistry(algorithms=list(SIGNATURES), strict_check_header=False)
        read = jwt.decode(str(token.get("id_token", "")), key_set, registry=registry)
        claims = library("authlib.oidc.core").CodeIDToken(read.claims, read.header, wanted, beside)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (errors.JoseError, ValueError, TypeError, KeyError) as error:
        raise NotAuthentic(f"The token is not good: {type(error).__name__}.") from None
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise NotAuthentic("The token names nobody.")
    return dict(claims)


def _told_beside(metadata: Claims, token: Claims, subject: str) -> Claims:
    """What some providers tell only at a second address: groups, and whether an address is verified."""
    if "userinfo_endpoint" not in metadata:
        return {}
    told = _json(metadata["userinfo_endpoint"], {"Authorization": f"Bearer {token.get('access_token', '')}"})
    if told.get("sub") != subject:
        raise NotAuthentic("The provider tells of somebody else.")
    return told


def _client(provider: Provider, back: str, ways: Collection[str] = ()) -> Any:
    # What every provider takes unless it says otherwise (OpenID Connect Discovery, 3).
    way = "client_secret_post" if ways and "client_secret_basic" not in ways else "client_secret_basic"
    return library("authlib.integrations.requests_client").OAuth2Session(
        provider.client_id,
        provider.secret,
        scope=provider.scope,
        redirect_uri=back,
        code_challenge_method="S256",
        token_endpoint_auth_method=way,
    )


def _metadata(provider: Provider) -> Claims:
    found = _json(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    secure = provider.issuer.startswith("https://")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not str(found.get(name, "")).startswith("https://" if secure else "http"):
            raise Unavailable(f"The company's login does not tell its {name}.")
    if found.get("issuer") != provider.issuer:
        raise Unavailable("The company's login calls itself by another name than [console.oidc] issuer.")
    return found


def _json(url: str, headers: Mapping[str, str] | None = None) -> Claims:
    try:
        with make_session() as session:
            answer = session.get(url, headers=headers, timeout=PATIENCE, allow_redirects=False)
            answer.raise_for_status()
            found = answer.json()
    except (requests.RequestException, ValueError):
        raise Unavailable("The company's login does not answer.") from None
    return found if isinstance(found, dict) else {}


def _list(said: Any) -> list[Any]:
    return list(said) if isinstance(said, (list, tuple)) else []
