"""From people to one number: means, medians, and how far simulated people or groups spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GROUPS = 2000
"""Groups of the study's size that are drawn from the simulated people for a band."""


def across(values: Array, weights: Array, how: str) -> float:
    """``mean``, ``median`` or ``geometric_mean`` of weighted values; those that are ``nan`` are left out.

    ``nan`` where nobody is left, or for a geometric mean of values that are not positive.
    """
    kept = np.isfinite(values) & (weights > 0)
    values, weights = values[kept], weights[kept]
    if not len(values):
        return float("nan")
    if how == "median":
        return quantile(values, weights, 0.5)
    if how == "geometric_mean":
        if (values <= 0).any():
            return float("nan")
        return float(np.exp(np.average(np.log(values), weights=weights)))
    return float(np.average(values, weights=weights))


def quantile(values: Array, weights: Array, share: float) -> float:
    """The weighted quantile: linear between the middles of the weights."""
    kept = np.isfinite(values) & (weights > 0)
    if not kept.any():
        return float("nan")
    order = np.argsort(values[kept])
    sizes = weights[kept][order]
    middles = (np.cumsum(sizes) - 0.5 * sizes) / sizes.sum()
    return float(np.interp(share, middles, values[kept][order]))


def band_of_groups(values: Array, weights: Array, how: str, size: int, percent: float) -> tuple[float, float]:
    """The middle ``percent`` of what groups of ``size`` people would show, by drawing such groups."""
    kept = np.isfinite(values) & (weights > 0)
    values, weights = values[kept], weights[kept]
    if not len(values):
        return float("nan"), float("nan")
    chosen = np.random.default_rng(0).choice(len(values), (GROUPS, size), p=weights / weights.sum())
    shown = np.array([across(values[group], np.ones(size), how) for group in chosen])
    tail = (100.0 - percent) / 200.0
    return float(np.quantile(shown, tail)), float(np.quantile(shown, 1.0 - tail))
