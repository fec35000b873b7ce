"""EspoCRM keeps the contract on its sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.crm import Ability
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about
from contactable.connectors.espocrm import connect
from contactable.connectors.espocrm.fields import field_of
from contactable.sandbox.espocrm import ADMIN, MANNER, enlist
from contactable.sandbox.front import SmallCrm


@pytest.fixture
def crm(small_account: Callable[..., Any]) -> Crm:
    return small_account(  # type: ignore[no-any-return]
        SmallCrm(MANNER),
        connect,
        email="emailAddress",
        text="description",
        shows={"email": "emailAddressIsOptedOut", "sms": "phoneNumberIsOptedOut", "phone": "doNotCall"},
        cannot=frozenset({Ability.MERGE, Ability.HISTORIES, Ability.LIMITS}),
        settings={"admin": "env:ADMIN", "overlap": 3},
        slow={},
        slow_limits={},
        fields=field_of,
        enlist=enlist,
        secrets={"env:ADMIN": ADMIN},
        beside=lambda number: {"phoneNumber": f"+33639980{number:04}"},
    )
