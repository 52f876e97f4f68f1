"""Probabilities of the ratings 0-3, and what they are made of: cumulative probabilities and thresholds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

Array = NDArray[np.float64]
Ratings = NDArray[np.int64]
LEVELS = 4
CUTS = LEVELS - 1
SMALLEST = 1e-4


def cumulative(probability: Float[Array, "rows levels"]) -> Float[Array, "rows cuts"]:
    """Probability of a rating of at most 0, 1 and 2."""
    return np.asarray(np.cumsum(probability, axis=1)[:, :CUTS])


def at_most(ratings: Int[Ratings, " rows"]) -> Float[Array, "rows cuts"]:
    """1 where a rating is at most 0, 1 and 2."""
    return (ratings[:, None] <= np.arange(CUTS)).astype(np.float64)


def from_cumulative(values: Float[Array, "rows cuts"]) -> Float[Array, "rows levels"]:
    """Probabilities from cumulative ones, which are made to rise and to stay between 0 and 1 first."""
    rising = np.clip(np.maximum.accumulate(values, axis=1), 0.0, 1.0)
    return np.diff(rising, axis=1, prepend=0.0, append=1.0)


def thresholds_of(probability: Float[Array, "rows levels"]) -> Float[Array, "rows cuts"]:
    """The thresholds of the logistic distribution that has these probabilities."""
    return np.asarray(logit(np.clip(cumulative(probability), SMALLEST, 1.0 - SMALLEST)))


def from_thresholds(
    thresholds: Float[Array, "*rows cuts"], tendency: Float[Array, " rows"]
) -> Float[Array, "rows levels"]:
    """Probabilities of a proportional-odds model: the larger the tendency, the higher the rating."""
    return from_cumulative(expit(thresholds - tendency[:, None]))


def fit_thresholds(tendency: Float[Array, " rows"], ratings: Int[Ratings, " rows"]) -> Float[Array, " cuts"]:
    """The most likely rising thresholds, with a weak prior that keeps levels nobody had finite."""

    def unfold(free: Array) -> Array:
        return np.asarray(free[0] + np.concatenate([[0.0], np.cumsum(np.exp(free[1:]))]))

    def loss(free: Array) -> float:
        chosen = from_thresholds(unfold(free)[None], tendency)[np.arange(len(ratings)), ratings]
        return float(-np.log(np.maximum(chosen, 1e-9)).sum() + 0.01 * free @ free)

    found = minimize(loss, np.array([-1.0, 0.5, 0.5]), method="L-BFGS-B")
    return unfold(found.x)
