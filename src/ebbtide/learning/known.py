"""The runs of the engine that a surrogate learns from, each known by a number."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from .moves import Simulator, State
from .surrogate import Apart, Surrogate, fit_surrogate

Array = NDArray[np.float64]
POOL = 4096
"""Most runs of people that the surrogate learns from, the newest."""


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

    def fit(self, readings: NDArray[np.intp], state: State) -> tuple[Surrogate, Apart]:
        """A surrogate of these readings, from the newest runs.

        For each twin at ``state`` also what it takes to have the fit without the run that the twin stands on.
        """
        latent = np.concatenate([s.latent for s in self.states], axis=1)
        centre = np.concatenate([s.expected.centre[readings] for s in self.states], axis=1)
        size = np.median(state.expected.size[readings], axis=1)
        surrogate = fit_surrogate(latent, centre, size, self.simulator.size_coordinates)
        runs = np.concatenate([s.origin for s in self.states])
        place = np.minimum(np.searchsorted(runs, state.origin), len(runs) - 1)
        return surrogate, surrogate.apart(np.where(runs[place] == state.origin, place, -1))
