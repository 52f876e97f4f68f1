"""What differs between the people of a study by the study's own words: traits, amounts, choices.

A draw is a quantile of each person from a stream of its own, spread evenly over 0 to 1, so that a few hundred
people follow a published distribution closely.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ebbtide.case.checking import checked
from ebbtide.library import InputError, conversion, parse_quantity, unknown_name

from .schema import RawDistribution, RawLogNormal

Array = NDArray[np.float64]
FURTHEST_SD = 3.0
"""A trait without bounds is cut off so many standard deviations from its mean."""
WHOLE = 1.0 + 1e-6


@dataclass(frozen=True)
class Draws:
    """The streams of one group of simulated people."""

    seed: int
    people: int

    def quantiles(self, stream: str) -> Array:
        """One number between 0 and 1 a person; the same for the same ``stream``."""
        key = int.from_bytes(hashlib.sha256(f"{self.seed}/study/{stream}".encode()).digest()[:16], "little")
        generator = np.random.Generator(np.random.Philox(key=key))
        return (generator.permutation(self.people) + generator.random(self.people)) / self.people

    def trait(self, raw: object, stream: str, where: str, most: float = np.inf) -> Array:
        """A number, or ``{ mean, sd, low, high }``: normal between its bounds, of which none is below 0
        or above ``most``.

        Raises
        ------
        InputError
            For anything else, bounds in the wrong order, or a trait that would be zero or less.
        """
        given = raw if isinstance(raw, dict) else {"mean": raw}
        spread = checked(RawDistribution, given, where)
        low = spread.mean - FURTHEST_SD * spread.sd if spread.low is None else spread.low
        high = spread.mean + FURTHEST_SD * spread.sd if spread.high is None else spread.high
        high = min(high, most) if spread.high is None else high
        if low > high or low <= 0 or high > most:
            raise InputError(
                "impossible bounds",
                where=where,
                value=f"{low:g} to {high:g}",
                allowed="low above 0, high over it" + (f", at most {most:g}" if np.isfinite(most) else ""),
            )
        if spread.sd == 0:
            return np.full(self.people, float(np.clip(spread.mean, low, high)))
        left, right = ndtr((low - spread.mean) / spread.sd), ndtr((high - spread.mean) / spread.sd)
        inside = left + self.quantiles(stream) * (right - left)
        return np.asarray(np.clip(spread.mean + spread.sd * ndtri(inside), low, high))

    def shares(self, raw: object, choices: tuple[str, ...], stream: str, where: str) -> list[str]:
        """One of ``choices`` for all, or ``{ name = share, ... }``: a name a person.

        Raises
        ------
        InputError
            For an unknown name or shares that do not sum to 1.
        """
        table: Mapping[object, object] = raw if isinstance(raw, dict) else {str(raw): 1.0}
        for name, share in table.items():
            if name not in choices:
                raise unknown_name("choice", str(name), choices, where)
            if isinstance(share, bool) or not isinstance(share, int | float) or share < 0:
                raise InputError("a share is a number from 0 to 1", where=f"{where}.{name}", value=share)
        names, sizes = [str(n) for n in table], np.array([float(str(s)) for s in table.values()])
        if abs(sizes.sum() - 1.0) > WHOLE - 1.0:
            # one share alone leaves the rest to the other of two choices
            others = [c for c in choices if c not in names]
            if len(choices) != 2 or len(others) != 1 or sizes.sum() > 1:
                raise InputError("shares sum to 1", where=where, value=float(sizes.sum()))
            names, sizes = [*names, others[0]], np.append(sizes, 1.0 - sizes.sum())
        order = np.searchsorted(np.cumsum(sizes)[:-1], self.quantiles(stream), side="right")
        return [names[i] for i in order]


def lognormal_factor(spread: RawLogNormal, quantile: Array, where: str) -> Array:
    """Each person's amount over the median amount, held within the bounds.

    Raises
    ------
    InputError
        For bounds that are not like the median or do not enclose it.
    """
    scale = np.sqrt(np.log1p(spread.cv**2))
    factor = np.exp(scale * ndtri(quantile))
    low = _over_median(spread.low, spread, f"{where}.low") if spread.low else 0.0
    high = _over_median(spread.high, spread, f"{where}.high") if spread.high else np.inf
    if not low <= 1.0 <= high:
        raise InputError(
            "the bounds do not enclose the median", where=where, value=f"{spread.low}, {spread.high}"
        )
    return np.asarray(np.clip(factor, low, high))


def _over_median(text: str, spread: RawLogNormal, where: str) -> float:
    bound, unit = parse_quantity(text, where, '"200 mg"')
    median, of = parse_quantity(spread.median, where, '"200 mg"')
    return bound * conversion(unit, of, where) / median
