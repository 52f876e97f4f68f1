"""The names that people give to parameters and compartments, taken to one name each."""

from __future__ import annotations

import re
from collections.abc import Sequence

ENTRY_ITEMS = ("fraction", "lag", "duration", "rate")
"""What says how a dose enters a compartment; the fields of :class:`ebbtide.engine.events.Entry`."""

_PARAMETERS = {
    "CL": "cl clf tvcl clearance totalclearance systemicclearance apparentclearance",
    "V": "v vc vd vf v1 v1f tvv volume centralvolume volumecentral volumeofdistribution distributionvolume",
    "KA": "ka tvka absorptionrate absorptionrateconstant rateofabsorption",
    "Q1": "q q1 qf tvq qp intercompartmentalclearance distributionclearance flow peripheralflow",
    "VP1": "vp vp1 vper vperipheral peripheralvolume volumeperipheral peripheralvolume1 volumeperipheral1",
    "Q2": "q2 qp2 intercompartmentalclearance2 distributionclearance2 peripheralflow2",
    "VP2": "vp2 peripheralvolume2 volumeperipheral2",
    "Q3": "q3 qp3 intercompartmentalclearance3 distributionclearance3 peripheralflow3",
    "VP3": "vp3 peripheralvolume3 volumeperipheral3",
    "Q4": "q4",
    "V2": "v2 v2f",
    "V3": "v3 v3f",
    "V4": "v4 v4f",
}
_COMPARTMENTS = {
    "DEPOT": "depot gut ev abs absorption oral",
    "CENTRAL": "central cent center centre plasma blood iv",
    "PERIPHERAL": "peripheral periph peri tissue peripheral1 periph1 peri1 p1",
    "PERIPHERAL2": "peripheral2 periph2 peri2 p2",
    "PERIPHERAL3": "peripheral3 periph3 peri3 p3",
}
_ITEMS = {
    "fraction": "f bio bioav bioavailability bioavailable fraction bioavailabilityfraction",
    "lag": "alag lag lagt tlag lagtime absorptionlag absorptionlagtime",
    "duration": "d dur duration infusionduration zeroorderduration",
    "rate": "r rat rate infusionrate zeroorderrate",
}


def _turned(table: dict[str, str]) -> dict[str, str]:
    return {spelling: name for name, spellings in table.items() for spelling in spellings.split()}


_PARAMETER_OF = _turned(_PARAMETERS)
_COMPARTMENT_OF = _turned(_COMPARTMENTS)
_ITEM_OF = _turned(_ITEMS)
KNOWN = ("CL", "V", "KA", "Q", "VP", "Q2", "VP2", "F", "ALAG", "D", "R")
"""Shown when a name is not known."""


def squeezed(name: str) -> str:
    """A name without case and without what stands between its words."""
    return re.sub(r"[\s_/.-]", "", name).casefold()


def parameter(name: str) -> str | None:
    """``CL``, ``V``, ``KA``, ``Q1``, ``VP1`` ...; ``V2`` to ``V4`` and ``Q2`` to ``Q4`` stay as written."""
    return _PARAMETER_OF.get(squeezed(name))


def compartment(name: str) -> str | None:
    """``DEPOT``, ``CENTRAL``, ``PERIPHERAL``, ``PERIPHERAL2``, ``PERIPHERAL3``."""
    return _COMPARTMENT_OF.get(squeezed(name))


def entry_item(name: str) -> tuple[str, str] | None:
    """``F2`` is ``("fraction", "2")``, ``lag_depot`` ``("lag", "depot")``, ``F`` ``("fraction", "")``."""
    text = squeezed(name)
    if text in _ITEM_OF:
        return _ITEM_OF[text], ""
    for spelling in sorted(_ITEM_OF, key=len, reverse=True):
        rest = text.removeprefix(spelling)
        if rest != text and (rest.isdecimal() or rest in _COMPARTMENT_OF):
            return _ITEM_OF[spelling], rest
    return None


def compartment_at_end(column: str) -> str:
    """The number or name of a compartment at the end of a column's name (``DUR2``, ``F_CENT``), or ``""``."""
    number = re.fullmatch(r".*[^\W\d]_?(\d)", column)
    if number:
        return number[1]
    word = re.fullmatch(r".+[_.]([^\W\d]+\d?)", column)
    return word[1] if word and compartment(word[1]) else ""


def find_compartment(text: str, names: Sequence[str], roles: Sequence[str]) -> int | None:
    """Place of a compartment by number from 1, by its name, or by its role; ``None`` for no such."""
    if text.isdecimal() and text.isascii():
        return int(text) - 1 if 1 <= int(text) <= len(roles) else None
    folded = [name.casefold() for name in names]
    if text.casefold() in folded:
        return folded.index(text.casefold())
    role = compartment(text)
    return roles.index(role) if role in roles else None
