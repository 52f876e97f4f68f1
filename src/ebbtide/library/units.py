"""Units: every quantity that a person writes carries one, and every number inside has a fixed one.

Inside Ebbtide time is in hours, amounts in nmol, volumes in litres, concentrations in nM
(nmol/L). :func:`parse_quantity` reads what a person writes; :func:`to_unit` converts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import pint

from .errors import InputError

DEFINITIONS = (
    "percent = 0.01 = %",
    "enzyme_unit_U = micromole / minute = U",
    "score_point = [] = points = point",
    "tablet = [tablet] = tablets",
    "capsule = [capsule] = capsules",
    "film = [film] = films",
    "spray = [spray] = sprays",
    "drop = [drop] = drops",
    "beat = []",
)


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry[Any]:
    """The pint registry with the units of the field (U, points, tablet, spray, ...)."""
    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(cache_folder=":auto:")
    for definition in DEFINITIONS:
        ureg.define(definition)
    return ureg


_NUMBER_UNIT = re.compile(r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")


def parse_quantity(text: object, where: str, example: str) -> tuple[float, str]:
    """Split ``"2.5 mg"`` into ``(2.5, "mg")`` and check that the unit exists.

    Raises
    ------
    InputError
        When the text is no number with a unit, or the unit is not known.
    """
    if not isinstance(text, str):
        raise InputError("a quantity needs its unit", where=where, value=text, allowed=example)
    match = _NUMBER_UNIT.match(text)
    if match is None or not match.group(2):
        raise InputError(
            "a quantity is a number and a unit", where=where, value=text, allowed=example
        )
    unit = match.group(2)
    try:
        registry().Unit(unit)
    except Exception as error:
        raise InputError(
            f'unknown unit "{unit}"', where=where, value=text, allowed=example
        ) from error
    return float(match.group(1)), unit


def conversion(unit: str, to: str, where: str = "", molar_mass_g_per_mol: float | None = None) -> float:
    """The factor that takes a number in ``unit`` to one in ``to``.

    Mass converts to amount of substance when ``molar_mass_g_per_mol`` is given.

    Raises
    ------
    InputError
        When the two units measure different things.
    """
    return _conversion(unit, to, where, molar_mass_g_per_mol)


@lru_cache(maxsize=4096)
def _conversion(unit: str, to: str, where: str, molar_mass_g_per_mol: float | None) -> float:
    ureg = registry()
    try:
        one = ureg.Quantity(1.0, unit)
        target = ureg.Unit(to)
        if one.dimensionality != target.dimensionality and molar_mass_g_per_mol is not None:
            molar_mass = ureg.Quantity(molar_mass_g_per_mol, "g/mol")
            for candidate in (one / molar_mass, one * molar_mass):
                if candidate.dimensionality == target.dimensionality:
                    return float(candidate.to(target).magnitude)
        return float(one.to(target).magnitude)
    except pint.errors.PintError as error:
        raise InputError(
            f'"{unit}" cannot be converted to "{to}"', where=where, value=unit, allowed=f"a unit like {to}"
        ) from error
    except Exception as error:
        raise InputError(f'unknown unit "{unit}"', where=where, value=unit, allowed=f"a unit like {to}") from error
