"""Tables: the numbers beside every chart, as rows of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from .answers import spread_of
from .bands import Band
from .clock import moment, window_label
from .compare import Outcome, difference
from .words import interval, number, plain, signed

Window = tuple[float, float]


@dataclass(frozen=True)
class Cell:
    """One value, with what qualifies it (mostly an interval) in small type."""

    text: str
    detail: str = ""
    shade: int | None = None
    """0 to 10: how dark a heat table paints the cell."""


@dataclass(frozen=True)
class Row:
    """A row: its header, then its cells; ``marked`` rows stand out."""

    head: Cell
    cells: tuple[Cell, ...]
    marked: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption that says what its numbers are."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    numeric: bool = field(default=True)
    """Whether cells are numbers, set flush right."""


def indices(time_h: np.ndarray, window: Window) -> np.ndarray:
    """Where in ``time_h`` a window lies; the nearest time for a window shorter than a step."""
    inside = np.flatnonzero((time_h >= window[0] - 1e-9) & (time_h < window[1] - 1e-9))
    return inside if inside.size else np.array([int(np.argmin(np.abs(time_h - window[0])))])


def course_table(band: Band, windows: Sequence[Window], start: datetime, *, single: bool, name: str) -> Table:
    """One row a window of time: the band at the hour of that window at which the median is highest."""
    worst_of_all = int(np.nanargmax(band.median))
    rows = []
    for window in windows:
        inside = indices(band.time_h, window)
        worst = int(inside[np.nanargmax(band.median[inside])])
        low, lower, median, upper, high = (float(curve[worst]) for curve in band.rows)
        when = f"{moment(start, float(band.time_h[worst]))} ({band.time_h[worst]:.0f} h)"
        cells = [Cell(when), Cell(number(median, 1))]
        if not single:
            cells += [Cell(interval(lower, upper, 1)), Cell(interval(low, high, 1))]
        holds_peak = worst == worst_of_all
        rows.append(Row(Cell(window_label(*window)), tuple(cells), marked=holds_peak))
    middle = (name,) if single else ("Median", "Middle half (25–75 %)", "5–95 %")
    return Table(
        f"{name} at the worst time of each window since the start",
        ("Window", "Worst at", *middle),
        tuple(rows),
        note="" if single else "The highlighted row holds the peak of the median.",
    )


def symptom_table(
    names: Sequence[str], columns: Sequence[str], means: Sequence[Sequence[float]], caption: str
) -> Table:
    """Mean strength of each symptom in each window, 0 to 100, as number and shade.

    A table with painted cells is chart and table at once: nothing to unfold, nothing said by colour alone.
    """
    full = max(0.5, max((max(row) for row in means), default=0.0))
    rows = tuple(
        Row(Cell(name), tuple(Cell(number(v * 100, 0), shade=round(10 * max(v, 0.0) / full)) for v in row))
        for name, row in zip(names, means, strict=True)
    )
    return Table(caption, ("Symptom", *columns), rows)


def window_means(band: Band, windows: Sequence[Window]) -> list[float]:
    """The mean of the median course in each window."""
    return [float(np.nanmean(band.median[indices(band.time_h, window)])) for window in windows]


def _spread_cell(outcome: Outcome, *, single: bool) -> Cell:
    spread = outcome.spread
    if single:
        return Cell(number(spread["median"], outcome.decimals))
    return Cell(
        number(spread["median"], outcome.decimals), interval(spread["low"], spread["high"], outcome.decimals)
    )


def outcome_table(arms: Sequence[tuple[str, str, Mapping[str, Outcome]]], *, single: bool) -> Table:
    """One row an arm (title, tag, outcomes): each outcome's median person, with 5-95 % of people below it."""
    keys = [key for key in arms[0][2]]
    shown = arms[0][2]
    rows = tuple(
        Row(
            Cell(title, tag),
            tuple(_spread_cell(found[k], single=single) if k in found else Cell(number(None)) for k in keys),
            marked=index == 0,
        )
        for index, (title, tag, found) in enumerate(arms)
    )
    people = "The typical person" if single else "Median person; below it, 5 to 95 % of people"
    return Table(f"Outcomes by arm. {people}", ("Arm", *(_headed(shown[k]) for k in keys)), rows)


def _headed(outcome: Outcome) -> str:
    return f"{outcome.title} ({outcome.unit})"


def difference_table(arms: Sequence[tuple[str, str, Mapping[str, Outcome]]], *, single: bool) -> Table:
    """One row an option: the mean difference from the case as written, within each person."""
    _, _, reference = arms[0]
    keys = [key for key in reference if key != "cows_peak_day"]
    rows = []
    for title, tag, found in arms[1:]:
        cells = []
        for key in keys:
            if key not in found:
                cells.append(Cell(number(None)))
                continue
            change = difference(found[key], reference[key])
            spread = change.spread
            detail = "" if single else _signed_interval(spread, change.decimals)
            cells.append(Cell(signed(spread["mean"], change.decimals), detail))
        rows.append(Row(Cell(title, tag), tuple(cells)))
    how = "for the typical person" if single else "mean; below it, 5 to 95 % of people’s own differences"
    return Table(
        f"Difference from the case as written: {how}",
        ("Option", *(_headed(reference[k]) for k in keys)),
        tuple(rows),
        note="The same people are in every arm, so each person is compared with their own course.",
    )


def _signed_interval(spread: Mapping[str, float], decimals: int) -> str:
    return f"{signed(spread['low'], decimals)} to {signed(spread['high'], decimals)}"


def relapse_table(
    arms: Sequence[tuple[str, Sequence[tuple[int, dict[str, float]]]]], *, single: bool
) -> Table:
    """One row a day, one column an arm: lowest breathing if the former dose is taken again."""
    days = sorted({day for _, found in arms for day, _ in found})
    by_arm = [dict(found) for _, found in arms]
    rows = []
    for day in days:
        cells = []
        for found in by_arm:
            spread = found.get(day)
            if spread is None:
                cells.append(Cell(number(None)))
                continue
            detail = "" if single else interval(spread["low"], spread["high"], 0)
            cells.append(Cell(number(spread["median"], 0), detail))
        rows.append(Row(Cell(f"{day} d"), tuple(cells)))
    how = "the typical person" if single else "median person; below it, 5 to 95 % of people"
    return Table(
        f"Lowest breathing (% of baseline) in the 6 h after the former dose is taken again: {how}",
        ("Taken again after", *(title for title, _ in arms)),
        tuple(rows),
    )


def peak_by_basis_table(rows: Sequence[tuple[str, str, Band, int]]) -> Table:
    """One row a quantity and basis: the band at one index in time, and how wide it is."""
    found = []
    for title, basis, band, index in rows:
        low, lower, median, upper, high = (float(curve[index]) for curve in band.rows)
        cells = (
            Cell(number(median, 1)),
            Cell(interval(lower, upper, 1)),
            Cell(interval(low, high, 1)),
            Cell(number(high - low, 1)),
        )
        found.append(Row(Cell(title, basis), cells))
    columns = ("Quantity", "Median", "25–75 %", "5–95 %", "Width of 5–95 %")
    return Table("Bands at the time of the median’s peak COWS, by what they hold", columns, tuple(found))


def exposure_table(rows: Sequence[tuple[str, str, str, np.ndarray, np.ndarray]], *, single: bool) -> Table:
    """One row a quantity and arm (title, unit, arm, highest value, its time in h, both a person)."""
    found = []
    for title, unit, arm, highest, when in rows:
        top, at = spread_of(highest), spread_of(when)
        cells = (
            Cell(
                f"{number(top['median'])} {unit}".strip(), "" if single else interval(top["low"], top["high"])
            ),
            Cell(f"{number(at['median'], 0)} h", "" if single else interval(at["low"], at["high"], 0)),
        )
        found.append(Row(Cell(title, arm), cells))
    how = "" if single else "; median person, below it 5 to 95 % of people"
    return Table(
        f"Highest value and when it is reached{how}", ("Quantity", "Highest", "Reached at"), tuple(found)
    )


@dataclass(frozen=True)
class Extremes:
    """One quantity in one arm: its values, time x person."""

    title: str
    unit: str
    arm: str
    time_h: np.ndarray
    values: np.ndarray


def extremes_table(rows: Sequence[Extremes], *, single: bool) -> Table:
    """One row a quantity and arm: each person's first, lowest and highest value, and when."""
    found = []
    for row in rows:
        cells = [_people_cell(row.values[0], row.unit, single=single)]
        for at, extreme in (
            (row.values.argmin(axis=0), row.values.min(axis=0)),
            (row.values.argmax(axis=0), row.values.max(axis=0)),
        ):
            when = float(np.median(row.time_h[at]))
            cells += [_people_cell(extreme, row.unit, single=single), Cell(f"{number(when, 0)} h")]
        found.append(Row(Cell(row.title, row.arm), tuple(cells)))
    how = "" if single else ". Median of people’s own values; below it 5 to 95 % of people"
    return Table(
        f"First, lowest and highest value{how}",
        ("Quantity", "At the start", "Lowest", "at", "Highest", "at"),
        tuple(found),
    )


def _people_cell(values: np.ndarray, unit: str, *, single: bool) -> Cell:
    spread = spread_of(values)
    detail = "" if single else interval(spread["low"], spread["high"])
    return Cell(f"{number(spread['median'])} {unit}".strip(), detail)


def observation_table(rows: Sequence[tuple[str, str, str, str]]) -> Table:
    """What was observed, and what was forecast for that time: time, what, observed, forecast."""
    found = tuple(
        Row(Cell(when), (Cell(what), Cell(seen), Cell(expected))) for when, what, seen, expected in rows
    )
    return Table("Observations in the case", ("When", "What", "Observed", "Forecast"), found, numeric=False)


def assumption_table(assumptions: Sequence[Mapping[str, object]]) -> Table:
    """Numbers that no source was read for."""
    rows = []
    for entry in assumptions:
        value = entry.get("value")
        text = plain(value)
        unit = str(entry.get("unit") or "")
        unit = "" if unit == "dimensionless" else unit
        rows.append(
            Row(
                Cell(str(entry.get("name", ""))),
                (Cell(f"{text} {unit}".strip()), Cell(str(entry.get("note", "")))),
            )
        )
    return Table(
        "Assumed numbers", ("Number", "Value", "Why, and what it could be"), tuple(rows), numeric=False
    )
