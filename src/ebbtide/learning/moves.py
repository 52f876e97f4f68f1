r"""Moving twins that were resampled, so that copies become different people who explain the record as well.

Each twin walks many steps (:mod:`.walk`) in the posterior of the surrogate, in the coordinates that it
knows of; the others take one step that keeps the prior, whatever happens. Where that ends is proposed; the
engine is run once for all proposals, and each is accepted with

.. math:: \min\left(1, \frac{L(z')}{L(z)} \frac{L_s(z)}{L_s(z')}\right)

so that the ensemble follows the posterior of the engine, not of the surrogate (the surrogate transition
method of Liu 2001, a delayed acceptance of Christen and Fox 2005, J Comput Graph Stat 14:795).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from .likelihood import Expected, Instruments
from .surrogate import Surrogate
from .walk import Normal, near_posterior, started, tuned, walk

Array = NDArray[np.float64]
WARM_STEPS = 8
STEPS = 20
SHORT_STEPS = 3
"""Of every other walk: it ends near, where the surrogate misses nearly the same as at its start."""
OTHERS, OTHERS_NEARBY = 0.3, 0.1
"""Length of the one step of coordinates that the surrogate does not know of."""
BESIDE = 0.1
"""How far from the middle slopes are taken."""


class Simulator(Protocol):
    """What can be followed: see :class:`.twins.Twins`."""

    def expect(self, latent: Float[Array, "unknown people"]) -> Expected:
        """What each twin would show at each reading."""

    def sizes(self, latent: Float[Array, "unknown people"]) -> Float[Array, "reading people"]:
        """Noise of each reading, which is cheap."""

    @property
    def size_coordinates(self) -> NDArray[np.intp]:
        """The coordinates that the noise depends on."""


@dataclass(frozen=True)
class State:
    """Where twins are, and what they would show there."""

    latent: Float[Array, "unknown people"]
    expected: Expected


@dataclass(frozen=True)
class Moved:
    """What one move of all twins gave."""

    state: State
    proposed: State
    """All that was proposed, with what the engine gave."""
    accepted: NDArray[np.bool_]
    step: float
    """The length of steps, to begin with the next time."""


def move(
    state: State,
    simulator: Simulator,
    seen: Instruments,
    power: Float[Array, " reading"],
    surrogate: Surrogate,
    step: float,
    generator: np.random.Generator,
    *,
    short: bool = False,
) -> Moved:
    """One move of every twin in the posterior of readings raised to ``power``; ``short`` for one nearby.

    ``surrogate`` stands in for the readings of which something was taken in, in their order.
    """
    taken = np.flatnonzero(power > 0)
    seen_so_far = seen.chosen(taken.tolist())
    walked = np.union1d(surrogate.chosen, simulator.size_coordinates)
    ends = state.latent.copy()

    def stand_in(part: Array) -> Array:
        ends[walked] = part
        size = np.sqrt(simulator.sizes(ends)[taken] ** 2 + surrogate.spread[:, None] ** 2)
        centre = surrogate.centre(ends)
        return power[taken] @ seen_so_far.log_likelihood(Expected(centre, size))

    near = _near(state.latent, walked, simulator, power, surrogate)
    start = started(state.latent[walked], near, stand_in)
    step = tuned(start, near, stand_in, step, WARM_STEPS, generator)
    end, _ = walk(start, near, stand_in, step, SHORT_STEPS if short else STEPS, generator)
    noise = generator.standard_normal(state.latent.shape)
    others = OTHERS_NEARBY if short else OTHERS
    ends = np.sqrt(1.0 - others**2) * state.latent + others * noise
    ends[walked] = end.place
    proposed = State(ends, simulator.expect(ends))
    gain = power @ (seen.log_likelihood(proposed.expected) - seen.log_likelihood(state.expected))
    accepted = np.log(generator.random(len(gain))) < gain - (end.log_likelihood - start.log_likelihood)
    moved = State(
        np.where(accepted, proposed.latent, state.latent), state.expected.put(accepted, proposed.expected)
    )
    return Moved(moved, proposed, accepted, step)


def _near(
    latent: Array, walked: NDArray[np.intp], simulator: Simulator, power: Array, surrogate: Surrogate
) -> Normal:
    """The posterior of the surrogate if it were linear around the middle of the twins."""
    taken = np.flatnonzero(power > 0)
    middle = latent.mean(axis=1)
    beside = np.repeat(middle[:, None], len(walked) + 1, axis=1)
    beside[walked, np.arange(len(walked))] += BESIDE
    centre = surrogate.centre(beside)
    slope = (centre[:, :-1] - centre[:, -1:]).T / BESIDE
    size = np.median(simulator.sizes(latent)[taken], axis=1)
    return near_posterior(middle[walked], slope, power[taken] / (size**2 + surrogate.spread**2))
