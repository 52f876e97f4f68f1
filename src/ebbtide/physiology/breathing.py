r"""Ventilation as a fraction of baseline, from the mu stimulus, with a tolerance of its own.

.. math::
    V = \frac{1}{1 + (s / s_{50})^\gamma}, \qquad s_{50} = s_{50}^{naive} (1 + g T), \qquad
    \dot T = k_T (S - T)

The curve is in the stimulus, not the concentration: a partial agonist has a ceiling (Dahan 2005),
a full agonist has none, and tolerance shifts the C50 of fentanyl about four-fold (Algera 2021).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float


class Breathing(NamedTuple):
    """The numbers of a group of people."""

    half_stimulus: Float[Array, " people"]
    steepness: Float[Array, " people"]
    tolerance_gain: Float[Array, " people"]
    tolerance_rate: Float[Array, " people"]


def prepare(numbers: Mapping[str, Float[Array, " people"]]) -> Breathing:
    """Collect the numbers; the rate is per hour."""
    return Breathing(
        half_stimulus=numbers["breathing.breathing.half_stimulus"],
        steepness=numbers["breathing.breathing.steepness"],
        tolerance_gain=numbers["breathing.breathing.tolerance_gain"],
        tolerance_rate=jnp.log(2.0) / numbers["breathing.breathing.tolerance_half_life"],
    )


def tolerance_change(
    tolerance: Float[Array, " people"], signal: Float[Array, " people"], numbers: Breathing
) -> Float[Array, " people"]:
    """Change of the tolerance of breathing, per hour."""
    return numbers.tolerance_rate * (signal - tolerance)


def ventilation(
    stimulus: Float[Array, " people"], tolerance: Float[Array, " people"], numbers: Breathing
) -> Float[Array, " people"]:
    """Fraction of baseline ventilation, 0-1."""
    half = numbers.half_stimulus * (1.0 + numbers.tolerance_gain * tolerance)
    return 1.0 / (1.0 + (jnp.maximum(stimulus, 0.0) / half) ** numbers.steepness)
