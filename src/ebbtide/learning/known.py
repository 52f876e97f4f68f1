"""The runs of the engine that a surrogate learns from, each known by a number."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from .likelihood import Expected
from .moves import Simulator, State
from .surrogate import Surrogate, fit_surrogate

Array = NDArray[np.float64]
POOL = 4096
"""Most runs of people that the surrogate learns from, the newest."""


@dataclass(frozen=True)
class Fitted:
    """A surrogate, and the numbers of the runs that it was made from, in their order."""

    surrogate: Surrogate
    runs: Int[NDArray[np.intp], " run"]

    def places(self, origin: Int[NDArray[np.intp], " people"]) -> Int[NDArray[np.intp], " people"]:
        """Where among the runs those with these numbers are; -1 of one that nothing was learned from."""
        place = np.minimum(np.searchsorted(self.runs, origin), len(self.runs) - 1)
        return np.where(self.runs[place] == origin, place, -1)


@dataclass
class Known:
    """Runs the engine and keeps what it gave."""

    simulator: Simulator
    states: list[State] = field(default_factory=list)
    """The newest, as many as are learned from."""
    count: int = 0

    def run(self, latent: Float[Array, "unknown people"]) -> State:
        """What twins at these coordinates show, each with a number of its own."""
        people = latent.shape[1]
        state = State(latent, self.simulator.expect(latent), np.arange(self.count, self.count + people))
        self.count += people
        self.states = [*self.states, state][-max(1, POOL // people) :]
        return state

    def fit(self, readings: NDArray[np.intp], expected: Expected) -> Fitted:
        """A surrogate of these readings, from the newest runs; ``expected`` tells how large noise is."""
        latent = np.concatenate([s.latent for s in self.states], axis=1)
        centre = np.concatenate([s.expected.centre[readings] for s in self.states], axis=1)
        size = np.median(expected.size[readings], axis=1)
        surrogate = fit_surrogate(latent, centre, size, self.simulator.size_coordinates)
        return Fitted(surrogate, np.concatenate([s.origin for s in self.states]))
