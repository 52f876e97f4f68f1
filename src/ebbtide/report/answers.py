"""Answers in numbers, from curves over time: when it starts, how bad it gets, how long it lasts.

All functions are pure. Times are in hours and rise; between two times a curve is a straight line, so that
answers do not jump with the step. ``values`` may have people along its last axis where that is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def first_reach(time_h: Array, values: Array, level: float) -> float | None:
    """The first time at which a curve is at or above ``level``; None when it never is."""
    above = values >= level
    if not above.any():
        return None
    index = int(np.argmax(above))
    return float(time_h[0]) if index == 0 else _crossing(time_h, values, index - 1, level)


def since(time_h: Array, since_h: float) -> NDArray[np.bool_]:
    """Which times are not before ``since_h``: the last one in any case."""
    return np.asarray(time_h >= min(since_h, float(time_h[-1])))


def settled_below(time_h: Array, values: Array, level: float) -> float | None:
    """The time after which a curve stays below ``level``; None when it never was there or still is."""
    above = np.flatnonzero(values >= level)
    if above.size == 0 or above[-1] == len(values) - 1:
        return None
    return _crossing(time_h, values, int(above[-1]), level)


def _crossing(time_h: Array, values: Array, index: int, level: float) -> float:
    before, after = float(values[index]), float(values[index + 1])
    share = 0.0 if after == before else (level - before) / (after - before)
    return float(time_h[index] + share * (time_h[index + 1] - time_h[index]))


def hours_at_or_above(time_h: Array, values: Array, level: float) -> Array:
    """Hours that each curve spends at or above ``level``; time is the first axis."""
    steps = np.diff(time_h).reshape((-1,) + (1,) * (values.ndim - 1))
    low = np.minimum(values[:-1], values[1:])
    high = np.maximum(values[:-1], values[1:])
    rise = np.where(high > low, high - low, 1.0)
    share = np.where(low >= level, 1.0, np.clip((high - level) / rise, 0.0, 1.0))
    share = np.where(high < level, 0.0, share)
    return np.asarray((share * steps).sum(axis=0), dtype=np.float64)


def area(time_h: Array, values: Array) -> Array:
    """The area under each curve by the trapezoid rule; time is the first axis."""
    return np.asarray(np.trapezoid(values, time_h, axis=0), dtype=np.float64)


def time_of_peak(time_h: Array, values: Array) -> Array:
    """When each curve is highest (the first time, on a tie); time is the first axis."""
    return np.asarray(time_h[np.argmax(values, axis=0)], dtype=np.float64)


def spread_of(values: Array) -> dict[str, float]:
    """Mean, median and 5-95 % range over people, of those that are finite."""
    kept = values[np.isfinite(values)]
    if kept.size == 0:
        return dict.fromkeys(("mean", "median", "low", "high"), float("nan"))
    low, median, high = np.percentile(kept, [5, 50, 95])
    return {"mean": float(kept.mean()), "median": float(median), "low": float(low), "high": float(high)}


@dataclass(frozen=True)
class Course:
    """The course of one scale as the middle (median) curve tells it."""

    onset_h: float | None
    """First time at which the median is at or above the lowest named severity; None: never."""
    peak_h: float
    peak: float
    peak_low: float
    peak_high: float
    """5 and 95 % of the band at the time of the median's peak."""
    resolved_h: float | None
    """When the median falls below that severity for good; None: never reached, or not within the forecast."""
    start_h: float
    at_start: float
    at_end: float

    @property
    def reached(self) -> bool:
        """Whether the median reaches the lowest named severity at all."""
        return self.onset_h is not None

    @property
    def present(self) -> bool:
        """Whether it is reached at once."""
        return self.onset_h is not None and self.onset_h <= self.start_h

    @property
    def lasts_past_end(self) -> bool:
        """Whether the forecast ends before the median has settled."""
        return self.reached and self.resolved_h is None


def course(time_h: Array, low: Array, median: Array, high: Array, threshold: float) -> Course:
    """Onset, peak and end of a course from its median and 5-95 % band."""
    peak = int(np.nanargmax(median))
    return Course(
        onset_h=first_reach(time_h, median, threshold),
        peak_h=float(time_h[peak]),
        peak=float(median[peak]),
        peak_low=float(low[peak]),
        peak_high=float(high[peak]),
        resolved_h=settled_below(time_h, median, threshold),
        start_h=float(time_h[0]),
        at_start=float(median[0]),
        at_end=float(median[-1]),
    )
