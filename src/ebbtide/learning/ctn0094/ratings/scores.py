"""How good probabilities of ratings are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy.typing import NDArray

from .odds import Array, Ratings, at_most, cumulative

LEAST = 1e-6
"""A probability below it counts as this in the log loss."""
BAND = 0.90
SAMPLES = 1000


class Interval(NamedTuple):
    """A mean over rows with its 95 % interval from drawing people again."""

    value: float
    low: float
    high: float
    rows: int
    people: int


def ranked_probability(
    probability: Float[Array, "rows levels"], ratings: Int[Ratings, " rows"]
) -> Float[Array, " rows"]:
    """Ranked probability score of each row: squared differences of cumulative probabilities, 0 the best."""
    return np.asarray(((cumulative(probability) - at_most(ratings)) ** 2).sum(axis=1))


def log_loss(
    probability: Float[Array, "rows levels"], ratings: Int[Ratings, " rows"]
) -> Float[Array, " rows"]:
    """Negative log of the probability of what came."""
    return -np.log(np.maximum(probability[np.arange(len(ratings)), ratings], LEAST))


def coverage(
    probability: Float[Array, "rows levels"], ratings: Int[Ratings, " rows"], band: float = BAND
) -> Float[Array, " rows"]:
    """How much of each rating lies in the central band of its forecast, 0 to 1.

    A level may straddle an end of the band; it then counts by the share of it that lies inside, so that right
    forecasts have a mean of exactly ``band`` although there are but four levels.
    """
    edges = np.pad(np.cumsum(probability, axis=1), ((0, 0), (1, 0)))
    rows = np.arange(len(ratings))
    low, high = edges[rows, ratings], edges[rows, ratings + 1]
    outside = 0.5 * (1.0 - band)
    inside = np.clip(np.minimum(high, 1.0 - outside) - np.maximum(low, outside), 0.0, None)
    return np.where(high > low, inside / np.maximum(high - low, LEAST), 0.0)


MEASURES: Mapping[str, Callable[[Array, Ratings], Array]] = {
    "ranked_probability_score": ranked_probability,
    "log_loss": log_loss,
    "coverage_90": coverage,
}


def over_people(values: Array, who: NDArray[np.int64], seed: int = 1, samples: int = SAMPLES) -> Interval:
    """The mean over rows; people, with all their rows, are drawn again for the interval."""
    by_person = pd.Series(values).groupby(np.asarray(who)).agg(["sum", "size"]).to_numpy(dtype=np.float64)
    people = len(by_person)
    if people == 0:
        return Interval(np.nan, np.nan, np.nan, 0, 0)
    random = np.random.default_rng(seed)
    counts = random.multinomial(people, np.full(people, 1.0 / people), size=samples)
    sums = counts @ by_person
    low, high = np.percentile(sums[:, 0] / sums[:, 1], (2.5, 97.5))
    return Interval(float(values.mean()), float(low), float(high), len(values), people)
