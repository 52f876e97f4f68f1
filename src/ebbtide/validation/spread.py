"""The published spread of a number, in words and as a standard deviation between people."""

from __future__ import annotations

import math
import re

from scipy.stats import norm

from .schema import RawSpread

NAMES = {"sd": "SD", "se": "SE", "cv": "CV", "plus_minus": "±"}
IQR_SD = 1.349
_INTERVAL = re.compile(r"(\d{2})\s*%?\s*CI|CI\s*(\d{2})", re.IGNORECASE)


def words(spread: RawSpread | None) -> str:
    """As it is printed."""
    if spread is None:
        return ""
    parts = []
    if spread.low is not None or spread.high is not None:
        parts.append(" to ".join("" if v is None else f"{v:g}" for v in (spread.low, spread.high)).strip())
    parts += [
        f"{name} {getattr(spread, key):g}" for key, name in NAMES.items() if getattr(spread, key) is not None
    ]
    text = ", ".join(parts)
    return f"{text} ({spread.kind})" if spread.kind else text


def standard_deviation(spread: RawSpread | None, value: float | None, n: int | None) -> float | None:
    """Between people, in the unit of the value; None where it cannot be told.

    A range of n people is taken to be that of n normal values, on average.
    """
    sd = None if spread is None else _deviation(spread, value, n)
    return sd if sd is not None and sd > 0 else None


def _deviation(spread: RawSpread, value: float | None, n: int | None) -> float | None:
    if spread.sd is not None:
        return spread.sd
    if spread.se is not None and n:
        return spread.se * math.sqrt(n)
    if spread.cv is not None and value is not None:
        return abs(value) * (spread.cv / 100.0 if spread.cv > 3.0 else spread.cv)
    if spread.plus_minus is not None:
        return spread.plus_minus
    if spread.low is None or spread.high is None:
        return None
    width, kind = spread.high - spread.low, spread.kind.lower()
    if "iqr" in kind or "quartile" in kind:
        return width / IQR_SD
    if (interval := _INTERVAL.search(spread.kind)) and n:
        percent = float(interval[1] or interval[2])
        return width / (2.0 * float(norm.ppf(0.5 + percent / 200.0))) * math.sqrt(n)
    if "range" in kind and n and n > 1:
        # Blom's approximation of the expected largest of n
        return width / (2.0 * float(norm.ppf((n - 0.375) / (n + 0.25))))
    return None
