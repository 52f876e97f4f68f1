r"""A walk of many people at once in the posterior of something cheap, along the shape of that posterior.

Steps are of the preconditioned Crank-Nicolson kind around a normal distribution :math:`N(m, C)` that is
near the posterior (Pinski et al. 2015, SIAM J Sci Comput 37:A2733; the plain kind: Cotter et al. 2013, Stat
Sci 28:424):

.. math:: z' = m + \sqrt{1-\beta^2} (z - m) + \beta \xi, \quad \xi \sim N(0, C)

accepted by the ratio of the posterior to that normal distribution. Were the posterior normal, every step
would be accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

Array = NDArray[np.float64]
Likelihood = Callable[[Array], Array]
"""Logarithm for each person, from coordinates of shape ``(coordinate, people)``."""
SHORTEST, LONGEST = 1e-3, 0.98
LEARNING = 0.3
ACCEPTED = 0.4
"""Share of accepted steps that the length of steps is set for."""


@dataclass(frozen=True)
class Normal:
    """A normal distribution by its mean and a root of its covariance."""

    mean: Float[Array, " coordinate"]
    root: Float[Array, "coordinate coordinate"]

    def whitened(self, place: Float[Array, "coordinate people"]) -> Float[Array, "coordinate people"]:
        """Coordinates in which the distribution is standard."""
        return np.asarray(np.linalg.solve(self.root, place - self.mean[:, None]))

    def placed(self, white: Float[Array, "coordinate people"]) -> Float[Array, "coordinate people"]:
        """The inverse of :meth:`whitened`."""
        return np.asarray(self.mean[:, None] + self.root @ white)


def near_posterior(
    mean: Float[Array, " coordinate"],
    slope: Float[Array, "coordinate reading"],
    precision: Float[Array, " reading"],
) -> Normal:
    """The normal distribution that a standard normal prior and linear readings have, moved to ``mean``."""
    information = np.eye(len(mean)) + (slope * precision) @ slope.T
    lower = np.linalg.cholesky(information)
    return Normal(mean, np.linalg.inv(lower).T)


@dataclass(frozen=True)
class Walkers:
    """People on their way."""

    place: Float[Array, "coordinate people"]
    white: Float[Array, "coordinate people"]
    log_likelihood: Float[Array, " people"]

    @property
    def height(self) -> Float[Array, " people"]:
        """Logarithm of posterior over normal distribution, for a standard normal prior."""
        ratio: Array = (np.sum(self.white**2, axis=0) - np.sum(self.place**2, axis=0)) / 2
        return self.log_likelihood + ratio


def started(place: Float[Array, "coordinate people"], near: Normal, log_likelihood: Likelihood) -> Walkers:
    """People before their first step."""
    return Walkers(place, near.whitened(place), log_likelihood(place))


def walk(
    walkers: Walkers,
    near: Normal,
    log_likelihood: Likelihood,
    step: float,
    steps: int,
    generator: np.random.Generator,
) -> tuple[Walkers, float]:
    """Each person's own walk; also the share of steps that were taken."""
    taken = 0.0
    for _ in range(steps):
        noise = generator.standard_normal(walkers.white.shape, np.float32)
        white = np.sqrt(1.0 - step**2) * walkers.white + step * noise
        place = near.placed(white)
        ahead = Walkers(place, white, log_likelihood(place))
        accepted = np.log(generator.random(white.shape[1])) < ahead.height - walkers.height
        walkers = Walkers(
            np.where(accepted, ahead.place, walkers.place),
            np.where(accepted, ahead.white, walkers.white),
            np.where(accepted, ahead.log_likelihood, walkers.log_likelihood),
        )
        taken += float(accepted.mean()) / steps
    return walkers, taken


def tuned(
    walkers: Walkers,
    near: Normal,
    log_likelihood: Likelihood,
    step: float,
    steps: int,
    generator: np.random.Generator,
) -> float:
    """A length of step of which enough are accepted, from a walk that is thrown away."""
    for _ in range(steps):
        walkers, taken = walk(walkers, near, log_likelihood, step, 1, generator)
        step = float(np.clip(step * np.exp(LEARNING * (taken - ACCEPTED) / ACCEPTED), SHORTEST, LONGEST))
    return step
