"""A cheap stand-in for the engine: regression of what twins show on where they are.

Linear in the coordinates that matter, quadratic in the few directions that matter most. It only proposes:
each proposal is judged with the engine (:mod:`.moves`), so a poor fit costs time and no truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Array = NDArray[np.float64]
NOTICED = 3.0
"""Standard errors of a correlation from which a coordinate counts."""
DIRECTIONS = 5
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)


@dataclass(frozen=True)
class Surrogate:
    """Expected readings as a function of coordinates."""

    chosen: NDArray[np.intp]
    directions: Float[Array, "chosen direction"]
    reach: Float[Array, "direction 2"]
    """Lowest and highest place along each direction that the fit has seen."""
    mean: Float[Array, " feature"]
    coefficients: Float[Array, "feature reading"]
    level: Float[Array, " reading"]
    spread: Float[Array, " reading"]
    """Standard deviation of what the fit leaves unexplained (leave-one-out)."""

    def centre(self, latent: Float[Array, "unknown people"]) -> Float[Array, "reading people"]:
        """What twins at these coordinates would show."""
        own = latent[self.chosen].T
        along = np.clip(own @ self.directions, self.reach[:, 0], self.reach[:, 1])
        features = _features(own, along) - self.mean
        return np.asarray((features @ self.coefficients + self.level).T)


def fit_surrogate(
    latent: Float[Array, "unknown people"], centre: Float[Array, "reading people"]
) -> Surrogate:
    """Fit by ridge regression; how strongly it shrinks is chosen by leave-one-out error."""
    people = latent.shape[1]
    level = centre.mean(axis=1)
    target = (centre - level[:, None]).T
    size = target.std(axis=0)
    scaled = target / np.where(size > 0, size, 1.0)
    spreads = latent.std(axis=1)
    standard = (latent - latent.mean(axis=1)[:, None]) / np.where(spreads > 0, spreads, 1.0)[:, None]
    correlation = np.abs(standard @ scaled / people).max(axis=1)
    chosen = np.flatnonzero((correlation > NOTICED / np.sqrt(people)) & (spreads > 0))
    if len(chosen) == 0:
        chosen = np.array([int(np.argmax(correlation))])
    own = latent[chosen].T
    linear, _ = _ridge(own - own.mean(axis=0), scaled)
    directions = np.linalg.svd(linear, full_matrices=False)[0][:, :DIRECTIONS]
    along = own @ directions
    features = _features(own, along)
    mean = features.mean(axis=0)
    coefficients, left = _ridge(features - mean, target)
    reach = np.stack([along.min(axis=0), along.max(axis=0)], axis=1)
    return Surrogate(chosen, directions, reach, mean, coefficients, level, left)


def _features(own: Array, along: Array) -> Array:
    first, second = np.triu_indices(along.shape[1])
    return np.concatenate([own, along[:, first] * along[:, second]], axis=1)


def _ridge(features: Array, target: Array) -> tuple[Array, Array]:
    """Coefficients, and the leave-one-out error of each target."""
    squares, turn = np.linalg.eigh(features.T @ features)
    squares = np.maximum(squares, 0.0)
    turned_features = features @ turn
    turned = turned_features.T @ target
    best: tuple[float, Array, Array] | None = None
    weigh = 1.0 / np.maximum(target.std(axis=0), 1e-12)
    for penalty in PENALTIES:
        shrunk = turned / (squares + penalty)[:, None]
        leverage = turned_features**2 @ (1.0 / (squares + penalty)) + 1.0 / len(target)
        errors = (target - turned_features @ shrunk) / np.maximum(1.0 - leverage, 1e-6)[:, None]
        left = np.sqrt(np.mean(errors**2, axis=0))
        score = float(np.sum((left * weigh) ** 2))
        if best is None or score < best[0]:
            best = (score, turn @ shrunk, left)
    assert best is not None
    return best[1], best[2]
