"""What is not known of one person, as coordinates: a standard normal number for each unknown parameter.

A twin is a point in this space. Twins drawn here are those of :func:`.draw_numbers`; others can be put
anywhere, which is how an ensemble is moved to where observations want it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.library import Parameter

from .draw import Numbers, Spread, draw_latent, value_at, width

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Unknowns:
    """The parameters of a case, and which of them are not known."""

    parameters: Mapping[str, Parameter]
    seed: int
    spread: Spread

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The unknown parameters, in the order of the coordinates."""
        return tuple(
            name
            for name, parameter in self.parameters.items()
            if width(parameter, self.spread) > 0 or (parameter.shape == "bernoulli" and self.spread.between)
        )

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The coordinate of each unknown parameter."""
        return {name: place for place, name in enumerate(self.names)}

    def draw(self, people: int, first: int = 0) -> Float[Array, "unknown people"]:
        """The coordinates of twins from number ``first`` on."""
        return np.stack(
            [
                draw_latent(name, self.parameters[name], people, self.seed, self.spread, first)
                for name in self.names
            ]
        )

    def numbers(self, latent: Float[Array, "unknown people"]) -> Numbers:
        """Every parameter at these coordinates, in internal units."""
        return {name: self.number(name, latent) for name in self.parameters}

    def number(self, name: str, latent: Float[Array, "unknown people"]) -> Float[Array, " people"]:
        """One parameter at these coordinates."""
        place = self.places.get(name)
        own = np.zeros(latent.shape[-1]) if place is None else latent[place]
        return value_at(name, self.parameters[name], own, self.seed, self.spread)
