"""How errors show what a user wrote: on one line and short."""

from __future__ import annotations

import re

LONGEST = 80
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def shown(value: object) -> object:
    """A value: shortened, and a date as the user wrote it."""
    if isinstance(value, bool | int | float | None) and len(repr(value)) <= LONGEST:
        return value
    return _short(str(value))


def shown_key(name: str) -> str:
    """A key: in quotes unless it is one that TOML takes without."""
    return _short(name if _BARE_KEY.fullmatch(name) else repr(name))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."
