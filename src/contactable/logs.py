"""Structured logs without personal data: names of connectors and endpoints, ids of contacts, digests, counts, times."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

import structlog


class _Stderr:
    """Standard error as it is at each line; a full disk behind it must not cost a sender its answer."""

    def write(self, text: str) -> None:
        """Write what can be written."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Pass on what was written."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def configure() -> None:
    """Log lines to stderr: readable on a terminal, JSON elsewhere; ``CONTACTABLE_LOG`` sets the level."""
    level = getattr(logging, os.environ.get("CONTACTABLE_LOG", "info").upper(), logging.INFO)
    last = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )


def quiet() -> None:
    """Let nothing below an error through: where people look at something else."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def trace(error: BaseException, frames: int = 4) -> str:
    """Where an unforeseen error came from, without its message, which may quote what it stumbled over."""
    places = traceback.extract_tb(error.__traceback__)[-frames:]
    return " < ".join(
        [type(error).__name__, *(f"{Path(place.filename).name}:{place.lineno}" for place in reversed(places))]
    )
