"""Charts of the case as written: its course with observations, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .bands import MOST_POINTS, Band
from .marks import (
    Spec,
    area,
    band_data,
    band_layers,
    fixed,
    level_lines,
    line,
    time_axis,
    time_unit,
    value_axis,
)
from .severity import SeverityScale
from .theme import BLUE, FULL_WIDTH, INK, NAMED_WIDTH, VERMILLION, config, stroke


def course_chart(
    band: Band,
    duration_h: float,
    severity: SeverityScale,
    observed: Sequence[dict[str, Any]],
    *,
    single: bool,
    title: str = "COWS (points)",
) -> Spec:
    """A scale over time with 25-75 and 5-95 % bands, severity levels and what was observed.

    ``observed`` holds ``t`` (h) with either ``v`` or ``lo`` and ``hi``.
    """
    unit_h, _ = time_unit(duration_h)
    seen = [float(o.get("v", o.get("hi", 0))) for o in observed]
    shown = [level.low + 2 for level in severity.ranges[1:2]]
    highest = max([float(np.nanmax(band.high)), *shown, *seen])
    top = min(severity.maximum, highest * 1.06)
    y = value_axis(title, top, grid=False)
    layers: list[Spec] = [
        *level_lines([(r.low, f"{r.name} ≥ {r.low:.0f}") for r in severity.ranges], top, y),
        {"data": band_data(band, unit_h, MOST_POINTS), "layer": band_layers(y, stroke(0), single=single)},
        *_observed_layers(observed, unit_h, y),
    ]
    return {
        "width": NAMED_WIDTH,
        "height": 280,
        "encoding": {"x": time_axis(duration_h)},
        "layer": layers,
        "config": config(),
    }


def _observed_layers(observed: Sequence[dict[str, Any]], unit_h: float, y: Spec) -> list[Spec]:
    points = [{"t": o["t"] / unit_h, "v": o["v"]} for o in observed if "v" in o]
    ranges = [{"t": o["t"] / unit_h, "lo": o["lo"], "hi": o["hi"]} for o in observed if "lo" in o]
    layers: list[Spec] = []
    if ranges:
        bar = {"y": {**y, "field": "lo"}, "y2": {"field": "hi"}}
        cap: Spec = {"type": "tick", "orient": "horizontal", "size": 9, "thickness": 1.6, "color": INK}
        layers.append(
            {
                "data": {"values": ranges},
                "layer": [
                    {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.6}, "encoding": bar},
                    {"mark": cap, "encoding": {"y": {**y, "field": "lo"}}},
                    {"mark": cap, "encoding": {"y": {**y, "field": "hi"}}},
                ],
            }
        )
    if points:
        dot: Spec = {"type": "point", "filled": True, "opacity": 1, "size": 62, "color": INK}
        dot |= {"stroke": "white", "strokeWidth": 1.2}
        at = {"y": {**y, "field": "v"}}
        layers.append({"data": {"values": points}, "mark": dot, "encoding": at})
    return layers


def certainty_chart(between: Band, wide: Band, duration_h: float, maximum: float) -> Spec:
    """5-95 % between people against 5-95 % with the uncertainty of parameters added."""
    unit_h, _ = time_unit(duration_h)
    top = min(maximum, max(float(np.nanmax(wide.high)), float(np.nanmax(between.high))) * 1.06)
    y = value_axis("COWS (points)", top)
    outer = [
        area("l", "h", y, 0.10, **fixed(VERMILLION)),
        line(y, VERMILLION, (5, 3), 1.4, "l"),
        line(y, VERMILLION, (5, 3), 1.4, "h"),
    ]
    inner = [area("l", "h", y, 0.26, **fixed(BLUE)), line(y, BLUE)]
    return {
        "width": FULL_WIDTH,
        "height": 220,
        "encoding": {"x": time_axis(duration_h)},
        "layer": [
            {"data": band_data(wide, unit_h, 160), "layer": outer},
            {"data": band_data(between, unit_h, 160), "layer": inner},
        ],
        "config": config(),
    }
