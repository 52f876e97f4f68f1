r"""Ventilation as a fraction of baseline, from the mu stimulus, with a tolerance of its own.

.. math::
    V = \frac{1 - d A}{1 + (s / s_{50})^\gamma}, \qquad s_{50} = s_{50}^{naive} (1 + g T)(1 - p A), \qquad
    \dot T = k_T (S - T)

Benzodiazepines and ethanol (level :math:`A` at GABA receptors) depress a little by themselves and make
opioids more potent.

The curve is in the stimulus, not the concentration: a partial agonist has a ceiling (Dahan 2005),
a full agonist has none, and tolerance shifts the C50 of fentanyl about four-fold (Algera 2021).
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values
from .logarithm import power


class Breathing(NamedTuple):
    """The numbers of a group of people."""

    half_stimulus: Float[Values, " people"]
    steepness: Float[Values, " people"]
    tolerance_gain: Float[Values, " people"]
    tolerance_rate: Float[Values, " people"]
    gaba_depression: Float[Values, " people"]
    gaba_potentiation: Float[Values, " people"]


def prepare(numbers: Numbers) -> Breathing:
    """Collect the numbers; the rate is per hour."""
    return Breathing(
        half_stimulus=numbers["breathing.breathing.half_stimulus"],
        steepness=numbers["breathing.breathing.steepness"],
        tolerance_gain=numbers["breathing.breathing.tolerance_gain"],
        tolerance_rate=np.log(2.0) / numbers["breathing.breathing.tolerance_half_life"],
        gaba_depression=numbers["breathing.gaba.depression"],
        gaba_potentiation=numbers["breathing.gaba.potentiation"],
    )


def tolerance_change(
    tolerance: Float[Values, " people"], signal: Float[Values, " people"], numbers: Breathing
) -> Float[Values, " people"]:
    """Change of the tolerance of breathing, per hour."""
    return numbers.tolerance_rate * (signal - tolerance)


def ventilation(
    stimulus: Float[Values, " people"],
    tolerance: Float[Values, " people"],
    gaba: Float[Values, " people"],
    numbers: Breathing,
) -> Float[Values, " people"]:
    """Fraction of baseline ventilation, 0-1."""
    half = numbers.half_stimulus * (1.0 + numbers.tolerance_gain * tolerance)
    half = half * (1.0 - numbers.gaba_potentiation * gaba)
    return (1.0 - numbers.gaba_depression * gaba) / (
        1.0 + power(jnp.maximum(stimulus, 0.0) / half, numbers.steepness)
    )
