"""Charts of published studies: predicted over published by domain, and one against the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ebbtide.validation import ResultRow

from .theme import BLUE, FULL_WIDTH, INK, MUTED, RULE, VERMILLION, config

Spec = dict[str, Any]
ROW_HEIGHT = 15
MOST_ROWS = 60
"""Rows of one forest plot; the furthest off are kept."""
LIMITS = (0.1, 10.0)
"""Ratios beyond these are drawn at the edge."""
SHAPES = {"prediction": "circle", "calibration": "diamond"}


def forest(rows: Sequence[ResultRow]) -> Spec | None:
    """Ratios of predicted to published with what is accepted, the furthest off first; None without any."""
    values = [_bar(row) for row in rows if row.ratio is not None]
    if not values:
        return None
    values.sort(key=lambda v: -abs(v["order"]))
    values = values[:MOST_ROWS]
    low = min([LIMITS[0] if v["ratio"] <= LIMITS[0] else v["low"] for v in values] + [0.5])
    high = max([LIMITS[1] if v["ratio"] >= LIMITS[1] else v["high"] for v in values] + [2.0])
    domain = [
        max(min([low, *(v["ratio"] for v in values)]), LIMITS[0]),
        min(max([high, *(v["ratio"] for v in values)]), LIMITS[1]),
    ]
    x = {"type": "quantitative", "scale": {"type": "log", "domain": domain, "clamp": True, "nice": False}}
    y = {
        "field": "label",
        "type": "nominal",
        "sort": [v["label"] for v in values],
        "axis": {"title": None, "labelLimit": 560, "labelFontSize": 11, "domain": False, "ticks": False},
    }
    colour = {
        "field": "agrees",
        "type": "nominal",
        "scale": {"domain": ["yes", "no", "not judged"], "range": [BLUE, VERMILLION, MUTED]},
        "legend": {"title": "Agrees", "orient": "top"},
    }
    shape = {
        "field": "role",
        "type": "nominal",
        "scale": {"domain": list(SHAPES), "range": list(SHAPES.values())},
        "legend": {"title": "Role", "orient": "top"},
    }
    axis = {
        "title": "Predicted over published",
        "values": [0.1, 0.2, 0.5, 1, 2, 5, 10],
        "format": "~g",
        "grid": False,
    }
    accepted = {"type": "rule", "strokeWidth": 5, "color": RULE}
    return {
        "width": FULL_WIDTH - 330,
        "height": {"step": ROW_HEIGHT},
        "layer": [
            {
                "data": {"values": [{"one": 1}]},
                "mark": {"type": "rule", "color": INK, "strokeDash": [3, 3]},
                "encoding": {"x": {**x, "field": "one", "axis": axis}},
            },
            {
                "data": {"values": [v for v in values if v["judged"]]},
                "mark": accepted,
                "encoding": {"x": {**x, "field": "low", "axis": axis}, "x2": {"field": "high"}, "y": y},
            },
            {
                "data": {"values": values},
                "mark": {"type": "point", "filled": True, "size": 46, "opacity": 1},
                "encoding": {
                    "x": {**x, "field": "ratio", "axis": axis},
                    "y": y,
                    "color": colour,
                    "shape": shape,
                },
            },
        ],
        "config": config(),
    }


def scatter(rows: Sequence[ResultRow]) -> Spec | None:
    """Predicted against published on logarithmic axes with identity and twofold lines; None without any."""
    values = [
        {"observed": row.observed, "predicted": row.predicted, "domain": row.domain, "role": row.role}
        for row in rows
        if row.ratio is not None and row.observed is not None
    ]
    if not values:
        return None
    published = [row.observed for row in rows if row.ratio is not None and row.observed is not None]
    low, high = 0.5 * min(published), 2.0 * max(published)
    scale = {"type": "log", "domain": [low, high], "nice": False, "clamp": True}
    powers = [10.0**k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    axis = {"format": "~g", "values": [p for p in powers if low <= p <= high], "grid": True}
    x = {
        "field": "observed",
        "type": "quantitative",
        "scale": scale,
        "axis": {**axis, "title": "Published (unit of the study)"},
    }
    y = {"field": "predicted", "type": "quantitative", "scale": scale, "axis": {**axis, "title": "Predicted"}}
    lines = [
        {
            "data": {"values": [{"observed": a, "predicted": a * f} for a in _inside(low, high, f)]},
            "mark": {"type": "line", "color": INK if f == 1 else MUTED, "clip": True, "strokeWidth": 1.2,
                     "strokeDash": [1, 0] if f == 1 else [4, 3]},
            "encoding": {"x": x, "y": y},
        }
        for f in (0.5, 1.0, 2.0)
    ]  # fmt: skip
    points = {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "size": 40, "opacity": 0.75},
        "encoding": {
            "x": x,
            "y": y,
            "color": {"field": "domain", "type": "nominal", "legend": {"title": "Domain"},
                      "scale": {"range": PALETTE}},
            "shape": {"field": "role", "type": "nominal", "legend": {"title": "Role"},
                      "scale": {"domain": list(SHAPES), "range": list(SHAPES.values())}},
        },
    }  # fmt: skip
    return {"width": 470, "height": 470, "layer": [*lines, points], "config": config()}


def _inside(low: float, high: float, fold: float) -> tuple[float, float]:
    """The published numbers between which ``fold`` times them stays on the axis."""
    return max(low, low / fold), min(high, high / fold)


PALETTE = [BLUE, VERMILLION, "#007a5a", "#a04a80", "#7a5c00", "#2d7fa8", "#e69f00", INK, "#888888", "#56b4e9"]


def _bar(row: ResultRow) -> dict[str, Any]:
    assert row.ratio is not None
    low, high = _accepted(row)
    words = [row.study, row.arm, row.quantity.removeprefix("plasma."), row.statistic, row.at]
    label = ", ".join(word for word in words if word)
    return {
        "label": label,
        "ratio": min(max(row.ratio, LIMITS[0]), LIMITS[1]),
        "low": max(low, LIMITS[0]),
        "high": min(high, LIMITS[1]),
        "judged": row.passed is not None and high > low,
        "agrees": "not judged" if row.passed is None else "yes" if row.passed else "no",
        "role": row.role,
        "order": row.ratio if row.ratio >= 1 else 1 / row.ratio,
    }


def _accepted(row: ResultRow) -> tuple[float, float]:
    """The ratios that the rule accepts: both ends 1 where it is not by the number."""
    assert row.observed is not None
    lows, highs = [0.0], [float("inf")]
    if row.accept_fold is not None:
        lows.append(1 / row.accept_fold)
        highs.append(row.accept_fold)
    if row.accept_absolute is not None:
        lows.append((row.observed - row.accept_absolute) / row.observed)
        highs.append((row.observed + row.accept_absolute) / row.observed)
    if row.accept_low is not None:
        lows.append(row.accept_low / row.observed)
    if row.accept_high is not None:
        highs.append(row.accept_high / row.observed)
    low, high = max(lows), min(highs)
    return (1.0, 1.0) if (low, high) == (0.0, float("inf")) else (low, high)
