"""The fixed emergency texts: data of the library, independent of any model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ebbtide.library import Library

from .places import emergency_number


def emergency_texts(library: Library, jurisdiction: str | None = None) -> tuple[dict[str, Any], ...]:
    """``sign`` and ``text`` of each, the number to call first: that of the place, where it is known."""
    texts = library.safety["emergency"]
    signs = [
        {"sign": entry["sign"], "text": entry["text"], "source": entry["source"]}
        for entry in texts.values()
        if isinstance(entry, Mapping)
    ]
    here = emergency_number(library, jurisdiction)
    number = f"{_numbers(here)} {texts['number']}" if here else texts["number"]
    return ({"sign": "Any emergency", "text": number, "source": ""}, *signs)


def _numbers(here: Mapping[str, str]) -> str:
    """The numbers of a place in words."""
    doubt = "" if here["verified"] == "yes" else "; remembered, check it"
    told = f"Call {here['emergency']} ({here['place']}{doubt})."
    if "crisis_line" in here:
        told += f" Crisis line: {here['crisis_line']}."
    if "poison_centre" in here:
        told += f" Poison centre: {here['poison_centre']}."
    return told
