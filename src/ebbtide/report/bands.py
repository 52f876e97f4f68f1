"""Bands of an arm as plain arrays, and curves thinned to what a chart can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast

Array = NDArray[np.float64]
BETWEEN = "between_person"
WITH_UNCERTAINTY = "with_parameter_uncertainty"
MOST_POINTS = 300


@dataclass(frozen=True)
class Band:
    """5, 25, 50, 75 and 95 % of one quantity over time, on one basis."""

    time_h: Array
    low: Array
    lower: Array
    median: Array
    upper: Array
    high: Array

    @property
    def rows(self) -> tuple[Array, ...]:
        """The five curves from low to high."""
        return (self.low, self.lower, self.median, self.upper, self.high)

    def thinned(self, most: int = MOST_POINTS) -> Band:
        """The same band at about ``most`` times: the highest and lowest median of every stretch are kept.

        Taking every n-th time instead would miss peaks that are as narrow as the step, and make regular
        dosing look irregular.
        """
        count = self.time_h.size
        if count <= most:
            return self
        width = -(-2 * count // most)
        ends = np.arange(0, count, width)
        stretches = [self.median[start : start + width] for start in ends]
        marks = [
            np.array([np.argmin(s), np.argmax(s)]) + start for start, s in zip(ends, stretches, strict=True)
        ]
        keep = np.unique(np.concatenate([*marks, np.array([0, count - 1])]))
        return Band(self.time_h[keep], *(curve[keep] for curve in self.rows))


class Bands:
    """All bands of an arm by quantity and basis, read from its data set once."""

    def __init__(self, arm: ArmForecast) -> None:
        data = arm.bands.transpose("basis", "percentile", "time_h", ...)
        self.bases: tuple[str, ...] = tuple(str(b) for b in data["basis"].values)
        self.percentiles: tuple[str, ...] = tuple(f"{float(p):g}" for p in data["percentile"].values)
        self.time_h: Array = np.asarray(data["time_h"].values, dtype=np.float64)
        self._values: dict[str, Array] = {
            str(name): np.asarray(values.values, dtype=np.float64) for name, values in data.data_vars.items()
        }
        self._order = [self.percentiles.index(p) for p in ("5", "25", "50", "75", "95")]

    @property
    def main_basis(self) -> str:
        """The widest basis there is: with the uncertainty of parameters where it was computed."""
        return WITH_UNCERTAINTY if WITH_UNCERTAINTY in self.bases else self.bases[0]

    @property
    def quantities(self) -> Sequence[str]:
        """Names of the quantities."""
        return tuple(self._values)

    def __contains__(self, quantity: str) -> bool:
        return quantity in self._values

    def band(self, quantity: str, basis: str = "") -> Band:
        """The band of ``quantity``; on the main basis when none is named."""
        five = self._values[quantity][self.bases.index(basis or self.main_basis)]
        return Band(self.time_h, *(five[i] for i in self._order))

    def array(self, quantity: str, basis: str) -> Array:
        """Percentile x time, in the order of :attr:`percentiles`."""
        found: Array = self._values[quantity][self.bases.index(basis)]
        return found
