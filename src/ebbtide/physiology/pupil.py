r"""Pupil diameter in dim light (mm): narrowed by the mu stimulus, widened in withdrawal.

.. math::  d = d_{min} + \frac{d_0 - d_{min}}{1 + (s / s_{50})^n} + w\, s_{mydriasis}

Tolerance to narrowing is small and left out (Dyer 1999 finds it in maintained people).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Numbers, Values
from .logarithm import power
from .part import EVERY, Moment, Sensed


class PupilNumbers(NamedTuple):
    """The numbers of a group of people; diameters in mm."""

    baseline: Float[Values, " people"]
    smallest: Float[Values, " people"]
    half_stimulus: Float[Values, " people"]
    steepness: Float[Values, " people"]
    widening: Float[Values, " people"]


@dataclass(frozen=True)
class Pupil:
    """See the module."""

    states: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ("pupil",)

    @property
    def order(self) -> tuple[slice, ...]:
        """No states."""
        return ()

    def prepare(self, numbers: Numbers) -> PupilNumbers:
        """Collect the numbers."""
        return PupilNumbers(*(numbers[f"pupil.pupil.{name}"] for name in PupilNumbers._fields))

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: PupilNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """No states."""
        return own

    def rates(self, numbers: PupilNumbers) -> Float[Values, "states people"]:
        """No states."""
        return jnp.zeros((0, *numbers.baseline.shape))

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: PupilNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """Diameter."""
        narrowing = 1.0 + power(jnp.maximum(now.stimulus, 0.0) / numbers.half_stimulus, numbers.steepness)
        resting = numbers.smallest + (numbers.baseline - numbers.smallest) / narrowing
        return (resting + numbers.widening * now.symptom["mydriasis"],)
