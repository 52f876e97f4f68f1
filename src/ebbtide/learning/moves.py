"""Where twins are, and steps of the size of noise, which need no run of the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from .likelihood import Expected, Instruments

Array = NDArray[np.float64]
SHORTEST_NOISE, LONGEST_NOISE = 0.2, 0.95


class Simulator(Protocol):
    """What can be followed: see :class:`.twins.Twins`."""

    def expect(self, latent: Float[Array, "unknown people"]) -> Expected:
        """What each twin would show at each reading."""

    def sizes(self, latent: Float[Array, "unknown people"]) -> Float[Array, "reading people"]:
        """Noise of each reading, which is cheap."""

    @property
    def size_coordinates(self) -> NDArray[np.intp]:
        """The coordinates that the noise depends on, and nothing else does."""


@dataclass(frozen=True)
class State:
    """Where twins are, and what they would show there."""

    latent: Float[Array, "unknown people"]
    expected: Expected
    origin: Int[NDArray[np.intp], " people"]
    """Number of the run of the engine that gave what each shows."""

    def put(self, people: NDArray[np.bool_], other: State) -> State:
        """With ``other`` in place of some people."""
        return State(
            np.where(people, other.latent, self.latent),
            self.expected.put(people, other.expected),
            np.where(people, other.origin, self.origin),
        )

    def taken(self, people: NDArray[np.intp]) -> State:
        """Those people."""
        return State(self.latent[:, people], self.expected.taken(people), self.origin[people])


def renoised(
    state: State,
    simulator: Simulator,
    seen: Instruments,
    power: Float[Array, " reading"],
    generator: np.random.Generator,
) -> State:
    """A step of each size of noise in turn: what twins would show stays as it is."""
    now = power @ seen.log_likelihood(state.expected)
    for place in simulator.size_coordinates:
        length = generator.uniform(SHORTEST_NOISE, LONGEST_NOISE)
        latent = state.latent.copy()
        latent[place] *= np.sqrt(1.0 - length**2)
        latent[place] += length * generator.standard_normal(latent.shape[1])
        ahead = State(latent, replace(state.expected, size=simulator.sizes(latent)), state.origin)
        then = power @ seen.log_likelihood(ahead.expected)
        accepted = np.log(generator.random(len(now))) < then - now
        state, now = state.put(accepted, ahead), np.where(accepted, then, now)
    return state


def likeness(state: State, start: State) -> float:
    """How much twins still show what those showed that they started from: mean correlation over readings."""
    now, then = state.expected.centre, start.expected.centre
    now, then = now - now.mean(axis=1)[:, None], then - then.mean(axis=1)[:, None]
    scale = np.sqrt(np.sum(now**2, axis=1) * np.sum(then**2, axis=1))
    differ = scale > 0
    return float(np.mean(np.sum(now * then, axis=1)[differ] / scale[differ])) if differ.any() else 0.0
