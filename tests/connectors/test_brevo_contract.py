"""Brevo keeps the contract on its sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from contactable.connectors.contract import Crm
from contactable.connectors.contract.suite import *  # noqa: F403 - the suite is what it is about


@pytest.fixture
def crm(brevo_account: Any) -> Crm:
    return brevo_account  # type: ignore[no-any-return]
