r"""How likely a reading is, given what the model expects: Student's t, so that one odd value does no harm.

An instrument records :math:`y = e + \sigma\varepsilon` with :math:`\varepsilon \sim t_\nu` scaled to a
standard deviation of 1, rounded to what it can show; values beyond its ends are recorded at the end. The
likelihood of a score is therefore a difference of distribution functions, that of a measured level a
density. Robust regression with t: Lange, Little and Taylor 1989, J Am Stat Assoc 84:881.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.special import gammaln, stdtr, stdtrit

from .readings import Reading

Array = NDArray[np.float64]
CLOSED_FORM = 4.0
"""Degrees of freedom for which the distribution function is algebraic, and much faster."""
LEAST = 1e-300
SMALLEST_LEVEL = 1e-9
BISECTIONS = 25


@dataclass(frozen=True)
class Expected:
    """What each twin would show at each reading, on the working scale (logarithms for relative noise)."""

    centre: Float[Array, "reading people"]
    size: Float[Array, "reading people"]
    """Standard deviation of the noise."""

    def taken(self, people: NDArray[np.intp]) -> Expected:
        """Those people."""
        return Expected(self.centre[:, people], self.size[:, people])

    def put(self, people: NDArray[np.bool_], other: Expected) -> Expected:
        """With ``other`` in place of some people."""
        return Expected(np.where(people, other.centre, self.centre), np.where(people, other.size, self.size))


@dataclass(frozen=True)
class Instruments:
    """The observed side of readings, on the working scale."""

    low: Float[Array, " reading"]
    """What the reading stands for, from here; minus infinity at the lower end of the instrument."""
    high: Float[Array, " reading"]
    floor: Float[Array, " reading"]
    ceiling: Float[Array, " reading"]
    exact: NDArray[np.bool_]
    """A level, not a score."""
    degrees: float

    def log_likelihood(self, expected: Expected) -> Float[Array, "reading people"]:
        """Of each reading for each twin."""
        scale = expected.size * np.sqrt((self.degrees - 2.0) / self.degrees)
        low = (self.low[:, None] - expected.centre) / scale
        high = (self.high[:, None] - expected.centre) / scale
        found: Array = np.empty_like(low)
        exact = self.exact
        found[exact] = _log_density(low[exact], self.degrees) - np.log(scale[exact])
        found[~exact] = np.log(np.maximum(_between(low[~exact], high[~exact], self.degrees), LEAST))
        return found

    def below(self, expected: Expected, weight: Float[Array, " people"]) -> tuple[Array, Array]:
        """Probability of less than each reading, and of no more than it, given the weights of twins."""
        scale = expected.size * np.sqrt((self.degrees - 2.0) / self.degrees)
        low = t_below(self.degrees, (self.low[:, None] - expected.centre) / scale)
        high = t_below(self.degrees, (self.high[:, None] - expected.centre) / scale)
        return low @ weight, high @ weight

    def above(self, expected: Expected, weight: Float[Array, " people"]) -> tuple[Array, Array]:
        """Probability of no less than each reading, and of more than it: exact where it is tiny."""
        scale = expected.size * np.sqrt((self.degrees - 2.0) / self.degrees)
        low = t_below(self.degrees, (expected.centre - self.low[:, None]) / scale)
        high = t_below(self.degrees, (expected.centre - self.high[:, None]) / scale)
        return low @ weight, high @ weight

    def quantiles(
        self, expected: Expected, weight: Float[Array, " people"], levels: Sequence[float]
    ) -> Float[Array, "reading level"]:
        """Of what would be recorded, by bisection of the mixture of all twins."""
        scale = expected.size * np.sqrt((self.degrees - 2.0) / self.degrees)
        wanted = np.asarray(levels)[:, None]
        # no quantile of a mixture lies outside those of its parts
        own = expected.centre + scale * stdtrit(self.degrees, wanted)[..., None]
        low, high = own.min(axis=-1), own.max(axis=-1)
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            p = t_below(self.degrees, (middle[..., None] - expected.centre) / scale) @ weight
            low, high = np.where(p < wanted, middle, low), np.where(p < wanted, high, middle)
        return np.asarray(np.clip(high, self.floor, self.ceiling).T)

    def drawn(self, expected: Expected, generator: np.random.Generator) -> Float[Array, "reading people"]:
        """What the instruments could record of each twin, on the working scale, not yet rounded."""
        noise: Array = generator.standard_t(self.degrees, expected.centre.shape)
        return np.asarray(
            expected.centre + expected.size * np.sqrt((self.degrees - 2.0) / self.degrees) * noise
        )

    def chosen(self, places: Sequence[int]) -> Instruments:
        """Only some readings."""
        those = np.asarray(places, dtype=np.intp)
        return Instruments(
            self.low[those], self.high[those], self.floor[those], self.ceiling[those],
            self.exact[those], self.degrees,
        )  # fmt: skip


def instruments(readings: Sequence[Reading], degrees: float) -> Instruments:
    """The observed side of ``readings``."""
    low = np.array([working(r, r.low) for r in readings])
    high = np.array([working(r, r.high) for r in readings])
    floor, ceiling = (np.array([getattr(r, end) for r in readings]) for end in ("floor", "ceiling"))
    # at its end an instrument shows all that lies beyond, of a level too
    exact = (low == high) & (low > floor) & (high < ceiling)
    return Instruments(
        low=np.where(low <= floor, -np.inf, low),
        high=np.where(high >= ceiling, np.inf, high),
        floor=floor,
        ceiling=ceiling,
        exact=exact,
        degrees=degrees,
    )


def working(reading: Reading, value: float) -> float:
    """A value of a reading on the scale that noise is added on."""
    if not reading.relative:
        return value
    return float(np.log(max(value + reading.limit, SMALLEST_LEVEL)))


def shown(reading: Reading, value: float) -> float:
    """The inverse of :func:`working`."""
    return max(float(np.exp(value)) - reading.limit, 0.0) if reading.relative else value


def _log_density(x: Array, degrees: float) -> Array:
    constant = gammaln((degrees + 1) / 2) - gammaln(degrees / 2) - 0.5 * np.log(degrees * np.pi)
    return np.asarray(constant - (degrees + 1) / 2 * np.log1p(x**2 / degrees))


def t_below(degrees: float, x: Array) -> Array:
    """Distribution function of Student's t, exact in the lower tail; of four degrees in closed form."""
    if degrees != CLOSED_FORM:
        return np.asarray(stdtr(degrees, x))
    root = np.sqrt(CLOSED_FORM + x**2)
    small = CLOSED_FORM / ((root + np.abs(x)) * root)  # 1 - |u| with u = x / root, without cancellation
    tail = small**2 * (3.0 - small) / 4.0
    return np.where(x > 0, 1.0 - tail, tail)


def _between(low: Array, high: Array, degrees: float) -> Array:
    """Probability between two points, from the tail in which both are small."""
    upper = low > 0
    a, b = np.where(upper, -high, low), np.where(upper, -low, high)
    return np.asarray(t_below(degrees, b) - t_below(degrees, a))
