"""A linear model with normal noise: what following gives is known in closed form."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.learning.condition import Conditioned, Conditioner
from ebbtide.learning.likelihood import Expected, Instruments

Array = NDArray[np.float64]
ALMOST_NORMAL = 1e7
"""Degrees of freedom with which Student's t is a normal distribution."""


@dataclass(frozen=True)
class Linear:
    """Readings ``slope @ coordinates`` with the same noise each."""

    slope: Array
    noise: float

    def expect(self, latent: Array) -> Expected:
        return Expected(self.slope @ latent, self.sizes(latent))

    def sizes(self, latent: Array) -> Array:
        return np.full((len(self.slope), latent.shape[1]), self.noise)

    @property
    def size_coordinates(self) -> NDArray[np.intp]:
        return np.zeros(0, dtype=np.intp)


def levels(observed: Array) -> Instruments:
    """Instruments that show a level as it is."""
    far = np.full(len(observed), np.inf)
    return Instruments(observed, observed, -far, far, np.ones(len(observed), dtype=bool), ALMOST_NORMAL)


def followed(model: Linear, observed: Array, people: int, seed: int) -> Conditioned:
    """One reading a visit."""
    generator = np.random.default_rng(seed)
    latent = generator.standard_normal((model.slope.shape[1], people))
    weighed = np.ones(len(observed), dtype=bool)
    visits = [(i,) for i in range(len(observed))]
    return Conditioner(model, levels(observed), weighed, latent, generator).run(visits)


def posterior(model: Linear, observed: Array) -> tuple[Array, Array]:
    """Mean and covariance."""
    covariance = np.linalg.inv(np.eye(model.slope.shape[1]) + model.slope.T @ model.slope / model.noise**2)
    return covariance @ model.slope.T @ observed / model.noise**2, covariance


def log_evidence(model: Linear, observed: Array) -> float:
    """Of all that was observed."""
    covariance = model.slope @ model.slope.T + model.noise**2 * np.eye(len(observed))
    _, determinant = np.linalg.slogdet(covariance)
    quadratic = observed @ np.linalg.solve(covariance, observed)
    return float(-0.5 * (quadratic + determinant + len(observed) * np.log(2 * np.pi)))
