"""A cheap stand-in for the engine: regression of what twins show on where they are.

Linear in the coordinates that are noticed, quadratic in those that matter most. It only makes proposals:
each is judged with the engine (:mod:`.leap`), so a poor fit costs time and no truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Array = NDArray[np.float64]
NOTICED = 2.5
"""Standard errors of a correlation from which a coordinate counts."""
MOST_NOTICED = 160
"""Coordinates at most, those that are noticed most."""
MOST_SQUARED = 30
"""Coordinates with squares and products at most, those with the largest coefficients."""
LINEAR_PENALTY = 30.0
"""Of the ridge regression that only ranks coordinates."""
PENALTY = 10.0
LEAST = 1e-12
MOST_LEVERAGE = 0.999


@dataclass(frozen=True)
class Apart:
    """What was learned from one run of each twin, to be taken out again."""

    pull: Float[Array, "feature people"]
    shift: Float[Array, " people"]
    left: Float[Array, "reading people"]
    """What the fit leaves unexplained of that run."""

    def of(self, people: NDArray[np.bool_]) -> Apart:
        """For these people; nothing is taken out for the others."""
        return Apart(self.pull, self.shift, self.left * people)


@dataclass(frozen=True)
class Learned:
    """What a fit was made from."""

    features: Float[Array, "feature run"]
    left: Float[Array, "reading run"]
    """What the fit leaves unexplained."""
    inverse: Float[Array, "feature feature"]
    """Of the normal matrix, penalty included."""


@dataclass(frozen=True)
class Surrogate:
    """Expected readings as a function of the ``chosen`` coordinates."""

    chosen: NDArray[np.intp]
    squared: NDArray[np.intp]
    """Which of the chosen have squares and products."""
    mean: Float[Array, " feature"]
    coefficients: Float[Array, "reading feature"]
    level: Float[Array, " reading"]
    spread: Float[Array, " reading"]
    """Standard deviation of what the fit leaves unexplained of a run that it has not seen."""
    learned: Learned

    def centre(
        self, own: Float[Array, "chosen people"], apart: Apart | None = None
    ) -> Float[Array, "reading people"]:
        """What twins at these coordinates would show; of each, what ``apart`` holds was never learned."""
        features = _features(own, self.squared) - self.mean[:, None]
        centre = self.coefficients @ features + self.level[:, None]
        if apart is not None:
            centre -= (np.sum(features * apart.pull, axis=0) + apart.shift) * apart.left
        return np.asarray(centre)

    def apart(self, runs: Int[NDArray[np.intp], " people"]) -> Apart:
        """For each twin one of the runs that the fit was made from, by its place; below 0 for none.

        With it the fit is that of all other runs: a case is taken out of a regression in closed form (Cook
        and Weisberg 1982).
        """
        known = runs >= 0
        place = np.where(known, runs, 0)
        features = self.learned.features[:, place]
        pull, even = self.learned.inverse @ features, 1.0 / self.learned.features.shape[1]
        leverage = np.sum(features * pull, axis=0) + even
        share = known / (1.0 - np.minimum(leverage, MOST_LEVERAGE))
        return Apart(pull * share, even * share, self.learned.left[:, place])


def fit_surrogate(
    latent: Float[Array, "unknown run"],
    centre: Float[Array, "reading run"],
    size: Float[Array, " reading"],
    not_seen: NDArray[np.intp],
) -> Surrogate:
    """Fit by ridge regression.

    Parameters
    ----------
    size
        Typical noise of each reading: an error counts in proportion to it.
    not_seen
        Coordinates that are known to change nothing.
    """
    runs = latent.shape[1]
    level = centre.mean(axis=1)
    target = (centre - level[:, None]) / size[:, None]
    chosen = _noticed(latent, target, not_seen)
    own = latent[chosen]
    weight = np.sqrt(np.sum(_linear(own, target) ** 2, axis=0)) * own.std(axis=1)
    squared = np.argsort(-weight)[: min(MOST_SQUARED, max(1, runs // MOST_SQUARED))]
    features = _features(own, squared)
    mean = features.mean(axis=1)
    features -= mean[:, None]
    inverse = _inverse(features, PENALTY)
    coefficients = target @ features.T @ inverse
    left = target - coefficients @ features
    # as many numbers as the penalty leaves free, and the mean (generalised cross-validation)
    free = len(features) - PENALTY * float(np.trace(inverse)) + 1.0
    spread = np.sqrt(np.mean(left**2, axis=1)) / max(1.0 - free / runs, 1.0 - MOST_LEVERAGE)
    scale = size[:, None]
    learned = Learned(features, left * scale, inverse)
    return Surrogate(chosen, squared, mean, coefficients * scale, level, spread * size, learned)


def _noticed(latent: Array, target: Array, not_seen: NDArray[np.intp]) -> NDArray[np.intp]:
    """The coordinates that any reading is correlated with."""
    runs = latent.shape[1]
    apart = latent - latent.mean(axis=1)[:, None]
    spread = np.maximum(apart.std(axis=1), LEAST)[:, None]
    scaled = target / np.maximum(target.std(axis=1), LEAST)[:, None]
    correlation = np.abs(apart @ scaled.T / (spread * runs)).max(axis=1)
    correlation[not_seen] = 0.0
    ordered = np.argsort(-correlation)[:MOST_NOTICED]
    count = int((correlation[ordered] > NOTICED / np.sqrt(runs)).sum())
    return np.sort(ordered[: max(1, count)])


def _features(own: Array, squared: NDArray[np.intp]) -> Array:
    """Coordinates, then products of each squared one with itself and those after it."""
    count, part = len(squared), own[squared]
    features = np.empty((len(own) + count * (count + 1) // 2, own.shape[1]))
    features[: len(own)] = own
    row = len(own)
    for first in range(count):
        np.multiply(part[first], part[first:], out=features[row : row + count - first])
        row += count - first
    return features


def _linear(own: Array, target: Array) -> Array:
    apart = own - own.mean(axis=1)[:, None]
    return np.asarray(target @ apart.T @ _inverse(apart, LINEAR_PENALTY))


def _inverse(features: Array, penalty: float) -> Array:
    """Of the normal matrix with its penalty."""
    normal = features @ features.T
    normal[np.diag_indices(len(normal))] += penalty
    return np.asarray(cho_solve(cho_factor(normal), np.eye(len(normal)), check_finite=False))
