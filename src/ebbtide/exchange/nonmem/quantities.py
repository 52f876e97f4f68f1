"""Numbers of a compound file: bare, with their unit, or as a table with ``value`` and ``unit``."""

from __future__ import annotations

import math
import re

from ebbtide.case.telling import shown, shown_key
from ebbtide.library import InputError, conversion, nearest_name, parse_quantity

from .spelling import squeezed

_BARE = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_BESIDE = {
    *("value", "unit", "units", "covariates", "covariate", "source", "basis", "locator", "verified"),
    *("betweencv", "uncertaintycv", "shape", "note", "notes", "description"),
}
"""What a table may hold; a number here needs no source, unlike those of the library."""


def read_number(value: object, unit: str, where: str) -> float:
    """A number in ``unit``, which is also that of a bare number; an empty ``unit`` takes bare numbers alone.

    Raises
    ------
    InputError
        For anything else, and for a number that is not finite.
    """
    if isinstance(value, dict):
        return _of_table(value, unit, where)
    if isinstance(value, str) and _BARE.fullmatch(value):
        value = float(value)
    if isinstance(value, str) and unit:
        amount, written = parse_quantity(value, where, f"a number in {unit}")
        return _finite(amount * conversion(written, unit, where), where, value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError("a number is needed", where=where, value=shown(value), allowed=unit and f"in {unit}")
    try:
        return _finite(float(value), where, value)
    except OverflowError as error:
        raise InputError("the number is too large", where=where, value=shown(value)) from error


def is_quantity(value: object) -> bool:
    """Whether a table is one number or names the column of one, not a table of such."""
    return not isinstance(value, dict) or bool({"value", "column"} & set(map(squeezed, value)))


def _of_table(table: dict[str, object], unit: str, where: str) -> float:
    found = {squeezed(key): value for key, value in table.items()}
    for key in table:
        if squeezed(key) not in _BESIDE:
            raise InputError(
                "unknown key",
                where=f"{where}.{shown_key(key)}",
                allowed="value, unit, covariates",
                nearest=nearest_name(key, ["value", "unit", "covariates"]),
            )
    if isinstance(found.get("value", {}), dict):
        raise InputError("key is missing", where=f"{where}.value")
    written = found.get("unit", found.get("units"))
    if written is None or not unit:
        return read_number(found["value"], unit, f"{where}.value")
    number = read_number(found["value"], "", f"{where}.value")
    if not isinstance(written, str):
        raise InputError(
            "a unit is text", where=f"{where}.unit", value=shown(written), allowed=f"like {unit}"
        )
    _, name = parse_quantity(f"1 {written}", f"{where}.unit", f"a unit like {unit}")
    return _finite(number * conversion(name, unit, f"{where}.unit"), where, number)


def _finite(number: float, where: str, value: object) -> float:
    if not math.isfinite(number):
        raise InputError("a finite number is needed", where=where, value=shown(value))
    return number
