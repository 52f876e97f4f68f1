r"""Moving twins that were resampled, so that copies become different people who explain the record as well.

A leap is a chain of many steps in the posterior of a surrogate, which cost almost nothing, and one run of
the engine where it ends. Steps are taken in the space that readings inform or in what they leave open, at
random (:mod:`.informed`), each accepted by the surrogate's posterior :math:`\pi^*`. Weighted by
:math:`\pi^*`, the chain is as likely to lead from :math:`z` to :math:`z'` as back, so a leap that is accepted
with

.. math:: \min\left(1, \frac{\pi(z')\,\pi^*(z)}{\pi(z)\,\pi^*(z')}\right)

keeps the posterior :math:`\pi` of the engine, whatever the surrogate says (delayed acceptance: Christen and
Fox 2005, J Comput Graph Stat 14:795; surrogate transitions: Liu 2001, Monte Carlo Strategies in Scientific
Computing, 9.4.3). Where the surrogate is wrong, leaps are refused; so every sixth is a plain step that asks
only a normal distribution, as short as it must be for some to be accepted.

A surrogate that was fitted to the very run that a twin stands on is better there than where a leap ends, and
too many leaps would be refused from where it is too low. So each twin has the fit without that run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from .informed import Informed, informed
from .known import Known
from .likelihood import Expected, Instruments
from .moves import State, renoised
from .surrogate import Apart, Surrogate

Array = NDArray[np.float64]
BESIDE = 0.1
"""How far from the middle slopes are taken."""
NEAR = 0.5
"""Error of the surrogate near the posterior as a share of that over all it was fitted to."""
SHORTEST, LONGEST = 0.02, 0.98
ACCEPTED = 0.3
"""Share of accepted steps that their length is set for."""
LEARNING = 0.5
STEPS, STEPS_PLAIN = 20, 4
"""Of a leap."""


class Kind(NamedTuple):
    """Which spaces a leap goes through, and whether it asks no surrogate."""

    inside: bool
    outside: bool
    plain: bool = False


KINDS = (
    Kind(True, True), Kind(True, False), Kind(False, True),
    Kind(True, True), Kind(True, False), Kind(True, True, plain=True),
)  # fmt: skip
"""By turns."""


@dataclass(frozen=True)
class Reach:
    """Length of steps, 0-1: in the informed space, outside, and of plain ones in both."""

    inside: float = 0.7
    outside: float = 0.7
    plain: float = 0.3

    def learned(self, kind: Kind, inside: float, outside: float, leaps: float) -> Reach:
        """Longer where many were accepted: shares of steps in either space, NaN of none, and of the leaps."""
        if kind.plain:
            return replace(self, plain=_length(self.plain, leaps))
        return replace(self, inside=_length(self.inside, inside), outside=_length(self.outside, outside))


def _length(now: float, share: float) -> float:
    """Longer where many were accepted; as it is where there was no step."""
    if not np.isfinite(share):
        return now
    return float(np.clip(now * np.exp(LEARNING * (share - ACCEPTED) / ACCEPTED), SHORTEST, LONGEST))


@dataclass(frozen=True)
class Guide:
    """A surrogate and what it says of the readings raised to ``power``; as it is while twins leap."""

    surrogate: Surrogate
    apart: Apart
    """What takes the runs out of it that twins stood on when it was fitted."""
    origin: Int[NDArray[np.intp], " people"]
    """The numbers of these runs."""
    seen: Instruments
    """Of the readings of which something was taken in, as all else here."""
    power: Float[Array, " reading"]
    taken: NDArray[np.intp]
    space: Informed
    """In the coordinates that the surrogate has."""


@dataclass(frozen=True)
class Leapt:
    """What one leap of all twins gave."""

    state: State
    accepted: float
    """Share of the proposals."""
    reach: Reach
    """For the next."""


def guide_of(known: Known, state: State, seen: Instruments, power: Float[Array, " reading"]) -> Guide:
    """A guide for twins that are at ``state``."""
    taken = np.flatnonzero(power > 0)  # what is not taken in yet need not be fitted
    surrogate, apart = known.fit(taken, state)
    size = np.median(state.expected.size[taken], axis=1)
    middle = state.latent[surrogate.chosen].mean(axis=1)
    space = _space(surrogate, middle, power[taken], size)
    return Guide(surrogate, apart, state.origin, seen.chosen(taken.tolist()), power[taken], taken, space)


def leap(
    state: State,
    known: Known,
    seen: Instruments,
    power: Float[Array, " reading"],
    guide: Guide,
    reach: Reach,
    generator: np.random.Generator,
    kind: Kind,
) -> Leapt:
    """One leap of every twin in the posterior of readings raised to ``power``, then steps of noise."""
    chain = _chain(state, guide, reach, generator, kind)
    latent = state.latent.copy()
    latent[guide.surrogate.chosen] = chain.place
    rest = np.ones(len(latent), dtype=bool)
    rest[guide.surrogate.chosen] = rest[known.simulator.size_coordinates] = False
    noise = generator.standard_normal((int(rest.sum()), latent.shape[1]))
    latent[rest] = chain.kept * latent[rest] + np.sqrt(1.0 - chain.kept**2) * noise
    proposed = known.run(latent)
    gain = power @ (seen.log_likelihood(proposed.expected) - seen.log_likelihood(state.expected))
    accepted = np.log(generator.random(len(gain))) < gain - chain.gain
    moved = renoised(state.put(accepted, proposed), known.simulator, seen, power, generator)
    share = float(accepted.mean())
    return Leapt(moved, share, reach.learned(kind, chain.inside, chain.outside, share))


class _Chain(NamedTuple):
    """Where the steps of a leap end."""

    place: Float[Array, "chosen people"]
    gain: Float[Array, " people"]
    """Of the logarithm of the posterior that steps were taken in, over the prior."""
    kept: float
    """What the steps outside leave of a coordinate that the surrogate does not see: it accepts them all."""
    inside: float
    """Share of accepted steps in the informed space, NaN where there was none."""
    outside: float


def _chain(state: State, guide: Guide, reach: Reach, generator: np.random.Generator, kind: Kind) -> _Chain:
    surrogate, space = guide.surrogate, guide.space
    apart = guide.apart.of(state.origin == guide.origin)  # nothing was learned from runs since then
    # as wide as the noise and the error of the surrogate together: leaps may go wherever the engine might
    size = np.sqrt(state.expected.size[guide.taken] ** 2 + surrogate.spread[:, None] ** 2)

    def says(place: Array) -> Array:
        """Logarithm of the posterior that steps are taken in, over the prior."""
        if kind.plain:
            return -space.excess(place)
        expected = Expected(surrogate.centre(place, apart), size)
        return np.asarray(guide.power @ guide.seen.log_likelihood(expected))

    place = state.latent[surrogate.chosen]
    start = now = says(place)
    shares: dict[bool, list[float]] = {True: [], False: []}
    inner, outer = (reach.plain, reach.plain) if kind.plain else (reach.inside, reach.outside)
    for _ in range(STEPS_PLAIN if kind.plain else STEPS):
        inside = generator.random() < 0.5 if kind.inside and kind.outside else kind.inside
        ahead = space.step(place, inner if inside else outer, generator, inside=inside)
        then = says(ahead)
        gain = then - now + space.excess(ahead) - space.excess(place)
        agreed = np.log(generator.random(len(now))) < gain
        place, now = np.where(agreed, ahead, place), np.where(agreed, then, now)
        shares[inside].append(float(agreed.mean()))
    in_share, out_share = (float(np.mean(s)) if s else np.nan for s in (shares[True], shares[False]))
    return _Chain(place, now - start, (1.0 - outer**2) ** (len(shares[False]) / 2), in_share, out_share)


def _space(surrogate: Surrogate, middle: Array, power: Array, size: Array) -> Informed:
    """The space that readings with this noise inform, by the surrogate at the middle of the twins."""
    count = len(middle)
    beside = np.concatenate([middle[:, None] + BESIDE * np.eye(count), middle[:, None]], axis=1)
    centre = surrogate.centre(beside)
    slope = (centre[:, :-1] - centre[:, -1:]).T / BESIDE
    return informed(middle, np.arange(count), slope, power / (size**2 + (NEAR * surrogate.spread) ** 2))
