"""What holds for the whole suite. Where a tool is missing a test skips by name; in CI such a skip is a failure.

Where a test names no number of examples, `hypothesis` makes 60, and 300 in a run that takes the slow tests too.
"""

import os

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile("thorough", max_examples=300, deadline=None)

ALLOWED_IN_CI = ("Java", "PySpark", "Python 3.12", "CONTACTABLE_CORPUS", "../shared")


def pytest_configure(config: pytest.Config) -> None:
    """Let the slow run look further."""
    settings.load_profile("thorough" if "slow or not slow" in config.getoption("markexpr") else "quick")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI, let the run fail when a test was skipped for want of a tool that CI installs."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return
    reasons = {str(report.longrepr[-1]) for report in reporter.stats.get("skipped", []) if report.longrepr}
    wrong = sorted(reason for reason in reasons if not any(allowed in reason for allowed in ALLOWED_IN_CI))
    if wrong and exitstatus == 0:
        reporter.write_line("CI must not skip these: " + "; ".join(wrong), red=True)
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many combinations of facts the proofs of the law have gone through (``record_property``)."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    proofs = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    counted = [proof["combinations"] for proof in proofs if "combinations" in proof]
    if counted:
        terminalreporter.write_line(
            f"proved on {sum(counted):,} combinations of facts in {len(counted)} frames of the law"
        )
