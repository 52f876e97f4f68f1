"""Figures of what the body and the days are like: sleep, pain, breathing, heart, liver, magnesium, staying.

Arms lie over one another in small charts. A quantity that hardly moves is not drawn; it is named instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import charts_arms, inventory, tables
from .bands import Band
from .clock import span
from .compare import person_values
from .nights import Nights, nights
from .scene import Figure, Key, Scene
from .staying import EVENTS, staying_band, staying_on, told_days
from .theme import stroke
from .words import number, percent, plain_number

Array = NDArray[np.float64]
Panel = tuple[str, str, float | None, dict[int, Band]]
LEAST_MOVE = {
    "craving": 3.0,
    "pain": 0.3,
    "pupil": 0.3,
    "activation": 0.03,
    "sedation": 0.03,
    "ventilation": 0.03,
    "qtc_change": 1.0,
    "serum.magnesium": 0.02,
    "liver.alt": 5.0,
    "liver.ast": 5.0,
    "liver.alp": 10.0,
    "liver.bilirubin": 0.2,
}
"""What 95 % of people stay under, from their own lowest to their own highest, is not drawn."""
LIVER = ("liver.alt", "liver.ast", "liver.alp", "liver.bilirubin")
MOST_NIGHTS_TOLD = 16
MARKED_RISE = 3.0
"""ALT of this many times a person's own first value is worth naming."""


@dataclass(frozen=True)
class Group:
    """A figure of what moves, and words on what does not; either may be missing."""

    figure: Figure | None = None
    words: str = ""


def movement(scene: Scene, quantity: str) -> float | None:
    """How far a quantity moves within a person, in the arm with most of it: 95 % of people move less."""
    found = [person_values(arm, quantity) for arm in scene.arms]
    ranges = [np.percentile(np.ptp(values, axis=0), 95) for values in found if values is not None]
    return float(max(ranges)) if ranges else None


def daily_group(scene: Scene) -> Group:
    """Craving (where arms are not set side by side elsewhere), pain, pupil and activation."""
    if len(scene.arms) > 1:
        return _group(scene, "daily", "Pain, pupil and activation", ("pain", "pupil", "activation"))
    return _group(scene, "daily", "Craving, pain and signs", ("craving", "pain", "pupil", "activation"))


def breathing_group(scene: Scene) -> Group:
    """Breathing with sedation, and QTc."""
    return _group(
        scene, "breathing", "Breathing, sedation and heart", ("ventilation", "sedation", "qtc_change")
    )


def blood_group(scene: Scene) -> Group:
    """Liver tests where something can injure or they move; serum magnesium where it is given."""
    dosed = any("plasma.magnesium" in bands for bands in scene.bands)
    injuring = _injuring(scene)
    moving = [q for q in LIVER if (movement(scene, q) or 0.0) >= LEAST_MOVE[q]]
    wanted = (*(LIVER if injuring or moving else ()), *(("serum.magnesium",) if dosed else ()))
    group = _group(scene, "blood", "Blood tests", wanted)
    if not injuring:
        return group
    return Group(group.figure, f"{group.words} {_liver_words(scene, injuring)}".strip())


def _injuring(scene: Scene) -> list[str]:
    if scene.library is None:
        return []
    names = [q.removeprefix("plasma.") for bands in scene.bands for q in bands.quantities]
    return inventory.can_injure_liver(scene.library, dict.fromkeys(names))


def _liver_words(scene: Scene, injuring: list[str]) -> str:
    names = " and ".join(name.replace("_", " ") for name in injuring)
    rare = f"Injury of the liver by {names} is computed only in people drawn as susceptible, who are rare"
    if scene.single:
        return f"{rare}; the typical person is not. Liver tests that stay level do not show that it is safe."
    count, total = 0, 0
    for arm in scene.arms:
        alt = person_values(arm, "liver.alt")
        if alt is not None:
            count, total = max(count, int((alt.max(axis=0) >= MARKED_RISE * alt[0]).sum())), alt.shape[1]
    who = f"{count} of {total} people here reach" if count else f"none of the {total} people here reaches"
    return (
        f"{rare}: {who} {MARKED_RISE:g} times their first ALT{' in an arm' if count else ''}. How "
        "often it happens is not known, so bands that stay level do not show that it is safe."
    )


def _group(scene: Scene, figure_id: str, title: str, quantities: tuple[str, ...]) -> Group:
    panels: list[Panel] = []
    still: list[str] = []
    rows: list[tables.Extremes] = []
    for quantity in quantities:
        moved = movement(scene, quantity)
        if moved is None:
            continue
        name, unit = scene.title_of(quantity), scene.unit_of(quantity)
        shown = "" if unit in ("fraction", "points") else unit
        if moved < LEAST_MOVE[quantity]:
            still.append(f"{name} (by under {plain_number(LEAST_MOVE[quantity])} {shown}".strip() + ")")
            continue
        curves = {i: b.band(quantity) for i, b in enumerate(scene.bands) if quantity in b}
        panels.append((name, unit or "fraction", scene.maximum_of(quantity), curves))
        for index in curves:
            values = person_values(scene.arms[index], quantity)
            if values is not None:
                times = np.asarray(scene.arms[index].people["time_h"].values, dtype=np.float64)
                rows.append(tables.Extremes(name, shown, scene.arms[index].title, times, values))
    words = f"Computed but not drawn, since they hardly move: {', '.join(still)}." if still else ""
    if not panels:
        return Group(words=words)
    names = ", ".join(name for name, *_ in panels)
    own_scale = " Each chart has its own scale." if len(panels) > 1 else ""
    figure = Figure(
        figure_id,
        title if len(panels) > 1 else panels[0][0],
        charts_arms.curves_chart(panels, scene.duration_h, single=scene.single),
        f"{names} over {span(scene.duration_h)}.",
        tables.extremes_table(rows, single=scene.single),
        _arm_keys(scene, panels),
        "" if scene.single else f"Lines are medians, shades 5–95 % of people.{own_scale}",
    )
    return Group(figure, words)


def sleep_figure(scene: Scene) -> Figure | None:
    """Total sleep and time to fall asleep, night by night."""
    found = nights(scene.start, scene.duration_h)
    if not found.hours.size:
        return None
    panels: list[Panel] = []
    cells: dict[str, dict[int, Band]] = {}
    for quantity in ("sleep.total", "sleep.latency"):
        curves = {i: b for i in range(len(scene.arms)) if (b := _nightly(scene, i, quantity, found))}
        if curves:
            panels.append((scene.title_of(quantity), scene.unit_of(quantity), None, curves))
            cells[quantity] = curves
    if not panels:
        return None
    arms = sorted({i for curves in cells.values() for i in curves})
    every = -(-found.hours.size // MOST_NIGHTS_TOLD)
    rows = [
        tables.Row(
            tables.Cell(f"{found.dates[n]:%a} {found.dates[n].day} {found.dates[n]:%b}"),
            tuple(_night_cell(scene, cells, arm, n) for arm in arms),
        )
        for n in range(0, found.hours.size, every)
    ]
    how = "typical person" if scene.single else "median; below it 5–95 % of people"
    which = "each night" if every == 1 else f"every {every} nights"
    table = tables.Table(
        f"Total sleep, and time to fall asleep, {which}: {how}",
        ("Night", *(scene.arms[i].title for i in arms)),
        tuple(rows),
    )
    last = int(found.hours.size - 1)
    told = "; ".join(
        f"{scene.arms[i].title}: {number(float(cells['sleep.total'][i].median[0]), 1)} h in the first night, "
        f"{number(float(cells['sleep.total'][i].median[last]), 1)} h in the last"
        for i in cells.get("sleep.total", {})
    )
    note = "Each night is what a person would sleep who goes to bed at 22:00–23:00, on the clock of the case."
    return Figure(
        "sleep",
        "Sleep, night by night",
        charts_arms.curves_chart(panels, scene.duration_h, single=scene.single, marked=True),
        f"Sleep in {found.hours.size} nights. {told}.",
        table,
        _arm_keys(scene, panels),
        note if scene.single else f"{note} Lines are medians, shades 5–95 % of people.",
    )


def _nightly(scene: Scene, index: int, quantity: str, found: Nights) -> Band | None:
    arm = scene.arms[index]
    values = person_values(arm, quantity)
    if values is None:
        return None
    times = np.asarray(arm.people["time_h"].values, dtype=np.float64)
    at_night = found.values(times, values)
    return Band(found.hours, *np.percentile(at_night, [5, 25, 50, 75, 95], axis=-1))


def _night_cell(scene: Scene, cells: dict[str, dict[int, Band]], arm: int, night: int) -> tables.Cell:
    middle, spread = [], []
    for quantity, decimals in (("sleep.total", 1), ("sleep.latency", 0)):
        band = cells.get(quantity, {}).get(arm)
        if band is not None:
            unit = scene.unit_of(quantity)
            middle.append(f"{number(float(band.median[night]), decimals)} {unit}")
            low, high = (number(float(c[night]), decimals) for c in (band.low, band.high))
            spread.append(f"{low} to {high} {unit}")
    return tables.Cell(", ".join(middle), "" if scene.single else ", ".join(spread))


def staying_figure(scene: Scene) -> Figure | None:
    """The probability of not having returned to use, and of still being in the programme."""
    days = told_days(scene.duration_h)
    panels: list[Panel] = []
    rows = []
    for quantity, name in EVENTS.items():
        curves = {i: b for i, arm in enumerate(scene.arms) if (b := staying_band(arm, quantity)) is not None}
        if not curves or not days:
            continue
        panels.append((name, "probability (%)", 100.0, curves))
        for index, band in curves.items():
            on = staying_on(band, days).values()
            cells = tuple(
                tables.Cell(number(p["mean"], 0), "" if scene.single else _span(p["low"], p["high"]))
                for p in on
            )
            rows.append(tables.Row(tables.Cell(name, scene.arms[index].title), cells))
    if not panels:
        return None
    how = "the typical person" if scene.single else "mean of people’s own; below it 5–95 % of people"
    note = (
        "Each is computed as if the other did not happen, from hazards of outpatients in published trials "
        "and cohorts. The second is for people who are in a programme. People differ far more than the "
        "causes that are computed explain: for one person this says little."
    )
    if _holds_kratom(scene):
        note += (
            " Whether kratom changes either has not been measured: what is shown of it follows from the "
            "withdrawal that the model computes, and from nothing else."
        )
    last = days[-1]
    told = "; ".join(f"{r.head.text.lower()}, {r.head.detail}: {r.cells[-1].text} percent" for r in rows)
    return Figure(
        "staying",
        "Staying",
        charts_arms.curves_chart(panels, scene.duration_h, single=scene.single),
        f"After {last} days: {told}.",
        tables.Table(
            f"Probability (%) at the end of a day: {how}",
            ("Probability", *(f"{day} d" for day in days)),
            tuple(rows),
        ),
        _arm_keys(scene, panels),
        note if scene.single else f"Lines are means, shades 5–95 % of people’s own probabilities. {note}",
    )


def _holds_kratom(scene: Scene) -> bool:
    if scene.library is None:
        return False
    names = {q.removeprefix("plasma.") for bands in scene.bands for q in bands.quantities}
    return any(
        "kratom_alkaloid" in scene.library.compounds[n].classes for n in names & set(scene.library.compounds)
    )


def staying_words(scene: Scene) -> tuple[tuple[str, str], ...]:
    """For each arm, both probabilities at the end of the last whole day."""
    days = told_days(scene.duration_h)
    if not days:
        return ()
    found = []
    for arm in scene.arms:
        parts = []
        for quantity, name in EVENTS.items():
            band = staying_band(arm, quantity)
            if band is not None:
                mean = staying_on(band, days[-1:])[days[-1]]["mean"]
                parts.append(f"{percent(mean / 100)} {name[0].lower()}{name[1:]}")
        if parts:
            found.append((arm.title, " and ".join(parts)))
    return tuple(found)


def _span(low: float, high: float) -> str:
    return f"{number(low, 0)} to {number(high, 0)}"


def _arm_keys(scene: Scene, panels: list[Panel]) -> tuple[Key, ...]:
    if len(scene.arms) == 1:
        return ()
    return tuple(
        Key("stroke", stroke(i).colour, arm.title, " ".join(map(str, stroke(i).dash)))
        for i, arm in enumerate(scene.arms)
        if any(i in curves for *_, curves in panels)
    )
