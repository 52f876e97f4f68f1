"""The chart of a followed record: what is expected, what was forecast before, what came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .bands import MOST_POINTS, Band
from .marks import Spec, band_data, band_layers, nice_top, time_axis, time_unit, value_axis
from .theme import FULL_WIDTH, INK, MUTED, RULE, config, stroke

Drawn = tuple[float, float, float, tuple[float, ...]]
"""Time (h), observed from and to, and 5, 25, 50, 75, 95 % of its forecast."""
HEIGHT = 240


def record_chart(
    band: Band | None, duration_h: float, drawn: Sequence[Drawn], last_h: float, title: str
) -> Spec:
    """Bars of past forecasts and observations over the band; a dashed line where the forecast begins."""
    unit_h, _ = time_unit(duration_h)
    highest = max([max(high, quantiles[-1]) for _, _, high, quantiles in drawn])
    if band is not None:
        highest = max(highest, float(np.nanmax(band.high)))
    lowest = min([0.0, *(min(low, quantiles[0]) for _, low, _, quantiles in drawn)])
    y = value_axis(title, nice_top(highest), bottom=lowest)
    layers: list[Spec] = []
    if band is not None:
        layers.append(
            {"data": band_data(band, unit_h, MOST_POINTS), "layer": band_layers(y, stroke(0), single=False)}
        )
    layers += [_now(last_h / unit_h), *_bars(drawn, unit_h, y)]
    return {
        "width": FULL_WIDTH,
        "height": HEIGHT,
        "encoding": {"x": time_axis(duration_h)},
        "layer": layers,
        "config": config(),
    }


def _now(time: float) -> Spec:
    rule: Spec = {
        "mark": {"type": "rule", "color": RULE, "strokeDash": [4, 3]},
        "encoding": {"y": {"value": 0}},
    }
    rule["encoding"]["y2"] = {"value": HEIGHT}
    text = {
        "mark": {"type": "text", "align": "left", "dx": 5, "dy": 6, "color": MUTED, "fontSize": 11.5},
        "encoding": {"y": {"value": 0}, "text": {"value": "forecast"}},
    }
    return {"data": {"values": [{"t": time}]}, "layer": [rule, text]}


def _bars(drawn: Sequence[Drawn], unit_h: float, y: Spec) -> list[Spec]:
    values: list[dict[str, Any]] = [
        {"t": t / unit_h, "lo": low, "hi": high, **dict(zip("lqmuh", map(float, quantiles), strict=True))}
        for t, low, high, quantiles in drawn
    ]

    def rule(start: str, end: str, colour: str, width: float) -> Spec:
        mark = {"type": "rule", "color": colour, "strokeWidth": width, "strokeCap": "butt"}
        return {"mark": mark, "encoding": {"y": {**y, "field": start}, "y2": {"field": end}}}

    layers = [rule("l", "h", MUTED, 1.4), rule("q", "u", MUTED, 5)]
    bars: list[Spec] = [{"data": {"values": values}, "layer": layers}]
    ranges = [v for v in values if v["lo"] < v["hi"]]
    points = [v for v in values if v["lo"] == v["hi"]]
    if ranges:
        cap: Spec = {"type": "tick", "orient": "horizontal", "size": 9, "thickness": 1.8, "color": INK}
        ends: list[Spec] = [{"mark": cap, "encoding": {"y": {**y, "field": end}}} for end in ("lo", "hi")]
        bars.append({"data": {"values": ranges}, "layer": [rule("lo", "hi", INK, 1.8), *ends]})
    if points:
        dot: Spec = {"type": "point", "filled": True, "opacity": 1, "size": 58, "color": INK}
        dot |= {"stroke": "white", "strokeWidth": 1.2}
        bars.append({"data": {"values": points}, "mark": dot, "encoding": {"y": {**y, "field": "lo"}}})
    return bars
