"""The bar of a long command: how much is done, how fast, and how long it will take."""

from __future__ import annotations

import re

import pytest

from contactable.progress import progress_bar


def test_a_terminal_sees_count_rate_and_estimate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")

    with progress_bar("hubspot: syncing") as moved:
        for done in range(0, 1_000, 100):
            moved(done, 1_000)

    told = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)
    assert re.search(r"hubspot: syncing .* 900/1000 [\d,]+/s \d:\d\d:\d\d", told)


def test_nobody_is_shown_a_bar_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("hubspot: syncing") as moved:
        moved(1, 2)

    shown = capsys.readouterr()
    assert (shown.out, shown.err.strip()) == ("", "")
