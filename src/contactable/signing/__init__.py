"""Signatures of webhooks and of our own links: each verifier stands beside its signer.

Nothing here reads a clock, a file or a request object: times, bytes and secrets are arguments. Every flaw of what was
sent, a missing header or a byte that no alphabet knows, ends in ``NotAuthentic`` before anything is compared.
"""

from __future__ import annotations

from contactable.signing.jwt import check_jwt, sign_jwt
from contactable.signing.links import (
    LinkPurpose,
    read_fresh_link,
    read_link,
    read_mail_link,
    sign_fresh_link,
    sign_link,
    sign_mail_link,
)
from contactable.signing.recipes import (
    WINDOW,
    Secret,
    check_age,
    check_equal,
    check_hmac,
    check_standard_webhook,
    read_timestamp,
    sign_hmac,
    sign_standard_webhook,
)
from contactable.signing.urls import check_hubspot, check_twilio, sign_hubspot, sign_hubspot_v1, sign_twilio

__all__ = [
    "WINDOW",
    "LinkPurpose",
    "Secret",
    "check_age",
    "check_equal",
    "check_hmac",
    "check_hubspot",
    "check_jwt",
    "check_standard_webhook",
    "check_twilio",
    "read_fresh_link",
    "read_link",
    "read_mail_link",
    "read_timestamp",
    "sign_fresh_link",
    "sign_hmac",
    "sign_hubspot",
    "sign_hubspot_v1",
    "sign_jwt",
    "sign_link",
    "sign_mail_link",
    "sign_standard_webhook",
    "sign_twilio",
]
