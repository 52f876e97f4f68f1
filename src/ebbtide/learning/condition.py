"""Conditioning an ensemble on a record, visit after visit.

Before a visit is taken in, it is foretold from the visits before it. Then twins are weighted by how well
they fit it. When few of them carry the weight, the ensemble is renewed: twins are resampled and moved
(:mod:`.leap`); a visit that would leave too few is taken in by parts, with a renewal after each (iterated
batch importance sampling, Chopin 2002, Biometrika 89:539, with tempering, Del Moral et al. 2006, J R Stat
Soc B 68:411).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from .ensemble import effective, log_sum, normalised, resampled, step_to
from .known import Known
from .leap import KINDS, Reach, guide_of, leap
from .likelihood import Expected, Instruments
from .moves import Simulator, State, likeness

Array = NDArray[np.float64]
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
RENEW_BELOW = 0.15
"""Share of effective people below which the ensemble is renewed."""
RENEW_AT_END = 0.75
"""The same after the last visit where nothing was renewed before; else it is renewed in any case, so that the
forecast rests on different people."""
ALIKE = 0.3
"""A renewal ends when what twins show is correlated no more than this with what they showed at its start."""
ALIKE_AT_END = 0.15
FEWEST_LEAPS = 3
MOST_LEAPS = 15
MOST_LEAPS_AT_END = 40
GUIDED_ANEW = 6
"""Leaps after which the surrogate is fitted again, to what was seen meanwhile as well."""


@dataclass(frozen=True)
class Foretold:
    """What was forecast for a reading from earlier visits alone, on the working scale."""

    quantiles: tuple[float, ...]
    """5, 25, 50, 75 and 95 %."""
    below: float
    """Probability of less than what was observed."""
    up_to: float
    """Probability of no more than what was observed."""
    from_: float
    """Probability of no less than what was observed."""
    above: float
    """Probability of more than what was observed."""

    @property
    def place(self) -> float:
        """Where in the forecast the observation fell, 0-1; half of its own probability counts as below."""
        return (self.below + self.up_to) / 2


@dataclass(frozen=True)
class Renewal:
    """One renewal of the ensemble."""

    visit: int
    effective_before: float
    moves: int
    """Leaps, each one run of the engine."""
    accepted: float
    """Share of them that was accepted."""
    alike: float
    """Correlation of what twins show with what they showed at the start of the renewal."""


@dataclass
class Conditioned:
    """An ensemble after the record."""

    state: State
    log_weight: Float[Array, " people"]
    foretold: dict[int, Foretold]
    """By place of the reading."""
    effective: list[float] = field(default_factory=list)
    """Effective people after each visit, before a renewal where one followed."""
    renewals: list[Renewal] = field(default_factory=list)
    log_evidence: float = 0.0
    """Logarithm of the probability of what was weighed."""

    @property
    def weight(self) -> Float[Array, " people"]:
        """Weights that sum to 1."""
        return normalised(self.log_weight)


class Conditioner:
    """Takes in one visit after another."""

    def __init__(
        self,
        simulator: Simulator,
        seen: Instruments,
        weighed: NDArray[np.bool_],
        latent: Float[Array, "unknown people"],
        generator: np.random.Generator,
        progress: Callable[[int], None] = lambda visit: None,
    ) -> None:
        self.seen, self.weighed = seen, weighed
        self.generator, self.progress = generator, progress
        self.power: Array = np.zeros(len(weighed))
        """How much of each reading was taken in."""
        self.known = Known(simulator)
        first = self.known.run(latent)
        self.reach, self.leaps = Reach(), 0
        self.result = Conditioned(first, np.zeros(latent.shape[1]), {})

    def run(self, visits: Sequence[Sequence[int]]) -> Conditioned:
        """Every visit, in order of time."""
        for number, visit in enumerate(visits):
            self.progress(number)
            self._foretell(visit)
            self._take_in(number, [place for place in visit if self.weighed[place]])
        if self.result.renewals or effective(self.result.weight) < RENEW_AT_END * self._people:
            self._renew(len(visits) - 1, ALIKE_AT_END, MOST_LEAPS_AT_END)
        return self.result

    @property
    def _people(self) -> int:
        return len(self.result.log_weight)

    def _foretell(self, visit: Sequence[int]) -> None:
        seen, weight = self.seen.chosen(visit), self.result.weight
        expected = self.result.state.expected
        own = Expected(expected.centre[list(visit)], expected.size[list(visit)])
        quantiles = seen.quantiles(own, weight, LEVELS)
        below, up_to = seen.below(own, weight)
        from_, above = seen.above(own, weight)
        for i, place in enumerate(visit):
            self.result.foretold[place] = Foretold(
                tuple(quantiles[i].tolist()),
                float(below[i]),
                float(up_to[i]),
                float(from_[i]),
                float(above[i]),
            )

    def _take_in(self, number: int, readings: list[int]) -> None:
        result, least = self.result, RENEW_BELOW * self._people
        left = 1.0 if readings else 0.0
        lowest = effective(result.weight)
        while left > 0:
            added = self.seen.chosen(readings).log_likelihood(
                Expected(result.state.expected.centre[readings], result.state.expected.size[readings])
            ).sum(axis=0)  # fmt: skip
            part = step_to(result.log_weight, added, left, least)
            before = log_sum(result.log_weight)
            result.log_weight = result.log_weight + part * added
            result.log_evidence += log_sum(result.log_weight) - before
            self.power[readings] += part
            left = left - part if part < left else 0.0
            lowest = min(lowest, effective(result.weight))
            if left > 0:
                self._renew(number, ALIKE, MOST_LEAPS)
        result.effective.append(lowest)

    def _renew(self, visit: int, enough: float, most: int) -> None:
        result = self.result
        before = effective(result.weight)
        state = start = result.state.taken(resampled(result.weight, self.generator))
        alike, shares = 1.0, list[float]()
        while len(shares) < most and (alike > enough or len(shares) < FEWEST_LEAPS):
            if len(shares) % GUIDED_ANEW == 0:
                guide = guide_of(self.known, state, self.seen, self.power)
            kind = KINDS[self.leaps % len(KINDS)]
            leapt = leap(state, self.known, self.seen, self.power, guide, self.reach, self.generator, kind)
            state, self.reach, self.leaps = leapt.state, leapt.reach, self.leaps + 1
            shares.append(leapt.accepted)
            alike = likeness(state, start)
        result.state, result.log_weight = state, np.zeros(self._people)
        result.renewals.append(Renewal(visit, before, len(shares), float(np.mean(shares)), alike))
