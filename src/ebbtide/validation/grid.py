"""The times at which an arm is looked at: all that are asked for, and close ones after each dose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .among import AMONG
from .parts import DOSE_DELAY_H
from .reading import Reading, compound_of
from .times import Span, Timeline
from .view import DAILY

Array = NDArray[np.float64]
STEPS_H = (0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 12.0, 24.0)
MOST_STEPS = 400
AFTER_DOSE_H = np.concatenate(
    [
        [0.0, 1 / 60, 2 / 60, 3 / 60],
        np.arange(1, 24) / 12,  # every 5 min to 2 h
        np.arange(8, 24) / 4,  # every 15 min to 6 h
        np.arange(12, 49) / 2,  # every 30 min to 24 h
    ]
)
MOST_DENSE_DOSES = 60
WINDOW_POINTS = {True: 97, False: 25}
"""In a short window: of concentrations, and of all else, which changes more slowly."""
SHORT_WINDOW_H = 24.0
HAZARD_STEPS_H = (6.0, 12.0)
LONG_H = 100 * 24.0
"""Hazards are integrated over steps of at most the first length, in longer studies the second."""
EVENTS = ("percent_event_free",)


def output_times(
    readings: Sequence[tuple[Reading, Timeline]], end_h: float, points_h: Sequence[float] = ()
) -> Array:
    """Ascending times from 0 h to a little after ``end_h``, with those of ``readings`` and ``points_h``.

    No more than is looked at: rows of output take time, and those of the fullest day set that of all days.
    """
    step = next((s for s in STEPS_H if end_h / s <= MOST_STEPS), STEPS_H[-1])
    times = [np.array([0.0, end_h]), np.array(points_h)]
    for reading, timeline in readings:
        times += _times_of(reading, timeline, end_h, step)
    grid = np.unique(np.concatenate(times).round(6))
    grid = grid[(grid >= 0) & (grid <= end_h + step)]
    return np.append(grid, grid[-1] + STEPS_H[0])


def _times_of(reading: Reading, timeline: Timeline, end_h: float, step: float) -> list[Array]:
    span = reading.span
    last_h = min(span.end_h, end_h)
    points = [t for t in (span.start_h, last_h, reading.since_h, reading.unity_h) if t is not None]
    result = [np.array(points)]
    if _integrates(reading):
        hazard_step = min(step, HAZARD_STEPS_H[end_h > LONG_H])
        result.append(np.append(np.arange(0.0, last_h, hazard_step), last_h))
    if span.is_point:
        return result
    result.append(np.array(timeline.ratings(Span(span.start_h, last_h))))
    if not _needs_curve(reading):
        return result
    result.append(np.append(np.arange(span.start_h, last_h, step), last_h))
    fast = compound_of(_first(reading)) is not None
    doses = [g.time_h for g in reading.sources if span.start_h - SHORT_WINDOW_H <= g.time_h <= last_h]
    if last_h - span.start_h <= SHORT_WINDOW_H:
        result.append(np.linspace(span.start_h, last_h, WINDOW_POINTS[fast]))
    if fast and len(doses) <= MOST_DENSE_DOSES:
        result += [dose + DOSE_DELAY_H + AFTER_DOSE_H for dose in doses]
    if reading.statistic == "time_to_steady_state":
        result.append(np.array(doses))
    return result


def _first(reading: Reading) -> str:
    quantity = reading.row.quantity
    return quantity if isinstance(quantity, str) else quantity[0]


def _integrates(reading: Reading) -> bool:
    among = reading.row.among
    return reading.statistic in EVENTS or (isinstance(among, str) and bool(AMONG.get(among)))


def _needs_curve(reading: Reading) -> bool:
    """Whether more is looked at than one rating a day."""
    row = reading.row
    if row.within is not None or row.within_day is not None or not isinstance(row.among, str):
        return True
    if reading.statistic in EVENTS:
        return False
    return reading.statistic not in DAILY and not reading.statistic.startswith("percent")
