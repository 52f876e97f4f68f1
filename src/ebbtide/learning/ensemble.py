"""A weighted ensemble: effective size, resampling, and how far a tempered step may go."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Array = NDArray[np.float64]
HALVINGS = 30


def normalised(log_weight: Float[Array, " people"]) -> Float[Array, " people"]:
    """Weights that sum to 1.

    Raises
    ------
    FloatingPointError
        When no twin is possible.
    """
    total = log_sum(log_weight)
    if not np.isfinite(total):
        raise FloatingPointError("no twin can explain the record at all")
    return np.asarray(np.exp(log_weight - total))


def log_sum(log_weight: Float[Array, " people"]) -> float:
    """Logarithm of the sum of weights, without overflow."""
    highest = float(log_weight.max())
    return highest + float(np.log(np.sum(np.exp(log_weight - highest)))) if np.isfinite(highest) else highest


def effective(weight: Float[Array, " people"]) -> float:
    """Effective number of people (Kish 1965): as many equally weighted ones would tell as much."""
    total = float(np.sum(weight**2))
    return float(np.sum(weight)) ** 2 / total if total > 0 else 0.0


def step_to(log_weight: Array, added: Array, left: float, least: float) -> float:
    """The largest part of ``added``, up to ``left``, that keeps ``least`` effective people."""

    def size(part: float) -> float:
        return effective(normalised(log_weight + part * added))

    if size(left) >= least:
        return left
    low, high = 0.0, left
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if size(middle) >= least else (low, middle)
    return max(low, left * 1e-6)


def resampled(weight: Float[Array, " people"], generator: np.random.Generator) -> NDArray[np.intp]:
    """Systematic resampling (Kitagawa 1996): whom each place goes to."""
    count = len(weight)
    points = (generator.random() + np.arange(count)) / count
    return np.minimum(np.searchsorted(np.cumsum(weight), points), count - 1)
