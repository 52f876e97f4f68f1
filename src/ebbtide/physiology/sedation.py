r"""Activation and sedation, 0-1: from mu signal with its own tolerance, GABA, alpha-2 and other sedatives.

.. math::
    s_\mu = \frac{s^n}{s^n + (s_{50}(1 + gT))^n}, \quad
    sedation = 1 - (1 - e_\mu s_\mu)(1 - A_{gaba})(1 - e_{\alpha} A_{\alpha_2})(1 - A_{sedation}), \quad
    activation = A_{activation} (1 - sedation)

with the stimulus :math:`s`: causes that act apart leave what the others leave (Bliss independence). Kratom
activates at low concentration and sedates at high, which hides the activation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values
from .logarithm import power
from .part import EVERY, Moment, Sensed


class SedationNumbers(NamedTuple):
    """The numbers of a group of people."""

    half_stimulus: Float[Values, " people"]
    steepness: Float[Values, " people"]
    mu_efficacy: Float[Values, " people"]
    alpha2_efficacy: Float[Values, " people"]
    tolerance_gain: Float[Values, " people"]
    tolerance_rate: Float[Values, " people"]


@dataclass(frozen=True)
class Sedation:
    """See the module."""

    states: tuple[str, ...] = ("sedation_tolerance",)
    quantities: tuple[str, ...] = ("activation", "sedation")

    @property
    def order(self) -> tuple[slice, ...]:
        """All at once."""
        return (slice(0, len(self.states)),)

    def prepare(self, numbers: Numbers) -> SedationNumbers:
        """Collect the numbers; the rate is per hour."""
        return SedationNumbers(
            half_stimulus=numbers["sedation.mu.half_stimulus"],
            steepness=numbers["sedation.mu.steepness"],
            mu_efficacy=numbers["sedation.mu.efficacy"],
            alpha2_efficacy=numbers["sedation.alpha2.efficacy"],
            tolerance_gain=numbers["sedation.mu.tolerance_gain"],
            tolerance_rate=np.log(2.0) / numbers["sedation.mu.tolerance_half_life"],
        )

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: SedationNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """Tolerance follows the signal."""
        return now.signal[None][group]

    def rates(self, numbers: SedationNumbers) -> Float[Values, "states people"]:
        """How fast tolerance forgets."""
        return jnp.asarray(numbers.tolerance_rate)[None]

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: SedationNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """Activation and sedation."""
        half = numbers.half_stimulus * (1.0 + numbers.tolerance_gain * own[0])
        relative = power(jnp.maximum(now.stimulus, 0.0) / half, numbers.steepness)
        mu = numbers.mu_efficacy * relative / (1.0 + relative)
        awake = (
            (1.0 - mu)
            * (1.0 - now.level["gaba"])
            * (1.0 - numbers.alpha2_efficacy * now.level["alpha2"])
            * (1.0 - now.level["sedation"])
        )
        return now.level["activation"] * awake, 1.0 - awake
