"""Units: every quantity that a person writes carries one, and every number inside has a fixed one.

Inside Ebbtide time is in hours, amounts in nmol, volumes in litres, concentrations in nM
(nmol/L). :func:`parse_quantity` reads what a person writes; :func:`conversion` converts. pint knows every
unit and is asked only where :mod:`.common_units` does not know one.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import common_units
from .errors import InputError

if TYPE_CHECKING:
    import pint

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
    "patch = [patch] = patches",
    "puff = [puff] = puffs",
    "sachet = [sachet] = sachets",
    "ampoule = [ampoule] = ampoules",
    "suppository = [suppository] = suppositories",
    "serving = [serving] = servings",
    "cfu = [colony]",
    "ppb = 1e-9",
    "IU = [international_unit]",
)


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry[Any]:
    """The pint registry with the units of the field (U, points, tablet, spray, ...)."""
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(cache_folder=":auto:")
    for definition in DEFINITIONS:
        ureg.define(definition)
    return ureg


# pint evaluates the text of a unit as an expression ("m^9^9^9" never ends), so only products of
# names with one-digit powers reach it.
_FACTOR = r"[^\W\d][^\W\d]*(?:(?:\^|\*\*)-?\d)?|%|°[CF]"
_UNIT = rf"(?:1?\s*/\s*)?(?:{_FACTOR})(?:(?:\s*[*/·]\s*|\s+)(?:{_FACTOR}))*"
_QUANTITY = re.compile(rf"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*({_UNIT})\s*")
_UNIT_ALONE = re.compile(rf"dimensionless|{_UNIT}")
LONGEST_TEXT = 80

_CELSIUS, _FAHRENHEIT = (1.0, 273.15), (5 / 9, 459.67 * 5 / 9)
_TO_KELVIN = {
    **dict.fromkeys(("degC", "°C", "celsius"), _CELSIUS),
    **dict.fromkeys(("degF", "°F", "fahrenheit"), _FAHRENHEIT),
    "kelvin": (1.0, 0.0),
}
"""Size of a degree (K) and the zero of the scale (K)."""


def _is_common(unit: str) -> bool:
    return unit in _TO_KELVIN or common_units.size_of(unit) is not None


@lru_cache(maxsize=1024)
def is_unit(text: str) -> bool:
    """Whether ``text`` is a unit such as ``mg/g`` or ``1/h``; safe for text of unknown origin."""
    if len(text) > LONGEST_TEXT or not _UNIT_ALONE.fullmatch(text):
        return False
    if _is_common(text):
        return True
    try:
        registry().Unit(text)
    except Exception:
        return False
    return True


def parse_quantity(text: object, where: str, example: str) -> tuple[float, str]:
    """Split ``"2.5 mg"`` into ``(2.5, "mg")`` and check that the unit exists; ``"14 /min"`` is per minute.

    Raises
    ------
    InputError
        When the text is no number with a unit, the unit is not known, or the number is too large to hold.
    """
    if not isinstance(text, str):
        raise InputError("a quantity needs its unit", where=where, value=text, allowed=example)
    match = _QUANTITY.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if match is None:
        shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."
        raise InputError("a quantity is a number and a unit", where=where, value=shown, allowed=example)
    unit = f"1{match[2]}" if match[2].startswith("/") else match[2]
    if not _is_common(unit):
        try:
            registry().Unit(unit)
        except Exception as error:
            raise InputError(f'unknown unit "{unit}"', where=where, value=text, allowed=example) from error
    value = float(match[1])
    if not math.isfinite(value):
        raise InputError("the number is too large", where=where, value=text, allowed=example)
    return value, unit


@lru_cache(maxsize=1024)
def same_kind(unit: str, like: str) -> bool:
    """Whether two known units measure the same kind of thing."""
    if unit in _TO_KELVIN and like in _TO_KELVIN:
        return True
    if _is_common(unit) and _is_common(like):
        return common_units.alike(unit, like) or False
    return bool(registry().Unit(unit).dimensionality == registry().Unit(like).dimensionality)


def temperature(value: float, unit: str, to: str) -> float | None:
    """A temperature in another unit, with its zero; None where ``to`` is no unit of temperature."""
    if to not in _TO_KELVIN:
        return None
    if unit not in _TO_KELVIN:
        return float(registry().Quantity(value, unit).to(to).magnitude)
    (slope, zero), (to_slope, to_zero) = _TO_KELVIN[unit], _TO_KELVIN[to]
    return value if unit == to else (value * slope + zero - to_zero) / to_slope


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
    common = common_units.factor(unit, to)
    if common is None and molar_mass_g_per_mol is not None:
        common = _through_moles(unit, to, molar_mass_g_per_mol)
    if common is not None:
        return common
    ureg = registry()
    from pint.errors import PintError

    try:
        one = ureg.Quantity(1.0, unit)
        target = ureg.Unit(to)
        if one.dimensionality != target.dimensionality and molar_mass_g_per_mol is not None:
            molar_mass = ureg.Quantity(molar_mass_g_per_mol, "g/mol")
            for candidate in (one / molar_mass, one * molar_mass):
                if candidate.dimensionality == target.dimensionality:
                    return float(candidate.to(target).magnitude)
        return float(one.to(target).magnitude)
    except PintError as error:
        raise InputError(
            f'"{unit}" cannot be converted to "{to}"', where=where, value=unit, allowed=f"a unit like {to}"
        ) from error
    except Exception as error:
        raise InputError(
            f'unknown unit "{unit}"', where=where, value=unit, allowed=f"a unit like {to}"
        ) from error


def _through_moles(unit: str, to: str, molar_mass_g_per_mol: float) -> float | None:
    """Mass to moles or back, in common units."""
    if (moles := common_units.factor(f"({unit}) * mol/g", to)) is not None:
        return moles / molar_mass_g_per_mol
    if (mass := common_units.factor(f"({unit}) * g/mol", to)) is not None:
        return mass * molar_mass_g_per_mol
    return None
