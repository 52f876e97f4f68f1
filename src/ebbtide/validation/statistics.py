"""The statistics of a study file, for each person: one number, or one for each rating."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import InputError, unknown_name

from . import nca
from .among import event_free
from .course import Course
from .noise import Noise
from .reading import PLASMA, Reading
from .view import REDUCE, View

Array = NDArray[np.float64]
STEADY_PERCENT = 90.0
"""Of its last value that a concentration has reached at steady state, where no criterion says otherwise."""
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent)")


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
    """From the time in ``from``, else the start of a window; at one time, from the start of the study."""
    start_h, end_h = view.reading.span.start_h, view.reading.span.end_h
    if view.reading.since_h is not None:
        start_h = view.reading.since_h
    elif view.reading.span.is_point:
        start_h = 0.0
    if end_h < start_h:
        raise InputError("ends before it begins", where=f"{view.reading.where}.at", value=view.row.at)
    return 100.0 * event_free(view.course, (view.quantity,), end_h, start_h)


def _time_to_steady_state(view: View) -> Array:
    """From the first dose to the first trough (or time, of few doses) from which all are near the last."""
    criterion = _PERCENT.search(view.row.criterion or "")
    percent = float(criterion[1]) if criterion else STEADY_PERCENT
    if not 50.0 < percent < 100.0:
        raise InputError(
            "more than 50 % to less than 100 %", where=f"{view.reading.where}.criterion", value=percent
        )
    span = view.reading.span
    time_h, curve = view.dense
    doses = [
        g.time_h for g in view.reading.sources if span.start_h <= g.time_h <= min(span.end_h, time_h[-1])
    ]
    start_h = doses[0] if doses else float(time_h[0])
    if len(doses) > 2:
        # troughs are those just before a dose, but for the first
        time_h = np.array(doses[1:])
        curve = np.stack([view.course.at(view.quantity, t) for t in doses[1:]])
    away = np.abs(curve / np.where(curve[-1] > 0, curve[-1], np.nan) - 1.0) > 1.0 - percent / 100.0
    # the last that is away, and the one after it
    index = np.where(away.any(axis=0), len(curve) - away[::-1].argmax(axis=0), 0)
    reached = time_h[np.minimum(index, len(curve) - 1)] - start_h
    return np.where(curve[-1] > 0, reached, np.nan)


def _fraction_of_dose(view: View) -> Array:
    if view.quantity.startswith(PLASMA):
        raise InputError(
            "an amount is needed", where=f"{view.reading.where}.quantity", value=view.quantity,
            allowed="urine.<compound>",
        )  # fmt: skip
    _, curve = view.dense
    return np.asarray((curve[-1] - curve[0]) / view.source_nmol)


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
    "time_to_steady_state": _time_to_steady_state,
    "fraction_of_dose": _fraction_of_dose,
}
"""One value a person, or ``(ratings, people)``."""

COMPARISONS = ("ratio_to", "difference_from")
TIMES = ("tmax", "peak_time", "half_life", "time_to_steady_state")
AREAS = ("AUC", "AUCtau", "AUCinf")


def check_statistic(name: str, where: str) -> None:
    """:class:`InputError` for a statistic that does not exist."""
    if name not in STATISTICS and name not in COMPARISONS:
        raise unknown_name("statistic", name, [*STATISTICS, *COMPARISONS], where)


def sample(
    reading: Reading, course: Course, quantity: str, noise: Noise | None = None
) -> tuple[Array, list[float]]:
    """The statistic of ``reading`` for everybody, shape ``(ratings, people)``, and when each rating was (h).

    With ``noise`` single visits carry it.
    """
    view = View(reading, course, quantity, noise)
    values = np.atleast_2d(STATISTICS[reading.statistic](view))
    if reading.row.per is not None:
        values = values / np.atleast_2d(
            STATISTICS[reading.statistic](replace(view, quantity=reading.row.per))
        )
    if reading.row.dose_normalised:
        values = values / view.compound_nmol
    visits = view.visits_h
    return np.asarray(values), visits if len(visits) == len(values) else [visits[-1]] * len(values)


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
        "fraction_of_dose": "dimensionless",
    }  # fmt: skip
    return units.get(statistic, quantity_unit)
