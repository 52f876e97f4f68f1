r"""Moving twins that were resampled, so that copies become different people who explain the record as well.

Each twin walks many steps of the preconditioned Crank-Nicolson kind, :math:`z' = \sqrt{1-\beta^2} z + \beta
\xi` (Cotter et al. 2013, Stat Sci 28:424), which keeps the prior whatever the number of coordinates, in the
posterior of the surrogate. It walks in the coordinates that the surrogate knows of; the others take one
such step whatever happens. Where that ends is proposed; the engine is run once for all proposals, and each
is accepted with

.. math:: \min\left(1, \frac{L(z')}{L(z)} \frac{L_s(z)}{L_s(z')}\right)

so that the ensemble follows the posterior of the engine, not of the surrogate (the surrogate transition
method of Liu 2001, a delayed acceptance of Christen and Fox 2005, J Comput Graph Stat 14:795).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from .likelihood import Expected, Instruments
from .surrogate import Surrogate

Array = NDArray[np.float64]
WARM_STEPS = 20
STEPS = 50
ACCEPTED = 0.3
"""Share of accepted steps that the length of steps is set for, before the walk."""
LEARNING = 0.3
OTHERS = 0.5
"""Length of the one step of coordinates that the surrogate does not know of."""


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


def move(
    state: State,
    simulator: Simulator,
    seen: Instruments,
    power: Float[Array, " reading"],
    surrogate: Surrogate,
    generator: np.random.Generator,
) -> tuple[State, State, NDArray[np.bool_]]:
    """One move of every twin in the posterior of readings raised to ``power``.

    Returns
    -------
    tuple
        The new state, all that was proposed (with what the engine gave), and who moved.
    """
    taken = np.flatnonzero(power > 0)
    seen_so_far = seen.chosen(taken.tolist())
    walked = np.union1d(surrogate.chosen, simulator.size_coordinates)
    ends = state.latent.copy()

    def stand_in(part: Array) -> Array:
        ends[walked] = part
        size = np.sqrt(simulator.sizes(ends)[taken] ** 2 + surrogate.spread[taken, None] ** 2)
        centre = surrogate.centre(ends)[taken]
        return power[taken] @ seen_so_far.log_likelihood(Expected(centre, size))

    part = state.latent[walked]
    start = stand_in(part)
    step = _tuned(part, start, stand_in, generator)
    part, at_end, _ = _walk(part, start, stand_in, step, STEPS, generator)
    noise = generator.standard_normal(state.latent.shape)
    ends = np.sqrt(1.0 - OTHERS**2) * state.latent + OTHERS * noise
    ends[walked] = part
    proposed = State(ends, simulator.expect(ends))
    gain = power @ (seen.log_likelihood(proposed.expected) - seen.log_likelihood(state.expected))
    accepted = np.log(generator.random(len(gain))) < gain - (at_end - start)
    moved = State(
        np.where(accepted, proposed.latent, state.latent), state.expected.put(accepted, proposed.expected)
    )
    return moved, proposed, accepted


def _walk(
    latent: Array,
    at: Array,
    log_likelihood: Callable[[Array], Array],
    step: float,
    steps: int,
    generator: np.random.Generator,
) -> tuple[Array, Array, float]:
    """Each twin's own walk; also the share of steps that were taken."""
    taken = 0.0
    for _ in range(steps):
        ahead = np.sqrt(1.0 - step**2) * latent + step * generator.standard_normal(latent.shape)
        there = log_likelihood(ahead)
        accepted = np.log(generator.random(len(at))) < there - at
        latent, at = np.where(accepted, ahead, latent), np.where(accepted, there, at)
        taken += float(accepted.mean()) / steps
    return latent, at, taken


def _tuned(
    latent: Array, at: Array, log_likelihood: Callable[[Array], Array], generator: np.random.Generator
) -> float:
    """A length of step of which enough are accepted, from walks that are thrown away."""
    step = 0.5
    for _ in range(WARM_STEPS):
        latent, at, taken = _walk(latent, at, log_likelihood, step, 1, generator)
        step = float(np.clip(step * np.exp(LEARNING * (taken - ACCEPTED) / ACCEPTED), 1e-3, 0.95))
    return step
