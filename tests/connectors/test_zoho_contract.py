"""Zoho CRM keeps the contract on its sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.zoho import Zoho, connect
from contactable.connectors.zoho.fields import field_of
from contactable.sandbox.front import SmallCrm
from contactable.sandbox.zoho import MANNER


def _connect(name: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes]) -> Zoho:
    """Zoho's addresses are two."""
    at = settings["base_url"]
    return connect(name, {**settings, "base_url": f"{at}/crm/v8", "accounts_url": at}, secrets)


@pytest.fixture
def crm(small_account: Callable[..., Any]) -> Crm:
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER),
        _connect,
        email="Email",
        text="Description",
        shows={"email": "Email_Opt_Out"},
        cannot=frozenset({Ability.MERGE, Ability.HISTORIES, Ability.LISTS}),
        settings={
            "token": None,
            "client_id": "env:TOKEN",
            "client_secret": "env:TOKEN",
            "refresh_token": "env:TOKEN",
            "overlap": 3,
        },
        slow={"in_flight": 2},
        slow_limits={},
        at_once=2,
        fields=field_of,
        page=2_000,
    )
