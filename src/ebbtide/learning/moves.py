"""Moving twins that were resampled, so that copies become different people who explain the record as well.

A move is a step in the space that readings inform or in what they leave open, by turns (:mod:`.informed`),
judged with a run of the engine, and then steps of each size of noise, which need none. Both keep the
posterior of the engine, whatever the surrogate says: that one only shapes the steps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from .informed import Informed, informed
from .likelihood import Expected, Instruments
from .surrogate import Surrogate

Array = NDArray[np.float64]
BESIDE = 0.1
"""How far from the middle slopes are taken."""
NEAR = 0.5
"""Error of the surrogate near the posterior as a share of that over all it was fitted to."""
SHORTEST, LONGEST = 0.01, 0.98
ACCEPTED = 0.25
"""Share of accepted steps that their length is set for (Roberts, Gelman and Gilks 1997)."""
LEARNING = 0.3
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

    def put(self, people: NDArray[np.bool_], other: State) -> State:
        """With ``other`` in place of some people."""
        return State(np.where(people, other.latent, self.latent), self.expected.put(people, other.expected))


@dataclass(frozen=True)
class Lengths:
    """Of steps in the informed space and in the rest."""

    inside: float
    outside: float

    def learned(self, accepted: float, *, inside: bool) -> Lengths:
        """Longer where many are accepted."""
        factor = np.exp(LEARNING * (accepted - ACCEPTED) / ACCEPTED)
        name = "inside" if inside else "outside"
        return replace(self, **{name: float(np.clip(getattr(self, name) * factor, SHORTEST, LONGEST))})


@dataclass(frozen=True)
class Moved:
    """What one move of all twins gave."""

    state: State
    proposed: State
    """All that was proposed, with what the engine gave."""
    accepted: float
    """Share of the proposals."""


def move(
    state: State,
    simulator: Simulator,
    seen: Instruments,
    power: Float[Array, " reading"],
    space: Informed,
    length: float,
    generator: np.random.Generator,
    *,
    inside: bool,
) -> Moved:
    """One move of every twin in the posterior of readings raised to ``power``."""
    latent = space.step(state.latent, length, generator, inside=inside)
    proposed = State(latent, simulator.expect(latent))
    gain = power @ (seen.log_likelihood(proposed.expected) - seen.log_likelihood(state.expected))
    gain += space.excess(latent) - space.excess(state.latent)
    accepted = np.log(generator.random(len(gain))) < gain
    moved = renoised(state.put(accepted, proposed), simulator, seen, power, generator)
    return Moved(moved, proposed, float(accepted.mean()))


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
        ahead = State(latent, replace(state.expected, size=simulator.sizes(latent)))
        then = power @ seen.log_likelihood(ahead.expected)
        accepted = np.log(generator.random(len(now))) < then - now
        state, now = state.put(accepted, ahead), np.where(accepted, then, now)
    return state


def space_of(state: State, power: Float[Array, " reading"], surrogate: Surrogate) -> Informed:
    """The space that readings raised to ``power`` inform, by the surrogate at the middle of the twins.

    ``surrogate`` stands in for the readings of which something was taken in, in their order.
    """
    taken = np.flatnonzero(power > 0)
    middle, chosen = state.latent.mean(axis=1), surrogate.chosen
    beside = np.repeat(middle[:, None], len(chosen) + 1, axis=1)
    beside[chosen, np.arange(len(chosen))] += BESIDE
    centre = surrogate.centre(beside)
    slope = (centre[:, :-1] - centre[:, -1:]).T / BESIDE
    size = np.median(state.expected.size[taken], axis=1)
    return informed(middle, chosen, slope, power[taken] / (size**2 + (NEAR * surrogate.spread) ** 2))


def likeness(state: State, start: State) -> float:
    """How much twins still show what those showed that they started from: mean correlation over readings."""
    now, then = state.expected.centre, start.expected.centre
    now, then = now - now.mean(axis=1)[:, None], then - then.mean(axis=1)[:, None]
    scale = np.sqrt(np.sum(now**2, axis=1) * np.sum(then**2, axis=1))
    differ = scale > 0
    return float(np.mean(np.sum(now * then, axis=1)[differ] / scale[differ])) if differ.any() else 0.0
