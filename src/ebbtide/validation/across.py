"""From people to one number: means, medians, and how far simulated people or groups spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import betabinom

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


def percent_of_groups(percent: float, weights: Array, size: int, share: float = 90.0) -> tuple[float, float]:
    """The middle ``share`` of the percentages that groups of ``size`` people would show.

    A group differs by chance, and how common something is is known only as well as the simulated people tell:
    of ``n`` of them (as many as the weights are worth) ``k`` show it, and the share in everybody is
    Beta(k + 1/2, n - k + 1/2), by Jeffreys' prior.
    """
    kept = weights[weights > 0]
    if not len(kept) or not np.isfinite(percent):
        return float("nan"), float("nan")
    told = kept.sum() ** 2 / (kept**2).sum()
    seen = np.clip(percent / 100.0, 0.0, 1.0) * told
    tail = (100.0 - share) / 200.0
    ends = betabinom.ppf([tail, 1.0 - tail], size, seen + 0.5, told - seen + 0.5)
    return float(100.0 * ends[0] / size), float(100.0 * ends[1] / size)
