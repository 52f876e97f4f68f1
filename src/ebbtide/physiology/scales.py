"""Rating scales from symptoms, item by item, with the personal tendency of rater or reporter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.library import Scale

from .arrays import Values


def reported(
    symptoms: Float[Values, "follower people"], tendency: Float[Values, " people"]
) -> Float[Values, "follower people"]:
    """Symptoms as a rater sees them: ``tendency`` multiplies the odds."""
    return symptoms * tendency / (1.0 - symptoms + symptoms * tendency)


def total(told: Float[Values, "follower people"], weights: Sequence[float]) -> Float[Values, " people"]:
    """Points of a scale. A sum of the few followers that count: faster than a product of matrices."""
    rows = [weight * row for weight, row in zip(weights, told, strict=True) if weight]
    points: Float[Values, " people"] = sum(rows[1:], rows[0])
    return points


def item_weights(scale: Scale, followers: Sequence[str]) -> NDArray[np.float64]:
    """Points a full symptom adds to the total, shape ``(followers,)``.

    A symptom that shares an item with others takes its part of the item's points.
    """
    weights = np.zeros(len(followers))
    for item in scale.items:
        total = sum(item.symptoms.values())
        for symptom, part in item.symptoms.items():
            weights[followers.index(symptom)] += item.maximum * part / total
    return weights
