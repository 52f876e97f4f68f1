"""Results of a crowd, block of people after block: people are kept up to a number, bands are of all."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .run import ArmCourse

Array = NDArray[np.float64]
PERCENTILES = (5, 25, 50, 75, 95)
MOST_KEPT = 2048
"""People whose courses are kept. Of larger crowds, bands are the means of those of blocks of people."""


@dataclass
class Crowd:
    """One arm."""

    people: int
    """How many there will be."""
    done: int = 0
    _kept: list[Array] = field(default_factory=list)
    _relapse: list[Array] = field(default_factory=list)
    _bands: Array | None = None

    def add(self, course: ArmCourse) -> None:
        """The next people."""
        count = course.rows.shape[-1]
        if self.done < MOST_KEPT:
            self._kept.append(course.rows[..., : MOST_KEPT - self.done])
        if self.people > MOST_KEPT:
            own = percentiles(course.rows) * (count / self.people)
            self._bands = own if self._bands is None else self._bands + own
        if course.relapse is not None:
            self._relapse.append(course.relapse)
        self.done += count

    @property
    def course(self) -> ArmCourse:
        """The people that are kept; the lowest ventilation of all."""
        relapse = np.concatenate(self._relapse, axis=-1) if self._relapse else None
        return ArmCourse(np.concatenate(self._kept, axis=-1), relapse)

    @property
    def bands(self) -> Array:
        """Percentiles of all people, shape ``(percentile, rows, quantities)``."""
        return percentiles(self.course.rows) if self._bands is None else self._bands


def percentiles(rows: Array) -> Array:
    """5, 25, 50, 75 and 95 % over the last axis, as the first axis of the result."""
    ordered = np.sort(rows, axis=-1)
    place = np.array(PERCENTILES) / 100.0 * (rows.shape[-1] - 1)
    lower = np.floor(place).astype(int)
    upper = np.minimum(lower + 1, rows.shape[-1] - 1)
    part = place - lower
    return np.moveaxis(ordered[..., lower] * (1 - part) + ordered[..., upper] * part, -1, 0)
