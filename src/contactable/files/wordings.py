"""Texts on disk: a TOML file with ``[[wording]]`` tables (the settings file is one), or one text in Markdown.

In Markdown the table stands between two lines of ``+++`` at the top, and what follows is the text.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from contactable.errors import Malformed
from contactable.rules.wordings import Wording, read_wording

_FENCE = "+++"


def wordings_in(path: Path) -> list[Wording]:
    """Every text of a file; raise ``Malformed`` where there is none or one cannot be understood."""
    try:
        text = path.read_text("utf-8-sig")
        tables = _toml(text) if path.suffix.lower() == ".toml" else [_markdown(text)]
        found = [read_wording(table) for table in tables]
    except UnicodeDecodeError:
        raise Malformed(f"{path.name} is not UTF-8; save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f"{path.name}: {error}.") from None
    except Malformed as error:
        raise Malformed(f"{path.name}: {error}") from None
    if not found:
        raise Malformed(f"{path.name} has no [[wording]] table.")
    return found


def _toml(text: str) -> list[dict[str, Any]]:
    tables = tomllib.loads(text).get("wording", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise Malformed("write [[wording]], with two brackets.")
    return tables


def _markdown(text: str) -> dict[str, Any]:
    fence, _, rest = text.lstrip().partition("\n")
    head, closed, body = rest.partition(f"\n{_FENCE}\n")
    if fence.strip() != _FENCE or not closed:
        raise Malformed("what the text says must be declared first, in TOML between two lines of +++.")
    return {**tomllib.loads(head), "text": body}
