"""Change of the QTc interval (ms): each compound in proportion to its concentration, added up.

Linear concentration-QT models are what regulators ask for (ICH E14); a plateau is not modelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Numbers, Values
from .part import EVERY, Moment, Sensed


@dataclass(frozen=True)
class Heart:
    """See the module."""

    states: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ("qtc_change",)

    @property
    def order(self) -> tuple[slice, ...]:
        """No states."""
        return ()

    def prepare(self, numbers: Numbers) -> Float[Values, " people"]:
        """How much of a change this person shows, relative to the typical one."""
        return numbers["heart.qtc.sensitivity"]

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: Float[Values, " people"],
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """No states."""
        return own

    def rates(self, numbers: Float[Values, " people"]) -> Float[Values, "states people"]:
        """No states."""
        return jnp.zeros((0, *numbers.shape))

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: Float[Values, " people"],
    ) -> tuple[Float[Values, " people"], ...]:
        """Change of QTc."""
        return (numbers * now.level["qtc"],)
