"""HubSpot keeps the contract, under both families of its paths, on the sandbox and over real HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about


@pytest.fixture(params=["v3", "2026-03"])
def crm(request: pytest.FixtureRequest, account_on: Callable[..., Crm]) -> Crm:
    return account_on(api=request.param)
