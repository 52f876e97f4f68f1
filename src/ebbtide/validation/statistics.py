"""The statistics of a study file, for each person: one number, or one for each rating."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import InputError, unknown_name

from . import nca
from .course import Course
from .reading import PLASMA, Reading
from .schema import RawObserved
from .times import DAY_H, Span

Array = NDArray[np.float64]
REDUCE: dict[str, Callable[[Array], Array]] = {
    "max": lambda values: np.asarray(values.max(axis=0)),
    "mean": lambda values: np.asarray(values.mean(axis=0)),
    "min": lambda values: np.asarray(values.min(axis=0)),
}


@dataclass(frozen=True)
class View:
    """One reading of the course of an arm."""

    reading: Reading
    course: Course
    quantity: str

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
        if len(time_h) < 2:
            raise InputError("a window is needed", where=f"{self.reading.where}.at", value=self.row.at)
        return time_h, curve

    @cached_property
    def daily(self) -> tuple[Array, Array]:
        """Study days, and one value a day and person: the rating, or the day reduced by ``within_day``."""
        timeline, span = self.course.protocol.timeline, self.reading.span
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
        """Values at one time, shape ``(people,)``."""
        values = self.course.at(self.quantity, time_h)
        return (
            values
            if self.reading.unity_h is None
            else values / self.course.at(self.quantity, self.reading.unity_h)
        )

    @property
    def values(self) -> Array:
        """The plain value: at the point, reduced by ``within``, or one a day; ``(ratings, people)``."""
        if self.reading.span.is_point:
            return self.at(self.reading.span.start_h)[None]
        if self.row.within == "mean" and self.row.within_day is None:
            return nca.average(*self.dense)[None]
        if self.row.within is not None:
            return REDUCE[self.row.within](self.each_day_or_all)[None]
        return self.daily[1]

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
    def compound_nmol(self) -> Array:
        """How much of the compound itself was given up to the end of the window."""
        if not self.quantity.startswith(PLASMA):
            raise InputError("not a compound", where=f"{self.reading.where}.quantity", value=self.quantity)
        compound = self.quantity.removeprefix(PLASMA)
        doses = [g for g in self.reading.sources if g.time_h <= self.reading.span.end_h]
        amounts = [g.amounts_nmol[compound] for g in doses if compound in g.amounts_nmol]
        if not amounts:
            raise InputError(
                "no dose of this compound", where=f"{self.reading.where}.quantity", value=self.quantity
            )
        return np.asarray(sum(amounts))


def _half_life(view: View) -> Array:
    if view.quantity.startswith(PLASMA):
        return nca.half_life(*view.dense)
    return nca.half_life_between(*view.dense)


def _mean(view: View) -> Array:
    if view.reading.span.is_point:
        return view.values
    return nca.average(*view.dense) if view.row.within_day is None else REDUCE["mean"](view.daily[1])


def _threshold(view: View, key: str) -> float:
    value: float | None = getattr(view.row, key)
    if value is None:
        raise InputError("key is missing", where=f"{view.reading.where}.{key}")
    return value


def _percent(true: NDArray[np.bool_]) -> Array:
    return np.where(true, 100.0, 0.0)


def _category_worse(view: View) -> Array:
    if view.row.bands is None:
        raise InputError("key is missing", where=f"{view.reading.where}.bands")
    bands = np.sort(view.row.bands)

    def category(values: Array) -> NDArray[np.intp]:
        return np.searchsorted(bands, values, side="right")

    return _percent(category(view.values) > category(view.before))


def _return_day(view: View) -> Array:
    """The day after the window for who has not come back by its end."""
    days, values = view.daily
    settled = (values <= _threshold(view, "threshold")) & (
        np.arange(len(days))[:, None] >= values.argmax(axis=0)
    )
    return np.asarray(np.where(settled.any(axis=0), days[settled.argmax(axis=0)], days[-1] + 1.0))


def _event_free(view: View) -> Array:
    start_h = view.reading.since_h if view.reading.since_h is not None else view.reading.span.start_h
    time_h, hazard = view.course.window(view.quantity, Span(start_h, view.reading.span.end_h))
    return np.asarray(100.0 * np.exp(-np.trapezoid(hazard, time_h, axis=0) / DAY_H))


STATISTICS: dict[str, Callable[[View], Array]] = {
    "Cmax": lambda v: nca.peak(v.each_day_or_all),
    "Cmin": lambda v: nca.trough(v.each_day_or_all),
    "min": lambda v: nca.trough(v.each_day_or_all),
    "tmax": lambda v: nca.peak_time(*v.dense) - v.reference_h,
    "peak_time": lambda v: nca.peak_time(*v.dense) - v.reference_h,
    "AUC": lambda v: nca.area(*v.dense),
    "AUCtau": lambda v: nca.area(*v.dense),
    "AUCinf": lambda v: nca.area_to_infinity(*v.dense),
    "half_life": _half_life,
    "CL_F": lambda v: nca.apparent_clearance(v.dose_nmol, *v.dense),
    "Vz_F": lambda v: nca.apparent_volume(v.dose_nmol, *v.dense),
    "dose": lambda v: v.compound_nmol,
    "value": lambda v: v.values,
    "mean": _mean,
    "change": lambda v: v.values - v.before,
    "ratio_to_baseline": lambda v: v.values / v.before,
    "peak_day": lambda v: v.daily[0][v.daily[1].argmax(axis=0)],
    "return_day": _return_day,
    "percent_at_or_above": lambda v: _percent(v.values >= _threshold(v, "threshold")),
    "percent_below": lambda v: _percent(v.values < _threshold(v, "threshold")),
    "percent_with_rise": lambda v: _percent(v.values - v.before >= _threshold(v, "rise")),
    "percent_category_worse": _category_worse,
    "percent_event_free": _event_free,
}
"""One value a person, or ``(ratings, people)``."""

COMPARISONS = ("ratio_to", "difference_from")
NOT_YET = ("time_to_steady_state", "fraction_of_dose")
TIMES = ("tmax", "peak_time", "half_life")
AREAS = ("AUC", "AUCtau", "AUCinf")


def check_statistic(name: str, where: str) -> None:
    """:class:`InputError` for a statistic that does not exist or is not computed yet."""
    if name in NOT_YET:
        raise InputError("not supported yet", where=where, value=name)
    if name not in STATISTICS and name not in COMPARISONS:
        raise unknown_name("statistic", name, [*STATISTICS, *COMPARISONS], where)


def sample(reading: Reading, course: Course, quantity: str) -> Array:
    """The statistic of ``reading`` for everybody, shape ``(ratings, people)``."""
    view = View(reading, course, quantity)
    values = np.atleast_2d(STATISTICS[reading.statistic](view))
    if reading.row.per is not None:
        values = values / np.atleast_2d(
            STATISTICS[reading.statistic](replace(view, quantity=reading.row.per))
        )
    if reading.row.dose_normalised:
        values = values / view.compound_nmol
    return np.asarray(values)


def internal_unit(statistic: str, quantity_unit: str) -> str:
    """The unit that :func:`sample` gives a statistic in; none where it is a study day or a percentage."""
    if statistic in TIMES:
        return "h"
    if statistic in AREAS:
        return f"{quantity_unit} * h"
    if statistic.startswith("percent"):
        return "percent"
    units = {
        "CL_F": "L/h", "Vz_F": "L", "dose": "nmol", "peak_day": "d", "return_day": "d",
        "ratio_to": "dimensionless", "ratio_to_baseline": "dimensionless",
    }  # fmt: skip
    return units.get(statistic, quantity_unit)
