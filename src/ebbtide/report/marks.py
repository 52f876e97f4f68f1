"""The pieces that charts are put together from: inline data, bands, lines, axes, as plain Vega-Lite.

Specs are written as dictionaries and not through Altair's classes: importing Altair costs more than drawing
the whole report. Tests check every spec against the Vega-Lite schema with Altair.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .bands import Band
from .theme import MUTED, RULE, Stroke

Spec = dict[str, Any]
Array = NDArray[np.float64]
COLUMNS = ("l", "q", "m", "u", "h")


def significant(values: Array, digits: int = 5) -> Array:
    """Values rounded to significant digits, to keep files small."""
    values = np.asarray(values, dtype=np.float64)
    size = np.abs(values)
    usable = np.isfinite(values) & (size > 0)
    with np.errstate(divide="ignore"):
        exponent = np.floor(np.log10(np.where(usable, size, 1.0)))
    factor = 10.0 ** np.clip(digits - 1 - exponent, -300, 300)
    return np.where(usable, np.round(np.where(usable, values, 0.0) * factor) / factor, values)


def inline(times: Array, **curves: Array) -> Spec:
    """Inline data with ``t`` and one field a curve."""
    names = ["t", *curves]
    columns = [_listed(significant(c)) for c in (times, *curves.values())]
    return {"values": [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]}


def _listed(values: Array) -> list[float | None]:
    """Numbers as JSON has them: a gap where there is no number."""
    listed: list[float | None] = values.tolist()
    if np.isfinite(values).all():
        return listed
    return [v if v is not None and np.isfinite(v) else None for v in listed]


def band_data(band: Band, unit_h: float, most: int) -> Spec:
    """Inline data of a band with fields ``l q m u h`` (5, 25, 50, 75, 95 %)."""
    thin = band.thinned(most)
    return inline(thin.time_h / unit_h, **dict(zip(COLUMNS, thin.rows, strict=True)))


def time_unit(duration_h: float) -> tuple[float, str]:
    """Hours in the unit of the time axis, and its title: hours for a short forecast, else days."""
    return (24.0, "Days since start") if duration_h > 72 else (1.0, "Hours since start")


def time_axis(duration_h: float, *, labelled: bool = True, small: bool = False) -> Spec:
    """The x encoding of time since the start; a chart with another below it needs no labels."""
    unit_h, title = time_unit(duration_h)
    end = duration_h / unit_h
    steps = (1, 2, 3, 4, 6, 7, 12, 14, 24, 28, 56, 84, 168)
    # Measuring labels is half the cost of a chart, so small charts have few.
    step = next((s for s in steps if end / s <= (5 if small else 15)), max(1, round(end / 5)))
    ticks = [float(v) for v in np.arange(0, end + 1e-9, step)]
    return {
        "field": "t",
        "type": "quantitative",
        "scale": {"domain": [0, end], "nice": False},
        "axis": {"values": ticks, "title": title if labelled else None, "labels": labelled, "format": "d"},
    }


def value_axis(title: str | None, top: float, *, bottom: float = 0.0, field: str = "m", **axis: Any) -> Spec:
    """The y encoding of a quantity from ``bottom`` to ``top``."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"domain": [bottom, top], "nice": False},
        "axis": {"title": title, **({"tickCount": 6} | axis)},
    }


def area(low: str, high: str, y: Spec, opacity: float, **colour: Any) -> Spec:
    """A filled band between two fields; ``colour`` is a ``color`` encoding."""
    encoding = {"y": {**y, "field": low}, "y2": {"field": high}, **colour}
    return {"mark": {"type": "area", "opacity": opacity}, "encoding": encoding}


def fixed(colour: str) -> Spec:
    """The ``color`` encoding of a mark that has one colour."""
    return {"color": {"value": colour}}


def line(y: Spec, colour: str, dash: Iterable[int] = (), width: float = 2.2, field: str = "m") -> Spec:
    """A line over time."""
    mark: Spec = {"type": "line", "color": colour, "strokeWidth": width, "strokeJoin": "round"}
    if dashes := list(dash):
        mark["strokeDash"] = dashes
    return {"mark": mark, "encoding": {"y": {**y, "field": field}}}


def band_layers(y: Spec, style: Stroke, *, single: bool) -> list[Spec]:
    """Both bands and the median; the line alone for one person, who has no band."""
    middle, colour = line(y, style.colour), fixed(style.colour)
    if single:
        return [middle]
    return [area("l", "h", y, 0.16, **colour), area("q", "u", y, 0.28, **colour), middle]


def level_lines(
    levels: Iterable[tuple[float, str]], top: float, y: Spec, *, named: bool = True
) -> list[Spec]:
    """Thin lines across at named levels below ``top``, with the name at the right edge."""
    values = [{"v": level, "name": name} for level, name in levels if level <= top]
    if not values:
        return []
    at = {**y, "field": "v"}
    text = {
        "mark": {"type": "text", "align": "left", "dx": 6, "color": MUTED, "fontSize": 11.5},
        "encoding": {"x": {"value": "width"}, "y": at, "text": {"field": "name"}},
    }
    return [{"data": {"values": values}, "layer": [across(at), text] if named else [across(at)]}]


def across(y: Spec) -> Spec:
    """A thin dashed line from one side to the other."""
    mark = {"type": "rule", "color": RULE, "strokeDash": [3, 3]}
    return {"mark": mark, "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": y}}


def wrapped(title: str, width_px: int) -> list[str]:
    """A title broken into lines that fit a small chart, three at most."""
    return textwrap.wrap(title, max(12, int(width_px / 6.6)), max_lines=3, placeholder=" …") or [""]


def three_ticks(top: float) -> list[float]:
    """Bottom, middle and top of a small axis."""
    return [0.0, top / 2, top]


def nice_top(highest: float, cap: float | None = None) -> float:
    """A round number a little above the highest value, for the top of an axis."""
    if not np.isfinite(highest) or highest <= 0:
        return cap or 1.0
    room = highest * 1.06
    size = 10.0 ** np.floor(np.log10(room))
    top = float(next(m for m in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if m * size >= room) * size)
    return min(top, cap) if cap is not None else top
