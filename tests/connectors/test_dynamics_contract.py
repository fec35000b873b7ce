"""Dynamics 365 keeps the contract on its sandbox: by delta links, and where changes are asked for by their date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.dynamics import Dynamics, connect
from contactable.connectors.dynamics.columns import column_of
from contactable.sandbox.dynamics import MANNER, enlist
from contactable.sandbox.front import Limit, SmallCrm


def _connect(name: str, settings: Mapping[str, Any], secrets: Callable[[str], bytes]) -> Dynamics:
    """The login is elsewhere, and here it is not."""
    return connect(name, {**settings, "login_url": settings["base_url"]}, secrets)


@pytest.fixture(params=["links", "dates"])
def crm(small_account: Callable[..., Any], request: pytest.FixtureRequest) -> Crm:
    tracks = request.param == "links"  # a delta link stands for versions: what it tells is never late
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER, limits={}),
        _connect,
        email="emailaddress1",
        text="description",
        shows={"email": "donotbulkemail", "phone": "donotphone", "post": "donotbulkpostalmail"},
        cannot=frozenset({Ability.HISTORIES} | ({Ability.LAG} if tracks else set())),
        settings={
            "token": None,
            "tenant": "sandbox",
            "client_id": "env:TOKEN",
            "client_secret": "env:TOKEN",
            "requests_per_10_s": 10_000,
            "overlap": 3,
            "change_tracking": tracks,
        },
        slow={"requests_per_10_s": 12},
        slow_limits={"all": Limit(12, 10.0)},
        fields=partial(column_of, "new"),
        enlist=enlist,
        page=1_000,
    )
