"""Nights: what a quantity is at bedtime, 22:00 to 23:00 on the clock of the case, once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from .clock import instant

Array = NDArray[np.float64]
BEDTIME = time(22)
LENGTH_H = 1.0


@dataclass(frozen=True)
class Nights:
    """The nights of a forecast."""

    dates: tuple[datetime, ...]
    """Local bedtime of each night."""
    hours: Array
    """The same in hours since the start."""

    def values(self, time_h: Array, values: Array) -> Array:
        """Mean over the hour from bedtime; time is the first axis of ``values`` and of the result."""
        within = np.linspace(0.0, LENGTH_H, 5)
        weights = np.array([1.0, 2.0, 2.0, 2.0, 1.0]) / 8.0
        return sum(
            (w * _at(time_h, values, self.hours + h) for h, w in zip(within, weights, strict=True)),
            start=np.zeros((self.hours.size, *values.shape[1:])),
        )


def nights(start: datetime, duration_h: float) -> Nights:
    """Every night whose whole bedtime hour lies within the forecast."""
    day, last = start.date(), instant(start, duration_h).date()
    dates, hours = [], []
    while day <= last:
        bedtime = datetime.combine(day, BEDTIME, start.tzinfo)
        hour = _hours_between(start, bedtime)
        if -1e-9 <= hour <= duration_h - LENGTH_H + 1e-9:
            dates.append(bedtime)
            hours.append(hour)
        day += timedelta(days=1)
    return Nights(tuple(dates), np.array(hours, dtype=np.float64))


def _hours_between(start: datetime, end: datetime) -> float:
    if start.tzinfo is None:
        return (end - start) / timedelta(hours=1)
    return (end.astimezone(UTC) - start.astimezone(UTC)) / timedelta(hours=1)


def _at(time_h: Array, values: Array, when: Array) -> Array:
    """``values`` at other times, on straight lines between those there are."""
    after = np.clip(np.searchsorted(time_h, when, side="right"), 1, time_h.size - 1)
    before = after - 1
    share = np.clip((when - time_h[before]) / (time_h[after] - time_h[before]), 0.0, 1.0)
    share = share.reshape((-1,) + (1,) * (values.ndim - 1))
    return np.asarray(values[before] * (1.0 - share) + values[after] * share, dtype=np.float64)
