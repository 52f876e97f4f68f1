"""Numbers with units as a case may write them: strict, so that a slip is told and not guessed at."""

from __future__ import annotations

import math

from ebbtide.library import InputError, conversion, parse_quantity, same_kind, temperature

from .model import Quantity


def read_quantity(text: object, where: str, example: str) -> Quantity:
    """Read a number with its unit, e.g. ``"2.5 mg"``; ``"14 /min"`` is "per minute".

    Raises
    ------
    InputError
        For text without a number or a unit, an unknown unit or a number too large to hold;
        ``example`` tells what is accepted.
    """
    value, unit = parse_quantity(text, where, example)
    return Quantity(value, unit)


def read_hours(text: object, where: str, example: str = '"6 h", "2 d"') -> float:
    """Read a length of time and give it in hours; raises :class:`InputError` like :func:`read_quantity`."""
    quantity = read_quantity(text, where, example)
    if not same_kind(quantity.unit, "h"):
        raise InputError("a time is needed", where=where, value=text, allowed=example)
    return in_unit(quantity, "h", where)


def in_unit(quantity: Quantity, unit: str, where: str, molar_mass_g_per_mol: float | None = None) -> float:
    """The number in another unit: also between temperatures, and from mass to moles with a molar mass.

    Raises
    ------
    InputError
        When the units measure different things or the number becomes too large to hold.
    """
    converted = temperature(quantity.value, quantity.unit, unit)
    if converted is None:
        converted = quantity.value * conversion(quantity.unit, unit, where, molar_mass_g_per_mol)
    if not math.isfinite(converted):
        raise InputError("the number is too large", where=where, value=f"{quantity.value:g} {quantity.unit}")
    return converted
