"""The contract suite: everything the kit relies on in a connector, as tests that anybody can run against a server.

One module is all that an author writes::

    # test_contract.py
    from contactable.connectors.contract.suite import *

    @pytest.fixture
    def crm() -> Iterator[Crm]: ...        # an account without contacts, and hands to play people with

What a CRM cannot do at all, ``Crm.cannot`` names, and those tests are skipped by name. Whoever meets a bug in the field
adds the test here that would have found it.
"""

from __future__ import annotations

import pytest

from contactable.connectors.contract.crm import Crm, Trouble

SUITE = ("reading", "properties", "writing", "trouble")
# So that a failure shows its values.
pytest.register_assert_rewrite(*(f"contactable.connectors.contract.suite_{part}" for part in SUITE))

__all__ = ["Crm", "Trouble"]
