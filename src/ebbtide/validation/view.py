"""One reading of the course of an arm: the curve, the days, the value at a time, with noise of visits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import InputError

from . import nca
from .course import Course
from .noise import Noise
from .reading import Reading, compound_of
from .schema import RawObserved
from .times import Span

Array = NDArray[np.float64]
REDUCE: dict[str, Callable[[Array], Array]] = {
    "max": lambda values: np.asarray(values.max(axis=0)),
    "mean": lambda values: np.asarray(values.mean(axis=0)),
    "min": lambda values: np.asarray(values.min(axis=0)),
}

RATED = ("value", "change", "ratio_to_baseline")
"""Statistics of which each rating of a window counts."""
DAILY = (*RATED, "peak_day", "return_day")
"""Statistics that take one rating a day from a window."""


@dataclass(frozen=True)
class View:
    """One reading of the course of an arm."""

    reading: Reading
    course: Course
    quantity: str
    noise: Noise | None = None
    """Of single visits; None for true values."""

    @property
    def row(self) -> RawObserved:
        """The observed row."""
        return self.reading.row

    @cached_property
    def dense(self) -> tuple[Array, Array]:
        """All times of the window and the curve there."""
        time_h, curve = self.course.window(self.quantity, self.reading.span)
        if self.reading.unity_h is not None:
            curve = curve / self.course.at(self.quantity, self.reading.unity_h)
        if len(time_h) < 2 or time_h[-1] <= time_h[0]:
            raise InputError("a window is needed", where=f"{self.reading.where}.at", value=self.row.at)
        return time_h, curve

    @cached_property
    def daily(self) -> tuple[Array, Array]:
        """Study days, and one value a day and person: the rating, or the day reduced by ``within_day``."""
        timeline, span = self.course.group.timeline, self.reading.span
        end_h = min(span.end_h, float(self.course.time_h[-1]))
        if self.row.within_day is None:
            times = timeline.ratings(Span(span.start_h, end_h))
            rows = [self.at(t) for t in times]
            return np.array([timeline.day(t) for t in times], dtype=float), np.stack(rows)
        time_h, curve = self.dense
        days = np.array([timeline.day(t) for t in time_h])
        # the last moment of a window of whole days is midnight of the day after it
        last = timeline.day(max(end_h - 1e-6, span.start_h))
        chosen = [day for day in np.unique(days) if day <= last]
        reduce = REDUCE[self.row.within_day]
        return np.array(chosen, dtype=float), np.stack([reduce(curve[days == day]) for day in chosen])

    @property
    def each_day_or_all(self) -> Array:
        """The days where ``within_day`` reduces them, else the whole curve; times on the first axis."""
        return self.dense[1] if self.row.within_day is None else self.daily[1]

    def at(self, time_h: float) -> Array:
        """Values at one visit, shape ``(people,)``."""
        values = self._rated(self.course.at(self.quantity, time_h), time_h)
        return (
            values
            if self.reading.unity_h is None
            else values / self.course.at(self.quantity, self.reading.unity_h)
        )

    def _rated(self, values: Array, visit_h: float) -> Array:
        if self.noise is None:
            return values
        return self.noise.seen(self.quantity, values, self.course.people, self.course.arm, visit_h)

    @property
    def values(self) -> Array:
        """The plain value: at the point, reduced by ``within``, or one a day; ``(ratings, people)``."""
        if self.reading.span.is_point:
            return self.at(self.reading.span.start_h)[None]
        if self.row.within == "mean" and self.row.within_day is None:
            return nca.average(*self.dense)[None]
        if self.row.within is not None:
            reduced = REDUCE[self.row.within](self.each_day_or_all)
            if self.row.within_day is None:
                # a peak or trough that was seen at one visit
                reduced = self._rated(reduced, self.reading.span.start_h)
            return reduced[None]
        return self.daily[1]

    @property
    def visits_h(self) -> list[float]:
        """When people are looked at: the point, one time a day, or the end of the window."""
        span = self.reading.span
        end_h = min(span.end_h, float(self.course.time_h[-1]))
        rated = self.reading.statistic in RATED or self.reading.statistic.startswith("percent")
        if span.is_point or not rated or self.row.within is not None:
            return [end_h]
        if self.row.within_day is None:
            return self.course.group.timeline.ratings(Span(span.start_h, end_h))
        return [end_h] * len(self.daily[0])

    @property
    def before(self) -> Array:
        """Values at the reference time ``from``."""
        if self.reading.since_h is None:
            raise InputError("key is missing", where=f"{self.reading.where}.from")
        return self.at(self.reading.since_h)[None]

    @property
    def reference_h(self) -> float:
        """The time that times of a peak are counted from: the dose before the window, or in it."""
        start_h = self.reading.span.start_h
        before = [g.time_h for g in self.reading.sources if g.time_h <= start_h + 1e-6]
        inside = [g.time_h for g in self.reading.sources if start_h < g.time_h <= self.reading.span.end_h]
        return before[-1] if before else inside[0] if inside else start_h

    @property
    def dose_nmol(self) -> Array:
        """The one dose that the curve comes from."""
        if len(self.reading.sources) != 1:
            raise InputError(
                "needs a single dose", where=f"{self.reading.where}.statistic", value=self.row.statistic
            )
        return self.compound_nmol

    @property
    def compound(self) -> str:
        """The compound that the quantity is of."""
        compound = compound_of(self.quantity)
        if compound is None:
            raise InputError("not a compound", where=f"{self.reading.where}.quantity", value=self.quantity)
        return compound

    @property
    def compound_nmol(self) -> Array:
        """How much of the compound itself was given up to the end of the window."""
        return self._sum({self.compound})

    @property
    def source_nmol(self) -> Array:
        """How much of the compound, and of what it is formed from, was given up to the end of the window."""
        return self._sum(None)

    def _sum(self, compounds: set[str] | None) -> Array:
        doses = [g for g in self.reading.sources if g.time_h <= self.reading.span.end_h]
        amounts = [
            amount
            for g in doses
            for name, amount in g.amounts_nmol.items()
            if (name in self.reading.origins if compounds is None else name in compounds)
        ]
        if not amounts:
            raise InputError(
                "no dose of this compound", where=f"{self.reading.where}.quantity", value=self.quantity
            )
        return np.asarray(sum(amounts))
