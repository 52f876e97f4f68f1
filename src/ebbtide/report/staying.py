"""Staying: the probability that something with a daily hazard has not happened yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .bands import Band
from .compare import person_values

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast

Array = NDArray[np.float64]
EVENTS = {"risk.return_to_use": "Not returned to use", "risk.leave_programme": "Still in the programme"}
"""Each hazard (per day), and what its not having happened is called."""


def remaining(time_h: Array, hazard_per_day: Array) -> Array:
    """``exp(-integral of the hazard)`` from the first time on; time is the first axis."""
    steps = np.diff(time_h).reshape((-1,) + (1,) * (hazard_per_day.ndim - 1)) / 24.0
    pieces = 0.5 * (hazard_per_day[1:] + hazard_per_day[:-1]) * steps
    total = np.concatenate([np.zeros((1, *hazard_per_day.shape[1:])), np.cumsum(pieces, axis=0)])
    return np.asarray(np.exp(-total), dtype=np.float64)


def staying_band(arm: ArmForecast, quantity: str) -> Band | None:
    """Mean over people of their own probabilities (%), with 5, 25, 75 and 95 % of people."""
    hazard = person_values(arm, quantity)
    if hazard is None:
        return None
    time_h = np.asarray(arm.people["time_h"].values, dtype=np.float64)
    left = 100.0 * remaining(time_h, hazard)
    low, lower, upper, high = np.percentile(left, [5, 25, 75, 95], axis=-1)
    return Band(time_h, low, lower, left.mean(axis=-1), upper, high)


def staying_on(band: Band, days: tuple[int, ...]) -> dict[int, dict[str, float]]:
    """Mean and 5-95 % of people (%) at the end of each day."""
    return {
        day: {
            name: round(float(np.interp(24.0 * day, band.time_h, curve)), 4)
            for name, curve in (("mean", band.median), ("low", band.low), ("high", band.high))
        }
        for day in days
    }


def told_days(duration_h: float) -> tuple[int, ...]:
    """Days for a table: close together at first, the last whole day in any case."""
    last = int(duration_h // 24)
    usual = (1, 2, 3, 5, 7, 10, 14, 21, 28, 56, 84, 168, 365)
    days = [day for day in usual if day < last]
    return tuple([*days[-7:], last]) if last else ()
