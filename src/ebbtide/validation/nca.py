"""Non-compartmental statistics of curves, as a laboratory computes them from samples.

Every function takes ascending ``time_h`` of shape ``(times,)`` and a curve of shape ``(times, people)``, and
gives one number a person, ``nan`` where a person's curve does not allow it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LOWEST_SHARE = 0.01
"""Points under this share of Cmax are left out of the terminal slope, as if below quantification."""
FEWEST_POINTS = 3
AS_GOOD = 1e-4
"""Of terminal slopes whose adjusted R2 differ by less than this, the one through most points is taken."""


def peak(curve: Array) -> Array:
    """Cmax, in the unit of the curve."""
    return np.asarray(curve.max(axis=0))


def trough(curve: Array) -> Array:
    """Cmin, in the unit of the curve."""
    return np.asarray(curve.min(axis=0))


def peak_time(time_h: Array, curve: Array) -> Array:
    """Time of the first maximum (h)."""
    return np.asarray(time_h[curve.argmax(axis=0)])


def area(time_h: Array, curve: Array) -> Array:
    """AUC by the linear-up, log-down rule (unit of the curve times h)."""
    return np.asarray(areas(time_h, curve).sum(axis=0))


def areas(time_h: Array, curve: Array) -> Array:
    """The same between each two times, shape ``(times - 1, people)``."""
    step = np.diff(time_h)[:, None]
    left, right = curve[:-1], curve[1:]
    falls = (right < left) & (right > 0)
    ratio = np.divide(left, right, out=np.ones_like(left), where=falls)
    near = ratio < 1.0 + 1e-6  # both rules agree, and the logarithm of nearly 1 has no digits left
    log_down = np.divide(left - right, np.log(ratio), out=np.zeros_like(left), where=falls & ~near)
    return np.asarray(step * np.where(falls & ~near, log_down, 0.5 * (left + right)))


def average(time_h: Array, curve: Array) -> Array:
    """Mean over time, in the unit of the curve (trapezoids: also for curves that go below zero)."""
    return np.asarray(np.trapezoid(curve, time_h, axis=0) / (time_h[-1] - time_h[0]))


def terminal_rate(time_h: Array, curve: Array) -> Array:
    """Terminal slope (1/h): log-linear through the last points after the peak, at least three, of which the
    adjusted R2 is best.
    """
    return np.array([_terminal_rate(time_h, values) for values in curve.T])


def _terminal_rate(time_h: Array, values: Array) -> float:
    top = int(values.argmax())
    chosen = np.arange(len(values)) > top
    chosen &= values >= LOWEST_SHARE * values[top]
    chosen &= values > 0
    if chosen.sum() < FEWEST_POINTS:
        return float("nan")
    # sums over the last 1, 2, 3 ... points, counted from the end so that little cancels
    x = (time_h[chosen] - time_h[chosen][-1])[::-1]
    y = (np.log(values[chosen]) - np.log(values[chosen][-1]))[::-1]
    n = np.arange(1, len(x) + 1)[FEWEST_POINTS - 1 :]
    sx, sy, sxx, syy, sxy = (np.cumsum(v)[FEWEST_POINTS - 1 :] for v in (x, y, x * x, y * y, x * y))
    xx, yy, xy = sxx - sx * sx / n, syy - sy * sy / n, sxy - sx * sy / n
    slope = xy / xx
    explained = np.divide(xy * xy, xx * yy, out=np.zeros_like(yy), where=yy > 0)
    adjusted = 1.0 - (1.0 - explained) * (n - 1) / (n - 2)
    falling = slope < 0
    if not falling.any():
        return float("nan")
    good = np.flatnonzero(falling & (adjusted > adjusted[falling].max() - AS_GOOD))
    return float(-slope[good[-1]])


def half_life(time_h: Array, curve: Array) -> Array:
    """Terminal half-life (h)."""
    return np.asarray(np.log(2.0) / terminal_rate(time_h, curve))


def half_life_between(time_h: Array, curve: Array) -> Array:
    """Half-life (h) of the log-linear line through the first and the last point."""
    first, last = curve[0], curve[-1]
    falls = (last < first) & (last > 0)
    decline = np.log(np.divide(first, last, out=np.full_like(first, np.nan), where=falls))
    return np.asarray(np.log(2.0) * (time_h[-1] - time_h[0]) / decline)


def area_to_infinity(time_h: Array, curve: Array) -> Array:
    """AUC to the last point plus what the terminal slope leaves after it."""
    return np.asarray(area(time_h, curve) + curve[-1] / terminal_rate(time_h, curve))


def apparent_clearance(dose: Array, time_h: Array, curve: Array) -> Array:
    """CL/F (L/h) of a single dose (nmol), with a curve in nM."""
    return np.asarray(dose / area_to_infinity(time_h, curve))


def apparent_volume(dose: Array, time_h: Array, curve: Array) -> Array:
    """Vz/F (L) of a single dose (nmol): CL/F over the terminal slope."""
    return np.asarray(apparent_clearance(dose, time_h, curve) / terminal_rate(time_h, curve))
