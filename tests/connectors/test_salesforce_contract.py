"""Salesforce keeps the contract on its sandbox, where every fifth record is a lead: by jobs, and without them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.salesforce import connect
from contactable.connectors.salesforce.fields import field_of
from contactable.sandbox.front import Limit, SmallCrm
from contactable.sandbox.salesforce import MANNER, OPT_OUTS, enlist


@pytest.fixture(params=["bulk", "queries"])
def crm(small_account: Callable[..., Any], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Crm:
    if request.param == "queries":
        monkeypatch.setitem(sys.modules, "simple_salesforce", None)  # as where the extra is not installed
    credentials = {"token": None, "client_id": "env:TOKEN", "client_secret": "env:TOKEN"}
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER, limits={}),
        connect,
        email="Email",
        text="Description",
        shows=OPT_OUTS,
        cannot=frozenset({Ability.SCOPES, Ability.HISTORIES}),
        settings={"overlap": 3, "bulk_from": 0, **credentials},
        slow={"requests_per_s": 20},
        slow_limits={"all": Limit(20, 1.0)},
        fields=field_of,
        enlist=enlist,
        page=2_000,
    )
