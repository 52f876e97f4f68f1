"""Serum magnesium (mmol/L): the person's own level, and what doses add to it.

Amounts of a compound that the body also has of itself count from the person's baseline, so its concentration
is an excess; where no such compound is given the level stays at the baseline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Numbers, Values
from .part import EVERY, Moment, Sensed

NANOMOLES_A_MILLIMOLE = 10**6


class MineralNumbers(NamedTuple):
    """The numbers of a group of people."""

    magnesium: Float[Values, " people"]
    """Level without doses (nM)."""


@dataclass(frozen=True)
class Minerals:
    """See the module; ``compounds`` are those that raise magnesium."""

    compounds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ("serum.magnesium",)

    @property
    def order(self) -> tuple[slice, ...]:
        """No states."""
        return ()

    def prepare(self, numbers: Numbers) -> MineralNumbers:
        """Collect the numbers."""
        return MineralNumbers(magnesium=numbers["minerals.magnesium.baseline"])

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: MineralNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """It has no states."""
        return own

    def rates(self, numbers: MineralNumbers) -> Float[Values, "states people"]:
        """It has no states."""
        return jnp.zeros((0, *jnp.shape(numbers.magnesium)))

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: MineralNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """Serum magnesium."""
        level = jnp.asarray(numbers.magnesium)
        for compound in self.compounds:
            level = level + now.concentration[compound]
        return (level / NANOMOLES_A_MILLIMOLE,)
