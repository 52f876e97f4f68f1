"""Numbers and names as a reader sees them."""

from __future__ import annotations

import math
import re
from typing import Any

NO_VALUE = "–"


def number(value: float | None, decimals: int | None = None) -> str:
    """A number for a table: fixed decimals where given, else three significant digits."""
    if value is None or not math.isfinite(value):
        return NO_VALUE
    if decimals is not None:
        text = f"{value:.{decimals}f}"
    elif value != 0 and not 1e-3 <= abs(value) < 1e5:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa} × 10{_superscript(int(exponent))}".replace("-", "−")
    else:
        digits = 0 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
        text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "−")


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def interval(low: float | None, high: float | None, decimals: int | None = None) -> str:
    """``11 to 27``; an en dash would read as a minus."""
    return f"{number(low, decimals)} to {number(high, decimals)}"


def signed(value: float | None, decimals: int = 1) -> str:
    """A difference with its sign, so that the direction is never in doubt."""
    text = number(value, decimals)
    nothing = value is None or not math.isfinite(value) or float(text.replace("−", "-")) == 0
    return text if nothing or text.startswith("−") else f"+{text}"


def percent(fraction: float | None) -> str:
    """A fraction of people as a whole percentage that never rounds to a false certainty."""
    if fraction is None or not math.isfinite(fraction):
        return NO_VALUE
    if 0 < fraction < 0.01:
        return "under 1 %"
    if 0.99 < fraction < 1:
        return "over 99 %"
    return f"{fraction * 100:.0f} %"


_BREAKS = (
    (re.compile(r"(?<=\d) (?=(?:%|h|d|min|days?|points|nM|kg|mg|g)\b|%)"), "\N{NO-BREAK SPACE}"),
    (re.compile(r"(?<=[≥≤×]) (?=\d)|(?<=[A-Z]) (?=[≥≤])"), "\N{NO-BREAK SPACE}"),
    (re.compile(r"(?<=\d)–(?=\d)"), "\N{WORD JOINER}–\N{WORD JOINER}"),
)


def unbroken(text: str) -> str:
    """The same text with its numbers tied to their units and ranges tied together at line ends."""
    for pattern, tie in _BREAKS:
        text = pattern.sub(tie, text)
    return text


def label(name: str) -> str:
    """A field or quantity name as words: ``muscle_aches`` -> ``muscle aches``."""
    return name.removeprefix("symptom.").replace("_", " ").replace(".", " ")


def plain_number(value: float) -> str:
    """A number as it was written, so far as that is known: no digits added, few taken away."""
    if not math.isfinite(value) or (value != 0 and not 1e-3 <= abs(value) < 1e7):
        return number(value)
    return f"{value:.6g}".replace("-", "−")


def plain(value: Any) -> str:
    """Any value of a provenance, basis or person table as text."""
    if value is None or value == "":
        return NO_VALUE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return plain_number(value)
    if isinstance(value, dict):
        return "; ".join(f"{label(str(k))}: {plain(v)}" for k, v in value.items()) or NO_VALUE
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(plain(v) for v in value) or NO_VALUE
    return str(value)
