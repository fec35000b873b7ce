"""The tests of the contract. Import them all into a test module beside a fixture ``crm``."""

from __future__ import annotations

from contactable.connectors.contract.suite_consents import *  # noqa: F403
from contactable.connectors.contract.suite_properties import *  # noqa: F403
from contactable.connectors.contract.suite_reading import *  # noqa: F403
from contactable.connectors.contract.suite_trouble import *  # noqa: F403
from contactable.connectors.contract.suite_wire import *  # noqa: F403
from contactable.connectors.contract.suite_writing import *  # noqa: F403

__all__ = [name for name in dir() if name.startswith("test_")]
