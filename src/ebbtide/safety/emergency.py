"""The fixed emergency texts: data of the library, independent of any model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ebbtide.library import Library


def emergency_texts(library: Library) -> tuple[dict[str, Any], ...]:
    """``sign`` and ``text`` of each, the number to call first."""
    texts = library.safety["emergency"]
    signs = [
        {"sign": entry["sign"], "text": entry["text"], "source": entry["source"]}
        for entry in texts.values()
        if isinstance(entry, Mapping)
    ]
    return ({"sign": "Any emergency", "text": texts["number"], "source": ""}, *signs)
