r"""Pain (NRS 0-10) and tolerance of ice water (s): relief by mu and alpha-2 agonists, hyperalgesia.

.. math::
    a = 1 - \left(1 - \frac{s^n}{s^n + (s_{50}(1 + gT))^n}\right)(1 - e_\alpha A_{\alpha_2}), \qquad
    \dot T = k_T (S - T), \quad \dot H = k_H (S - H)

    pain = 10 \left(1 - (1 - p_0 (1 - a)(1 + bH)/10)(1 - w\, s_{aches})\right), \qquad
    t = t_0 \frac{1 + r a}{1 + h H}

Hyperalgesia follows a lasting signal slowly: people in treatment and four weeks after stopping tolerate ice
water for half as long as others, after five months as long (Pud 2006, Treister 2012).
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

WORST = 10
"""The end of the numeric rating scale."""


class PainNumbers(NamedTuple):
    """The numbers of a group of people."""

    baseline: Float[Values, " people"]
    """Points without any medicine."""
    aches: Float[Values, " people"]
    half_stimulus: Float[Values, " people"]
    steepness: Float[Values, " people"]
    alpha2_efficacy: Float[Values, " people"]
    tolerance_gain: Float[Values, " people"]
    tolerance_rate: Float[Values, " people"]
    hyperalgesia_gain: Float[Values, " people"]
    hyperalgesia_rate: Float[Values, " people"]
    ice_water: Float[Values, " people"]
    ice_water_relief: Float[Values, " people"]
    ice_water_hyperalgesia: Float[Values, " people"]


@dataclass(frozen=True)
class Pain:
    """See the module."""

    states: tuple[str, ...] = ("analgesic_tolerance", "hyperalgesia")
    quantities: tuple[str, ...] = ("pain", "pain_tolerance")

    @property
    def order(self) -> tuple[slice, ...]:
        """All at once."""
        return (slice(0, len(self.states)),)

    def prepare(self, numbers: Numbers) -> PainNumbers:
        """Collect the numbers; rates are per hour."""
        return PainNumbers(
            baseline=numbers["pain.pain.baseline"],
            aches=numbers["pain.pain.aches"],
            half_stimulus=numbers["pain.relief.half_stimulus"],
            steepness=numbers["pain.relief.steepness"],
            alpha2_efficacy=numbers["pain.relief.alpha2_efficacy"],
            tolerance_gain=numbers["pain.relief.tolerance_gain"],
            tolerance_rate=np.log(2.0) / numbers["pain.relief.tolerance_half_life"],
            hyperalgesia_gain=numbers["pain.hyperalgesia.gain"],
            hyperalgesia_rate=np.log(2.0) / numbers["pain.hyperalgesia.half_life"],
            ice_water=numbers["pain.ice_water.tolerance"],
            ice_water_relief=numbers["pain.ice_water.relief_gain"],
            ice_water_hyperalgesia=numbers["pain.ice_water.hyperalgesia_gain"],
        )

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: PainNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """Tolerance and hyperalgesia follow the signal."""
        return jnp.stack([now.signal, now.signal])[group]

    def rates(self, numbers: PainNumbers) -> Float[Values, "states people"]:
        """How fast both forget."""
        return jnp.stack([jnp.asarray(numbers.tolerance_rate), jnp.asarray(numbers.hyperalgesia_rate)])

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: PainNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """Pain and tolerance of ice water."""
        tolerance, hyperalgesia = own
        half = numbers.half_stimulus * (1.0 + numbers.tolerance_gain * tolerance)
        relative = power(jnp.maximum(now.stimulus, 0.0) / half, numbers.steepness)
        left = (1.0 - numbers.alpha2_efficacy * now.level["alpha2"]) / (1.0 + relative)
        lasting = numbers.baseline / WORST * left * (1.0 + numbers.hyperalgesia_gain * hyperalgesia)
        aches = numbers.aches * now.symptom["muscle_aches"]
        pain = WORST * (1.0 - (1.0 - jnp.minimum(lasting, 1.0)) * (1.0 - aches))
        ice_water = numbers.ice_water * (1.0 + numbers.ice_water_relief * (1.0 - left))
        return pain, ice_water / (1.0 + numbers.ice_water_hyperalgesia * hyperalgesia)
