"""The plug-in for pytest: brings the suite to one file of fixtures, and says at the end what a CRM could not do.

``pytest -p contactable.connectors.contract.plugin --crm my_crm.py``
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

SUITE = Path(__file__).with_name("suite.py")
NOT_THERE = "not on this CRM: "


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know ``--crm``."""
    group = parser.getgroup("contactable", "the contract of connectors")
    group.addoption("--crm", metavar="FILE", help="a Python file with a fixture `crm`: run the contract suite on it")


def pytest_configure(config: pytest.Config) -> None:
    """Take the file's fixtures for all tests, and collect the suite unless other tests are named."""
    name = config.getoption("--crm")
    if not name:
        return
    path = Path(name)
    if not path.is_file():
        raise pytest.UsageError(f"--crm: there is no file {name}")
    config.pluginmanager.register(_import(path), "contactable-crm")
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = [str(SUITE)]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once what the CRM has not, however many tests were skipped for it."""
    reasons = (str(each.longrepr[2]) for each in terminalreporter.getreports("skipped") if each.longrepr)
    missing = sorted({each.partition(NOT_THERE)[2] for each in reasons if NOT_THERE in each})
    if missing:
        terminalreporter.write_line(f"{NOT_THERE}{', '.join(missing)}")


def _import(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise pytest.UsageError(f"--crm: {path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
