"""Odoo keeps the contract on its sandbox, by JSON-2 and by JSON-RPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.odoo import connect
from contactable.connectors.odoo.fields import field_of
from contactable.sandbox.front import Limit, SmallCrm
from contactable.sandbox.odoo import DATABASE, LOGIN, MANNER, enlist

CANNOT = frozenset({Ability.MERGE, Ability.HISTORIES})
RPC = {"api": "rpc", "database": DATABASE, "login": LOGIN}


@pytest.fixture(params=["json2", "rpc"])
def crm(small_account: Callable[..., Any], request: pytest.FixtureRequest) -> Crm:
    by_rpc = request.param == "rpc"
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER, limits={}),
        connect,
        email="email",
        text="function",
        shows={"email": "is_blacklisted", "sms": "phone_sanitized_blacklisted"},
        # All of JSON-RPC is one path: a fault could not tell reading from writing.
        cannot=CANNOT | {Ability.TROUBLE} if by_rpc else CANNOT,
        settings={"overlap": 3, **(RPC if by_rpc else {})},
        slow={"requests_per_s": 20},
        slow_limits={"all": Limit(20, 1.0)},
        fields=field_of,
        enlist=enlist,
        page=1_000,
        beside=lambda number: {"phone": f"+3363998{number:04}"},
    )
