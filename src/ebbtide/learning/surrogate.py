"""A cheap stand-in for the engine: regression of what twins show on where they are.

Linear in the coordinates that are noticed, quadratic in those that matter most. It only shapes proposals:
each is judged with the engine (:mod:`.moves`), so a poor fit costs time and no truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Array = NDArray[np.float64]
NOTICED = 2.5
"""Standard errors of a correlation from which a coordinate counts."""
MOST_NOTICED = 160
"""Coordinates at most, those that are noticed most."""
MOST_SQUARED = 30
"""Coordinates with squares and products at most, those with the largest coefficients."""
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0)
LEAST = 1e-12


@dataclass(frozen=True)
class Surrogate:
    """Expected readings as a function of coordinates."""

    chosen: NDArray[np.intp]
    squared: NDArray[np.intp]
    """Which of the chosen have squares and products."""
    mean: Float[Array, " feature"]
    coefficients: Float[Array, "feature reading"]
    level: Float[Array, " reading"]
    spread: Float[Array, " reading"]
    """Standard deviation of what the fit leaves unexplained (leave-one-out)."""

    def centre(self, latent: Float[Array, "unknown people"]) -> Float[Array, "reading people"]:
        """What twins at these coordinates would show."""
        features = _features(latent[self.chosen].T, self.squared) - self.mean
        return np.asarray((features @ self.coefficients + self.level).T)


def fit_surrogate(
    latent: Float[Array, "unknown people"],
    centre: Float[Array, "reading people"],
    size: Float[Array, " reading"],
) -> Surrogate:
    """Fit by ridge regression; how strongly it shrinks is chosen by leave-one-out error.

    Parameters
    ----------
    size
        Typical noise of each reading: an error counts in proportion to it.
    """
    people = latent.shape[1]
    level = centre.mean(axis=1)
    target = ((centre - level[:, None]) / size[:, None]).T
    chosen = _noticed(latent, target)
    own = latent[chosen].T
    linear, _ = _ridge(own - own.mean(axis=0), target)
    weight = np.sqrt((linear**2).sum(axis=1)) * own.std(axis=0)
    squared = np.argsort(-weight)[: min(MOST_SQUARED, max(1, people // MOST_SQUARED))]
    features = _features(own, squared)
    mean = features.mean(axis=0)
    coefficients, left = _ridge(features - mean, target)
    return Surrogate(chosen, squared, mean, coefficients * size, level, left * size)


def _noticed(latent: Array, target: Array) -> NDArray[np.intp]:
    """The coordinates that any reading is correlated with."""
    people = latent.shape[1]
    apart = latent - latent.mean(axis=1)[:, None]
    spread = np.maximum(apart.std(axis=1), LEAST)[:, None]
    scaled = target / np.maximum(target.std(axis=0), LEAST)
    correlation = np.abs(apart / spread @ scaled / people).max(axis=1)
    ordered = np.argsort(-correlation)[:MOST_NOTICED]
    count = int((correlation[ordered] > NOTICED / np.sqrt(people)).sum())
    return np.sort(ordered[: max(1, count)])


def _features(own: Array, squared: NDArray[np.intp]) -> Array:
    first, second = np.triu_indices(len(squared))
    part = own[:, squared]
    return np.concatenate([own, part[:, first] * part[:, second]], axis=1)


def _ridge(features: Array, target: Array) -> tuple[Array, Array]:
    """Coefficients, and the leave-one-out error of each target."""
    squares, turn = np.linalg.eigh(features.T @ features)
    squares = np.maximum(squares, 0.0)
    turned_features = features @ turn
    turned = turned_features.T @ target
    best: tuple[float, Array, Array] | None = None
    for penalty in PENALTIES:
        shrunk = turned / (squares + penalty)[:, None]
        leverage = turned_features**2 @ (1.0 / (squares + penalty)) + 1.0 / len(target)
        errors = (target - turned_features @ shrunk) / np.maximum(1.0 - leverage, 1e-6)[:, None]
        left = np.sqrt(np.mean(errors**2, axis=0))
        score = float(np.sum(left**2))
        if best is None or score < best[0]:
            best = (score, turn @ shrunk, left)
    assert best is not None
    return best[1], best[2]
