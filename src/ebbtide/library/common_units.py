"""The units that cases and the library use most, without pint: its import takes longer than a check.

Every function gives ``None`` for a unit that is not in the table; :mod:`.units` then asks pint. That the two
agree is tested. Sizes are whole numbers over whole numbers, so that a factor is rounded once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Size(NamedTuple):
    """``over / under`` of the base units to the powers in ``kind``."""

    over: int
    under: int
    kind: tuple[tuple[str, int], ...]
    """Name of each base unit and its power, without those of power 0."""


_PREFIXES = {"p": (1, 10**12), "n": (1, 10**9), "u": (1, 10**6), "m": (1, 1000), "": (1, 1)}
_LENGTHS_OF_TIME = {
    "ms": (1, 1000),
    "s": (1, 1),
    "min": (60, 1),
    "h": (3600, 1),
    "d": (86400, 1),
    "week": (604800, 1),
}
_SPELT = {
    "L": "l liter liters litre litres", "mL": "ml milliliter milliliters", "dL": "dl",
    "g": "gram grams", "mg": "milligram milligrams", "ug": "µg μg microgram micrograms",
    "s": "sec second seconds", "min": "minute minutes", "h": "hr hour hours", "d": "day days",
    "week": "weeks", "year": "years", "month": "months", "%": "percent", "points": "point",
}  # fmt: skip
_COUNTED = (
    "tablet", "capsule", "film", "spray", "drop", "patch", "puff", "sachet", "ampoule", "suppository",
    "serving",
)  # fmt: skip
"""Forms that are counted. Each is a kind of its own: a tablet is no capsule."""
_PLURALS = {"patch": "patches", "suppository": "suppositories"}


def _table() -> dict[str, Size]:
    mass, length, time, moles = "gram", "metre", "second", "mole"
    table = {
        "kg": Size(1000, 1, ((mass, 1),)),
        "m": Size(1, 1, ((length, 1),)),
        "cm": Size(1, 100, ((length, 1),)),
        "mm": Size(1, 1000, ((length, 1),)),
        "dL": Size(1, 10**4, ((length, 3),)),
        "month": Size(2629800, 1, ((time, 1),)),  # a twelfth of the year of 365.25 days
        "year": Size(31557600, 1, ((time, 1),)),
        "U": Size(1, 60 * 10**6, ((moles, 1), (time, -1))),
        "mmHg": Size(133322387415, 10**6, ((mass, 1), (length, -1), (time, -2))),
        "dimensionless": Size(1, 1, ()),
        "points": Size(1, 1, ()),
        "%": Size(1, 100, ()),
        "ppm": Size(1, 10**6, ()),
        "ppb": Size(1, 10**9, ()),
        "cfu": Size(1, 1, (("colony", 1),)),
    }
    for prefix, (over, under) in _PREFIXES.items():
        table[f"{prefix}g"] = Size(over, under, ((mass, 1),))
        table[f"{prefix}mol"] = Size(over, under, ((moles, 1),))
        table[f"{prefix}M"] = Size(over * 1000, under, ((length, -3), (moles, 1)))
        table[f"{prefix}L"] = Size(over, under * 1000, ((length, 3),))
    for name, (over, under) in _LENGTHS_OF_TIME.items():
        table[name] = Size(over, under, ((time, 1),))
    for name in _COUNTED:
        table[name] = table[_PLURALS.get(name, f"{name}s")] = Size(1, 1, ((name, 1),))
    for name, others in _SPELT.items():
        table |= dict.fromkeys(others.split(), table[name])
    return {name: Size(size.over, size.under, tuple(sorted(size.kind))) for name, size in table.items()}


_SIZES = _table()
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[^\W\d]+|%)(?:(?:\^|\*\*)(?P<power>-?\d))?|(?P<one>1)(?=\s*/)|(?P<sign>[*/·()]))"
)


@lru_cache(maxsize=4096)
def size_of(unit: str) -> Size | None:
    """The size of a unit such as ``mg/mL``, ``1/h`` or ``(g) * (mg/g)``."""
    tokens: list[tuple[str, Size | None]] = []
    place = 0
    text = unit.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        place = match.end()
        if match["sign"]:
            tokens.append((match["sign"].replace("·", "*"), None))
        elif match["one"]:
            tokens.append(("unit", Size(1, 1, ())))
        else:
            base = _SIZES.get(match["name"])
            if base is None:
                return None
            tokens.append(("unit", _power(base, int(match["power"] or 1))))
    tokens.reverse()
    size = _product(tokens)
    return None if tokens else size


def _product(tokens: list[tuple[str, Size | None]]) -> Size | None:
    """The product at the end of ``tokens`` (they are in reverse order), up to its closing bracket."""
    total, sign = Size(1, 1, ()), "*"
    while True:
        if not tokens:
            return None
        kind, factor = tokens.pop()
        if kind == "(":
            factor = _product(tokens)
            if not tokens or tokens.pop()[0] != ")":
                return None
        if factor is None:
            return None
        total = _times(total, factor if sign == "*" else _power(factor, -1))
        if not tokens or tokens[-1][0] == ")":
            return total
        sign = "*" if tokens[-1][0] in ("unit", "(") else tokens.pop()[0]
        if sign not in "*/":
            return None


def _times(a: Size, b: Size) -> Size:
    powers = dict(a.kind)
    for name, power in b.kind:
        powers[name] = powers.get(name, 0) + power
    kind = tuple(sorted((name, power) for name, power in powers.items() if power))
    return Size(a.over * b.over, a.under * b.under, kind)


def _power(size: Size, power: int) -> Size:
    if power < 0:
        return _power(Size(size.under, size.over, tuple((n, -p) for n, p in size.kind)), -power)
    kind = tuple((name, p * power) for name, p in size.kind if power)
    return Size(size.over**power, size.under**power, kind)


def factor(unit: str, to: str) -> float | None:
    """What takes a number in ``unit`` to one in ``to``; ``None`` also where they are of different kinds."""
    a, b = size_of(unit), size_of(to)
    if a is None or b is None or a.kind != b.kind:
        return None
    return a.over * b.under / (a.under * b.over)


def alike(unit: str, like: str) -> bool | None:
    """Whether two units measure the same kind of thing."""
    a, b = size_of(unit), size_of(like)
    return None if a is None or b is None else a.kind == b.kind
