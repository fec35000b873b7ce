"""An open register for each test, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contactable.register.testing import Workbench


@pytest.fixture
def house(url: str) -> Iterator[Workbench]:
    """An open register on both databases."""
    made = Workbench(url)
    yield made
    made.register.close()


@pytest.fixture
def sqlite_house(sqlite_url: str) -> Iterator[Workbench]:
    """An open register in a file, for what only SQLite has."""
    made = Workbench(sqlite_url)
    yield made
    made.register.close()
