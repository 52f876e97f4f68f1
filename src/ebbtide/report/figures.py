"""Figures of the case as written: its course, its symptoms, how sure it is, what was observed."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import charts, tables
from .bands import BETWEEN, WITH_UNCERTAINTY
from .clock import moment, span
from .scene import Figure, Key, Scene, band_keys, window_heads
from .tables import Table
from .theme import BLUE, VERMILLION
from .words import interval, label, number, plain, plain_number


def observed_scores(scene: Scene, name: str = "COWS") -> list[dict[str, float]]:
    """Observations of one scale: ``t`` with ``v``, or with ``lo`` and ``hi`` for a rating in a range."""
    found: list[dict[str, float]] = []
    for seen in scene.forecast.case.observations:
        if seen.kind != "scale" or str(seen.name) != name:
            continue
        if seen.value is not None:
            found.append({"t": float(seen.time_h), "v": float(seen.value)})
        elif getattr(seen, "low", None) is not None and getattr(seen, "high", None) is not None:
            found.append({"t": float(seen.time_h), "lo": float(seen.low), "hi": float(seen.high)})
    return found


def course_figure(scene: Scene) -> Figure | None:
    """COWS over time with bands, severity and observations."""
    bands = scene.bands[0]
    if "cows" not in bands:
        return None
    band = bands.band("cows")
    seen = observed_scores(scene)
    peak = int(np.nanargmax(band.median))
    spread = "" if scene.single else f", 5 to 95 percent band {interval(band.low[peak], band.high[peak], 0)}"
    summary = (
        f"COWS over {span(scene.duration_h)}. Highest at {span(float(band.time_h[peak]))} after the start: "
        f"{number(float(band.median[peak]), 0)} points{spread}. Observed scores drawn over it: {len(seen)}."
    )
    return Figure(
        "course",
        "Withdrawal score (COWS) over time",
        charts.course_chart(band, scene.duration_h, scene.severity, seen, single=scene.single),
        summary,
        tables.course_table(band, scene.windows, scene.start, single=scene.single, name="COWS"),
        band_keys(
            single=scene.single, observed=any("v" in o for o in seen), ranges=any("lo" in o for o in seen)
        ),
        open=True,
    )


def observed_figures(scene: Scene) -> tuple[Figure, ...]:
    """The forecast of every other scale that something was observed on, with the observations over it."""
    found = []
    for name, (quantity, severity) in scene.scales.items():
        seen = observed_scores(scene, name)
        if not seen or quantity not in scene.bands[0]:
            continue
        band = scene.bands[0].band(quantity)
        found.append(
            Figure(
                f"course-{quantity.replace('_', '-')}",
                f"Observed {name} over its forecast",
                charts.course_chart(
                    band, scene.duration_h, severity, seen, single=scene.single, title=f"{name} (points)"
                ),
                f"{name} over {span(scene.duration_h)} with {len(seen)} observed ratings drawn over it.",
                tables.course_table(band, scene.windows, scene.start, single=scene.single, name=name),
                band_keys(
                    single=scene.single,
                    observed=any("v" in o for o in seen),
                    ranges=any("lo" in o for o in seen),
                ),
            )
        )
    return tuple(found)


def symptom_figure(scene: Scene) -> Figure | None:
    """Which symptoms, how strong, when: the typical course by window."""
    bands = scene.bands[0]
    names = [q for q in bands.quantities if q.startswith("symptom.")]
    if not names:
        return None
    means = {name: tables.window_means(bands.band(name), scene.windows) for name in names}
    names.sort(key=lambda name: -sum(means[name]))
    titles = [scene.title_of(name) for name in names]
    columns, unit = window_heads(scene)
    rows = [means[name] for name in names]
    who = "the typical person’s course" if scene.single else "the median course"
    caption = (
        f"Mean strength of {who}, 0 (none) to 100 (strongest possible), "
        f"by {'days' if unit == 'd' else 'hours'} since the start"
    )
    strongest = ", ".join(t.lower() for t in titles[:3])
    return Figure(
        "symptoms",
        "Which symptoms, and when",
        None,
        f"Strongest overall: {strongest}.",
        tables.symptom_table(titles, columns, rows, caption),
        note=f"Strongest overall: {strongest}.",
    )


def certainty_figure(scene: Scene) -> Figure | None:
    """Between-person band against the band that also holds the uncertainty of parameters."""
    bands = scene.bands[0]
    if "cows" not in bands or scene.single or len(bands.bases) < 2:
        return None
    between, wide = bands.band("cows", BETWEEN), bands.band("cows", WITH_UNCERTAINTY)
    peak = int(np.nanargmax(wide.median))
    titles = {BETWEEN: "between people", WITH_UNCERTAINTY: "with uncertainty of parameters"}
    rows = [
        ("COWS" if q == "cows" else scene.title_of(q), titles[basis], bands.band(q, basis), peak)
        for q in ("cows", "craving")
        if q in bands
        for basis in (BETWEEN, WITH_UNCERTAINTY)
    ]
    summary = (
        "5 to 95 percent bands of COWS. At the peak: "
        f"{interval(between.low[peak], between.high[peak], 0)} between people, "
        f"{interval(wide.low[peak], wide.high[peak], 0)} with the uncertainty of parameters."
    )
    keys = (
        Key("line", BLUE, "median"),
        Key("dark", BLUE, "5–95 % between people"),
        Key("dash", VERMILLION, "5–95 % with the uncertainty of parameters"),
    )
    chart = charts.certainty_chart(between, wide, scene.duration_h, scene.severity.maximum)
    return Figure(
        "certainty",
        "Two kinds of not knowing",
        chart,
        summary,
        tables.peak_by_basis_table(rows),
        keys,
        open=True,
    )


def observations(scene: Scene) -> Table | None:
    """What was observed, beside the forecast for that time."""
    bands = scene.bands[0]
    rows = []
    for seen in sorted(scene.forecast.case.observations, key=lambda o: o.time_h):
        expected = number(None)
        quantity = str(seen.name).lower().replace("-", "_")
        if seen.kind in ("scale", "quantity") and quantity in bands and seen.time_h >= 0:
            band = bands.band(quantity)
            low, median, high = (
                np.interp(seen.time_h, band.time_h, c) for c in (band.low, band.median, band.high)
            )
            expected = number(float(median), 0)
            if not scene.single:
                expected += f" (5–95 %: {interval(float(low), float(high), 0)})"
        side = "after" if seen.time_h >= 0 else "before"
        when = f"{span(abs(seen.time_h))} {side} the start, {moment(scene.start, seen.time_h)}"
        rows.append((when, label(str(seen.name)), observed_text(seen), expected))
    return tables.observation_table(rows) if rows else None


def observed_text(seen: Any) -> str:
    """An observation as text: as written where that is kept, else its value, range or items."""
    if getattr(seen, "text", ""):
        return str(seen.text)
    if seen.value is not None:
        return f"{plain_number(float(seen.value))} {getattr(seen, 'unit', '')}".strip()
    low, high = getattr(seen, "low", None), getattr(seen, "high", None)
    if low is not None and high is not None:
        return interval(low, high, 0)
    items = getattr(seen, "items", None)
    return plain(dict(items)) if items else "seen"
