"""How the entries of one arm differ between its people: amounts, shares, choices, times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.case.checking import checked
from ebbtide.case.quantities import read_hours
from ebbtide.case.times import Clock
from ebbtide.library import InputError

from .cohort import Cohort
from .draws import Draws, lognormal_factor
from .schema import RawLogNormal, RawQuantiles, RawStudyDose, RawStudyHistory

Array = NDArray[np.float64]
Entry = RawStudyDose | RawStudyHistory

_PER_WEIGHT = re.compile(r"/\s*(\d+(\.\d+)?)?\s*kg\b")
_BEFORE_START = re.compile(r"\s+before\s+start\s*$", re.IGNORECASE)
_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")


@dataclass(frozen=True)
class PeopleOfArm:
    """The people of one arm with their draws."""

    cohort: Cohort
    draws: Draws
    streams: str
    """Prefix of the draws: empty where arms share them (crossover)."""
    where: str

    def factor(self, entry: Entry, amount: object, siblings: Sequence[Entry], label: str) -> Array:
        """Each person's amount over the typical one; 0 for who does not get it."""
        where = f"{self.where}.{label}"
        factor = np.ones(self.draws.people)
        text = amount
        if isinstance(amount, dict):
            spread = checked(RawLogNormal, amount, f"{where}.amount")
            text = spread.median
            factor *= lognormal_factor(spread, self._quantile(spread, f"{label}.amount"), f"{where}.amount")
        if isinstance(text, str) and _PER_WEIGHT.search(text):
            factor *= self.cohort.weight_kg / self.cohort.weight_kg.mean()
        if entry.choice is not None:
            factor *= self._chosen(entry, [s for s in siblings if s.choice == entry.choice], where)
        elif entry.share is not None:
            factor *= self.draws.quantiles(f"{self.streams}{label}.share") < entry.share
        return factor

    def last(self, entry: RawStudyHistory, label: str) -> Array | None:
        """Time of the last use of each person where it differs (h after the start)."""
        if not isinstance(entry.last, dict):
            return None
        where = f"{self.where}.{label}.last"
        spread = checked(RawLogNormal, entry.last, where)
        bare = {
            key: text and _BEFORE_START.sub("", text)
            for key, text in spread.model_dump().items()
            if key not in ("cv", "draw")
        }
        spread = checked(RawLogNormal, bare | {"cv": spread.cv, "draw": spread.draw}, where)
        factor = lognormal_factor(spread, self._quantile(spread, f"{label}.last"), where)
        return np.asarray(-read_hours(spread.median, where) * factor)

    def at(self, raw: RawQuantiles, clock: Clock, label: str) -> Array:
        """Time of the first dose of each person (h after the start): linear between the quantiles.

        Raises
        ------
        InputError
            For a key that is no quantile, or times that do not ascend.
        """
        where = f"{self.where}.{label}.at.quantiles"
        points: dict[float, float] = {}
        for key, text in raw.quantiles.items():
            match = _QUANTILE.fullmatch(key)
            if match is None:
                raise InputError("not a quantile", where=f"{where}.{key}", allowed="p10, p25, p50, ...")
            points[float(match[1]) / 100.0] = clock.read(text, f"{where}.{key}").time_h
        shares, times = np.array(sorted(points.items())).T
        if (np.diff(times) < 0).any() or times[0] < 0:
            raise InputError("times from 0 h on, in ascending order", where=where)
        stream = f"draw/{raw.draw}" if raw.draw else f"{label}.at"
        return np.asarray(np.interp(self.draws.quantiles(self.streams + stream), shares, times))

    def _quantile(self, spread: RawLogNormal, own: str) -> Array:
        return self.draws.quantiles(self.streams + (f"draw/{spread.draw}" if spread.draw else own))

    def _chosen(self, entry: Entry, alternatives: Sequence[Entry], where: str) -> NDArray[np.bool_]:
        shares = [a.share if a.share is not None else 1.0 / len(alternatives) for a in alternatives]
        if sum(shares) > 1.0 + 1e-6:
            raise InputError(
                "shares of a choice sum to more than 1", where=f"{where}.share", value=sum(shares)
            )
        index = next(i for i, a in enumerate(alternatives) if a is entry)
        quantile = self.draws.quantiles(f"{self.streams}choice/{entry.choice}")
        below = sum(shares[:index])
        return np.asarray((quantile >= below) & (quantile < below + shares[index]))
