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
MOST_BYTES = 384 * 2**20
"""Memory for the courses that are kept of all arms; fewer people are where each has many arms and rows."""
LEAST_KEPT = 256


def kept_people(people: int, arms: int, rows: int, quantities: int) -> int:
    """How many people's courses are kept, in single precision."""
    room = MOST_BYTES // (arms * rows * quantities * np.dtype(np.float32).itemsize)
    return min(people, MOST_KEPT, max(room, LEAST_KEPT))


@dataclass
class Crowd:
    """One arm."""

    people: int
    """How many there will be."""
    keep: int | None = None
    """How many of them are kept; by default all, up to a number."""
    done: int = 0
    _kept: Array | None = None
    _relapse: list[Array] = field(default_factory=list)
    _bands: Array | None = None

    def __post_init__(self) -> None:
        """The default of what is kept."""
        if self.keep is None:
            self.keep = min(self.people, MOST_KEPT)

    def add(self, course: ArmCourse) -> None:
        """The next people."""
        assert self.keep is not None
        count = course.rows.shape[-1]
        room = min(count, self.keep - self.done)
        if self._kept is None:
            self._kept = np.empty((*course.rows.shape[:-1], self.keep), course.rows.dtype)
        if room > 0:
            self._kept[..., self.done : self.done + room] = course.rows[..., :room]
        if self.people > self.keep:
            own = percentiles(course.rows) * (count / self.people)
            self._bands = own if self._bands is None else self._bands + own
        if course.relapse is not None:
            self._relapse.append(course.relapse)
        self.done += count

    @property
    def course(self) -> ArmCourse:
        """The people that are kept; the lowest ventilation of all."""
        assert self._kept is not None
        relapse = np.concatenate(self._relapse, axis=-1) if self._relapse else None
        return ArmCourse(self._kept, relapse)

    @property
    def bands(self) -> Array:
        """Percentiles of all people, shape ``(percentile, rows, quantities)``."""
        return percentiles(self.course.rows) if self._bands is None else self._bands


def percentiles(rows: Array) -> Array:
    """5, 25, 50, 75 and 95 % over the last axis, as the first axis of the result."""
    place = np.array(PERCENTILES) / 100.0 * (rows.shape[-1] - 1)
    lower = np.floor(place).astype(int)
    upper = np.minimum(lower + 1, rows.shape[-1] - 1)
    part = place - lower
    ordered = np.sort(rows, axis=-1)  # faster than finding the ten of them
    return np.moveaxis(ordered[..., lower] * (1 - part) + ordered[..., upper] * part, -1, 0)
