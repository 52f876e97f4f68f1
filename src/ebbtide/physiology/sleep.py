r"""Sleep: total sleep time (h) and time to fall asleep (min) of a night that begins now.

.. math::
    total = \frac{B}{1 + w}, \quad \ln w = \ln w_0 + \sum_j b_j x_j, \qquad
    latency = \frac{B\, l}{1 + l}, \quad \ln l = \ln l_0 + \sum_j c_j x_j, \qquad \dot U = k_U (S - U)

with the hours in bed :math:`B` and the odds :math:`w` of being awake in bed, :math:`l` of not having fallen
asleep yet (the usual latency over :math:`B`). The causes :math:`x` are insomnia and restlessness of
withdrawal, activation, lasting opioid use :math:`U` (which follows the signal within weeks), sedation and
melatonin, the last two with a minus. Causes multiply, so melatonin takes more minutes off a long latency
than off a short one, as trials found, and both stay between 0 and :math:`B`. People on methadone sleep
badly, and insomnia outlasts the other signs of withdrawal by weeks: one slow state does both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values
from .part import EVERY, Moment, Sensed
from .supports import effects, log_factor

MINUTES_AN_HOUR = 60
SYMPTOMS = ("insomnia", "restlessness")
WORSE = (*SYMPTOMS, "activation", "lasting_use")
BETTER = ("sedation", "melatonin")


class Measure(NamedTuple):
    """One measure of sleep: its usual odds, and what each cause adds to their logarithm."""

    usual: Float[Values, " people"]
    slope: dict[str, Float[Values, " people"]]
    support: dict[str, Float[Values, " people"]]


class SleepNumbers(NamedTuple):
    """The numbers of a group of people."""

    hours_in_bed: Float[Values, " people"]
    lasting_rate: Float[Values, " people"]
    latency: Measure
    awake: Measure


@dataclass(frozen=True)
class Sleep:
    """See the module."""

    states: tuple[str, ...] = ("lasting_opioid_use",)
    quantities: tuple[str, ...] = ("sleep.total", "sleep.latency")

    @property
    def order(self) -> tuple[slice, ...]:
        """All at once."""
        return (slice(0, len(self.states)),)

    def prepare(self, numbers: Numbers) -> SleepNumbers:
        """Collect the numbers; times in hours."""
        bed = numbers["sleep.night.hours_in_bed"]
        to_fall_asleep = numbers["sleep.latency.usual"] / bed

        def measure(name: str, usual: Float[Values, " people"], outcome: str) -> Measure:
            worse = {cause: numbers[f"sleep.{name}.{cause}"] for cause in WORSE}
            better = {cause: -numbers[f"sleep.{name}.{cause}"] for cause in BETTER}
            return Measure(usual, worse | better, effects(numbers, outcome))

        return SleepNumbers(
            hours_in_bed=bed,
            lasting_rate=np.log(2.0) / numbers["sleep.lasting_use.half_life"],
            latency=measure("latency", to_fall_asleep, "sleep_latency"),
            awake=measure("awake", numbers["sleep.awake.usual"], "sleep_total"),
        )

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: SleepNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """Lasting use follows the signal."""
        return now.signal[None][group]

    def rates(self, numbers: SleepNumbers) -> Float[Values, "states people"]:
        """How fast lasting use is forgotten."""
        return jnp.asarray(numbers.lasting_rate)[None]

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: SleepNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """Total sleep (h) and latency (min)."""
        cause = {name: now.symptom[name] for name in SYMPTOMS}
        cause |= {"activation": seen["activation"], "sedation": seen["sedation"]}
        cause |= {"lasting_use": own[0], "melatonin": now.level["melatonin"]}

        def value(measure: Measure) -> Float[Values, " people"]:
            log = log_factor(measure.support, now.support)
            for name, slope in measure.slope.items():
                log = log + slope * cause[name]
            return measure.usual * jnp.exp(log)

        waiting = value(numbers.latency)
        total = numbers.hours_in_bed / (1.0 + value(numbers.awake))
        return total, MINUTES_AN_HOUR * numbers.hours_in_bed * waiting / (1.0 + waiting)
