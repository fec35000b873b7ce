"""A small OpenID provider that answers over HTTP as real ones do, and can be told to answer wrongly."""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

CLIENT, SECRET = "contactable", "a secret of the tests"


def fresh_key() -> RSAKey:
    """A key to sign with, and its id."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(8), "use": "sig"})


@dataclass
class OpenIdProvider:
    """Whoever is sent here is ``claims``; what is ``told`` beside or ``spoilt`` in the token is up to the test."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "u-1", "groups": ["sales"]})
    spoilt: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] | None = None  # what the second address (userinfo) adds; None: there is no second address
    key: RSAKey | OctKey = field(default_factory=fresh_key)
    published: RSAKey | OctKey | None = None  # what the key set shows, where that is not the key
    algorithm: str = "RS256"
    metadata: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Flask:
        """The provider as an application."""
        app = Flask("provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._configuration)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        app.add_url_rule("/keys", view_func=self._keys)
        app.add_url_rule("/me", view_func=self._me)
        return app

    def _configuration(self) -> Response:
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }
        beside = {} if self.told is None else {"userinfo_endpoint": f"{self.issuer}/me"}
        return jsonify({**found, **beside, **self.metadata})

    def _authorize(self) -> Response:
        asked = request.args.to_dict()
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return redirect(f"{asked['redirect_uri']}?{back}")  # type: ignore[return-value]

    def _token(self) -> Response | tuple[Response, int]:
        said = request.form
        asked = self.codes.pop(said["code"], None)
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        good = (
            asked is not None
            and request.headers.get("Authorization") == f"Basic {known}"
            and said["redirect_uri"] == asked["redirect_uri"]
            and create_s256_code_challenge(said["code_verifier"]) == asked["code_challenge"]
        )
        if asked is None or not good:
            return jsonify({"error": "invalid_grant"}), 400
        now = int(time.time())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in {**own, **self.claims, **self.spoilt}.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        token = jwt.encode(header, claims, self.key, algorithms=[self.algorithm])
        return jsonify({"access_token": "opens-userinfo", "token_type": "Bearer", "id_token": token})

    def _keys(self) -> Response:
        return jsonify(KeySet([self.published or self.key]).as_dict(private=False))

    def _me(self) -> Response | tuple[str, int]:
        if request.headers.get("Authorization") != "Bearer opens-userinfo":
            return "", 401
        return jsonify(self.told)
