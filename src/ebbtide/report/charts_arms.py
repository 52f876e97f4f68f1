"""Charts that set arms beside one another: small charts that share their axes, and relapse by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .bands import Band
from .marks import (
    Spec,
    across,
    area,
    band_data,
    band_layers,
    level_lines,
    line,
    nice_top,
    three_ticks,
    time_axis,
    time_unit,
    value_axis,
    wrapped,
)
from .theme import FULL_WIDTH, config, stroke

GUTTER = 40
"""Pixels that axes and spacing take from each row of small charts."""
SMALL_POINTS = 130
CURVE_POINTS = 150
MANY_ARMS = 3
"""From so many arms on, shades that lie over one another are drawn more faintly."""
LEAST_BELOW = 0.02
"""A curve that dips below zero by less than this share of the axis gets no negative axis."""
MOST_DAYS = 15
"""Days drawn in the relapse chart; its table has them all."""


def _grid(charts: list[Spec], columns: int) -> Spec:
    return {"concat": charts, "columns": columns, "spacing": {"row": 20, "column": 20}, "config": config()}


def arms_chart(
    bands: Sequence[tuple[str, Band]],
    duration_h: float,
    axis_title: str,
    levels: Sequence[tuple[float, str]] = (),
    *,
    height: int = 170,
    maximum: float | None = None,
    single: bool,
) -> Spec:
    """One small chart an arm on shared axes; the median of the first arm is repeated in each in grey."""
    unit_h, _ = time_unit(duration_h)
    columns = min(3, len(bands)) if len(bands) != 4 else 2
    width = (FULL_WIDTH - GUTTER) // columns
    highest = max(float(np.nanmax(band.high)) for _, band in bands)
    ticks = [0.0, *(level for level, _ in levels)]
    top = max(highest * 1.06, ticks[min(2, len(levels))]) if levels else nice_top(highest, maximum)
    axis: Spec = {"values": ticks, "grid": False} if levels else {"values": three_ticks(top)}
    reference = band_data(bands[0][1], unit_h, SMALL_POINTS)
    charts: list[Spec] = []
    for index, (title, band) in enumerate(bands):
        leftmost = index % columns == 0
        y = value_axis(axis_title if leftmost else None, top, **axis, labels=leftmost)
        data = band_data(band, unit_h, SMALL_POINTS) if index else reference
        layers = level_lines(levels, top, y, named=False)
        layers.append({"data": data, "layer": band_layers(y, stroke(index), single=single)})
        if index:
            layers.append({"data": reference, "layer": [line(y, "#444", (1, 2), 1.3)]})
        last_row = index >= len(bands) - columns
        charts.append(
            {
                "title": {"text": wrapped(title, width), "color": stroke(index).colour},
                "width": width,
                "height": height,
                "encoding": {"x": time_axis(duration_h, labelled=last_row, small=True)},
                "layer": layers,
            }
        )
    return _grid(charts, columns)


def curves_chart(
    panels: Sequence[tuple[str, str, float | None, Mapping[int, Band]]],
    duration_h: float,
    *,
    single: bool,
    marked: bool = False,
) -> Spec:
    """One small chart a quantity, each with its own axis; arms overlaid, told apart by colour and dash.

    ``panels`` holds title, unit, the top of the scale if there is one, and the band of each arm by index.
    ``marked`` puts a point on each value, for values that stand alone.
    """
    unit_h, _ = time_unit(duration_h)
    columns = min(3, len(panels)) if len(panels) != 4 else 2
    # Small charts of one figure share their colours, so every chart names all arms.
    drawn = sorted({arm for *_, arms in panels for arm in arms})
    width = (FULL_WIDTH - GUTTER * columns) // columns
    charts: list[Spec] = []
    for index, (title, unit, maximum, arms) in enumerate(panels):
        top = nice_top(max(float(np.nanmax(b.median if single else b.high)) for b in arms.values()), maximum)
        lowest = min(float(np.nanmin(b.median if single else b.low)) for b in arms.values())
        bottom = -nice_top(-lowest) if lowest < -LEAST_BELOW * top else 0.0
        ticks = [bottom, *three_ticks(top)] if bottom else three_ticks(top)
        form = ",.3~r" if 1e-3 < top < 1e5 else ".1e"
        y = value_axis(unit, top, bottom=bottom, values=ticks, format=form)
        rows = [
            {**row, "a": arm}
            for arm, band in arms.items()
            for row in band_data(band, unit_h, CURVE_POINTS)["values"]
        ]
        charts.append(
            {
                "title": {"text": wrapped(title, width)},
                "width": width,
                "height": 120,
                "data": {"values": rows},
                "encoding": {"x": time_axis(duration_h, labelled=index >= len(panels) - columns, small=True)},
                "layer": _overlaid(y, drawn, single=single, marked=marked),
            }
        )
    return _grid(charts, columns)


def _overlaid(y: Spec, arms: Sequence[int], *, single: bool, marked: bool = False) -> list[Spec]:
    """One mark for all arms together: half the marks, half the time to draw."""
    styles = [stroke(arm) for arm in arms]
    by_arm = {"field": "a", "type": "nominal", "legend": None}
    colour = {"color": {**by_arm, "scale": {"domain": arms, "range": [s.colour for s in styles]}}}
    dashes = {"domain": arms, "range": [list(s.dash) or [1, 0] for s in styles]}
    encoding = {"y": y, **colour, "strokeDash": {**by_arm, "scale": dashes}}
    mark: Spec = {"type": "line", "strokeWidth": 2, "strokeJoin": "round"}
    if marked:
        mark["point"] = {"size": 16, "filled": True, "strokeDash": [1, 0]}
    middle = {"mark": mark, "encoding": encoding}
    shade = 0.12 if len(arms) < MANY_ARMS else 0.05
    return [middle] if single else [area("l", "h", y, shade, **colour), middle]


def relapse_chart(
    arms: Sequence[tuple[str, Sequence[tuple[int, Mapping[str, float]]]]], *, single: bool
) -> Spec:
    """Lowest breathing by arm, if the former dose is taken after n days: median and 5-95 % of people."""
    days = sorted({day for _, found in arms for day, _ in found})
    shown = set(days[:: -(-len(days) // MOST_DAYS)]) | {days[-1]}
    values: list[dict[str, Any]] = [
        {"t": day, "arm": index, "m": s["median"], "l": s["low"], "h": s["high"]}
        for index, (_, found) in enumerate(arms)
        for day, s in found
        if day in shown and np.isfinite(s["median"])
    ]
    top = max([100.0, *(v["h"] for v in values)]) * 1.04
    y = value_axis("Lowest breathing (% of baseline)", top)
    ids = list(range(len(arms)))
    styles = [stroke(i) for i in ids]
    by_arm: Spec = {"field": "arm", "type": "nominal", "legend": None}
    colour = {"color": {**by_arm, "scale": {"domain": ids, "range": [s.colour for s in styles]}}}
    shape = {"shape": {**by_arm, "scale": {"domain": ids, "range": [s.shape for s in styles]}}}
    place: Spec = {
        "x": {
            "field": "t",
            "type": "ordinal",
            "axis": {"title": "Former dose taken again, days after the start", "labelAngle": 0},
            "scale": {"paddingInner": 0.35},
        },
        "xOffset": {"field": "arm", "type": "nominal", "scale": {"domain": ids}},
    }
    point = {"type": "point", "filled": True, "size": 64, "opacity": 1}
    layers: list[Spec] = [{"data": {"values": [{"v": 100}]}, **across({**y, "field": "v"})}]
    if not single:
        bar = {**place, "y": {**y, "field": "l"}, "y2": {"field": "h"}, **colour}
        layers.append({"mark": {"type": "rule", "strokeWidth": 2}, "encoding": bar})
    layers.append({"mark": point, "encoding": {**place, "y": y, **colour, **shape}})
    return {
        "width": FULL_WIDTH,
        "height": 240,
        "data": {"values": values},
        "layer": layers,
        "config": config(),
    }
