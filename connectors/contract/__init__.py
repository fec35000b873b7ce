"""The contract suite: everything the kit relies on in a connector, as tests that anybody can run against a server.

One file is all that an author writes: a fixture ``crm`` that gives an account without contacts, and hands to play
people, accidents and time with (``Crm``). The server may be a sandbox, a recording, or the CRM itself. Either the file
is a test module::

    # test_contract.py
    from contactable.connectors.contract.suite import *

    @pytest.fixture
    def crm() -> Iterator[Crm]: ...

or it holds the fixture alone and the plug-in brings the tests::

    pytest -p contactable.connectors.contract.plugin --crm my_crm.py

What a CRM cannot do at all, ``Crm.cannot`` names, and those tests are skipped by name; the plug-in sums them up at the
end. Whoever meets a bug in the field adds the test here that would have found it.
"""

from __future__ import annotations

import pytest

from contactable.connectors.contract.crm import Crm, Trouble

SUITE = ("reading", "consents", "properties", "writing", "trouble", "wire")
# So that a failure shows its values.
pytest.register_assert_rewrite(*(f"contactable.connectors.contract.suite_{part}" for part in SUITE))

__all__ = ["Crm", "Trouble"]
