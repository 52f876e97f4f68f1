"""Places: what a jurisdiction is a part of, its name, and the number to call there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ebbtide.library.tables import words

if TYPE_CHECKING:
    from ebbtide.library import Library


def places(library: Library, jurisdiction: str | None) -> tuple[str, ...]:
    """A jurisdiction and what it is a part of, the nearest first; empty where none is known."""
    if jurisdiction is None:
        return ()
    table = {row["id"]: row for row in library.tables["jurisdictions"]}
    aliases = {alias: key for key, row in table.items() for alias in words(row["aliases"])}
    code = aliases.get(jurisdiction, jurisdiction)
    found = [code]
    country = code.partition("-")[0]
    country = aliases.get(country, country)
    if country != code:
        found.append(country)
    for key in tuple(found):
        found += [p for p in words(table[key]["parents"]) if p not in found] if key in table else []
    return tuple(found)


def emergency_number(library: Library, jurisdiction: str | None) -> Mapping[str, str]:
    """``emergency``, ``crisis_line`` and ``poison_centre`` of a place; empty where none is known.

    Of a region that has none of its own, those of its country; ``verified`` says whether the emergency
    number was read ("yes") or is remembered ("no").
    """
    table = {row["id"]: row for row in library.tables["jurisdictions"]}
    for code in places(library, jurisdiction):
        row = table.get(code)
        if row is not None and row["emergency"]:
            kinds = ("emergency", "crisis_line", "poison_centre")
            return {kind: row[kind] for kind in kinds if row[kind]} | {
                "place": row["name"],
                "verified": row["verified"],
            }
    return {}


def place_name(library: Library, where: Sequence[str]) -> str:
    """The name of the nearest place, or its code."""
    return name_of(library, where[0]) if where else "an unknown place"


def name_of(library: Library, code: str) -> str:
    """The name of a place, or its code where the table does not have it."""
    return next((row["name"] for row in library.tables["jurisdictions"] if row["id"] == code), code)
