"""Figures that set arms beside one another: options, relapse, concentrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import charts_arms, tables
from .bands import Band
from .clock import span, window_label
from .compare import person_values, relapse_spread
from .scene import Figure, Key, Scene, band_keys
from .tables import Table
from .theme import INK, stroke
from .words import interval, number

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast

LEAST_DRAWN = 1e-3
"""A quantity that never gets above this in an arm (nM, or a fraction) is not drawn for it."""
MOST_PANELS = 9
"""Small charts in one figure; further quantities are in its table."""


def arms_figure(scene: Scene, quantity: str) -> Figure | None:
    """One quantity in every arm, side by side on the same axes."""
    held = [
        (arm, bands.band(quantity))
        for arm, bands in zip(scene.arms, scene.bands, strict=True)
        if quantity in bands
    ]
    if len(held) < 2 or quantity not in scene.bands[0]:
        return None
    cows = quantity == "cows"
    title = "COWS" if cows else scene.title_of(quantity)
    peaks = "; ".join(
        f"{arm.title}: highest median {number(float(np.nanmax(b.median)), 0)} at "
        f"{span(float(b.time_h[int(np.nanargmax(b.median))]))}"
        for arm, b in held
    )
    levels = [(r.low, r.name) for r in scene.severity.ranges] if cows else []
    keys = (*band_keys(single=scene.single), Key("dots", "#444", "the case as written, for comparison"))
    axis = title if title.endswith(")") else f"{title} ({scene.unit_of(quantity)})".removesuffix(" ()")
    return Figure(
        f"arms-{quantity}",
        f"{title} in each arm",
        charts_arms.arms_chart(
            [(arm.title, band) for arm, band in held],
            scene.duration_h,
            axis,
            levels,
            height=170 if cows else 120,
            maximum=scene.maximum_of(quantity),
            single=scene.single,
        ),
        f"{title} over time in {len(held)} arms. {peaks}.",
        arms_by_window_table(scene, title, held),
        keys,
    )


def arms_by_window_table(scene: Scene, title: str, held: list[tuple[ArmForecast, Band]]) -> Table:
    """One row a window, one column an arm: mean of the median, and the mean of its 5-95 % limits."""
    rows = []
    for window in scene.windows:
        cells = []
        for _, band in held:
            inside = tables.indices(band.time_h, window)
            low, median, high = (float(np.nanmean(c[inside])) for c in (band.low, band.median, band.high))
            cells.append(tables.Cell(number(median, 1), "" if scene.single else interval(low, high, 1)))
        rows.append(tables.Row(tables.Cell(window_label(*window)), tuple(cells)))
    how = "typical person" if scene.single else "median, below it the 5–95 % band"
    return Table(
        f"{title}, mean over each window since the start: {how}",
        ("Window", *(a.title for a, _ in held)),
        tuple(rows),
    )


def relapse_figure(scene: Scene) -> Figure | None:
    """Breathing if the former dose is taken again on day n."""
    held = [(arm.title, relapse_spread(arm)) for arm in scene.arms]
    if not any(days for _, days in held):
        return None
    last = [(title, days[-1]) for title, days in held if days]
    told = "; ".join(
        f"{title}: {number(s['median'], 0)} percent {day} days after the start" for title, (day, s) in last
    )
    keys = [Key(stroke(i).shape, stroke(i).colour, title) for i, (title, _) in enumerate(held)]
    if not scene.single:
        keys.append(Key("bar", INK, "5–95 % of people"))
    return Figure(
        "relapse",
        "Lowest breathing after the former dose",
        charts_arms.relapse_chart(held, single=scene.single),
        f"Lowest breathing, as a percentage of baseline, if the former dose is taken again. {told}.",
        tables.relapse_table(held, single=scene.single),
        tuple(keys),
        note="100 % is the person’s own breathing at baseline. The lower the mark, the greater the danger "
        "of death.",
    )


def curves_figure(scene: Scene, figure_id: str, title: str, quantities: list[str]) -> Figure | None:
    """Small charts of quantities with every arm overlaid, for concentrations and receptors."""
    panels: list[tuple[str, str, float | None, dict[int, Band]]] = []
    rows: list[tuple[str, str, str, Any, Any]] = []
    for quantity in quantities:
        curves = {i: b.band(quantity) for i, b in enumerate(scene.bands) if quantity in b}
        curves = {i: b for i, b in curves.items() if np.nanmax(b.high) > LEAST_DRAWN}
        if not curves:
            continue
        panels.append(
            (
                panel_title(scene, quantity),
                scene.unit_of(quantity) or "fraction",
                scene.maximum_of(quantity),
                curves,
            )
        )
        for index in curves:
            arm = scene.arms[index]
            values = person_values(arm, quantity)
            if values is not None:
                times = np.asarray(arm.people["time_h"].values, dtype=np.float64)
                top, at = values.max(axis=0), times[values.argmax(axis=0)]
                rows.append((panel_title(scene, quantity), scene.unit_of(quantity), arm.title, top, at))
    if not panels:
        return None
    drawn, left = panels[:MOST_PANELS], panels[MOST_PANELS:]
    keys = tuple(
        Key("stroke", stroke(i).colour, arm.title, " ".join(map(str, stroke(i).dash)))
        for i, arm in enumerate(scene.arms)
        if any(i in curves for *_, curves in drawn)
    )
    note = "" if scene.single else "Lines are medians, shades 5–95 % of people. Each chart has its own scale."
    if left:
        note += f" In the table only: {', '.join(t for t, *_ in left)}."
    names = ", ".join(t for t, *_ in drawn)
    return Figure(
        figure_id,
        title,
        charts_arms.curves_chart(drawn, scene.duration_h, single=scene.single),
        f"{title} over {span(scene.duration_h)}: {names}.",
        tables.exposure_table(rows, single=scene.single),
        keys,
        note,
    )


def panel_title(scene: Scene, quantity: str) -> str:
    """A quantity's title without what the figure's own title says."""
    title = scene.title_of(quantity)
    if not quantity.startswith("plasma."):
        return title
    name = title.removeprefix("Plasma ")
    return name[:1].upper() + name[1:]
